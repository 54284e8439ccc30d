"""A page for people about the combined OpenAPI document: plain HTML, one style sheet, no script, no other host."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from gateway.headers import Raw
from gateway.role_table import METHODS

_HERE = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
STYLE = (_HERE / "style.css").read_bytes()
CONTENT_SECURITY_POLICY: Raw = (
    b"content-security-policy",
    b"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)


@dataclass(frozen=True)
class _Line:
    method: str
    path: str
    summary: str
    description: str
    who: str
    fields: list[str]
    answers: list[tuple[str, str]]


def page(document: Mapping[str, Any]) -> bytes:
    groups: dict[str, list[_Line]] = {}
    for tag, line in _lines(document):
        groups.setdefault(tag, []).append(line)
    template = _ENVIRONMENT.get_template("page.html")
    text = template.render(info=document["info"], groups=dict(sorted(groups.items())))
    return text.encode("utf-8")


def _lines(document: Mapping[str, Any]) -> Iterator[tuple[str, _Line]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if operation := item.get(method.lower()):
                yield operation["tags"][0], _line(method, path, operation)


def _line(method: str, path: str, operation: Mapping[str, Any]) -> _Line:
    return _Line(
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        who=_who(operation.get("x-roles")),
        fields=[_field(each) for each in operation.get("parameters", ()) if "name" in each],
        answers=[(status, said.get("description", "")) for status, said in operation.get("responses", {}).items()],
    )


def _who(rights: list[str] | None) -> str:
    if rights is None:
        return "everyone"
    return ", ".join(rights) or "everyone signed in"


def _field(parameter: Mapping[str, Any]) -> str:
    need = ", required" if parameter.get("required") else ""
    return f"{parameter['name']} ({parameter.get('in', 'query')}{need})"
