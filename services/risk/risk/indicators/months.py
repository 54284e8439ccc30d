"""Months back from a day. Pure."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=10_000)
def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
