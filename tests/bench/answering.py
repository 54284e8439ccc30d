"""The smallest service that can stand behind a gateway: one JSON answer for everything, and public keys."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

_THINGS = json.dumps({"items": [{"id": number, "name": f"Thing {number}"} for number in range(16)]}).encode()
_KEYS = os.environ.get("BENCH_KEYS", '{"keys": []}').encode()
_ANSWERS = {
    "/v1/jwks.json": _KEYS,
    "/v1/revocations": b'{"revoked": [], "sessions_ended": []}',
}


async def app(scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    body = _ANSWERS.get(scope["path"], _THINGS)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
