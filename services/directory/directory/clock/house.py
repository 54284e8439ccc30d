"""The services as the clock sees them: what time it is there, what falls due next, and what has not been delivered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import httpx

from assay_contracts.wiring import SERVICES
from assay_kit.settings import MissingSecret, Settings


class HouseDown(Exception):
    """A service does not answer, or not as it should. The message says which."""


class House(Protocol):
    """Every service that has a clock."""

    def now(self) -> datetime:
        """The latest time of any service."""
        ...

    def set_clocks(self, to: datetime, *, is_running: bool) -> None: ...

    def next_due(self) -> Mapping[str, datetime]:
        """For each service that waits for anything the earliest instant at which it falls due."""
        ...

    def do_due(self, service: str, now: datetime) -> int:
        """Let a service do what is due; how many things it did."""
        ...

    def undelivered(self) -> int:
        """How many events and jobs wait or run, in all services together."""
        ...


class HouseByHttp:
    """The services at their inner addresses, asked as the directory (scope `clock:advance`)."""

    def __init__(self, http: httpx.Client, settings: Settings) -> None:
        self._http = http
        self._urls = {name: settings.service_url(name) for name in SERVICES}

    def now(self) -> datetime:
        return max(_instant(self._ask(name, "GET", "/internal/clock")["now"]) for name in self._urls)

    def set_clocks(self, to: datetime, *, is_running: bool) -> None:
        """In every service that answers; then HouseDown for the first that does not."""
        failed: list[HouseDown] = []
        for name in self._urls:
            try:
                self._ask(name, "PUT", "/internal/clock", {"to": to.isoformat(), "is_running": is_running})
            except HouseDown as down:
                failed.append(down)
        if failed:
            raise failed[0]

    def next_due(self) -> Mapping[str, datetime]:
        answers = {name: self._ask(name, "GET", "/internal/due")["next"] for name in self._urls}
        return {name: _instant(answer) for name, answer in answers.items() if answer is not None}

    def do_due(self, service: str, now: datetime) -> int:
        return int(self._ask(service, "POST", "/internal/due", {"now": now.isoformat()})["done"])

    def undelivered(self) -> int:
        return sum(int(self._ask(name, "GET", "/internal/pending")["undelivered"]) for name in self._urls)

    def _ask(self, name: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        try:
            response = self._http.request(method, self._urls[name] + path, json=body)
            response.raise_for_status()
            said: Mapping[str, Any] = response.json()
        except (httpx.HTTPError, MissingSecret, ValueError) as error:
            raise HouseDown(f"The service {name} does not answer {method} {path} as it should.") from error
        return said


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
