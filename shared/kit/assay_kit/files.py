"""Which files are accepted from people, told by their content and not by their name."""

import io
import zipfile
from collections.abc import Mapping
from enum import StrEnum

import puremagic

from assay_kit.problems import Barred, TooLarge

HEAD_BYTES = 8_192
"""How much of a file must be seen before its type is decided."""

TAIL_BYTES = 512 * 1024
"""How much of a package's end is read to see what is in it: the list of some thousands of parts."""

_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# The part that says what kind of document a package is: some programs number it.
_MAIN_PARTS = {"docx": "word/document", "xlsx": "xl/workbook", "pptx": "ppt/presentation"}
# What the first part of a package is called. The list of contents may as well come last: LibreOffice writes it so.
_FIRST_PARTS = ("[Content_Types].xml", "_rels/", "docProps/", "customXml/", "word/", "xl/", "ppt/")
_ZIPPED = b"PK\x03\x04"
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


class FileRefused(Barred):
    slug, title = "file-refused", "This file is not accepted"

    def __init__(self, fault: FileFault) -> None:
        super().__init__([fault])


class FileTooLarge(TooLarge):
    slug = "file-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"A file may have at most {limit} bytes.", limit=limit)


def media_type(head: bytes, filename: str) -> str | FileFault:
    """The media type of a file that begins with `head` (its first HEAD_BYTES, or all of it)."""
    if not head:
        return FileFault.EMPTY
    ending = _ending(filename)
    if ending not in ALLOWED:
        return FileFault.KIND_NOT_ACCEPTED
    found = _by_content(head, ending)
    return found if found == ALLOWED[ending] else FileFault.NAME_DISAGREES


def is_package(filename: str) -> bool:
    """Whether `package_fault` has something to say of a file of that name."""
    return _ending(filename) in _MAIN_PARTS


def package_fault(tail: bytes, filename: str) -> FileFault | None:
    """What is wrong with an Office file that ends with `tail` (its last TAIL_BYTES, or all of it).

    It has the main part of its kind and no macros. None, too, for files of any other kind.
    """
    main = _MAIN_PARTS.get(_ending(filename))
    if main is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(tail)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return FileFault.NAME_DISAGREES
    is_whole = "[Content_Types].xml" in names and any(name.startswith(main) and name.endswith(".xml") for name in names)
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return None if is_whole and not has_macros else FileFault.NAME_DISAGREES


def _ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower()


def _by_content(head: bytes, ending: str) -> str | None:
    if ending in _TEXT:
        return _TEXT[ending] if _is_text(head) else None
    if ending in _OFFICE:
        begins_as_one = head.startswith(_ZIPPED) and _first_part(head).startswith(_FIRST_PARTS)
        return _OFFICE[ending] if begins_as_one else None
    if ending in _OPEN_DOCUMENT:
        declared = b"mimetype" + _OPEN_DOCUMENT[ending].encode()
        return _OPEN_DOCUMENT[ending] if head.startswith(_ZIPPED) and declared in head[:200] else None
    return next((kind for kind in _signatures(head) if kind in _BY_CONTENT), None)


def _first_part(head: bytes) -> str:
    """The name in the first local file header (PKWARE APPNOTE 4.3.7)."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("utf-8", "replace")


def _signatures(head: bytes) -> list[str]:
    """Media types whose signature `head` bears, the most certain first."""
    try:
        return [match.mime_type for match in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return []


def _is_text(head: bytes) -> bool:
    """UTF-8, or the Windows-1252 in which Excel saves CSV, without control characters."""
    said = _decoded(head)
    return said is not None and not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in said)


def _decoded(head: bytes) -> str | None:
    """A character cut off at the end of `head` is forgiven."""
    for encoding, cuts in (("utf-8", range(4)), ("cp1252", range(1))):
        for cut in cuts:
            try:
                return head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None


def safe_filename(written: str) -> str:
    """A file name for the Content-Disposition header: no path, no quotes, no control characters."""
    last = written.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isprintable() and sign not in '"\\;%' else "_" for sign in last).strip(" .")
    return kept[:200] or "file"
