"""Moves the demonstration clock of a whole house from due instant to due instant, events delivered in between.

It asks services over HTTP, as whoever holds the scope `clock:advance`, and knows none of them.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from assay_kit.problems import Conflict, Unavailable

_SETTLE_SECONDS = 120.0
_WAIT_SECONDS = 1
_MOST_INSTANTS = 5_000
_A_MOMENT = timedelta(seconds=1)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Advanced:
    """Where the clock stands, at how many instants something was done on the way, and how much."""

    now: datetime
    instants: int
    done: int


@dataclass
class _Service:
    url: str
    next: datetime | None = None


class Hands:
    """The hands of the clock. `services`: name to base URL. One at a time: the caller holds a lock."""

    def __init__(self, http: httpx.Client, services: Mapping[str, str]) -> None:
        self._http = http
        self._services = {name: _Service(url) for name, url in services.items()}

    def now(self) -> datetime:
        """The furthest of the services' clocks."""
        return max(self._read_clocks())[0]

    def set(self, to: datetime, *, is_running: bool) -> None:
        """Put every clock at `to`, without doing what falls due on the way."""
        said = {"to": to.isoformat(), "is_running": is_running}
        self._ask_all(lambda service: self._call("PUT", service, "clock", said))

    def advance(self, to: datetime, *, is_running: bool) -> Advanced:
        """Move to `to`; returns when all that fell due is done in every service and its events are delivered."""
        at = self._stand_still(to)
        instants = done = 0
        while (instant := self._next(until=to)) is not None:
            at = max(at, instant)
            done += self._do_due(at)
            instants += 1
            if instants > _MOST_INSTANTS:
                raise Unavailable(f"Due work at {at.isoformat()} never comes to an end.")
        self.set(to, is_running=is_running)
        return Advanced(now=to, instants=instants, done=done)

    def leap(self, to: datetime) -> None:
        """Put clocks that stand still at `to`, and do there what fell due on the way.

        For loading years of history: due work is idempotent, so it may be done where the leap lands, and much faster.
        """
        self._do_due(to)
        while self._next(until=to) is not None:
            self._do_due(to)

    def settle(self) -> None:
        """Wait until every event told has been heard: twice in a row nobody has anything to deliver.

        Always, not only where due work left something to deliver: what was delivered meanwhile told others more.
        """
        until = time.monotonic() + _SETTLE_SECONDS
        quiet = 0
        while quiet < 2:
            stuck = [name for name, left in zip(self._services, self._ask_all(self._pending), strict=True) if left]
            quiet = 0 if stuck else quiet + 1
            if stuck and time.monotonic() > until:
                raise Unavailable(f"Events of {stuck[0]} are not delivered; is a service or the worker down?")

    def _pending(self, service: _Service) -> int:
        answer = self._call("GET", service, f"pending?seconds={_WAIT_SECONDS}")
        service.next = _instant(answer["next"])
        return int(answer["undelivered"])

    def _stand_still(self, to: datetime) -> datetime:
        """Stop the clocks at one instant: they have drifted apart by moments while they ran."""
        read = self._read_clocks()
        furthest = max(now for now, _ in read)
        if to < furthest:
            raise Conflict(f"The clock moves forward only; it is {furthest.isoformat()}.")
        at = min(furthest + _A_MOMENT, to) if any(is_running for _, is_running in read) else furthest
        self.set(at, is_running=False)
        self.settle()
        return at

    def _read_clocks(self) -> list[tuple[datetime, bool]]:
        read = self._ask_all(lambda service: self._call("GET", service, "clock"))
        return [(datetime.fromisoformat(each["now"]), bool(each["is_running"])) for each in read]

    def _next(self, *, until: datetime) -> datetime | None:
        instants = [service.next for service in self._services.values() if service.next is not None]
        earliest = min(instants, default=None)
        return earliest if earliest is not None and earliest <= until else None

    def _do_due(self, at: datetime) -> int:
        """What is due in each service at once: they share nothing but events, which are delivered afterwards."""
        answers = self._ask_all(lambda service: self._call("POST", service, "due", {"now": at.isoformat()}))
        self.settle()
        return sum(answer["done"] for answer in answers)

    def _ask_all(self, ask: Callable[[_Service], Answer]) -> list[Answer]:
        with ThreadPoolExecutor(len(self._services)) as threads:
            return list(threads.map(ask, self._services.values()))

    def _call(self, method: str, service: _Service, what: str, body: Any = None) -> Any:
        try:
            response = self._http.request(method, f"{service.url}/internal/{what}", json=body)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{service.url} did not answer: {error!r}. The clock came to a halt on the way."
            ) from error
        return response.json()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
