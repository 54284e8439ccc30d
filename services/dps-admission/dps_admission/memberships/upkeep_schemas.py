"""What callers send and receive about renewed declarations, evidence against suspensions, and standing on a day."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_kit.text import WHOLE, Day, Flag, Model, Name, Reason, Text
from dps_admission.evidence import EvidenceRead

from .rules import Cause, MembershipStatus


class AffirmationIn(Model):
    """What the member was admitted on still holds."""

    declared_by: Name
    is_true_and_complete: Literal[True]
    statement: Text | None = None
    evidence_ids: list[UUID] = Field(default_factory=list, max_length=50)


class RemedyIn(Model):
    statement: Reason
    evidence_ids: list[UUID] = Field(default_factory=list, max_length=50)


class InsuranceCheckIn(Model):
    """The papers that were looked at and the last day that they cover; the reason says where, if not in a file."""

    evidence_ids: list[UUID] = Field(default_factory=list, max_length=50)
    expires_on: Day
    reason: Reason


class VerificationIn(Model):
    is_sufficient: Flag
    reason: Reason


class ReviewIn(Model):
    reason: Reason
    next_in_days: Annotated[int, Field(ge=1, le=365), WHOLE]
    """Calendar days until it is looked at again."""


class AffirmationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    due_on: date | None
    declared_by: str
    statement: str | None
    evidence: list[EvidenceRead] = Field(max_length=50)
    made_at: AwareDatetime
    made_by: str


class InsuranceCheckRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    expires_on: date
    reason: str | None
    evidence: list[EvidenceRead] = Field(max_length=50)
    made_at: AwareDatetime
    made_by: str


class RemedyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    suspension_cause_id: UUID
    statement: str | None
    evidence: list[EvidenceRead] = Field(max_length=50)
    made_at: AwareDatetime
    made_by: str
    is_sufficient: bool | None
    verification: str | None
    verified_at: AwareDatetime | None
    verified_by: str | None


class UpkeepRead(BaseModel):
    """Declarations, checks of insurance and evidence against suspensions of one membership, the newest first."""

    membership_id: UUID
    affirm_by: date | None
    affirmations: list[AffirmationRead] = Field(max_length=200)
    insurance_checks: list[InsuranceCheckRead] = Field(max_length=200)
    remedies: list[RemedyRead] = Field(max_length=200)


class IntervalRead(BaseModel):
    """One state from an instant up to, and not including, another; `until` null: it lasts."""

    model_config = ConfigDict(from_attributes=True)

    membership_id: UUID
    zone: str | None
    status: MembershipStatus
    since: AwareDatetime
    until: AwareDatetime | None
    step: str
    reason: str | None
    by_name: str


class CauseThenRead(BaseModel):
    """A cause of suspension that was in force, whatever had entered the state by then."""

    model_config = ConfigDict(from_attributes=True)

    membership_id: UUID
    cause: Cause
    started_at: AwareDatetime
    reason: str | None


class StandingRead(BaseModel):
    """Whether a provider was a member of a lot on a day, in what state, and why: as at the end of that day."""

    provider_id: UUID
    lot_id: UUID
    on: date
    as_at: AwareDatetime
    was_member: bool
    states: list[IntervalRead] = Field(max_length=200)
    """The states that were in force as at the end of the day: one for each zone."""
    causes: list[CauseThenRead] = Field(max_length=200)
    """What suspended it, or would have, as at the end of the day; a state's own reason says what it began with."""
    during_day: list[IntervalRead] = Field(max_length=1_000)
    """Every state that was in force for a part of the day, the earliest first."""
