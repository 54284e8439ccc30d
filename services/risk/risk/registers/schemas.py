"""What callers send and receive about register readings."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_kit.text import Day, Line, Model
from risk.registers.rules import Method, Register

RegisterKey = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]+$")]


class ReadingByHand(Model):
    """What an officer read in a register. `reading` has the shape of that register's readings: a CQC location
    (`is_registered`, `ratings`, `manager_absent_since`, `names_manager`), a food rating (`value`, `rated_on`) or a
    company (`status`, `status_detail`, `accounts_overdue`, `liquidation_cases`)."""

    source: Register
    key: RegisterKey
    read_on: Day
    reading: Annotated[dict[str, Any], Field(max_length=20)]
    note: Line | None = None


class ExternalFactRead(BaseModel):
    """`fetched_at`: first said; `last_seen_at`: still said."""

    id: UUID
    source: Register
    key: str
    reading: dict[str, Any]
    method: Method
    fetched_at: AwareDatetime
    last_seen_at: AwareDatetime
    recorded_by_name: str
    note: str | None
