"""What callers send and receive about early reassessment."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Day, Model, Reason

from .rules import REQUEST_LIFE, RequestStatus, RequestStep
from .tables import ReassessmentRequest


class AskingReassessment(Model):
    reason: Reason


class DecidingReassessment(Model):
    """Accept with the day by which the service is assessed again, or decline."""

    step: RequestStep
    reason: Reason
    due_on: Day | None = None


class ReassessmentRequestRead(BaseModel):
    id: UUID
    plan_id: UUID
    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    status: RequestStatus
    steps: list[str] = Field(max_length=10, description="The steps that its present stage allows.")
    reason: str
    asked_name: str
    asked_at: AwareDatetime
    due_on: date | None
    outcome_reason: str | None
    decided_name: str | None
    decided_at: AwareDatetime | None

    @classmethod
    def of(cls, row: ReassessmentRequest) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own, steps=[str(step) for step in REQUEST_LIFE.allowed(row.status)])
