"""When an account rests after wrong passwords, and which signing key is used when. Pure.

All instants here are real time: security never follows the business clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_ATTEMPTS = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)

SESSION_LASTS = timedelta(hours=12)
REFRESH_LASTS = timedelta(hours=2)
"""A refresh token unused for this long is dead; none outlives its session."""

KEY_SIGNS_FOR = timedelta(days=30)
KEY_PUBLISHED_AHEAD = timedelta(days=1)
"""Longer than any service keeps its last good copy of the key set without asking again."""
KEY_KEPT_AFTER = timedelta(hours=1)
"""Longer than any access token lives (15 minutes, at most 60)."""


def rest_after(failures: int) -> timedelta:
    """How long an account answers nobody after so many wrong passwords in a row: doubling, and bounded."""
    if failures < FREE_ATTEMPTS:
        return timedelta(0)
    doubled = min(failures - FREE_ATTEMPTS, 10)
    return min(FIRST_REST * (1 << doubled), LONGEST_REST)


@dataclass(frozen=True, kw_only=True)
class KeyTimes:
    """The life of one signing key: published, then used, then only published again."""

    kid: str
    signs_from: datetime

    @property
    def signs_until(self) -> datetime:
        return self.signs_from + KEY_SIGNS_FOR


def signing_now(keys: Sequence[KeyTimes], *, at: datetime) -> KeyTimes | None:
    """The newest key that may sign at `at`. An old key goes on signing when no newer one is there."""
    begun = [key for key in keys if key.signs_from <= at]
    return max(begun, key=lambda key: key.signs_from, default=None)


def published_now(keys: Sequence[KeyTimes], *, at: datetime) -> list[KeyTimes]:
    """Keys that verifiers must know: the one in use, the next, and the last until its tokens have expired."""
    current = signing_now(keys, at=at)
    if current is None:
        return list(keys)
    older = [key for key in keys if key.signs_from < current.signs_from]
    kept = older if at < current.signs_from + KEY_KEPT_AFTER else []
    newest_older = sorted(kept, key=lambda key: key.signs_from)[-1:]
    return [*newest_older, current, *(key for key in keys if key.signs_from > at)]


def next_key_signs_from(keys: Sequence[KeyTimes], *, at: datetime) -> datetime | None:
    """When a key to be made now begins to sign; None when no key needs to be made now.

    The first signs at once. Every later one is published KEY_PUBLISHED_AHEAD before its first signature.
    """
    current = signing_now(keys, at=at)
    if current is None:
        return at
    if any(key.signs_from > at for key in keys):
        return None
    if at < current.signs_until - KEY_PUBLISHED_AHEAD:
        return None
    return at + KEY_PUBLISHED_AHEAD
