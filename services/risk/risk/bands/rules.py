"""From ten readings to a band. No averaging: a good rating never hides a death. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from risk.indicators.reading import Reading, State
from risk.scoring_models.policy import BandPolicy, Level

IN_CONFIDENCE = "The council holds information in confidence."

_RATING = "quality_assessment"


class Band(StrEnum):
    """From least to most concern: what is not known ranks between Green and Amber."""

    GREEN = "green"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    AMBER = "amber"
    RED = "red"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    @property
    def gravity(self) -> int:
        """1 for the gravest."""
        return len(_RANKS) - self.rank


_RANKS = {band: rank for rank, band in enumerate(Band)}


class Direction(StrEnum):
    NEW = "new"
    IMPROVING = "improving"
    STEADY = "steady"
    WORSENING = "worsening"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    band: Band
    points: int
    reasons: tuple[str, ...]
    open_reasons: tuple[str, ...]


def judge(readings: Sequence[Reading], policy: BandPolicy) -> Verdict:
    """The band that `policy` gives to these readings, and why; `open_reasons` say nothing that is confidential."""
    counted = [reading for reading in readings if reading.level is not None]
    points = sum(policy.points[each.level] for each in counted if each.level and each.level is not Level.CRITICAL)
    band = _band(counted, points, readings, policy)
    because = _because(band, readings, policy)
    return Verdict(
        band=band,
        points=points,
        reasons=tuple(each.reason for each in because),
        open_reasons=tuple(_open_reasons(band, because, readings, policy)),
    )


def _open_reasons(band: Band, because: Sequence[Reading], readings: Sequence[Reading], policy: BandPolicy) -> list[str]:
    """Why, as far as everybody may know, and the fixed sentence at the end where there is more.

    Whatever is held in confidence, the other sentences stay as they would be without it: one that was replaced would
    tell which. So what rests on entries is no reason to be Green, and of what is missing it is said why it is not
    known, never how much is.
    """
    to_all = because
    if any(each.openly for each in readings):
        to_all = _because(band, [each.openly or each for each in readings], policy)
    match band:
        case Band.RED | Band.AMBER:
            said = [each.reason for each in to_all]
        case Band.NOT_ENOUGH_INFORMATION:
            said = [each.lacking or each.reason for each in to_all]
        case Band.GREEN:
            said = [each.reason for each in to_all if not each.rests_on_entries]
    return [*said, IN_CONFIDENCE] if any(each.confidential for each in because) else said


def follows_rating_alone(readings: Sequence[Reading], policy: BandPolicy) -> bool:
    """Whether the service is Red for its quality assessment, and would not be without it."""
    rating = [each for each in readings if each.indicator == _RATING]
    others = [each for each in readings if each.indicator != _RATING]
    return judge(rating, policy).band is Band.RED and judge(others, policy).band is not Band.RED


def _band(counted: Sequence[Reading], points: int, readings: Sequence[Reading], policy: BandPolicy) -> Band:
    levels = [reading.level for reading in counted if reading.level]
    serious = levels.count(Level.SERIOUS)
    if Level.CRITICAL in levels or serious >= policy.red_serious_count or points >= policy.red_points:
        return Band.RED
    if any(level.rank >= policy.amber_from_level.rank for level in levels) or points >= policy.amber_points:
        return Band.AMBER
    if missing(readings, policy):
        return Band.NOT_ENOUGH_INFORMATION
    return Band.GREEN


def missing(readings: Sequence[Reading], policy: BandPolicy) -> list[Reading]:
    """What stands in the way of Green: the readings that would have to be known and fresh. Empty where nothing does."""
    applicable = [reading for reading in readings if reading.is_applicable]
    unknown = [reading for reading in applicable if not reading.is_known]
    known = len(applicable) - len(unknown)
    if known * 100 < policy.green_known_percent * len(applicable):
        return unknown
    return [reading for reading in unknown if reading.indicator in policy.green_needs]


def _because(band: Band, readings: Sequence[Reading], policy: BandPolicy) -> list[Reading]:
    """The readings behind the band, the gravest first."""
    match band:
        case Band.RED | Band.AMBER:
            above = [reading for reading in readings if reading.is_of_concern]
            return sorted(above, key=lambda each: -(each.level.rank if each.level else 0))
        case Band.NOT_ENOUGH_INFORMATION:
            return missing(readings, policy)
        case Band.GREEN:
            return [reading for reading in readings if reading.is_known]


def has_worsened(band: Band, *, since: Band) -> bool:
    return band.rank > since.rank


def direction(band: Band, *, before: Band | None) -> Direction:
    """Where a service is heading, from the band it had before (none: it had none yet)."""
    if before is None:
        return Direction.NEW
    if band.rank == before.rank:
        return Direction.STEADY
    return Direction.WORSENING if band.rank > before.rank else Direction.IMPROVING


def is_missing(state: State) -> bool:
    return state in {State.NO_DATA, State.STALE}
