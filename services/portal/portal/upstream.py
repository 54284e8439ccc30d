"""How the pages ask the services: as the person who is signed in, with a time limit, and with three ways to fail.

Failure
├── Down      the service does not answer, or answers 502, 503 or 504; with what it said of that, if anything
├── Refused   the service answered with a problem document (4xx)
└── WireDrift the answer does not have a field that a page shows
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx
import structlog

from assay_kit.settings import Settings

log = structlog.get_logger(__name__)

MOST_PAGES = 25
_FULL_PAGE = 200
TIMEOUT = httpx.Timeout(20.0, connect=3.0)
SERVICE_TITLES = {
    "directory": "The directory of providers and people",
    "dps-admission": "The applications service",
    "assessment": "The quality assessments service",
    "risk": "The early warning service",
}

_DOWN = frozenset({502, 503, 504})
_AFTER_SENDING = (httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError)

T = TypeVar("T")


class Failure(Exception):
    """Something that a service did not do."""


class Down(Failure):
    """`is_unsure`: the request left us whole, and no answer came back; what it asked for may have been done."""

    def __init__(self, service: str, said: str = "", *, is_unsure: bool = False) -> None:
        super().__init__(f"{service} does not answer")
        self.service = service
        self.title = SERVICE_TITLES.get(service, service)
        self.said = said
        self.is_unsure = is_unsure

    @property
    def sentence(self) -> str:
        """For the person whose form it was."""
        if self.said:
            return self.said
        if self.is_unsure:
            return f"{self.title} did not answer in time. Look whether it was done before you send this again."
        return f"{self.title} does not answer at the moment. What you entered is still here: try again in a minute."


class Refused(Failure):
    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {document.get('detail')}")
        self.status = status
        self.document = document

    @property
    def detail(self) -> str:
        return str(self.document.get("detail") or self.document.get("title") or "")

    @property
    def slug(self) -> str:
        return str(self.document.get("type", "")).rsplit("/", 1)[-1]


class WireDrift(Failure):
    """Raised instead of showing a blank where the page expects something."""


class Answer(dict[str, Any]):
    """A JSON object whose missing field is an error, not an empty place on a page."""

    def __missing__(self, key: str) -> Any:
        raise WireDrift(f"the answer has no field {key!r}, only {sorted(self)}")


@dataclass(frozen=True)
class Section(Generic[T]):
    """A part of a page that may be missing because its service is down."""

    value: T | None
    down: Down | None = None


async def section(asking: Awaitable[T]) -> Section[T]:
    """What was asked for, or the knowledge that its service is down."""
    try:
        return Section(await asking)
    except Down as down:
        return Section(None, down)


async def unless_missing(asking: Awaitable[T]) -> T | None:
    """What was asked for, or None where there is no such thing (yet), or it is not for this person."""
    try:
        return await asking
    except Refused as refusal:
        if refusal.status not in {403, 404}:
            raise
        return None


class Api:
    """The services, seen by one person during one request."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, *, request_id: str, token: str | None) -> None:
        self._client = client
        self._settings = settings
        self._headers = {"X-Request-ID": request_id, "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """The JSON of a GET; parameters that are None or empty are left out."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return _json(await self.send(service, "GET", path, params=given))

    async def every(self, service: str, path: str, **query: Any) -> list[Any]:
        """The items of a list that is short by nature, over its pages. A longer one is cut, and the log says so."""
        items: list[Any] = []
        cursor = None
        for _ in range(MOST_PAGES):
            page = await self.get(service, path, limit=200, cursor=cursor, **query)
            if isinstance(page, list):
                return page
            items += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return items
        log.warning("a list was cut", service=service, path=path, items=len(items))
        return items

    async def every_step(self, service: str, path: str) -> list[Any]:
        """The steps of one thing, the newest first, back to its first: a page ends with the step that the next is
        asked `before`. A service that tells them all at once is asked no third time."""
        steps: list[Any] = []
        for _ in range(MOST_PAGES):
            answer = await self.get(service, path, before=steps[-1]["sequence"] if steps else None)
            page = answer if isinstance(answer, list) else answer["items"]
            if steps and (not page or page[0]["sequence"] >= steps[-1]["sequence"]):
                break
            steps += page
            if len(page) < _FULL_PAGE:
                break
        return steps

    async def post(
        self, service: str, path: str, body: Any = None, *, match: str | None = None, patience: float | None = None
    ) -> Any:
        return _json(await self.send(service, "POST", path, json=body, match=match, patience=patience))

    async def put(self, service: str, path: str, body: Any, *, match: str | None = None) -> Any:
        return _json(await self.send(service, "PUT", path, json=body, match=match))

    async def patch(self, service: str, path: str, body: Any, *, match: str | None = None) -> Any:
        return _json(await self.send(service, "PATCH", path, json=body, match=match))

    async def delete(self, service: str, path: str) -> Any:
        return _json(await self.send(service, "DELETE", path))

    async def stream(self, service: str, path: str) -> httpx.Response:
        """A GET whose body is read, and closed, by the caller."""
        address = self._settings.service_url(service) + path
        request = self._client.build_request("GET", address, headers=self._headers)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise Down(service) from error
        if response.is_error:
            await response.aread()
            if response.status_code in _DOWN:
                raise Down(service, _said(response))
            raise Refused(response.status_code, _problem(response))
        return response

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        *,
        match: str | None = None,
        patience: float | None = None,
        **more: Any,
    ) -> httpx.Response:
        """`patience`: seconds to wait for what takes longer than a page should."""
        headers = self._headers | ({"If-Match": match} if match else {})
        address = self._settings.service_url(service) + path
        if patience:
            more["timeout"] = httpx.Timeout(patience, connect=3.0)
        try:
            response = await self._client.request(method, address, headers=headers, **more)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Down(service, is_unsure=isinstance(error, _AFTER_SENDING)) from error
        if response.status_code in _DOWN:
            raise Down(service, _said(response))
        if response.is_error:
            raise Refused(response.status_code, _problem(response))
        return response


def _json(response: httpx.Response) -> Any:
    return response.json(object_hook=Answer) if response.content else None


def _said(response: httpx.Response) -> str:
    """Why a service cannot do it now, in its own words: a sentence, never the page of some proxy."""
    return str(_problem(response).get("detail") or "")


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        document = response.json()
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"detail": "", "status": response.status_code}
