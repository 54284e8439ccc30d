"""When evidence lapses. Pure."""

from datetime import date, datetime, time, timedelta

from assay_kit.calendar import at_london

REMINDED_DAYS_BEFORE = 28
"""How long before evidence expires its provider is reminded."""


def reminds_at(expires_on: date) -> datetime:
    """When the provider is reminded that evidence expires: as a London day begins, so many days before its last."""
    days = min(REMINDED_DAYS_BEFORE, (expires_on - date.min).days)
    return at_london(expires_on - timedelta(days=days), time())


def lapses_at(expires_on: date) -> datetime | None:
    """Evidence holds through the day it expires on, and lapses as the next London day begins.

    None on the last day of all: that is how some systems write that a thing never expires.
    """
    return None if expires_on == date.max else at_london(expires_on + timedelta(days=1), time())
