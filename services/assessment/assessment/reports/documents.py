"""Documents made from reports: which template, which kind of file, and how it is answered."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Response

from assay_kit.documents import pdf, word

_TEMPLATES = Path(__file__).parent / "templates"
_PDF = "application/pdf"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf_of(layout: str, data: Mapping[str, Any], *, name: str, now: datetime) -> Response:
    return attached(pdf(_TEMPLATES / f"{layout}.typ", {"report": data}, now=now), f"{name}.pdf", _PDF)


def word_of(layout: str, data: Mapping[str, Any], *, name: str) -> Response:
    return attached(word(_TEMPLATES / f"{layout}.docx", data), f"{name}.docx", _WORD)


def attached(content: bytes, name: str, media_type: str) -> Response:
    """A file to be saved under that name."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def a_file(media_type: str, what: str) -> dict[int | str, dict[str, Any]]:
    """How a route declares that it answers a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": what, "content": {media_type.split(";", maxsplit=1)[0]: {"schema": schema}}}}


A_PDF = a_file(_PDF, "The document")
A_WORD_FILE = a_file(_WORD, "The document")
