"""A day that somebody asks about: it has to have come, as nothing can be known of any other."""

from datetime import date, datetime

from assay_kit.calendar import london_day
from assay_kit.problems import Conflict


class DayAhead(Conflict):
    slug, title = "day-ahead", "That day has not come yet"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"Today is {today.isoformat()}; nothing can be known of {day.isoformat()}.")


def known_day(day: date | None, *, now: datetime) -> date:
    """The day asked for, today where none is; DayAhead for one to come."""
    today = london_day(now)
    if day is not None and day > today:
        raise DayAhead(day, today)
    return day or today
