"""Headers in both directions: which go on, which stay here, which the gateway writes itself. Pure."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.problems import BadRequest, UpgradeRefused

Raw = tuple[bytes, bytes]

# RFC 9110, 7.6.1: for one connection only.
_HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings",
    }
)  # fmt: skip
# Who somebody is and where they come from is said by the gateway, or by the token; never by such a header.
_PRETENDING = (
    b"x-assay-", b"x-internal-", b"x-forwarded", b"x-real-ip", b"x-client-", b"x-original-", b"x-rewrite-", b"x-user",
    b"x-remote-", b"x-auth", b"x-principal", b"x-subject", b"x-role", b"x-scope", b"x-org", b"x-http-method", b"x-ssl-",
    b"x-method-override", b"x-envoy-", b"ssl-client", b"remote-", b"client-ip", b"true-client-ip", b"cf-connecting-ip",
    b"forwarded", b"via",
)  # fmt: skip
# Read here. What of it goes on is written anew.
_READ = frozenset(
    {
        b"host", b"authorization", b"content-length", b"transfer-encoding", b"connection", b"upgrade", b"expect",
        b"x-request-id",
    }
)  # fmt: skip
_LISTS = frozenset({b"connection", b"transfer-encoding", b"upgrade"})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._\-]{7,63}")
_HOST = re.compile(rb"(?:[A-Za-z0-9._\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_DIGITS = re.compile(rb"[0-9]{1,18}")


@dataclass(slots=True)
class Head:
    """What the gateway has read from the headers of a request, and what it may pass on."""

    request_id: str
    host: str = ""
    authorization: bytes = b""
    content_length: int | None = None
    is_chunked: bool = False
    onward: list[tuple[str, str]] = field(default_factory=list)

    @property
    def has_body(self) -> bool:
        return self.is_chunked or bool(self.content_length)


def request_id_of(headers: Iterable[Raw]) -> str:
    """The caller's own request id if there is exactly one and it is well formed; a new one otherwise."""
    given = [value for name, value in headers if name == b"x-request-id"]
    if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
        return given[0].decode("ascii")
    return os.urandom(16).hex()


def read_head(headers: Sequence[Raw], request_id: str) -> Head:
    """Raises BadRequest where two readers could understand the request differently."""
    read: dict[bytes, bytes] = {}
    kept: list[Raw] = []
    for name, value in headers:
        if name in _READ:
            _keep_one(read, name, value)
        elif not (name in _HOP_BY_HOP or name.startswith(_PRETENDING) or b"_" in name):
            kept.append((name, value))
    if connection := read.get(b"connection"):
        kept = _without_listed(connection, kept, is_upgrade=b"upgrade" in read)
    head = Head(request_id)
    _read_framing(read, head)
    _read_host(read, head)
    head.authorization = read.get(b"authorization", b"")
    if head.authorization:
        kept.append((b"authorization", head.authorization))
    head.onward = [_text(name, value) for name, value in kept]
    return head


def _keep_one(read: dict[bytes, bytes], name: bytes, value: bytes) -> None:
    if name not in read:
        read[name] = value
    elif name in _LISTS:
        read[name] += b"," + value
    elif name != b"x-request-id":
        raise BadRequest(f"The header {name.decode('latin-1')} may be sent once.")


def _without_listed(connection: bytes, kept: list[Raw], *, is_upgrade: bool) -> list[Raw]:
    """Leave out what the sender meant for this connection alone."""
    if connection in (b"keep-alive", b"close"):
        return kept
    listed = {token.strip() for token in connection.lower().split(b",")}
    if is_upgrade and b"upgrade" in listed:
        raise UpgradeRefused("The connection cannot be switched to another protocol.")
    return [(name, value) for name, value in kept if name not in listed]


def _read_framing(read: dict[bytes, bytes], head: Head) -> None:
    length, encoding = read.get(b"content-length"), read.get(b"transfer-encoding")
    if encoding is not None:
        if length is not None:
            raise BadRequest("Content-Length and Transfer-Encoding may not be sent together.")
        if encoding.strip().lower() != b"chunked":
            raise BadRequest("The only transfer encoding understood is chunked.")
        head.is_chunked = True
    if length is not None:
        if not _DIGITS.fullmatch(length):
            raise BadRequest("Content-Length has to be a number.")
        head.content_length = int(length)
    if read.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise BadRequest("The only expectation understood is 100-continue.")


def _read_host(read: dict[bytes, bytes], head: Head) -> None:
    host = read.get(b"host", b"")
    if not _HOST.fullmatch(host):
        raise BadRequest("Send one well-formed Host header.")
    head.host = host.decode("ascii")


def _text(name: bytes, value: bytes) -> tuple[str, str]:
    try:
        return name.decode("ascii"), value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("Headers have to be ASCII or UTF-8.") from error


# ---- answers ----

_NOT_PASSED_BACK = _HOP_BY_HOP | {
    b"server",
    b"x-powered-by",
    b"date",
    b"x-request-id",
    b"strict-transport-security",
    b"via",
}
_ALWAYS: Sequence[Raw] = ((b"x-content-type-options", b"nosniff"), (b"x-frame-options", b"DENY"))
_HSTS: Raw = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_UNLESS_SAID_BY_API: Sequence[Raw] = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_UNLESS_SAID_BY_PAGES: Sequence[Raw] = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)


def answer_headers(upstream: Iterable[Raw], *, request_id: str, is_page: bool, is_https: bool) -> list[Raw]:
    """The service's headers without those of its connection, then the gateway's own.

    What the service says itself about its pages stands: it knows them better. What the gateway alone may say
    (framing, sniffing, HSTS, the request id) is said by the gateway.
    """
    kept: list[Raw] = []
    said: set[bytes] = set()
    listed: set[bytes] = set()
    for written, value in upstream:
        name = written.lower()
        if name in _NOT_PASSED_BACK:
            if name == b"connection":
                listed.update(token.strip() for token in value.lower().split(b","))
            continue
        kept.append((name, _framed(value) if name == b"content-security-policy" else value))
        said.add(name)
    if listed:
        kept = [(name, value) for name, value in kept if name not in listed]
    kept += _ALWAYS
    kept += [each for each in (_UNLESS_SAID_BY_PAGES if is_page else _UNLESS_SAID_BY_API) if each[0] not in said]
    if is_https:
        kept.append(_HSTS)
    kept.append((b"x-request-id", request_id.encode("ascii")))
    return kept


def _framed(policy: bytes) -> bytes:
    """A content security policy that also says who may frame the page: nobody, unless it says so itself."""
    return policy if b"frame-ancestors" in policy else policy.rstrip(b"; ") + b"; frame-ancestors 'none'"
