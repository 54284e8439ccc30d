"""The services' inner addresses on paper, for whoever moves the clock."""

import json
from datetime import datetime
from typing import Any

import httpx

from assay_contracts.names import SERVICES
from assay_kit.advancing import Hands
from assay_kit.testing import NOON


class PaperService:
    """A service's inner addresses on paper. What is due is done at its instant, and told to be delivered after."""

    def __init__(self, log: list[tuple[str, datetime]], name: str) -> None:
        self.log = log
        self.name = name
        self.time = NOON
        self.is_running = True
        self.due: list[datetime] = []
        self.undelivered = 0
        self.told_at_once: tuple[PaperService, datetime] | None = None
        self.falls_ill_at: datetime | None = None
        self.breaks_once_at: datetime | None = None

    def answer(self, method: str, what: str, body: dict[str, Any]) -> httpx.Response:
        if self.falls_ill_at is not None and self.time >= self.falls_ill_at:
            return httpx.Response(500)
        if method == "POST" and body["now"] == (self.breaks_once_at or NOON).isoformat():
            return httpx.Response(500)
        match method, what:
            case "PUT", "clock":
                self._set(datetime.fromisoformat(body["to"]), is_running=body["is_running"])
            case "POST", "due":
                self._set(datetime.fromisoformat(body["now"]), is_running=False)
                return httpx.Response(200, json={"done": self._do()})
            case "GET", "pending":
                self.undelivered = max(0, self.undelivered - 1)
                return httpx.Response(200, json=self._next() | self._pending())
        return httpx.Response(200, json={"now": self.time.isoformat(), "is_running": self.is_running})

    def _set(self, to: datetime, *, is_running: bool) -> None:
        assert to >= self.time
        self.time, self.is_running = to, is_running

    def _do(self) -> int:
        done = [instant for instant in self.due if instant <= self.time]
        self.due = [instant for instant in self.due if instant > self.time]
        self.log += [(self.name, self.time) for _ in done]
        if done and self.told_at_once is not None:
            hears, has_until = self.told_at_once
            hears.due.append(has_until)
        else:
            self.undelivered += 2 * len(done)
        return len(done)

    def _next(self) -> dict[str, Any]:
        return {"next": min(self.due).isoformat() if self.due else None}

    def _pending(self) -> dict[str, Any]:
        return {"undelivered": self.undelivered}


class PaperHouse:
    def __init__(self) -> None:
        self.log: list[tuple[str, datetime]] = []
        self.services = {name: PaperService(self.log, name) for name in SERVICES}

    def __getitem__(self, name: str) -> PaperService:
        return self.services[name]

    def hands(self) -> Hands:
        transport = httpx.MockTransport(self._answer)
        return Hands(httpx.Client(transport=transport), {name: f"http://{name}" for name in SERVICES})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        what = request.url.path.removeprefix("/internal/")
        return self.services[request.url.host].answer(request.method, what, body)

    @property
    def times(self) -> set[tuple[datetime, bool]]:
        return {(service.time, service.is_running) for service in self.services.values()}
