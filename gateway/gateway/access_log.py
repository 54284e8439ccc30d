"""One line per request, in the form of the kit's log. Never a query, a token, a cookie or a body: secrets travel there.

Written here and not through the kit's logger, which costs a quarter of what the gateway can do: the fields are a fixed
few that need no filter, and lines are gathered for a moment and written together.
"""

import asyncio
import logging
import re
import sys
from datetime import UTC, datetime

from pydantic_core import to_json

from gateway.visit import Visit

FLUSH_SECONDS = 0.2
_switch = logging.getLogger("gateway.access")
_SECRET = re.compile(r"[A-Za-z0-9_\-]{40,}")


class AccessLog:
    def __init__(self) -> None:
        self._lines: list[str] = []

    def note(self, visit: Visit) -> None:
        """`status` 0: the client went away before there was an answer. Switched by the log level, as any other log."""
        if not _switch.isEnabledFor(logging.INFO):
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        self._lines.append(to_json(_described(visit)).decode())

    def flush(self) -> None:
        if lines := self._lines:
            self._lines = []
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()


def _described(visit: Visit) -> dict[str, str | int | float | datetime]:
    return {
        "at": datetime.now(UTC),
        "level": "info",
        "service": "gateway",
        "event": "request",
        "request_id": visit.head.request_id,
        "method": visit.method,
        "path": shown(visit.raw_path),
        "to": visit.service,
        "status": visit.status,
        "milliseconds": round(visit.seconds * 1000, 1),
        "bytes_in": visit.bytes_in,
        "bytes_out": visit.bytes_out,
        "client": visit.peer.address,
        "subject": visit.subject,
    }


def shown(raw_path: bytes) -> str:
    """The path as it may be logged: what looks like a one-time secret (an invitation, a reset link) is left out."""
    return _SECRET.sub("[hidden]", raw_path[:300].decode("ascii", "backslashreplace"))
