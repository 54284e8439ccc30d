"""Indicator 4: section 42 decisions (Care Act 2014) with the service as source of risk, one per enquiry. Pure."""

from collections.abc import Iterable

from risk.indicators.counts import count
from risk.indicators.facts import Enquiry, Facts, Occurrence
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.SAFEGUARDING_DECISIONS


def read(facts: Facts, policy: Policy) -> Reading:
    return count(
        KEY,
        standing(facts.enquiries),
        facts,
        policy.safeguarding_decisions,
        words=("safeguarding decision", "safeguarding decisions"),
        always_confidential=True,
    )


def standing(entries: Iterable[Enquiry]) -> list[Occurrence]:
    """One occurrence for each enquiry that counts: the same whatever order the entries came in.

    Its latest word decides (of two on one day the one that closes it): closed unfounded drops it.
    It is dated by its last decision that counts.
    """
    by_reference: dict[str, list[Enquiry]] = {}
    for entry in entries:
        by_reference.setdefault(entry.reference, []).append(entry)
    stood = []
    for said in by_reference.values():
        last = max(said, key=lambda each: (each.on, each.closed_unfounded))
        counting = [each.on for each in said if each.counts and not each.closed_unfounded]
        if counting and not last.closed_unfounded:
            stood.append(Occurrence(on=max(counting), restricted=any(each.restricted for each in said)))
    return sorted(stood, key=lambda each: each.on)


SPEC = Spec(key=KEY, read=read)
