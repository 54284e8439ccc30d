"""One line per request. Never a query, a token, a cookie or a body: what is secret travels there."""

import re

import structlog

from gateway.visit import Visit

_log = structlog.get_logger("gateway.access")
_SECRET = re.compile(r"[A-Za-z0-9_\-]{40,}")


def note(visit: Visit) -> None:
    """`status` 0: the client went away before there was an answer."""
    _log.info(
        "request",
        method=visit.method,
        path=shown(visit.raw_path),
        service=visit.service,
        status=visit.status,
        milliseconds=round(visit.seconds * 1000, 1),
        bytes_in=visit.bytes_in,
        bytes_out=visit.bytes_out,
        client=visit.peer.address,
        subject=visit.subject,
        request_id=visit.head.request_id,
    )


def shown(raw_path: bytes) -> str:
    """The path as it may be logged: what looks like a one-time secret (an invitation, a reset link) is left out."""
    return _SECRET.sub("***", raw_path[:300].decode("ascii", "backslashreplace"))
