"""What the gateway itself refuses, beside the kit's own problems.

Problem
├── BadRequest          400  the request line or a header cannot be trusted
│   ├── BadPath
│   └── UpgradeRefused
├── MethodNotAllowed    405  with Allow
├── ClientTooSlow       408
├── TooLong             414
├── TooManyRequests     429  with Retry-After
├── Broken              500
├── BadAnswer           502  the service answered something that is not HTTP
└── TooSlow             504  the service did not answer in time
"""

from collections.abc import Iterable

from assay_kit.problems import Problem


class BadRequest(Problem):
    slug, title, status = "bad-request", "The request cannot be understood", 400


class BadPath(BadRequest):
    slug, title = "bad-path", "The address is not written plainly"


class UpgradeRefused(BadRequest):
    slug, title = "upgrade-refused", "This address speaks HTTP/1.1 only"


class MethodNotAllowed(Problem):
    slug, title, status = "method-not-allowed", "Method Not Allowed", 405

    def __init__(self, allowed: Iterable[str]) -> None:
        methods = ", ".join(sorted(allowed))
        super().__init__(f"This address answers {methods}.", headers={"Allow": methods})


class ClientTooSlow(Problem):
    slug, title, status = "request-timeout", "The request did not arrive in time", 408


class TooLong(Problem):
    slug, title, status = "address-too-long", "The address is too long", 414


class TooManyRequests(Problem):
    slug, title, status = "too-many-requests", "Too many requests", 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Try again in {retry_after} s.", headers={"Retry-After": str(retry_after)})


class Broken(Problem):
    slug, title, status = "internal-server-error", "Something went wrong here", 500


class BadAnswer(Problem):
    slug, title, status = "bad-gateway", "A service answered badly", 502


class TooSlow(Problem):
    slug, title, status = "gateway-timeout", "A service did not answer in time", 504
