"""What no schema can say of a policy: no gap, no overlap, no word of a source left out, and bands that follow. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from assay_contracts.assessment.ratings import Rating
from risk.indicators.registry import INDICATORS
from risk.registers.rules import CompanyStatus, CqcRated, FoodValue
from risk.scoring_models.policy import BandPolicy, Indicator, Ladder, Level, Levels, Policy

# Whatever a model says, missing information is never Green: neither that nobody has looked, nor that the source which
# would tell of harm is silent.
NEEDED_FOR_GREEN = frozenset(
    {
        Indicator.QUALITY_ASSESSMENT,
        Indicator.CQC_RATING,
        Indicator.SAFEGUARDING_DECISIONS,
        Indicator.UNEXPECTED_DEATHS,
        Indicator.CONTRACTING_CONCERNS,
    }
)
LEAST_KNOWN_PERCENT = 50

_GOING_ON = (CompanyStatus.ACTIVE, CompanyStatus.OPEN, CompanyStatus.REGISTERED)

# What each source may say, a row from the best word to the worst. A word that a model left out would pass for unknown.
WORDS: Mapping[Indicator, Sequence[Sequence[str]]] = {
    Indicator.QUALITY_ASSESSMENT: [[Rating.EXCELLENT, Rating.GOOD, Rating.REQUIRES_IMPROVEMENT, Rating.POOR]],
    Indicator.CQC_RATING: [[CqcRated.OUTSTANDING, CqcRated.GOOD, CqcRated.REQUIRES_IMPROVEMENT, CqcRated.INADEQUATE]],
    Indicator.FOOD_HYGIENE: [
        [FoodValue.FIVE, FoodValue.FOUR, FoodValue.THREE, FoodValue.TWO, FoodValue.ONE, FoodValue.ZERO],
        [FoodValue.PASSED, FoodValue.IMPROVEMENT_REQUIRED],
    ],
    Indicator.COMPANY_STATUS: [
        [going_on, failing] for going_on in _GOING_ON for failing in CompanyStatus if failing not in _GOING_ON
    ],
}


@dataclass(frozen=True)
class Fault:
    """`field`: the path in the policy."""

    field: str
    why: str


def faults_of(policy: Policy) -> list[Fault]:
    """Every contradiction, so that the administrator hears them all at once."""
    found = [Fault("band", why) for why in faults_of_band(policy.band)]
    if policy.cqc_rating.deregistered is Level.NONE:
        found.append(Fault("cqc_rating.deregistered", "a service that CQC deregistered may not have the level none"))
    for name in Policy.model_fields:
        part = getattr(policy, name)
        if isinstance(part, Ladder):
            found += [Fault(f"{name}.steps", why) for why in faults_of_ladder(part)]
        if isinstance(part, Levels):
            found += [Fault(f"{name}.levels", why) for why in faults_of_levels(part, WORDS[Indicator(name)])]
    return found + [fault for key, said in policy.more.items() for fault in faults_of_added(key, said)]


def faults_of_added(key: str, said: Mapping[str, Any]) -> list[Fault]:
    """What an indicator beyond the ten finds wrong with the parameters that a model gives it."""
    spec = INDICATORS.get(key)
    if spec is None or spec.parameters is None:
        return [Fault(f"more.{key}", "there is no such indicator beyond the ten")]
    try:
        part = spec.parameters.model_validate(said)
    except ValidationError as wrong:
        return [Fault(".".join(map(str, ("more", key, *each["loc"]))), each["msg"]) for each in wrong.errors()]
    return [Fault(f"more.{key}.steps", why) for why in faults_of_ladder(part)] if isinstance(part, Ladder) else []


def faults_of_ladder(ladder: Ladder) -> list[str]:
    *before, last = [step.up_to for step in ladder.steps]
    bounds = [bound for bound in before if bound is not None]
    ranks = [step.level.rank for step in ladder.steps]
    found = {
        "the last step must have no upper bound": last is not None,
        "only the last step may have no upper bound": len(bounds) != len(before),
        "the upper bounds must rise": any(low >= high for low, high in pairwise(bounds)),
        "a higher count may not have a lower level": ranks != sorted(ranks),
    }
    return [why for why, applies in found.items() if applies]


def faults_of_levels(part: Levels, words: Sequence[Sequence[str]]) -> list[str]:
    """`words`: rows from the best to the worst. The worst is never no concern at all."""
    every = {word for row in words for word in row}
    if set(part.levels) != every:
        return [f"give a level for each of these and for nothing else: {', '.join(sorted(every))}"]
    rows = [[part.levels[word].rank for word in row] for row in words]
    found = {
        "a worse word may not have a lower level": any(row != sorted(row) for row in rows),
        "the worst word may not have the level none": any(row[-1] == Level.NONE.rank for row in rows),
    }
    return [why for why, applies in found.items() if applies]


def faults_of_band(band: BandPolicy) -> list[str]:
    by_rank = [band.points[level] for level in Level if level in band.points]
    lacks_needed = not set(band.green_needs) >= NEEDED_FOR_GREEN
    found = {
        "give points for none, low, moderate and serious: a critical level needs none, it is Red": set(band.points)
        != set(Level) - {Level.CRITICAL},
        "a higher level may not have fewer points": by_rank != sorted(by_rank),
        "Amber may not begin above Red": band.amber_points > band.red_points,
        "Amber may not begin at level none": band.amber_from_level is Level.NONE,
        "Green needs the quality assessment, the CQC rating and all that is counted to be known": lacks_needed,
        "Green needs half of the applicable indicators to be known": band.green_known_percent < LEAST_KNOWN_PERCENT,
    }
    return [why for why, applies in found.items() if applies]
