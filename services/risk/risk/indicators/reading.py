"""What an indicator answers: a level, or why there is none, with its working and a reason in plain words. Pure."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from json import JSONEncoder
from typing import Any

from risk.scoring_models.policy import Indicator, Level

_FROM_ELSEWHERE = frozenset(
    {
        Indicator.QUALITY_ASSESSMENT,
        Indicator.CQC_RATING,
        Indicator.FOOD_HYGIENE,
        Indicator.EMBARGO,
        Indicator.DEFAULT_NOTICE,
        Indicator.COMPANY_STATUS,
    }
)
"""What is read in registers, published or decided here; of an indicator beyond the ten nobody can tell."""

_MOST_KEPT = 10_000
_WRITER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def as_json(value: Any) -> str:
    """As the kit's `content_hash` writes what has no keys; without its walk over the value, which costs more than the
    rules of a whole service do."""
    return _WRITER.encode(value)


class State(StrEnum):
    KNOWN = "known"
    STALE = "stale"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`level` is there when the state is known or stale; a stale level still counts towards Red and Amber.

    `reason` names dates, not ages, so that it only changes when something does. `confidential`: the working and
    the reason rest on information that not everybody may see; `openly` is then what everybody may know instead.
    `lacking`: what stands in the way of knowing what is counted, and says nothing of what was counted.
    """

    indicator: str
    state: State
    level: Level | None
    reason: str
    as_of: date | None = None
    working: dict[str, Any] = field(default_factory=dict)
    confidential: bool = False
    openly: "Reading | None" = None
    lacking: str | None = None

    @cached_property
    def kept(self) -> str:
        """As JSON, with which a result keeps it."""
        return as_json(
            {
                "indicator": self.indicator,
                "state": self.state,
                "level": self.level,
                "reason": self.reason,
                "as_of": self.as_of.isoformat() if self.as_of else None,
                "working": self.working,
                "confidential": self.confidential,
            }
        )

    @cached_property
    def said(self) -> str:
        """As JSON, without the working and its day: the part of an answer that only changes when something does."""
        return as_json([self.indicator, self.state, self.level, self.reason, self.confidential])

    @property
    def is_applicable(self) -> bool:
        return self.state is not State.NOT_APPLICABLE

    @property
    def rests_on_entries(self) -> bool:
        """Whether what people and machines enter, restricted or not, may change it."""
        return self.indicator not in _FROM_ELSEWHERE

    @property
    def is_of_concern(self) -> bool:
        return self.level is not None and self.level is not Level.NONE

    @property
    def is_known(self) -> bool:
        return self.state is State.KNOWN


@lru_cache(maxsize=_MOST_KEPT)
def not_applicable(indicator: str, reason: str) -> Reading:
    return Reading(indicator=indicator, state=State.NOT_APPLICABLE, level=None, reason=reason)


def no_data(indicator: str, reason: str, *, as_of: date | None = None, **working: Any) -> Reading:
    return Reading(indicator=indicator, state=State.NO_DATA, level=None, reason=reason, as_of=as_of, working=working)


def read_from(
    indicator: str, level: Level, reason: str, *, read_on: date, on: date, stale_after_days: int, **working: Any
) -> Reading:
    """A reading of a register: stale once it is more than `stale_after_days` old."""
    is_stale = on - read_on > timedelta(days=stale_after_days)
    about = {"read_on": read_on, "is_stale": is_stale, "stale_after_days": stale_after_days}
    try:
        return _read_from(indicator, level, reason, tuple(working.items()), **about)
    except TypeError:  # something in the working that nothing can be looked up by
        return _read_from.__wrapped__(indicator, level, reason, tuple(working.items()), **about)


@lru_cache(maxsize=_MOST_KEPT)
def _read_from(
    indicator: str,
    level: Level,
    reason: str,
    working: tuple[tuple[str, Any], ...],
    *,
    read_on: date,
    is_stale: bool,
    stale_after_days: int,
) -> Reading:
    """What a register says of one it says of many: the same answer is made, and written as JSON, once."""
    return Reading(
        indicator=indicator,
        state=State.STALE if is_stale else State.KNOWN,
        level=level,
        reason=f"{reason} This was last read on {spoken(read_on)} and may be out of date." if is_stale else reason,
        as_of=read_on,
        working={**dict(working), "read_on": read_on.isoformat(), "stale_after_days": stale_after_days},
    )


@lru_cache(maxsize=10_000)
def spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
