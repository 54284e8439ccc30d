"""What callers send and receive about procurements and invitations."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from assay_kit.text import Day, Model, Name, Reason, Text
from dps_admission.evidence import EvidenceRead

from .rules import InvitationAnswer, OutcomeKind, ProcurementStatus


class ProcurementIn(Model):
    title: Name
    description: Text
    zone: Name | None = None
    closes_on: Day
    """The last day on which tenders come in."""


class InvitationAnswerIn(Model):
    answer: InvitationAnswer
    statement: Reason
    evidence_ids: list[UUID] = Field(default_factory=list, max_length=50)


class OutcomeIn(Model):
    outcome: OutcomeKind
    invitation_id: UUID | None = None
    reason: Reason

    @model_validator(mode="after")
    def an_award_names_whom(self) -> Self:
        if (self.outcome == OutcomeKind.AWARDED) != (self.invitation_id is not None):
            raise ValueError("an award names the invitation that it goes to, and no other outcome does")
        return self


class CancellationIn(Model):
    reason: Reason


class InvitationRead(BaseModel):
    """An invitation. What was tendered stays sealed from the council until the tender period is over."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    procurement_id: UUID
    membership_id: UUID
    provider_id: UUID
    provider_name: str | None
    invited_at: AwareDatetime
    has_answered: bool
    answer: InvitationAnswer | None
    statement: str | None
    evidence: list[EvidenceRead] = Field(max_length=50)
    answered_at: AwareDatetime | None
    is_awarded: bool


class NotInvitedRead(BaseModel):
    """A member of the lot that was not invited, and why."""

    membership_id: UUID
    provider_id: UUID
    rule: str
    says: str


class ProcurementRead(BaseModel):
    id: UUID
    reference: str
    scheme_id: UUID
    lot_id: UUID
    zone: str | None
    title: str
    description: str
    status: ProcurementStatus
    invited_at: AwareDatetime
    closes_on: date
    closes_at: AwareDatetime
    outcome_reason: str | None
    outcome_at: AwareDatetime | None
    invitations: list[InvitationRead] = Field(max_length=10_000)
    not_invited: list[NotInvitedRead] = Field(max_length=10_000)
