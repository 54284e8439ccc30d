"""Sending a whole answer of the gateway's own: problems, small JSON documents, the docs page."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from assay_kit.problems import MEDIA_TYPE, Problem
from gateway.headers import Raw, answer_headers

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def send_whole(send: Send, status: int, body: bytes, headers: Sequence[Raw], *, is_head: bool = False) -> int:
    """One answer, start to end. Returns the bytes of body sent."""
    length = (b"content-length", str(len(body)).encode("ascii"))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
    return 0 if is_head else len(body)


async def send_problem(send: Send, problem: Problem, *, request_id: str, is_https: bool, is_head: bool) -> int:
    own: list[Raw] = [(b"content-type", MEDIA_TYPE.encode("ascii"))]
    own += [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in problem.headers.items()]
    headers = answer_headers(own, request_id=request_id, is_page=False, is_https=is_https)
    if problem.status == 400:
        # What follows on this connection cannot be trusted to begin where we think it does.
        headers.append((b"connection", b"close"))
    return await send_whole(send, problem.status, json_bytes(problem.document), headers, is_head=is_head)


def json_bytes(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
