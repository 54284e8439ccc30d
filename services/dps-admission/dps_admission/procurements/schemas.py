"""What callers send and receive about procurements and invitations."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

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


class ProcurementLine(BaseModel):
    """One procurement in a list. A provider sees its own invitation, and not how many others there are."""

    id: UUID
    reference: str
    scheme_id: UUID
    lot_id: UUID
    zone: str | None
    title: str
    status: ProcurementStatus
    invited_at: AwareDatetime
    closes_on: date
    closes_at: AwareDatetime
    outcome_at: AwareDatetime | None
    invited_count: int | None
    answered_count: int | None
    not_invited_count: int | None
    own_invitation: InvitationRead | None


class ProcurementRead(ProcurementLine):
    description: str
    outcome_reason: str | None
    not_invited: list[NotInvitedRead] = Field(max_length=10_000)
