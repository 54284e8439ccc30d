"""What callers send and receive about evaluations and decisions."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool

from assay_kit.text import Key, Model, Name, Reason, Text
from dps_admission.applications.schemas import LotApplicationRead
from dps_admission.circumstances.schemas import ChangedDecisionRead, MarkedChangeRead
from dps_admission.evidence import EvidenceRead
from dps_admission.question_sets.content import Slug

from .rules import Conflict, DecisionKind, Finding, Method, Part

Score = Annotated[int, Field(ge=0, le=5)]
CriterionId = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_:]*$")]


class AssignmentIn(Model):
    person: Key
    name: Name
    part: Part


class ReleaseIn(Model):
    person: Key
    reason: Reason


class DeclarationIn(Model):
    has_conflict: StrictBool
    detail: Text | None = None


class MarkIn(Model):
    score: Score | None = None
    finding: Finding | None = None
    comment: Text


class SheetIn(Model):
    marks: dict[Slug, MarkIn] = Field(
        default_factory=dict, max_length=500, json_schema_extra={"additionalProperties": False}
    )


class ConsensusIn(Model):
    question: Slug
    score: Score | None = None
    finding: Finding | None = None
    reason: Reason


class CriterionReasonIn(Model):
    """Why one criterion is not met, and what would change it."""

    criterion: CriterionId
    reason: Reason
    evidence: Text
    what_would_change: Text


class DecisionIn(Model):
    outcome: Literal[DecisionKind.ADMIT, DecisionKind.MINDED_TO_REFUSE]
    reason: Reason
    criteria: list[CriterionReasonIn] = Field(default_factory=list, max_length=500)


class AcceptedCriterionIn(Model):
    criterion: CriterionId
    reason: Reason


class RepresentationsAcceptedIn(Model):
    """Admit after all: why the representations meet each criterion that had failed."""

    reason: Reason
    accepted: list[AcceptedCriterionIn] = Field(min_length=1, max_length=500)


class RefusalIn(Model):
    reason: Reason
    criteria: list[CriterionReasonIn] = Field(min_length=1, max_length=500)


class DecisionReasonIn(Model):
    reason: Reason


class RepresentationsIn(Model):
    text: Text
    documents: list[UUID] = Field(default_factory=list, max_length=50)


class CriterionRead(BaseModel):
    """`happened_on` and `counts_until`: of an exclusion ground that applies, and has not run out."""

    question: str
    text: str
    method: Method
    weight: int
    minimum: int
    happened_on: date | None
    counts_until: date | None


class GroundRead(BaseModel):
    """An exclusion ground that applied once; it may no longer be held against the applicant."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    text: str
    happened_on: date | None
    counts_until: date | None


class AssignmentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    person: str
    name: str
    part: Part
    conflict: Conflict
    conflict_detail: str | None
    declared_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    released_at: AwareDatetime | None
    released_by: str | None
    released_because: str | None


class SheetRead(BaseModel):
    person: str
    name: str
    marks: dict[str, MarkIn]


class ConsensusRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    question: str
    score: int | None
    finding: Finding | None
    reason: str
    by: str
    at: AwareDatetime


class EvaluationRead(BaseModel):
    """`sheets` holds only one's own until every evaluator has finished."""

    round: int
    criteria: list[CriterionRead] = Field(max_length=10_000)
    out_of_time: list[GroundRead] = Field(max_length=10_000)
    """Exclusion grounds that may no longer be held against the applicant: nobody judges them."""
    assignments: list[AssignmentRead] = Field(max_length=200)
    sheets: list[SheetRead] = Field(max_length=200)
    to_settle: list[str] = Field(max_length=10_000)
    consensus: list[ConsensusRead] = Field(max_length=10_000)
    keeps_report_from_completion: list[str] = Field(max_length=10_000)
    changed_since: list[MarkedChangeRead] = Field(max_length=200)
    """Changes of circumstances that touch it; while one is open nothing is decided."""


class ReportRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round: int
    passes: bool
    content: dict[str, Any]
    content_hash: str
    made_by: str
    made_at: AwareDatetime


class DecisionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round: int
    kind: DecisionKind
    reason: str
    criteria: list[dict[str, Any]] = Field(max_length=500)
    by_name: str
    at: AwareDatetime


class RepresentationsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    opened_at: AwareDatetime
    closes_at: AwareDatetime
    is_shortened: bool
    text: str | None
    documents: list[UUID] = Field(max_length=50)
    evidence: list[EvidenceRead] = Field(max_length=50)
    made_at: AwareDatetime | None
    silent_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class DecisionsRead(BaseModel):
    items: list[DecisionRead] = Field(max_length=200)
    representations: list[RepresentationsRead] = Field(max_length=200)
    changed_since: list[ChangedDecisionRead] = Field(max_length=200)
    """Changes of circumstances that touch the decisions, and whether they were reconfirmed or reviewed."""


class DecidedRead(BaseModel):
    """The decision just taken, and where the lot application stands."""

    decision: DecisionRead
    lot_application: LotApplicationRead
