"""The services as the portal's tests need them: one real HTTP server that answers what it is told to answer."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from httpx import Client, Response
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.responses import Response as Answer
from starlette.types import Receive, Scope, Send

from assay_kit.settings import Settings
from assay_kit.testing import token_for

Said = tuple[int, Any] | Callable[[Any], tuple[int, Any]]

PASSWORD = "correct horse battery"
ORG = "018f0000-0000-7000-8000-000000000001"
SERVICE = "018f0000-0000-7000-8000-000000000002"


@dataclass
class Asked:
    """One request that reached a service."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class FakeServices:
    """Answers by method and path. What nobody told it to answer is a 404 problem, as in a real service."""

    settings: Settings
    answers: dict[tuple[str, str], Said] = field(default_factory=dict)
    headers: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    token_seconds: int = 900
    refused_refresh: bool = False
    refreshed: list[str] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_down: bool = False

    def says(
        self, method: str, path: str, body: Any, status: int = 200, *, headers: dict[str, str] | None = None
    ) -> None:
        self.answers[method, path] = (status, body)
        self.headers[method, path] = headers or {}

    def person(self, email: str, *roles: str, org: str | None = None, name: str = "Sam Porter") -> None:
        self.people[email] = {"roles": roles, "org": org, "name": name}

    def bodies(self, method: str, path: str) -> list[Any]:
        return [each.body for each in self.asked if (each.method, each.path) == (method, path)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await (await self._answer(Request(scope, receive)))(scope, receive, send)

    async def _answer(self, request: Request) -> Answer:
        raw = await request.body()
        path = request.url.path
        if path == "/v1/token":
            return await self._token({name: value[0] for name, value in parse_qs(raw.decode()).items()})
        if self.is_down:
            return JSONResponse({"detail": "down"}, 503)
        body = json.loads(raw) if raw and request.headers.get("content-type") == "application/json" else raw.decode()
        query = dict(request.query_params)
        self.asked.append(Asked(request.method, path, query, body, dict(request.headers)))
        said = self.answers.get((request.method, path))
        if said is None:
            return JSONResponse(problem(404, "There is no such thing here."), 404)
        status, document = said(body) if callable(said) else said
        if status == 204:
            return Answer(status_code=204)
        return JSONResponse(document, status, headers=self.headers.get((request.method, path)))

    async def _token(self, form: dict[str, str]) -> Answer:
        if form["grant_type"] == "refresh_token":
            # Slow enough for two tabs to meet.
            await asyncio.sleep(0.1)
            self.refreshed.append(form["refresh_token"])
            if self.refused_refresh or len(set(self.refreshed)) < len(self.refreshed):
                return JSONResponse(problem(400, "reuse"), 400)
            return self._granted(form["refresh_token"].split("|")[0])
        person = self.people.get(form["username"])
        if person is None or form["password"] != PASSWORD:
            return JSONResponse(problem(400, "no"), 400)
        return self._granted(form["username"])

    def _granted(self, email: str) -> Answer:
        person = self.people[email]
        org = person["org"]
        token = token_for(self.settings, *person["roles"], org=org, name=person["name"], subject=f"person:{email}")
        refresh = f"{email}|{len(self.refreshed)}"
        return JSONResponse(
            {
                "access_token": token,
                "refresh_token": refresh,
                "token_type": "Bearer",
                "expires_in": self.token_seconds,
            }
        )


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "/problems/x", "title": "Refused", "status": status, "detail": detail, **more}


def provider() -> dict[str, Any]:
    return {
        "id": ORG,
        "name": "Larkfield Care Ltd",
        "legal_form": "company",
        "company_number": "01234567",
        "has_no_company_number": False,
        "charity_number": None,
        "cqc_provider_id": None,
        "contact_name": "Olive",
        "contact_email": "olive@larkfield.example",
        "registered_at": "2026-01-05T10:00:00Z",
        "status": "active",
    }


def care_service() -> dict[str, Any]:
    return {
        "id": SERVICE,
        "version": 1,
        "provider_id": ORG,
        "name": "Larkfield <b>Home</b> Care",
        "type": "home_care",
        "client_groups": ["older_people"],
        "zones": ["North"],
        "capacity": {"amount": 900, "unit": "hours_per_week"},
        "people_supported": 1364,
        "cqc_location_id": "1-123456789",
        "is_regulated": True,
        "landlord": None,
        "started_on": "2020-04-01",
    }


def _reading(indicator: str, **more: Any) -> dict[str, Any]:
    usual = {"state": "known", "level": "none", "as_of": "2026-03-01", "reason": "Nothing.", "working": {"count": 0}}
    return {"indicator": indicator, "is_in_confidence": False} | usual | more


def standing(band: str = "red") -> dict[str, Any]:
    return {
        "care_service_id": SERVICE,
        "standing": {
            "band": band,
            "since": "2026-03-01T09:00:00Z",
            "computed_band": band,
            "direction": "worsening",
            "embargo": "whole",
            "embargo_limits": [],
            "embargo_since": "2026-03-01",
            "override": None,
            "result": {
                "points": 9,
                "model_version": 1,
                "computed_at": "2026-03-02T02:00:00Z",
                "reasons": ["Two unexpected deaths on record."],
                "readings": [_reading("cqc_rating"), _reading("unexpected_deaths", level="serious")],
            },
        },
        "interventions": [],
        "timeline": [],
    }


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The application behind a real port; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="auto"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


class Browser:
    """A browser without JavaScript: follows redirects, keeps cookies, sends the mark of the page it is on."""

    def __init__(self, address: str) -> None:
        self.client = Client(base_url=address, follow_redirects=True, timeout=20)
        self.page: Response | None = None

    def open(self, path: str) -> Response:
        self.page = self.client.get(path)
        return self.page

    def send(self, path: str, **typed: Any) -> Response:
        """Send a form from the page that is open; names may hold `__` for a hyphen."""
        data = {name.replace("__", "-"): value for name, value in typed.items()}
        self.page = self.client.post(path, data={"csrf": self.mark(), **data})
        return self.page

    def mark(self) -> str:
        assert self.page is not None, "open a page first"
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.page.text)
        assert found, "the page has no form"
        return found[1]

    def sign_in(self, email: str, password: str = PASSWORD) -> Response:
        self.open("/sign-in")
        return self.send("/sign-in", username=email, password=password)
