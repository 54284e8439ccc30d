"""What callers send and receive about assessments as a whole."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType
from assay_kit.identity import Principal
from assay_kit.text import Day, Line, Model, Name, Reason
from assay_kit.timeline import TimelineEntryRead
from assessment.tables import Assessment

from .rules import LIFE, Cause, NotSelfAssessed, Status, Step
from .telling import cause_as_told

SchedulableCause = Literal[
    Cause.ANNUAL, Cause.FOLLOW_UP, Cause.RED_BAND, Cause.NEW_SERVICE, Cause.RESPONSIVE, Cause.EARLY_REQUEST
]

# As long as what a message may be addressed to: an officer who cannot be written to is refused here, not at submission.
Subject = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Scheduling(Model):
    """`opens_on` defaults to today; answers are due as long after it as the framework's policy says."""

    care_service_id: UUID
    cause: SchedulableCause = Cause.ANNUAL
    opens_on: Day | None = None
    officer: Subject | None = Field(default=None, description="The subject of the officer who will validate.")
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
    def of(cls, row: Assessment, framework_version: int | None, *, by: Principal) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        steps = [] if row.imported else [str(step) for step in LIFE.allowed(row.status)]
        told = {"cause": cause_as_told(row.cause, by)}
        return cls(**own | told, steps=steps, framework_version=framework_version)


MOST_STEPS = 200
LARGEST_SEQUENCE = 2**63 - 1


class Timeline(BaseModel):
    """The newest steps first."""

    items: list[TimelineEntryRead] = Field(max_length=200)
    next_before: int | None = Field(
        description="Send it as `before` for the steps before these; null at the beginning."
    )

    @classmethod
    def of(cls, entries: Sequence[TimelineEntryRead], *, by: Principal) -> Self:
        """As `by` may read it: why an assessment was scheduled is the council's own note, and may speak of a band; what
        one person proposes is told once another has decided it."""
        # as many as are read at once: there may be more
        earlier = entries[-1].sequence if len(entries) == MOST_STEPS else None
        if not by.is_provider:
            return cls(items=list(entries), next_before=earlier)
        told = [entry for entry in entries if entry.step not in _FOR_STAFF]
        shown = [_without_note(entry) if entry.step in _NOTED_FOR_STAFF else entry for entry in told]
        return cls(items=shown, next_before=earlier)


# Who works on it, for whom it is kept, and what is only proposed.
_FOR_STAFF = {
    "assign_officer", "change_lead", "remove_officer", "restrict", "lift_restriction", "record_visit",
    Step.PROPOSE_WITHDRAWAL, Step.REFUSE_WITHDRAWAL, Step.PROPOSE_CORRECTION, Step.REFUSE_CORRECTION,
}  # fmt: skip
_NOTED_FOR_STAFF = {"schedule", Step.VALIDATE_WITHOUT_SELF_ASSESSMENT, Step.HAND_REVIEW_OVER}


def _without_note(entry: TimelineEntryRead) -> TimelineEntryRead:
    return entry.model_copy(update={"reason": None})
