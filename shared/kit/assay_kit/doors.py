"""The service's own door: every request is known, signed in and allowed before its body is read.

FastAPI parses a JSON body before it runs dependencies, so a stranger with malformed JSON would be told about the JSON.
What each operation asks for is read from the OpenAPI document: the rights in the routes' signatures are the one source.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assay_kit.identity import ensure_may, principal_of
from assay_kit.keys import Keys
from assay_kit.problems import NotSignedIn, Problem, of_status
from assay_kit.tokens import TokenRefused

METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

AS_RARE_AS_SIGN_INS = {"x-traffic": "sign_in"}
"""`openapi_extra` of what strangers may call and that tries a secret or sends a letter: the gateway counts it apart."""

_DOCUMENT = "/openapi.json"  # says what there is, and so is not in itself

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Operation:
    """One method of one path: `rights` is None where anybody may, empty where any role is enough."""

    method: str
    path: str
    rights: tuple[str, ...] | None


class Operations:
    """Every operation of an OpenAPI document, to be found by a request's path."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._paths = [
            (_pattern(path), {op.method: op for op in _operations(path, item)})
            for path, item in sorted(document["paths"].items(), key=lambda each: each[0].count("{"))
        ]

    def of_path(self, path: str) -> Mapping[str, Operation]:
        """The operations at `path` by upper-case method; empty where the path is unknown."""
        for pattern, operations in self._paths:
            if pattern.fullmatch(path):
                return operations
        return {}


def rights_of(operation: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The rights an OpenAPI operation names, any one of which is enough; None where it is public."""
    if not operation.get("security"):
        return None
    return tuple(sorted({right for each in operation["security"] for rights in each.values() for right in rights}))


class Door:
    """Authenticates and authorises by the operation, answers unknown methods with a full `Allow`, and keeps count."""

    def __init__(self, app: ASGIApp, *, owner: FastAPI, keys: Keys, registry: CollectorRegistry) -> None:
        self._app = app
        self._owner = owner
        self._keys = keys
        self._operations: Operations | None = None
        labels = ("method", "path", "status")
        self._count = Counter("assay_requests_total", "Requests answered", labels, registry=registry)
        self._time = Histogram("assay_request_seconds", "Time to answer", ("method", "path"), registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._operations is None:
            self._operations = Operations(self._owner.openapi())
        operations = self._operations.of_path(scope["path"])
        operation = operations.get(scope["method"])
        request_id = Headers(scope=scope).get("x-request-id", "")[:64]
        structlog.contextvars.bind_contextvars(request_id=request_id)
        answer = _Answer(send, request_id)
        began = time.perf_counter()
        try:
            await self._let_in(scope, receive, answer, operations, operation)
        except Exception:
            # Here and not further out: the line still says which request it was.
            log.exception("unexpected while answering", method=scope["method"], path=scope["path"])
            if answer.has_begun:
                raise
            await of_status(500, "Something went wrong here. It has been written down.")(scope, receive, answer)
        finally:
            path = operation.path if operation else "(unknown)"
            self._count.labels(scope["method"] if operation else "-", path, answer.status).inc()
            self._time.labels(scope["method"] if operation else "-", path).observe(time.perf_counter() - began)
            structlog.contextvars.clear_contextvars()

    async def _let_in(
        self,
        scope: Scope,
        receive: Receive,
        send: "_Answer",
        operations: Mapping[str, Operation],
        operation: Operation | None,
    ) -> None:
        is_public = scope["path"] == _DOCUMENT or (operation is not None and operation.rights is None)
        try:
            if not is_public:
                await self._authorise(scope, operation)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        if operations and operation is None:
            allowed = ", ".join(sorted(operations))
            refusal = of_status(405, f"This address answers {allowed}.", {"Allow": allowed})
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _authorise(self, scope: Scope, operation: Operation | None) -> None:
        kind, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise NotSignedIn
        try:
            principal = principal_of(await self._keys.verified(token.strip()))
        except TokenRefused as refused:
            raise NotSignedIn(str(refused)) from refused
        if operation is not None:
            ensure_may(principal, list(operation.rights or ()))
        scope.setdefault("state", {})["principal"] = principal


class _Answer:
    """Passes an answer on, adds the request's id, and remembers the status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._id = request_id
        self.status = 500
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self.status = message["status"]
            if self._id:
                message["headers"] = [*message["headers"], (b"x-request-id", self._id.encode("latin-1"))]
        await self._send(message)


def _pattern(path: str) -> re.Pattern[str]:
    parts: Sequence[str] = re.split(r"(\{[^}]*\})", path)
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts))


def _operations(path: str, item: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, rights_of(operation)) for method, operation in item.items() if method in METHODS
    ]
