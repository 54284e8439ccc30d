"""What callers receive about the programme."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from assay_kit.identity import Principal
from assessment.assessments.rules import Cause, Status
from assessment.assessments.telling import cause_as_told
from assessment.tables import DueDate

from .repository import Entry


class ProgrammeEntry(BaseModel):
    """When a service's next assessment is due and why, and the assessment under way if there is one."""

    care_service_id: UUID
    provider_id: UUID
    service_name: str | None
    due_on: date
    cause: Cause
    because: str | None
    is_overdue: bool
    assessment_id: UUID | None
    reference: str | None
    status: Status | None
    answers_due_at: AwareDatetime | None

    @classmethod
    def of(cls, entry: Entry, today: date, *, by: Principal) -> Self:
        due, open_ = entry.due, entry.under_way
        return cls(
            care_service_id=due.care_service_id,
            provider_id=due.provider_id,
            service_name=entry.service_name,
            due_on=due.due_on,
            cause=cause_as_told(due.cause, by),
            because=_because_as_told(due, by),
            is_overdue=due.due_on < today,
            assessment_id=open_.id if open_ else None,
            reference=open_.reference if open_ else None,
            status=open_.status if open_ else None,
            answers_due_at=open_.answers_due_at if open_ else None,
        )


class DueDateRead(BaseModel):
    due_on: date
    cause: Cause
    because: str | None
    set_at: AwareDatetime
    replaced_at: AwareDatetime | None

    @classmethod
    def of(cls, row: DueDate, *, by: Principal) -> Self:
        told = {"cause": cause_as_told(row.cause, by), "because": _because_as_told(row, by)}
        return cls(due_on=row.due_on, set_at=row.set_at, replaced_at=row.replaced_at, **told)


def _because_as_told(row: DueDate, by: Principal) -> str | None:
    """The council's own note: a provider is told the date and the cause."""
    return None if by.is_provider else row.because
