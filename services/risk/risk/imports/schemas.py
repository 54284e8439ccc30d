"""What callers send and receive about imports."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_kit.text import Count, Day, Flag, Key, Model, Subject
from risk.imports.rows import MOST_FAULTS, ImportKind

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Csv = Annotated[str, StringConstraints(max_length=900_000, pattern=r"^[^\x00]*$")]


class Manifest(Model):
    """What the sender says of a file. `sha256` is of the text of `rows` in UTF-8; `row_count` leaves out the header."""

    delivery_reference: Key
    period_from: Day
    period_to: Day
    row_count: Count
    sha256: Sha256


class ImportWanted(Model):
    """`rows` is CSV (RFC 4180) whose header names the fields of the operation that sends one such item; blank cells are
    left out. `system`: whose references they are; the caller's own without it."""

    kind: ImportKind
    manifest: Manifest
    rows: Csv
    system: Subject | None = None
    is_dry_run: Flag = False


class RowError(BaseModel):
    """Row 1 is the header; row 0 is the manifest."""

    row: int
    field: str | None
    why: str


class ImportReport(BaseModel):
    """What became of the rows; of a dry run what would have become of them: nothing was kept."""

    kind: ImportKind
    delivery_reference: str
    is_dry_run: bool
    was_imported_before: bool
    row_count: int
    recorded: int
    already_held: int
    queued: int
    error_count: int
    errors: list[RowError] = Field(max_length=MOST_FAULTS)


class ImportRead(BaseModel):
    """A file that was taken in."""

    id: UUID
    kind: ImportKind
    system: str
    delivery_reference: str
    period_from: date
    period_to: date
    row_count: int
    sha256: str
    recorded: int
    already_held: int
    queued: int
    imported_at: AwareDatetime
    imported_by_name: str
