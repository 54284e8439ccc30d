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
    GRAVE_SINCE = "A serious or critical level is new since this was proposed"


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
    return bars + bars_to_standing(band, levels=levels, is_information_missing=is_information_missing)


def bars_to_standing(band: Band, *, levels: Mapping[str, Level], is_information_missing: bool) -> list[Bar]:
    """What an override may not stand over on any day, however it came to be there."""
    found = {
        Bar.GREEN_OVER_GRAVE: bool(GRAVE & set(levels.values())),
        Bar.GREEN_OVER_MISSING: is_information_missing,
    }
    return [bar for bar, applies in found.items() if applies and band is Band.GREEN]


def bars_since(
    band: Band,
    *,
    band_before: Band,
    levels_before: Mapping[str, Level],
    band_now: Band,
    levels_now: Mapping[str, Level],
) -> list[Bar]:
    """Whether the computed result got worse: another band, or an indicator newly serious or newly critical. Where
    `band`, the override's, is graver than what is computed by now it stays all the same: worse news never makes what is
    shown any milder."""
    if has_worsened(band, since=band_now):
        return []
    is_grave = any(
        level in GRAVE and level.rank > levels_before.get(indicator, Level.NONE).rank
        for indicator, level in levels_now.items()
    )
    found = {Bar.WORSE_SINCE: has_worsened(band_now, since=band_before), Bar.GRAVE_SINCE: is_grave}
    return [bar for bar, applies in found.items() if applies]
