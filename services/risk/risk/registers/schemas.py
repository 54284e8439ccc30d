"""What callers send and receive about register readings."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_kit.text import Day, Flag, Line, Model, Name
from risk.registers.rules import CompanyStatus, CqcRated, FoodValue, Liquidation, Method, Register
from risk.tables import ExternalFact

RegisterKey = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9-]+$")]


class CqcRatingByHand(Model):
    """One current overall rating: of the whole location, or of the service group named in `group`."""

    rating: CqcRated
    rated_on: Day | None = None
    group: Name | None = None
    is_inherited: Flag = False


class CqcLocationByHand(Model):
    """`names_manager`: whether any regulated activity names a registered manager."""

    is_registered: Flag
    ratings: list[CqcRatingByHand] = Field(default_factory=list, max_length=20)
    successors: list[RegisterKey] = Field(default_factory=list, max_length=20)
    manager_absent_since: Day | None = None
    names_manager: Flag | None = None


class EstablishmentByHand(Model):
    value: FoodValue
    rated_on: Day | None = None


class CompanyByHand(Model):
    """`status_detail` as Companies House writes it, such as `active-proposal-to-strike-off`."""

    status: CompanyStatus | None = None
    status_detail: Name | None = None
    accounts_overdue: Flag = False
    liquidation_cases: list[Liquidation] = Field(default_factory=list, max_length=10)
    has_insolvency_history: Flag = False


class _ReadByHand(Model):
    key: RegisterKey
    read_on: Day
    note: Line | None = None


class CqcReadByHand(_ReadByHand):
    source: Literal[Register.CQC]
    reading: CqcLocationByHand


class FoodReadByHand(_ReadByHand):
    source: Literal[Register.FOOD]
    reading: EstablishmentByHand


class CompanyReadByHand(_ReadByHand):
    source: Literal[Register.COMPANIES]
    reading: CompanyByHand


# What an officer read in a register: `source` says which, and so what a reading of it is.
ReadingByHand = Annotated[CqcReadByHand | FoodReadByHand | CompanyReadByHand, Field(discriminator="source")]


class ExternalFactRead(BaseModel):
    """`fetched_at`: first said; `last_seen_at`: still said. `note`: the officer's, null to who does not see what is
    restricted."""

    id: UUID
    source: Register
    key: str
    reading: dict[str, Any]
    method: Method
    fetched_at: AwareDatetime
    last_seen_at: AwareDatetime
    recorded_by_name: str
    note: str | None


def external_fact_read(fact: ExternalFact, *, in_full: bool) -> ExternalFactRead:
    """A note is dated by the day of reading and may be written long after: whether it argues from what is held in
    confidence cannot be told from its day, so it is for those alone who see that."""
    read = ExternalFactRead.model_validate(fact, from_attributes=True)
    return read if in_full else read.model_copy(update={"note": None})


class KeyNotRead(BaseModel):
    key: str
    why: str


class RegisterNightRead(BaseModel):
    """One night's reading of a register. `failure`: why it ended early; `failures`: the first hundred keys that could
    not be read."""

    id: UUID
    source: Register
    due_at: AwareDatetime
    finished_at: AwareDatetime | None
    read_count: int
    failed_count: int
    failures: list[KeyNotRead] = Field(max_length=100)
    failure: str | None
