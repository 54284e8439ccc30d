"""Which files are accepted from people, told by their content and not by their name."""

from collections.abc import Mapping
from enum import StrEnum

import puremagic

from assay_kit.problems import Conflict, TooLarge

HEAD_BYTES = 8_192
"""How much of a file must be seen before its type is decided."""

_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_TEXT = {"txt": "text/plain", "csv": "text/csv"}
_BY_CONTENT = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})

ALLOWED: Mapping[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    **_OFFICE,
    **_OPEN_DOCUMENT,
    **_TEXT,
}
"""File name ending to media type."""


class FileFault(StrEnum):
    EMPTY = "The file is empty"
    KIND_NOT_ACCEPTED = "Send a PDF, an image (PNG, JPEG, TIFF), an Office or OpenDocument file, or plain text"
    NAME_DISAGREES = "The file's content is not what its name says"
    MALWARE = "The file bears the mark of malicious software"


class FileRefused(Conflict):
    slug, title = "file-refused", "This file is not accepted"

    def __init__(self, fault: FileFault) -> None:
        super().__init__(f"{fault}.", bars=[fault.name])


class FileTooLarge(TooLarge):
    slug = "file-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A file may have at most {limit} bytes.", limit=limit)


def media_type(head: bytes, filename: str) -> str | FileFault:
    """The media type of a file that begins with `head` (its first HEAD_BYTES, or all of it)."""
    if not head:
        return FileFault.EMPTY
    ending = filename.rpartition(".")[2].lower()
    if ending not in ALLOWED:
        return FileFault.KIND_NOT_ACCEPTED
    found = _by_content(head, ending)
    return found if found == ALLOWED[ending] else FileFault.NAME_DISAGREES


def _by_content(head: bytes, ending: str) -> str | None:
    if ending in _TEXT:
        return _TEXT[ending] if _is_text(head) else None
    if ending in _OFFICE:
        is_package = head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head
        return _OFFICE[ending] if is_package else None
    if ending in _OPEN_DOCUMENT:
        declared = b"mimetype" + _OPEN_DOCUMENT[ending].encode()
        return _OPEN_DOCUMENT[ending] if head.startswith(b"PK\x03\x04") and declared in head[:200] else None
    return next((kind for kind in _signatures(head) if kind in _BY_CONTENT), None)


def _signatures(head: bytes) -> list[str]:
    """Media types whose signature `head` bears, the most certain first."""
    try:
        return [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return []


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; a character cut off at the end of `head` is forgiven."""
    for cut in range(4):
        try:
            said = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in said)
    return False


def safe_filename(written: str) -> str:
    """A file name for the Content-Disposition header: no path, no quotes, no control characters."""
    last = written.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isprintable() and sign not in '"\\;%' else "_" for sign in last).strip(" .")
    return kept[:200] or "file"
