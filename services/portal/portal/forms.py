"""Forms: what a page asks, what was typed, and what is wrong with it. The rules are the services'; here only shape.

Everything typed is kept when the page comes back with errors.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from starlette.datastructures import FormData, QueryParams, UploadFile

from portal.plain import plain_reason
from portal.upstream import Down, Refused

Typed = FormData | QueryParams


class Kind(StrEnum):
    TEXT = "text"
    EMAIL = "email"
    PASSWORD = "password"  # noqa: S105 - the kind of a field
    WHOLE = "whole"
    AMOUNT = "amount"
    WORDS = "words"
    ONE_OF = "one_of"
    CHOICE = "choice"
    ANY_OF = "any_of"
    YES_NO = "yes_no"
    DAY = "day"
    CONFIRM = "confirm"
    FILE = "file"


_CHOSEN = frozenset({Kind.ONE_OF, Kind.CHOICE, Kind.ANY_OF, Kind.YES_NO, Kind.CONFIRM, Kind.FILE})


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing asked. `missing` is what the page says when nothing was answered."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_required: bool = True
    missing: str = ""
    width: str = ""
    rows: int = 5
    autocomplete: str = ""

    @property
    def first_id(self) -> str:
        """The id of the element that an error links to."""
        return f"{self.name}-day" if self.kind is Kind.DAY else self.name

    def read(self, data: Typed) -> Any:
        """What was typed, as it should stand in the box again."""
        match self.kind:
            case Kind.ANY_OF:
                return [str(value) for value in data.getlist(self.name)]
            case Kind.DAY:
                return tuple(_typed(data, f"{self.name}-{part}") for part in ("day", "month", "year"))
            case Kind.PASSWORD:
                return str(data.get(self.name, ""))
            case Kind.FILE:
                return _file(data, self.name)
            case _:
                return _typed(data, self.name)

    def parse(self, typed: Any) -> Any:
        """The JSON value of what was typed; ValueError with a sentence when it has no such value."""
        match self.kind:
            case Kind.WHOLE:
                return _whole(self, typed)
            case Kind.DAY:
                return _day(self, typed)
            case Kind.YES_NO:
                return typed == "yes"
            case Kind.CONFIRM:
                return True
            case Kind.ONE_OF | Kind.CHOICE:
                if typed not in dict(self.options):
                    raise ValueError(self.missing or f"Choose from the list: {_lower(self.label)}")
        return typed

    def show(self, value: Any) -> Any:
        """A JSON value as it should stand in the box."""
        if value is None:
            return self.empty()
        match self.kind:
            case Kind.DAY:
                year, month, day = str(value)[:10].split("-")
                return (str(int(day)), str(int(month)), year)
            case Kind.YES_NO:
                return "yes" if value else "no"
            case Kind.ANY_OF:
                return [str(each) for each in value]
            case _:
                return str(value)

    def empty(self) -> Any:
        match self.kind:
            case Kind.ANY_OF:
                return []
            case Kind.DAY:
                return ("", "", "")
            case _:
                return ""

    def sentence_when_missing(self) -> str:
        if self.missing:
            return self.missing
        verb = "Select" if self.kind in _CHOSEN else "Enter"
        return f"{verb} {_lower(self.label)}"


@dataclass(frozen=True)
class FieldError:
    text: str
    href: str | None = None
    name: str | None = None


@dataclass
class Filled:
    """A form with what stands in it. `status` is that of the page that shows it with its errors."""

    fields: tuple[Field, ...]
    typed: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    status: int = 422

    def error_of(self, name: str) -> str | None:
        return next((error.text for error in self.errors if error.name == name), None)

    def wrong(self, name: str, text: str) -> None:
        known = next((each for each in self.fields if each.name == name), None)
        self.errors.append(FieldError(text, f"#{known.first_id}", known.name) if known else FieldError(text))

    def refused(self, refusal: Refused) -> None:
        """Say what the service said, beside the field that it is about."""
        for name, text in complaints(refusal):
            known = self._named(name)
            if known is None:
                self.errors.append(FieldError(text))
            else:
                self.wrong(known.name, plain_reason(known.label, text))
        if not self.errors:
            self.errors.append(FieldError(refusal.detail or "That could not be done as things stand."))

    def unanswered(self, down: Down) -> None:
        """Say that the service could not take it now; everything typed stays."""
        self.errors.append(FieldError(down.sentence))
        self.status = 503

    def _named(self, name: str) -> Field | None:
        """The field that a path such as `capacity.amount` or `answers.3.text` is about."""
        whole = next((each for each in self.fields if each.name == name), None)
        parts = name.split(".")
        return whole or next((each for part in reversed(parts) for each in self.fields if each.name == part), None)


def fill(fields: Iterable[Field], known: Mapping[str, Any] | None = None) -> Filled:
    """A form before anybody has typed, with what is known already."""
    listed = tuple(fields)
    have = dict(known or {})
    return Filled(listed, {each.name: each.show(have.get(each.name)) for each in listed})


def read(fields: Iterable[Field], data: Typed) -> Filled:
    """A form as it was sent: what was typed, the values that are in shape, and errors for those that are not."""
    filled = Filled(tuple(fields))
    for each in filled.fields:
        typed = filled.typed[each.name] = each.read(data)
        if _is_blank(typed):
            if each.is_required:
                filled.wrong(each.name, each.sentence_when_missing())
            continue
        try:
            filled.values[each.name] = each.parse(typed)
        except ValueError as error:
            filled.wrong(each.name, str(error))
    return filled


def complaints(refusal: Refused) -> list[tuple[str, str]]:
    """Every ground that a service names, with the field or the question that it is about."""
    found: list[tuple[str, str]] = []
    for said in (*_listed(refusal, "errors"), *_listed(refusal, "bars")):
        if isinstance(said, Mapping):
            text = next((said[name] for name in ("says", "why", "text", "reason", "detail") if said.get(name)), said)
            found.append((str(said.get("field") or said.get("question") or ""), str(text)))
        else:
            found.append(("", str(said)))
    return found


def _listed(refusal: Refused, name: str) -> list[Any]:
    said = refusal.document.get(name)
    return said if isinstance(said, list) else []


def _typed(data: Typed, name: str) -> str:
    # Browsers send CRLF in text areas; services count and freeze what people see.
    return str(data.get(name, "")).replace("\r\n", "\n").strip()


def _file(data: Typed, name: str) -> UploadFile | str:
    """The file that was chosen, or nothing: an empty box is sent as a file without a name."""
    sent = data.get(name)
    return sent if isinstance(sent, UploadFile) and sent.filename else ""


def _is_blank(typed: Any) -> bool:
    return not any(typed) if isinstance(typed, tuple) else not typed


def _whole(asked: Field, typed: str) -> int:
    digits = typed.replace(",", "")
    if not digits.isascii() or not digits.lstrip("-").isdigit() or len(digits) > 15:
        raise ValueError(f"{_upper(asked.label)} must be a whole number, like 12")
    return int(digits)


def _day(asked: Field, typed: tuple[str, str, str]) -> str:
    day, month, year = typed
    try:
        if len(year) != 4:
            raise ValueError
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError as error:
        raise ValueError(f"{_upper(asked.label)} must be a real date, like 27 3 2026") from error


def _lower(label: str) -> str:
    text = label.rstrip("?").removesuffix(" (optional)")
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text


def _upper(label: str) -> str:
    return label.rstrip("?")[:1].upper() + label.rstrip("?")[1:]
