"""What a trial of a scoring model may be asked, and how warnings are counted. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from risk.bands.rules import Band

LEADS = (30, 60, 90)
FOLLOWS_WITHIN = timedelta(days=90)
LONGEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)
WARNINGS = frozenset({Band.AMBER, Band.RED})


class Kind(StrEnum):
    DRY_RUN = "dry_run"
    OUTCOME_CHECK = "outcome_check"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The London days on which an intervention was issued and ended (None: not yet)."""

    issued_on: date
    ended_on: date | None

    def in_force_before(self, day: date) -> bool:
        """Whether it was issued on an earlier day and is in force still."""
        return self.issued_on < day and (self.ended_on is None or self.ended_on > day)


def may_be_checked(first_day: date, last_day: date, *, today: date) -> bool:
    return EARLIEST <= first_day <= last_day < today and last_day - first_day <= LONGEST


def days_of(first_day: date, last_day: date) -> Iterator[date]:
    """Every day: of what turns and turns back between two that are looked at, nothing would be known."""
    while first_day <= last_day:
        yield first_day
        first_day += timedelta(days=1)


def first_within(measures: Sequence[Measure], first_day: date, last_day: date) -> date | None:
    """When the first measure of a period was issued."""
    return min((each.issued_on for each in measures if first_day <= each.issued_on <= last_day), default=None)


def warnings(bands: Mapping[date, Band], measures: Collection[Measure], *, today: date) -> dict[str, int]:
    """What came of the warnings about one service: its `bands` at the end of each day, in order.

    A warning begins where the service is Amber or Red on a day and was not on the one before. None begins while a
    measure is in force since an earlier day: it would warn of what is known. One of the same day follows it.
    """
    counted = {"begun": 0, "followed": 0, "open": 0}
    was_warned = False
    for day, band in bands.items():
        is_warned = band in WARNINGS
        if is_warned and not was_warned and not any(each.in_force_before(day) for each in measures):
            counted["begun"] += 1
            until = day + FOLLOWS_WITHIN
            if any(day <= each.issued_on <= until for each in measures):
                counted["followed"] += 1
            elif until >= today:  # the last day is not over either
                counted["open"] += 1
        was_warned = is_warned
    return counted
