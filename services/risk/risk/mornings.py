"""When officers hear of what waits: at 08:00 in London. Pure."""

from datetime import date, datetime, time, timedelta

from assay_kit.calendar import at_london, london_day

HOUR = time(8)


def next_morning(now: datetime) -> datetime:
    """The first 08:00 after `now`."""
    today = at_london(london_day(now), HOUR)
    return today if today > now else morning_after(london_day(now))


def morning_after(day: date) -> datetime:
    """When officers hear of something that was due on `day`."""
    return at_london(day + timedelta(days=1), HOUR)
