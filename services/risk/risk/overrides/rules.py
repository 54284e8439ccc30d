"""When two people may set another band beside the computed one, and when that ends by itself. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from assay_kit.steps import Life
from risk.bands.rules import Band, has_worsened
from risk.scoring_models.policy import Level

LONGEST_DAYS = 28
GRAVE = frozenset({Level.SERIOUS, Level.CRITICAL})


class Status(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    ENDED = "ended"


class Step(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    LAPSE = "lapse"
    END = "end"


LIFE = Life(
    name="override",
    start=Status.PROPOSED,
    steps={
        (Status.PROPOSED, Step.APPROVE): Status.IN_FORCE,
        (Status.PROPOSED, Step.REJECT): Status.REJECTED,
        (Status.IN_FORCE, Step.EXPIRE): Status.EXPIRED,
        (Status.IN_FORCE, Step.LAPSE): Status.LAPSED,
        (Status.IN_FORCE, Step.END): Status.ENDED,
    },
)


class Bar(StrEnum):
    PROPOSED_BY_YOU = "Whoever proposed it may not decide it"
    TOO_LONG = "An override lasts 28 days at most"
    ALREADY_OVER = "The last day is already past"
    SAME_BAND = "The computed band is that already"
    NOT_A_COLOUR = "Choose Green, Amber or Red"
    GREEN_OVER_GRAVE = "Green cannot stand over a serious or critical level"
    GREEN_OVER_MISSING = "Green cannot stand over missing information"
    WORSE_SINCE = "The computed band has worsened since this was proposed"


def bars_to_override(
    band: Band,
    *,
    computed: Band,
    levels: Mapping[str, Level],
    is_information_missing: bool,
    last_day: date,
    today: date,
) -> list[Bar]:
    """Every bar, as things stand. `levels` are the computed ones; the last day is in London."""
    bars = []
    if last_day > today + timedelta(days=LONGEST_DAYS):
        bars.append(Bar.TOO_LONG)
    if last_day < today:
        bars.append(Bar.ALREADY_OVER)
    if band is Band.NOT_ENOUGH_INFORMATION:
        bars.append(Bar.NOT_A_COLOUR)
    if band is computed:
        bars.append(Bar.SAME_BAND)
    if band is Band.GREEN and GRAVE & set(levels.values()):
        bars.append(Bar.GREEN_OVER_GRAVE)
    if band is Band.GREEN and is_information_missing:
        bars.append(Bar.GREEN_OVER_MISSING)
    return bars


def must_lapse(
    *,
    band_before: Band,
    levels_before: Mapping[str, Level],
    band_now: Band,
    levels_now: Mapping[str, Level],
) -> bool:
    """Whether the computed result got worse: another band, or an indicator newly serious or newly critical."""
    if has_worsened(band_now, since=band_before):
        return True
    return any(
        level in GRAVE and level.rank > levels_before.get(indicator, Level.NONE).rank
        for indicator, level in levels_now.items()
    )
