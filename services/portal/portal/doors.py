"""What every request and answer of the portal has: a request id, headers that keep the browser strict, a log line."""

import re
import secrets
import time
from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")

# No inline script or style anywhere; nothing from other sites; forms only to ourselves.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'none'",
        "font-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

log = structlog.get_logger(__name__)


class PortalDoor:
    """Pure ASGI, so that it costs little and sees every answer, failures too."""

    def __init__(self, app: ASGIApp, *, broken: Callable[[Request], Response]) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given_id(scope) or secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.perf_counter()
        is_static = scope["path"].startswith("/static/")
        has_begun = False

        async def send_strictly(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                _add_headers(message, request_id, is_static=is_static)
                _say(scope, message["status"], began, request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_strictly)
        except Exception:
            log.exception("page broke", path=scope["path"], request_id=request_id)
            if has_begun:
                raise
            await self._broken(Request(scope))(scope, receive, send_strictly)


def _add_headers(message: Message, request_id: str, *, is_static: bool) -> None:
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    caching = "public, max-age=3600" if is_static else "no-store"
    for name, value in {**_HEADERS, "x-request-id": request_id, "cache-control": caching}.items():
        if name.encode() not in present:
            headers.append((name.encode(), value.encode()))
    message["headers"] = headers


def _given_id(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _REQUEST_ID.match(given) else ""


def _say(scope: Scope, status: int, began: float, request_id: str) -> None:
    if scope["path"] in {"/health", "/ready", "/metrics"} or scope["path"].startswith("/static/"):
        return
    milliseconds = round((time.perf_counter() - began) * 1000, 1)
    log.info("page", method=scope["method"], path=scope["path"], status=status, ms=milliseconds, request_id=request_id)
