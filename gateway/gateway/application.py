"""The door itself, a raw ASGI application: every request is read, judged and counted, then passed on or refused."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assay_kit.problems import NotAllowed, Problem
from assay_kit.tokens import Claims
from gateway import measures
from gateway.access_log import AccessLog
from gateway.answers import Send, json_bytes, send_problem, send_whole
from gateway.bodies import ClientGone, Receive
from gateway.callers import Callers
from gateway.docs_page import CONTENT_SECURITY_POLICY, STYLE
from gateway.headers import Head, Raw, answer_headers, read_head, request_id_of
from gateway.openapi import OpenApiPages
from gateway.paths import clean_path, clean_query
from gateway.peers import Network, peer_of
from gateway.problems import Broken, MethodNotAllowed
from gateway.rates import InFlight, RateLimit
from gateway.readiness import Readiness
from gateway.role_table import Operation, RoleTable
from gateway.routing import Destination, destination_of
from gateway.traffic import Traffic
from gateway.upstream import Upstream
from gateway.visit import Visit, header

_log = logging.getLogger(__name__)

Scope = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Requests per caller: signed in, by address, and sign-ins by address."""

    subjects: RateLimit
    addresses: RateLimit
    sign_ins: RateLimit


@dataclass(frozen=True, kw_only=True)
class House:
    """What the door needs once the process is running."""

    table: RoleTable
    callers: Callers
    limits: Limits
    in_flight: InFlight
    upstream: Upstream
    openapi: OpenApiPages
    readiness: Readiness
    access_log: AccessLog
    trusted_proxies: tuple[Network, ...] = ()


class Door:
    """ASGI: one call per request. `house` is there from the start of the lifespan to its end."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._own: Mapping[str, Callable[[Visit, Send], Awaitable[None]]] = {
            "/health": self._health,
            "/ready": self._ready,
            "/api/openapi.json": self._openapi,
            "/api/docs": self._docs,
            "/api/docs.css": self._style,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = self._begin(scope)
        measures.IN_FLIGHT.inc()
        try:
            await self._answer(visit, scope, receive, send)
        except ClientGone:
            pass
        except Problem as problem:
            await self._refuse(visit, problem, send)
        except Exception:
            _log.exception("unexpected while answering %s", visit.head.request_id)
            await self._refuse(visit, Broken("The gateway could not handle this request."), send)
        finally:
            measures.IN_FLIGHT.dec()
            measures.measure(visit)
            self._house.access_log.note(visit)

    def _begin(self, scope: Scope) -> Visit:
        socket_address = (scope.get("client") or ("", 0))[0]
        trusted = self._house.trusted_proxies
        peer = peer_of(
            socket_address,
            scope.get("scheme", "http"),
            forwarded_for=header(scope, b"x-forwarded-for") if trusted else b"",
            forwarded_proto=header(scope, b"x-forwarded-proto") if trusted else b"",
            trusted=trusted,
        )
        head = Head(request_id_of(scope["headers"]))
        return Visit(method=scope["method"], raw_path=scope["raw_path"], query="", head=head, peer=peer)

    async def _answer(self, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        visit.head = read_head(scope["headers"], visit.head.request_id)
        path = clean_path(visit.raw_path)
        visit.query = clean_query(scope["query_string"])
        if own := self._own.get(path):
            self._house.limits.addresses.take(visit.peer.household, now=time.monotonic())
            if visit.method not in ("GET", "HEAD"):
                raise MethodNotAllowed(("GET", "HEAD"))
            await own(visit, send)
            return
        destination = destination_of(visit.method, path, self._house.table)
        visit.service = destination.service
        await self._let_in(visit, destination)
        with self._house.in_flight.one(visit.subject or visit.peer.household):
            await self._house.upstream.pass_on(visit, destination, receive, send)

    async def _let_in(self, visit: Visit, destination: Destination) -> None:
        """Sign-in, rate, right: in this order, and all before a byte of the body is read."""
        limits, household = self._house.limits, visit.peer.household
        operation = destination.operation
        if operation.is_public:
            by_address = limits.sign_ins if destination.traffic is Traffic.SIGN_IN else limits.addresses
            by_address.take(household, now=time.monotonic())
            return
        claims = await self._signed_in(visit, household)
        visit.subject = claims.sub
        limits.subjects.take(claims.sub, now=time.monotonic())
        ensure_right(claims, operation)

    async def _signed_in(self, visit: Visit, household: str) -> Claims:
        addresses = self._house.limits.addresses
        try:
            return await self._house.callers.identify(
                visit.head.authorization,
                before_verifying=lambda: addresses.check(household, now=time.monotonic()),
            )
        except Problem as problem:
            if problem.status == 401:
                addresses.take(household, now=time.monotonic())
            raise

    async def _refuse(self, visit: Visit, problem: Problem, send: Send) -> None:
        if visit.is_answered:
            # Half an answer is out: closing the connection is the only way left to say that it is not whole.
            _log.warning("answer of %s broken off: %s", visit.service, problem)
            return
        visit.status = problem.status
        visit.bytes_out = await send_problem(
            send,
            problem,
            request_id=visit.head.request_id,
            is_https=visit.peer.is_https,
            is_head=visit.method == "HEAD",
        )

    # ---- what the gateway answers itself ----

    async def _health(self, visit: Visit, send: Send) -> None:
        await _send_document(visit, send, 200, {"status": "up"})

    async def _ready(self, visit: Visit, send: Send) -> None:
        services = await self._house.readiness.services()
        is_ready = all(services.values())
        said = {
            "status": "ready" if is_ready else "not ready",
            "services": {name: "ready" if answers else "not ready" for name, answers in services.items()},
        }
        await _send_document(visit, send, 200 if is_ready else 503, said, *(() if is_ready else (_RETRY,)))

    async def _openapi(self, visit: Visit, send: Send) -> None:
        await _send(visit, send, 200, (await self._house.openapi.written()).json, _JSON)

    async def _docs(self, visit: Visit, send: Send) -> None:
        await _send(visit, send, 200, (await self._house.openapi.written()).html, _HTML, CONTENT_SECURITY_POLICY)

    async def _style(self, visit: Visit, send: Send) -> None:
        await _send(visit, send, 200, STYLE, _CSS)


_RETRY: Raw = (b"retry-after", b"2")
_JSON: Raw = (b"content-type", b"application/json")
_HTML: Raw = (b"content-type", b"text/html; charset=utf-8")
_CSS: Raw = (b"content-type", b"text/css; charset=utf-8")


def ensure_right(claims: Claims, operation: Operation) -> None:
    """Any one of the operation's rights is enough; none named means any person, but no machine."""
    rights = operation.rights
    if not rights and not claims.roles:
        raise NotAllowed("This is for people; a machine needs a scope that is named.")
    if rights and rights.isdisjoint(claims.roles) and rights.isdisjoint(claims.scopes):
        raise NotAllowed("This needs one of: " + ", ".join(sorted(rights)) + ".")


async def _send_document(visit: Visit, send: Send, status: int, document: Any, *headers: Raw) -> None:
    await _send(visit, send, status, json_bytes(document), _JSON, *headers)


async def _send(visit: Visit, send: Send, status: int, body: bytes, *own: Raw) -> None:
    headers = answer_headers(own, request_id=visit.head.request_id, is_page=False, is_https=visit.peer.is_https)
    visit.status = status
    visit.bytes_out = await send_whole(send, status, body, headers, is_head=visit.method == "HEAD")
