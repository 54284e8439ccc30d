"""What callers receive about the programme."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from assessment.assessments.rules import Cause, Status
from assessment.tables import DueDate

from .repository import Entry


class ProgrammeEntry(BaseModel):
    """When a service's next assessment is due and why, and the assessment under way if there is one."""

    care_service_id: UUID
    provider_id: UUID
    service_name: str | None
    due_on: date
    cause: Cause
    because: str
    is_overdue: bool
    assessment_id: UUID | None
    reference: str | None
    status: Status | None
    answers_due_at: AwareDatetime | None

    @classmethod
    def of(cls, entry: Entry, today: date) -> Self:
        due, open_ = entry.due, entry.under_way
        return cls(
            care_service_id=due.care_service_id,
            provider_id=due.provider_id,
            service_name=entry.service_name,
            due_on=due.due_on,
            cause=due.cause,
            because=due.because,
            is_overdue=due.due_on < today,
            assessment_id=open_.id if open_ else None,
            reference=open_.reference if open_ else None,
            status=open_.status if open_ else None,
            answers_due_at=open_.answers_due_at if open_ else None,
        )


class DueDateRead(BaseModel):
    due_on: date
    cause: Cause
    because: str
    set_at: AwareDatetime
    replaced_at: AwareDatetime | None

    @classmethod
    def of(cls, row: DueDate) -> Self:
        return cls.model_validate(row, from_attributes=True)
