"""Spans of time that are counted in months. Pure."""

from calendar import monthrange
from datetime import date

LAST_MONTH = date.max.year * 12 + date.max.month - 1


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last day where it has no such day. Never beyond the last month there is."""
    year, month = divmod(min(day.year * 12 + day.month - 1 + months, LAST_MONTH), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
