"""What callers send and receive about assessments as a whole."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType
from assay_kit.text import Day, Line, Model, Name, Reason
from assay_kit.timeline import TimelineEntryRead
from assessment.tables import Assessment

from .rules import LIFE, Cause, NotSelfAssessed, Status

SchedulableCause = Literal[
    Cause.ANNUAL, Cause.FOLLOW_UP, Cause.RED_BAND, Cause.NEW_SERVICE, Cause.RESPONSIVE, Cause.EARLY_REQUEST
]


class Scheduling(Model):
    """`opens_on` defaults to today; answers are due as long after it as the framework's policy says."""

    care_service_id: UUID
    cause: SchedulableCause = Cause.ANNUAL
    opens_on: Day | None = None
    officer: Name | None = Field(default=None, description="The subject of the officer who will validate.")
    officer_name: Name | None = None
    reason: Line | None = None


class Cancelling(Model):
    reason: Reason


class AssessmentRead(BaseModel):
    """An assessment as everyone concerned may see it: its rating appears when it is published."""

    id: UUID
    reference: str
    care_service_id: UUID
    provider_id: UUID
    service_type: CareServiceType
    cause: Cause
    status: Status
    steps: list[str] = Field(max_length=20, description="The steps that its present stage allows.")
    imported: bool
    import_source: str | None
    framework_version: int | None
    scheduled_at: AwareDatetime
    opens_on: date
    answers_due_at: AwareDatetime
    officer_name: str | None
    submitted_at: AwareDatetime | None
    signed_name: str | None
    signed_position: str | None
    answers_hash: str | None
    not_self_assessed: NotSelfAssessed | None
    draft_issued_at: AwareDatetime | None
    accuracy_closes_at: AwareDatetime | None
    accuracy_closed_at: AwareDatetime | None
    published_at: AwareDatetime | None
    rating: Rating | None
    next_due_on: date | None
    replacement_id: UUID | None

    @classmethod
    def of(cls, row: Assessment, framework_version: int | None) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        steps = [] if row.imported else [str(step) for step in LIFE.allowed(row.status)]
        return cls(**own, steps=steps, framework_version=framework_version)


class Timeline(BaseModel):
    """The newest steps first."""

    items: list[TimelineEntryRead] = Field(max_length=200)
