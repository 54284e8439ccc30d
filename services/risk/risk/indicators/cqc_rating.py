"""Indicator 2: registration and overall rating with the Care Quality Commission. Pure."""

from collections.abc import Sequence
from datetime import date

from risk.indicators.facts import CqcRating, CqcReading, Facts
from risk.indicators.reading import Reading, no_data, not_applicable, read_from, spoken
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Level, Policy

KEY = Indicator.CQC_RATING

# The service groups that CQC names in its assessments, by our service types.
GROUPS = {
    "home_care": "homecare agencies",
    "supported_living": "supported living",
    "residential_care": "residential homes",
    "nursing_care": "nursing homes",
    "extra_care": "extra care housing",
}
WORST_FIRST = ("inadequate", "requires_improvement", "good", "outstanding")
SPOKEN = {
    "inadequate": "Inadequate",
    "requires_improvement": "Requires improvement",
    "good": "Good",
    "outstanding": "Outstanding",
}


def read(facts: Facts, policy: Policy) -> Reading:
    if not facts.is_regulated:
        return not_applicable(KEY, "Not a service that CQC regulates.")
    if facts.cqc is None or facts.cqc_read is None:
        return no_data(KEY, "The CQC register has not been read for this service.")
    if not facts.cqc.is_registered and facts.cqc.successors:
        why, named = _succeeded(facts.cqc), list(facts.cqc.successors)
        return no_data(KEY, why, as_of=facts.cqc_read.on, successors=named)
    level, reason, said = _level(facts.cqc, facts.service_type, policy)
    return read_from(
        KEY,
        level,
        reason,
        read_on=facts.cqc_read.on,
        on=facts.on,
        stale_after_days=policy.cqc_rating.stale_after_days,
        rating=said,
    )


def _succeeded(cqc: CqcReading) -> str:
    if cqc.confirmed:
        return (
            f"Deregistered by CQC; it is confirmed that location {', '.join(cqc.confirmed)} succeeds it. "
            "The directory must take over the new location."
        )
    return (
        f"Deregistered by CQC; location {', '.join(cqc.successors)} is proposed as its successor "
        "and waits to be confirmed."
    )


def _level(cqc: CqcReading, service_type: str, policy: Policy) -> tuple[Level, str, str | None]:
    if not cqc.is_registered:
        return policy.cqc_rating.deregistered, "Deregistered by CQC.", "deregistered"
    chosen = rating_for(service_type, cqc.ratings)
    if chosen is None:
        return policy.cqc_rating.unrated, "Registered with CQC and not rated yet.", None
    level = policy.cqc_rating.levels.get(chosen.rating, Level.CRITICAL)  # of a word left out, the worst is supposed
    return level, _said(chosen), chosen.rating


def _said(chosen: CqcRating) -> str:
    when = f" on {spoken(chosen.rated_on)}" if chosen.rated_on else ""
    group = f" (service group: {chosen.group})" if chosen.group else ""
    inherited = ", inherited from the previous registration" if chosen.is_inherited else ""
    return f"CQC rated it {SPOKEN.get(chosen.rating, chosen.rating)}{when}{group}{inherited}."


def rating_for(service_type: str, ratings: Sequence[CqcRating]) -> CqcRating | None:
    """The latest rating across both places where CQC publishes them.

    Where service-group ratings are the latest, the group of the contracted service type speaks; else the worst one.
    """
    if not ratings:
        return None
    groups = [rating for rating in ratings if rating.group]
    matching = [rating for rating in groups if (rating.group or "").lower() == GROUPS.get(service_type)]
    of_group = _latest(matching) if matching else _worst(groups)
    of_location = _latest([rating for rating in ratings if not rating.group])
    return _latest([rating for rating in (of_group, of_location) if rating])


def _latest(ratings: Sequence[CqcRating]) -> CqcRating | None:
    """The latest; of two on one day the worse."""
    return max(ratings, key=lambda each: (each.rated_on or date.min, -_rank(each)), default=None)


def _worst(ratings: Sequence[CqcRating]) -> CqcRating | None:
    return min(ratings, key=lambda each: (_rank(each), each.group or ""), default=None)


def _rank(rating: CqcRating) -> int:
    return WORST_FIRST.index(rating.rating) if rating.rating in WORST_FIRST else len(WORST_FIRST)


SPEC = Spec(key=KEY, read=read)
