"""The path of a request, decoded once, or refused. Pure.

A path that two programs can read in two ways gets past a rule in one of them. So anything but a plain path is refused,
never repaired: dot segments, empty segments, encoded slashes, backslashes, control characters, double encoding.
"""

import re
from urllib.parse import quote, unquote

from gateway.problems import BadPath, TooLong

LONGEST_PATH = 2_048
LONGEST_QUERY = 8_192

_VISIBLE = re.compile(rb"[!-~]*")
_PLAIN = re.compile(rb"/[A-Za-z0-9\-_~!$&'()*+,=:@/.]*")
_ESCAPES = re.compile(rb"(?:[^%]|%[0-9A-Fa-f]{2})*")
# Encoded slash, backslash, NUL and other control characters; encoded percent signs that would decode to one of them.
_TRAPS = re.compile(rb"%(?:2f|5c|[01][0-9a-f]|7f|25(?:2[ef]|5c|25|[01][0-9a-f]))", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.{1,2}(?:;.*)?)")
_SAFE = "/!$&'()*+,=:@~"


def clean_path(raw: bytes) -> str:
    """The decoded path. Raises BadPath or TooLong; never changes the meaning of what was sent."""
    if len(raw) > LONGEST_PATH:
        raise TooLong(f"A path may have {LONGEST_PATH} characters.")
    if b"//" in raw or not raw.startswith(b"/"):
        raise BadPath("The path must begin with one slash and have no empty part.")
    if _PLAIN.fullmatch(raw):
        path = raw.decode("ascii")
        if "/." not in path:
            return path
    else:
        path = _decode(raw)
    if any(_DOTS.fullmatch(part) for part in path.split("/")):
        raise BadPath("The path may not have the parts '.' and '..'.")
    return path


def clean_query(raw: bytes) -> str:
    """The query string, untouched. Raises BadRequest where it could not be passed on byte for byte."""
    if len(raw) > LONGEST_QUERY:
        raise TooLong(f"A query may have {LONGEST_QUERY} characters.")
    if not _VISIBLE.fullmatch(raw) or b"#" in raw:
        raise BadPath("The query holds characters that have to be percent-encoded.")
    return raw.decode("ascii")


def written(path: str) -> str:
    """The one way in which a decoded path is written to a service."""
    return quote(path, safe=_SAFE)


def _decode(raw: bytes) -> str:
    if not _VISIBLE.fullmatch(raw) or b"\\" in raw or b"#" in raw or b"?" in raw:
        raise BadPath("The path holds characters that have to be percent-encoded.")
    if not _ESCAPES.fullmatch(raw):
        raise BadPath("The path holds a percent sign that begins no encoding.")
    if _TRAPS.search(raw):
        raise BadPath("The path may not encode slashes, backslashes or control characters, or encode twice.")
    try:
        return unquote(raw.decode("ascii"), errors="strict")
    except UnicodeDecodeError as error:
        raise BadPath("The path does not decode to UTF-8 text.") from error
