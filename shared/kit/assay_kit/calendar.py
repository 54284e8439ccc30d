"""Days as people here count them. Pure: rules may use it.

A working day is not a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday (Public Contracts Regulations
2015, reg 2; Procurement Act 2023, s123, which counts the bank holidays of *any* part of the United Kingdom). Periods
are counted as the regulations say: the day of the event does not count, and a period that would end on a non-working
day ends at the end of the next working day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

LONDON = ZoneInfo("Europe/London")

# Bank holidays are proclaimed, not computed: the library would go on guessing beyond the years for which GOV.UK has
# published them, and a guess misses what is proclaimed later (a jubilee, a funeral). Raise LAST_YEAR when GOV.UK
# publishes another year and the library has it.
FIRST_YEAR = 2019
LAST_YEAR = 2028

_A_DAY = timedelta(days=1)
_LAST_MOMENT = time(23, 59, 59, 999999)


class CalendarEnds(Exception):
    """A day was asked about for which no bank holidays are published. Better no date than a wrong one."""

    def __init__(self, day: date) -> None:
        super().__init__(
            f"Bank holidays are known from {FIRST_YEAR} to {LAST_YEAR}; {day.isoformat()} is outside those years."
        )
        self.day = day


class Calendar(StrEnum):
    """Whose bank holidays count."""

    ENGLAND_AND_WALES = "england_and_wales"
    UNITED_KINGDOM = "united_kingdom"


_PARTS = {
    Calendar.ENGLAND_AND_WALES: ("ENG", "WLS"),
    Calendar.UNITED_KINGDOM: ("ENG", "WLS", "SCT", "NIR"),
}


def london_day(now: datetime) -> date:
    """The day in London at the instant `now`: not the UTC day, which differs for an hour in summer.

    ValueError where `now` has no time zone: it is not an instant.
    """
    if now.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return now.astimezone(LONDON).date()


def at_london(day: date, at: time) -> datetime:
    """The instant, in UTC, at which London's clocks show `at` on `day`.

    A time that comes twice (October) is the first of the two; one that the clocks skip (March) is the same interval
    after midnight, so an hour later on the clock.
    """
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


def start_of_london_day(day: date) -> datetime:
    """The first instant of `day` in London, in UTC."""
    return at_london(day, time.min)


def end_of_london_day(day: date) -> datetime:
    """The last instant of `day` in London, in UTC: what "by the end of that day" means."""
    return at_london(day, _LAST_MOMENT)


@dataclass(frozen=True)
class WorkingDays:
    """Counts working days of one calendar. Every method raises CalendarEnds beyond the years that are published."""

    calendar: Calendar

    def is_working(self, day: date) -> bool:
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise CalendarEnds(day)
        return day.weekday() < 5 and day not in _bank_holidays(self.calendar)

    def on_or_after(self, day: date) -> date:
        """`day` where it is a working day, else the next one."""
        while not self.is_working(day):
            day += _A_DAY
        return day

    def after(self, day: date, n: int) -> date:
        """The `n`-th working day after `day` (n of 1 or more): the last day of a period of `n` working days that an
        event on `day` starts. `day` itself is not counted, and need not be a working day."""
        if n < 1:
            raise ValueError(f"A period has at least one day, not {n}.")
        for _ in range(n):
            day = self.on_or_after(day + _A_DAY)
        return day

    def calendar_days_after(self, day: date, n: int, *, working_at_least: int = 2) -> date:
        """The last day of a period of `n` calendar days that an event on `day` starts, moved on to a working day.

        Every period includes at least two working days (reg 2(4)); `working_at_least` of 0 asks for none.
        """
        if n < 1:
            raise ValueError(f"A period has at least one day, not {n}.")
        rolled = self.on_or_after(day + timedelta(days=n))
        return max(rolled, self.after(day, working_at_least)) if working_at_least else rolled

    def between(self, a: date, b: date) -> int:
        """How many working days lie after `a`, up to and including `b`; negative where `b` comes first.

        So `between(a, after(a, n)) == n`, and `between(today, due)` is the number of working days left.
        """
        if b < a:
            return -self.between(b, a)
        return sum(self.is_working(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))


@cache
def _bank_holidays(calendar: Calendar) -> frozenset[date]:
    """Substitute days included; those that fall on a weekend too, which changes nothing."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return frozenset(day for part in _PARTS[calendar] for day in country_holidays("GB", subdiv=part, years=years))
