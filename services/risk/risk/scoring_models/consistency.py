"""What no schema can say of a policy: that its ranges have neither gap nor overlap, and its bands follow. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from risk.indicators.registry import INDICATORS
from risk.scoring_models.policy import BandPolicy, Indicator, Ladder, Level, Policy

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


@dataclass(frozen=True)
class Fault:
    """`field`: the path in the policy."""

    field: str
    why: str


def faults_of(policy: Policy) -> list[Fault]:
    """Every contradiction, so that the administrator hears them all at once."""
    found = [Fault("band", why) for why in faults_of_band(policy.band)]
    for name in Policy.model_fields:
        part = getattr(policy, name)
        if isinstance(part, Ladder):
            found += [Fault(f"{name}.steps", why) for why in faults_of_ladder(part)]
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
