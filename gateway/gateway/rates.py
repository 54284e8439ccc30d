"""How often one caller may come: the generic cell rate algorithm (ITU-T I.371), one number per caller, bounded memory.

Not the library `limits`: its memory storage walks every key it holds on nearly every hit, which at 10,000 callers
took 0.5 ms a request here; this takes under 1 µs. Real time, never the business clock. Counts are per process.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.problems import TooManyRequests

_COME_AGAIN_SECONDS = 1


@dataclass(frozen=True)
class Rate:
    """`per_minute` on average; `burst` at once."""

    per_minute: int
    burst: int


class InFlight:
    """How much one caller may have going on at once: connections to a service are few, and for everybody."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._of: Counter[str] = Counter()

    @contextmanager
    def one(self, caller: str) -> Iterator[None]:
        """Around one request of `caller`; TooManyRequests if as many as it may have are being answered."""
        if self._of[caller] >= self._at_once:
            raise TooManyRequests(_COME_AGAIN_SECONDS)
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            if not self._of[caller]:
                del self._of[caller]


class RateLimit:
    def __init__(self, rate: Rate, *, callers: int = 100_000) -> None:
        self._gap = 60.0 / rate.per_minute
        self._tolerance = self._gap * (rate.burst - 1)
        self._callers = callers
        self._due: OrderedDict[str, float] = OrderedDict()  # caller -> instant at which the bucket is empty again

    def take(self, caller: str, *, now: float) -> None:
        """Count one request of `caller` at `now` (seconds, monotonic); TooManyRequests if it comes too soon."""
        due = self._checked(caller, now)
        self._due[caller] = due + self._gap
        self._due.move_to_end(caller)
        if len(self._due) > self._callers:
            self._due.popitem(last=False)

    def check(self, caller: str, *, now: float) -> None:
        """The same question without counting."""
        self._checked(caller, now)

    def _checked(self, caller: str, now: float) -> float:
        due = max(self._due.get(caller, now), now)
        early = due - now - self._tolerance
        if early > 1e-9:
            raise TooManyRequests(max(1, math.ceil(early)))
        return due
