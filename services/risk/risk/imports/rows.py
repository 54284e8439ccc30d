"""Reads a file of rows beside its manifest: every fault of every row, or the rows. Pure."""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import StringIO

from pydantic import ValidationError

from risk.intelligence.schemas import ContractingConcernSent, SafeguardingDecisionSent, Sent, UnexpectedDeathSent

MOST_ROWS = 2_000
MOST_FAULTS = 200
_FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1
_TRUTHS: Mapping[str, bool] = {"true": True, "false": False}
_FLAGS = frozenset({"meets_section_42", "closed_unfounded", "restricted", "substantiated"})
_NUMBERS = frozenset({"adults_count"})


class ImportKind(StrEnum):
    """What may come as a file: what the case management system also sends one by one."""

    SAFEGUARDING_DECISION = "safeguarding_decision"
    UNEXPECTED_DEATH = "unexpected_death"
    CONTRACTING_CONCERN = "contracting_concern"


SCHEMAS: Mapping[ImportKind, type[Sent]] = {
    ImportKind.SAFEGUARDING_DECISION: SafeguardingDecisionSent,
    ImportKind.UNEXPECTED_DEATH: UnexpectedDeathSent,
    ImportKind.CONTRACTING_CONCERN: ContractingConcernSent,
}
_DAYS: Mapping[ImportKind, str] = {
    ImportKind.SAFEGUARDING_DECISION: "decided_on",
    ImportKind.UNEXPECTED_DEATH: "died_on",
    ImportKind.CONTRACTING_CONCERN: "raised_on",
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something wrong in a row, as a spreadsheet numbers it; in row 0 it is the manifest that is wrong."""

    row: int
    field: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What a manifest promises of its file."""

    period_from: date
    period_to: date
    row_count: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Rows:
    """`sent` by row number; none of it is to be used where there is a fault."""

    sent: Mapping[int, Sent]
    faults: Sequence[Fault]


def read_rows(kind: ImportKind, written: str, promise: Promise, *, today: date) -> Rows:
    """The rows of a CSV file (RFC 4180) with a header of field names, and all that is wrong with them."""
    schema = SCHEMAS[kind]
    try:
        header, *lines = list(csv.reader(StringIO(written, newline=""))) or [[]]
    except csv.Error as error:
        return Rows(sent={}, faults=[Fault(row=0, field=None, why=f"It is no CSV file: {error}.")])
    faults = [*_of_manifest(written, lines, promise, today), *_of_header(header, schema)]
    if faults:
        return Rows(sent={}, faults=faults)
    sent: dict[int, Sent] = {}
    for number, line in enumerate(lines, start=_FIRST_ROW):
        read = _read(number, header, line, schema)
        if isinstance(read, list):
            faults += read
            continue
        sent[number] = read
        faults += _of_period(number, read, _DAYS[kind], promise)
    return Rows(sent=sent, faults=faults)


def sha256_of(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


def _of_manifest(written: str, lines: Sequence[Sequence[str]], promise: Promise, today: date) -> Iterator[Fault]:
    if promise.sha256 != (found := sha256_of(written)):
        yield Fault(row=0, field="sha256", why=f"The file's SHA-256 is {found}.")
    if promise.row_count != len(lines):
        yield Fault(row=0, field="row_count", why=f"The file has {len(lines)} rows below its header.")
    if promise.period_to < promise.period_from:
        yield Fault(row=0, field="period_to", why="The period ends before it begins.")
    if promise.period_to > today:
        yield Fault(row=0, field="period_to", why="The period has not ended yet: nobody knows what its last days hold.")
    if len(lines) > MOST_ROWS:
        yield Fault(row=0, field="row_count", why=f"Send at most {MOST_ROWS} rows at once.")


def _of_header(header: Sequence[str], schema: type[Sent]) -> Iterator[Fault]:
    for name in sorted(set(header) - set(schema.model_fields)):
        yield Fault(row=1, field=name, why="There is no such field.")
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Fault(row=1, field=name, why="The field stands in two columns.")
    for name, field in schema.model_fields.items():
        if field.is_required() and name not in header:
            yield Fault(row=1, field=name, why="The field has no column.")


def _read(number: int, header: Sequence[str], line: Sequence[str], schema: type[Sent]) -> Sent | list[Fault]:
    if len(line) != len(header):
        return [Fault(row=number, field=None, why=f"It has {len(line)} cells; the header has {len(header)}.")]
    said = {name: _value(name, cell) for name, cell in zip(header, line, strict=True) if cell.strip()}
    try:
        return schema.model_validate(said)
    except ValidationError as error:
        return [
            Fault(row=number, field=".".join(str(part) for part in each["loc"]) or None, why=each["msg"])
            for each in error.errors()
        ]


def _value(name: str, cell: str) -> object:
    """A cell as JSON would say it; what is no truth and no number stays text, and its field refuses it."""
    written = cell.strip()
    if name in _FLAGS:
        return _TRUTHS.get(written.lower(), written)
    if name in _NUMBERS and written.isascii() and written.isdecimal() and len(written) < 10:
        return int(written)
    return written


def _of_period(number: int, sent: Sent, day: str, promise: Promise) -> Iterator[Fault]:
    if not promise.period_from <= getattr(sent, day) <= promise.period_to:
        yield Fault(row=number, field=day, why="The day lies outside the period of the manifest.")
