"""What callers send and receive about changes of circumstances."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_kit.text import Day, Model, Reason, Text
from dps_admission.evidence import EvidenceRead

from .rules import ChangedStatus, ChangeKind


class ChangeIn(Model):
    """What is not as it was. `care_service_id`: the one service that it is about."""

    kind: Literal[
        ChangeKind.OWNERSHIP,
        ChangeKind.REGISTRATION,
        ChangeKind.INSURANCE,
        ChangeKind.EXCLUSION_GROUND,
        ChangeKind.REGISTERED_MANAGER,
        ChangeKind.FINANCES,
        ChangeKind.SERVICES,
        ChangeKind.OTHER,
    ]
    said: Text
    changed_on: Day
    care_service_id: UUID | None = None
    documents: list[UUID] = Field(default_factory=list, max_length=50)


class ChangeReasonIn(Model):
    reason: Reason


class ChangeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    provider_id: UUID
    kind: ChangeKind
    care_service_id: UUID | None
    said: str
    changed_on: date
    evidence: list[EvidenceRead] = Field(max_length=50)
    reported_at: AwareDatetime
    reported_by: str


class ChangedDecisionRead(BaseModel):
    """A decision marked "changed since", and what became of the mark.

    Of an opening balance a membership is marked, and where nothing is decided yet a lot application.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    change_id: UUID
    provider_id: UUID
    membership_id: UUID | None
    lot_application_id: UUID | None
    decision_id: UUID | None
    status: ChangedStatus
    marked_at: AwareDatetime
    answered_at: AwareDatetime | None
    answered_by: str | None
    reason: str | None


class MarkedChangeRead(BaseModel):
    """What changed, and what became of the mark that it left on one lot application."""

    change: ChangeRead
    mark: ChangedDecisionRead


class ChangeDetail(ChangeRead):
    touches: list[ChangedDecisionRead] = Field(max_length=200)
