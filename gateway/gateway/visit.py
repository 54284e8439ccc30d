"""One request while it is in the house: what is known of it, for whoever decides and for the log."""

import time
from dataclasses import dataclass, field
from typing import Any

from gateway.headers import Head
from gateway.peers import Peer


@dataclass(slots=True)
class Visit:
    method: str
    raw_path: bytes
    query: str
    head: Head
    peer: Peer
    service: str = "gateway"
    subject: str = ""
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    began: float = field(default_factory=time.perf_counter)

    @property
    def is_answered(self) -> bool:
        return self.status > 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


def header(scope: dict[str, Any], name: bytes) -> bytes:
    """All values of a request header, joined as one list."""
    return b",".join(value for each, value in scope["headers"] if each == name)
