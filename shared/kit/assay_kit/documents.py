"""Documents people file and send: PDF (tagged, PDF/UA-1, so that a screen reader can read it), HTML and Word.

Templates are files of the service that owns them. What people wrote is passed in as data and is never run as markup.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import typst
from docxtpl import DocxTemplate  # type: ignore[import-untyped]  # it publishes no types
from jinja2 import StrictUndefined, TemplateError, select_autoescape
from jinja2.sandbox import SandboxedEnvironment
from pydantic_core import to_jsonable_python

# What XML cannot hold, and the form feed that Word would take for a new page.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class DocumentFailed(Exception):
    """A template and its data do not fit: ours to repair, so a server error and no problem of the caller's."""


def pdf(template: Path, data: Mapping[str, Any], *, now: datetime | None = None) -> bytes:
    """The Typst file `template`, filled with `data` (JSON values, models, dates, Decimals; all but JSON's own as text).

    The template reads `#let data = json(bytes(sys.inputs.data))`; it must `#set document(title: ...)`, as PDF/UA
    requires. It may include files of its own folder only, and uses the fonts that come with Typst: the same data at the
    same `now` (the date in the file) gives the same bytes everywhere. DocumentFailed where Typst refuses.
    """
    written = json.dumps(_readable(data), ensure_ascii=False, allow_nan=False)
    try:
        made = typst.compile(
            str(template),
            root=str(template.parent),
            sys_inputs={"data": written},
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            timestamp=int(now.timestamp()) if now else None,
            format="pdf",
        )
    except typst.TypstError as error:
        raise DocumentFailed(f"{template.name}: {error}") from error
    if not isinstance(made, bytes):
        raise DocumentFailed(f"{template.name} made no single file.")
    return made


def html(template: Path, data: Mapping[str, Any]) -> str:
    """The Jinja file `template`, filled with `data` as for `pdf`: a page that needs nothing else. All is escaped.

    DocumentFailed where a tag names something that `data` has not.
    """
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    try:
        return environment.from_string(template.read_text(encoding="utf-8")).render(_readable(data))
    except TemplateError as error:
        raise DocumentFailed(f"{template.name}: {error}") from error


def word(template: Path, data: Mapping[str, Any]) -> bytes:
    """The Word file `template` (.docx with Jinja tags), filled with `data` as for `pdf`; line breaks in text are kept.

    DocumentFailed where a tag names something that `data` has not.
    """
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=select_autoescape(default_for_string=True, default=True)
    )
    document = DocxTemplate(template)
    made = BytesIO()
    try:
        document.render(_readable(data), environment, autoescape=True)
        document.save(made)
    except Exception as error:
        raise DocumentFailed(f"{template.name}: {error}") from error
    return made.getvalue()


def _readable(data: Mapping[str, Any]) -> dict[str, Any]:
    """`data` as JSON values, without what no document can show."""
    cleaned: dict[str, Any] = _without_control_characters(to_jsonable_python(data))
    return cleaned


def _without_control_characters(value: Any) -> Any:
    match value:
        case str():
            return _CONTROL_CHARACTERS.sub("", value.replace("\r\n", "\n"))
        case list():
            return [_without_control_characters(each) for each in value]
        case dict():
            return {key: _without_control_characters(each) for key, each in value.items()}
        case _:
            return value
