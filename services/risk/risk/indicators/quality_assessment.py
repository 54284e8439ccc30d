"""Indicator 1: what the council's own assessment found, and how long ago. Pure."""

from functools import lru_cache

from risk.indicators.facts import Facts, Rating
from risk.indicators.months import months_before
from risk.indicators.reading import Reading, State, no_data, spoken
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Level, Policy

KEY = Indicator.QUALITY_ASSESSMENT
SPOKEN = {"excellent": "Excellent", "good": "Good", "requires_improvement": "Requires improvement", "poor": "Poor"}


def read(facts: Facts, policy: Policy) -> Reading:
    last = facts.assessment
    if last is None:
        return no_data(KEY, "New: not yet assessed by the council.")
    level = policy.quality_assessment.levels.get(last.rating or "")
    if level is None:
        return no_data(
            KEY, f"The assessment published on {spoken(last.published_on)} gave no rating.", as_of=last.published_on
        )
    months = policy.quality_assessment.stale_after_months
    return _rated(last, level, months=months, is_stale=last.published_on < months_before(facts.on, months))


@lru_cache(maxsize=10_000)
def _rated(last: Rating, level: Level, *, months: int, is_stale: bool) -> Reading:
    said = SPOKEN.get(last.rating or "", last.rating)
    reason = f"Quality assessment rated {said}, published on {spoken(last.published_on)}."
    return Reading(
        indicator=KEY,
        state=State.STALE if is_stale else State.KNOWN,
        level=level,
        reason=f"{reason} It is more than {months} months old." if is_stale else reason,
        as_of=last.published_on,
        working={"rating": last.rating, "published_on": last.published_on.isoformat(), "stale_after_months": months},
    )


SPEC = Spec(key=KEY, read=read)
