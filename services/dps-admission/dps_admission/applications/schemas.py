"""What callers send and receive about applications."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from assay_kit.money import Money
from assay_kit.text import Day, Model, Name, Reason, Text
from assay_kit.timeline import TimelineEntryRead
from dps_admission.evaluations.rules import Finding
from dps_admission.evidence import EvidenceRead
from dps_admission.question_sets.content import Slug

from .checks import CheckKind, CheckOutcome
from .difference import Difference, FieldKind
from .rules import ApplicationStatus, LotApplicationStatus, Urgency


class ApplicationIn(Model):
    scheme_id: UUID
    copy_from: UUID | None = None
    """An earlier application of the same provider, whose answers to begin with."""


class ChoiceIn(Model):
    lot_id: UUID
    zone: Name | None = None
    price: Money | None = None
    care_service_ids: list[UUID] = Field(default_factory=list, max_length=50)


class DraftIn(Model):
    answers: dict[Slug, JsonValue] = Field(
        default_factory=dict, max_length=1000, json_schema_extra={"additionalProperties": False}
    )
    choices: list[ChoiceIn] = Field(default_factory=list, max_length=50)


class SubmissionIn(Model):
    declared_by: Name
    is_true_and_complete: Literal[True]


class WithdrawalIn(Model):
    reason: Reason


class ClarificationIn(Model):
    question: Text
    answer_by: Day | None = None
    """A working day; by default as many working days from now as the council's policy says."""


class ClarificationAnswerIn(Model):
    answer: Text


class FindingIn(Model):
    finding: Literal[Finding.PASS, Finding.FAIL]
    reason: Reason


class ChoiceRead(BaseModel):
    lot_id: UUID
    zone: str | None
    price: Money | None
    care_service_ids: list[UUID] = Field(max_length=50)
    question_set_id: UUID


class LotApplicationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    application_id: UUID
    provider_id: UUID
    lot_id: UUID
    zone: str | None
    question_set_id: UUID
    care_service_ids: list[UUID] = Field(max_length=50)
    price: Money | None
    status: LotApplicationStatus
    round: int
    received_at: AwareDatetime
    due_on: date
    prolonged_because: str | None
    decided_at: AwareDatetime | None


class LotApplicationTask(LotApplicationRead):
    """One line of the worklist."""

    due_at: AwareDatetime
    urgency: Urgency
    reference: str
    provider_name: str | None
    lot_name: str
    owner: str | None
    owner_name: str | None


class ApplicationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str
    provider_id: UUID
    scheme_id: UUID
    status: ApplicationStatus
    version: int
    started_at: AwareDatetime
    expires_at: AwareDatetime
    submitted_at: AwareDatetime | None
    content_hash: str | None
    previous_id: UUID | None


class ApplicationDetail(ApplicationRead):
    answers: dict[str, Any]
    choices: list[ChoiceRead] = Field(max_length=50)
    evidence: list[EvidenceRead] = Field(max_length=1000)
    lot_applications: list[LotApplicationRead] = Field(max_length=50)


class CheckRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round: int
    run: int
    """The checks of a round run when it begins, and again before every decision."""
    kind: CheckKind
    outcome: CheckOutcome
    reason: str
    inputs: dict[str, Any]
    ran_at: AwareDatetime
    finding: Finding | None
    finding_reason: str | None
    found_by: str | None
    found_by_subject: str | None


class CheckList(BaseModel):
    items: list[CheckRead] = Field(max_length=50)


class ClarificationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    lot_application_id: UUID
    question: str
    asked_at: AwareDatetime
    due_at: AwareDatetime
    answer: str | None
    answered_at: AwareDatetime | None
    silent_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class ClarificationList(BaseModel):
    items: list[ClarificationRead] = Field(max_length=200)


class ApplicationTimeline(BaseModel):
    """The newest steps first: who took each, when and why."""

    items: list[TimelineEntryRead] = Field(max_length=200)


class ProofRead(BaseModel):
    """Whether the answers still have the hash that they were frozen with."""

    content_hash: str
    computed_hash: str
    is_intact: bool


class WorklistCounts(BaseModel):
    """Open lot applications, counted."""

    open: int
    in_time: int
    due_soon: int
    overdue: int
    without_owner: int
    waiting_for_provider: int


class FieldDifferenceRead(BaseModel):
    """`before` and `after` are answers as JSON; of a document its name, hash and expiry."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    label: str
    kind: FieldKind
    difference: Difference
    before: Any
    after: Any


class DifferenceRead(BaseModel):
    """What differs from the application before it; no `previous_id`: there is none."""

    previous_id: UUID | None
    previous_reference: str | None
    items: list[FieldDifferenceRead] = Field(max_length=10_000)
