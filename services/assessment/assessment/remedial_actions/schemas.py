"""What callers send and receive about remedial action plans."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.assessment.ratings import Rating
from assay_kit.text import Day, Model, Name, Reason, Text
from assessment.tables import RemedialAction, RemedialIssue, RemedialPlan, RemedialProgress

from .rules import PLAN_LIFE, Outcome, PlanStatus, Progress


class Acting(Model):
    """One action: what will be done, by whom, by when, and how one will know."""

    description: Text
    owner: Name
    due_on: Day
    measure: Text


class Returning(Model):
    reason: Reason


class Progressing(Model):
    progress: Progress
    note: Text
    evidence_ids: Annotated[list[UUID], Field(max_length=50)] = Field(default_factory=list)


class Extending(Model):
    due_on: Day
    reason: Reason


class Verifying(Model):
    outcome: Outcome
    reason: Reason


class ProgressRead(BaseModel):
    progress: Progress
    note: str
    evidence_ids: list[UUID] = Field(max_length=50)
    noted_name: str
    noted_at: AwareDatetime

    @classmethod
    def of(cls, row: RemedialProgress) -> Self:
        return cls.model_validate(row, from_attributes=True)


class ActionRead(BaseModel):
    id: UUID
    issue_id: UUID
    description: str
    owner: str
    due_on: date
    measure: str
    progress: Progress
    is_overdue: bool
    version: int

    @classmethod
    def of(cls, row: RemedialAction, now: AwareDatetime) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own, is_overdue=row.progress != Progress.DONE and now >= row.overdue_at)


class ActionWithProgress(ActionRead):
    notes: list[ProgressRead] = Field(max_length=1000)


class IssueRead(BaseModel):
    id: UUID
    question: str
    question_text: str
    rating: Rating
    finding: str | None
    outcome: Outcome | None
    outcome_reason: str | None
    verified_name: str | None
    verified_at: AwareDatetime | None

    @classmethod
    def of(cls, row: RemedialIssue) -> Self:
        return cls.model_validate(row, from_attributes=True)


class IssueWithActions(IssueRead):
    actions: list[ActionWithProgress] = Field(max_length=1000)


class PlanSummary(BaseModel):
    id: UUID
    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    status: PlanStatus
    steps: list[str] = Field(max_length=10, description="The steps that its present stage allows.")
    due_at: AwareDatetime
    returned_because: str | None
    made_at: AwareDatetime

    @classmethod
    def of(cls, row: RemedialPlan) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own, steps=[str(step) for step in PLAN_LIFE.allowed(row.status)])


class PlanRead(PlanSummary):
    issues: list[IssueWithActions] = Field(max_length=1000)

    @classmethod
    def whole(
        cls,
        row: RemedialPlan,
        issues: Sequence[RemedialIssue],
        actions: Sequence[RemedialAction],
        progress: Sequence[RemedialProgress],
        now: AwareDatetime,
    ) -> Self:
        notes: dict[UUID, list[ProgressRead]] = defaultdict(list)
        for note in progress:
            notes[note.action_id].append(ProgressRead.of(note))
        written: dict[UUID, list[ActionWithProgress]] = defaultdict(list)
        for action in actions:
            read = ActionRead.of(action, now).model_dump()
            written[action.issue_id].append(ActionWithProgress(**read, notes=notes[action.id]))
        return cls(
            **PlanSummary.of(row).model_dump(),
            issues=[
                IssueWithActions(**IssueRead.of(issue).model_dump(), actions=written[issue.id]) for issue in issues
            ],
        )
