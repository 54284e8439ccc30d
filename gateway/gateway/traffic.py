"""Classes of traffic: how long an answer may take and how large a body may be. Pure.

An operation names its class in OpenAPI with `x-traffic`; the role table carries it here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Traffic(StrEnum):
    ORDINARY = "ordinary"
    FILES = "files"
    LONG_POLL = "long_poll"
    SLOW = "slow"
    SIGN_IN = "sign_in"
    PAGES = "pages"


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """`answer_seconds`: silence of the service, before and between bytes. `whole_seconds`: everything together."""

    answer_seconds: float
    whole_seconds: float
    body_bytes: int


def allowances(*, body_bytes: int, file_bytes: int) -> Mapping[Traffic, Allowance]:
    def allow(answer: float, whole: float, size: int = body_bytes) -> Allowance:
        return Allowance(answer_seconds=answer, whole_seconds=whole, body_bytes=size)

    return {
        Traffic.ORDINARY: allow(30, 120),
        Traffic.FILES: allow(60, 3_600, file_bytes),
        Traffic.LONG_POLL: allow(75, 120),
        Traffic.SLOW: allow(900, 960),
        Traffic.SIGN_IN: allow(15, 30, min(body_bytes, 16 * 1024)),
        Traffic.PAGES: allow(60, 600, file_bytes),
    }
