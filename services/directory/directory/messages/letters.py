"""Writes a message from its template and the words that belong to it. Pure but for reading the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import PackageLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape
from jinja2.sandbox import SandboxedEnvironment


class CannotWrite(Exception):
    """There is no such template, or a word that it needs was not given."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    subject: str
    body: str


@cache
def _environment() -> SandboxedEnvironment:
    # Plain text: nothing is escaped here; the page that shows a letter escapes it.
    environment = SandboxedEnvironment(
        loader=PackageLoader("directory.messages", "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=()),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = day
    return environment


def day(written: str) -> str:
    """`2026-06-30` as people say it: 30 June 2026. What is no day is left as it is."""
    try:
        said = date.fromisoformat(written)
    except ValueError:
        return written
    return f"{said.day} {said:%B %Y}"


def template_names() -> list[str]:
    return sorted(name.removesuffix(".txt") for name in _environment().list_templates(extensions=["txt"]))


def write(template: str, words: Mapping[str, str], *, signed: str = "") -> Letter:
    """The letter that `template` makes of `words`, above who signs it. Its first line is the subject.

    CannotWrite says what is missing.
    """
    try:
        text = _environment().get_template(f"{template}.txt").render(words)
    except TemplateNotFound as error:
        raise CannotWrite(f"There is no template '{template}'.") from error
    except TemplateError as error:
        raise CannotWrite(f"The template '{template}' cannot be filled in: {error.message}.") from error
    subject, _, body = text.partition("\n")
    return Letter(subject=subject.strip()[:500], body=f"{body.strip()}\n\n{signed}".strip() + "\n")
