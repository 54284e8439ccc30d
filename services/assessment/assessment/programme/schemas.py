"""What callers receive about the programme."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.identity import Principal
from assay_kit.text import WHOLE, Day, Flag, Model, Name, Subject
from assessment.assessments.rules import Cause, Status
from assessment.assessments.telling import cause_of_date, may_know_bands
from assessment.tables import DueDate

from .bulk import MOST_AT_ONCE, Plan, Planned
from .repository import Entry
from .year import Officer, YearCounts


class ProgrammeEntry(BaseModel):
    """When a service's next assessment is due and why, and the assessment under way if there is one."""

    care_service_id: UUID
    provider_id: UUID
    service_name: str | None
    due_on: date
    cause: Cause | None = Field(description="Null for whoever may not know bands.")
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
            cause=cause_of_date(due.cause, by),
            because=_because_as_told(due, by),
            is_overdue=due.due_on < today,
            assessment_id=open_.id if open_ else None,
            reference=open_.reference if open_ else None,
            status=open_.status if open_ else None,
            answers_due_at=open_.answers_due_at if open_ else None,
        )


class DueDateRead(BaseModel):
    """Whoever may not know bands is told the date that stands, and neither its cause nor since when: both say Red."""

    due_on: date
    cause: Cause | None
    because: str | None
    set_at: AwareDatetime | None
    replaced_at: AwareDatetime | None

    @classmethod
    def all_of(cls, rows: Iterable[DueDate], *, by: Principal) -> list[Self]:
        if not may_know_bands(by):
            nothing = {"cause": None, "because": None, "set_at": None, "replaced_at": None}
            return [cls(due_on=row.due_on, **nothing) for row in rows if row.replaced_at is None]
        return [
            cls(
                due_on=row.due_on,
                cause=row.cause,
                because=row.because,
                set_at=row.set_at,
                replaced_at=row.replaced_at,
            )
            for row in rows
        ]


def _because_as_told(row: DueDate, by: Principal) -> str | None:
    """The council's own note: a provider is told the date and the cause."""
    return None if by.is_provider else row.because


class ProgrammeMonth(BaseModel):
    """`due` falls due in the month; of those nothing is under way for `not_scheduled`."""

    month: date
    due: int
    not_scheduled: int
    published: int


class OfficerWork(BaseModel):
    """Assessments under way that one officer leads (null: that nobody leads), by the month their answers are due in."""

    officer: str | None
    officer_name: str | None
    under_way: int
    before: int = Field(description="Whose answers were due before the first of the months.")
    by_month: list[int] = Field(min_length=12, max_length=12)
    after: int = Field(description="Whose answers are due after the last of the months.")

    @classmethod
    def of(cls, officer: Officer, work: dict[date, int], months: Sequence[date]) -> Self:
        subject, name = officer
        return cls(
            officer=subject,
            officer_name=name,
            under_way=sum(work.values()),
            before=sum(count for month, count in work.items() if month < months[0]),
            by_month=[work.get(month, 0) for month in months],
            after=sum(count for month, count in work.items() if month > months[-1]),
        )


class ProgrammeYear(BaseModel):
    """Twelve months of the programme, and what each officer has to do in them."""

    starts_on: date
    overdue: int = Field(description="Services whose assessment was due before today.")
    months: list[ProgrammeMonth] = Field(min_length=12, max_length=12)
    officers: list[OfficerWork] = Field(max_length=10_000)

    @classmethod
    def of(cls, counts: YearCounts, months: Sequence[date]) -> Self:
        work = [OfficerWork.of(officer, dict(found), months) for officer, found in counts.work.items()]
        return cls(
            starts_on=months[0],
            overdue=counts.overdue,
            months=[
                ProgrammeMonth(
                    month=month,
                    due=counts.due.get(month, 0),
                    not_scheduled=counts.not_scheduled.get(month, 0),
                    published=counts.published.get(month, 0),
                )
                for month in months
            ],
            officers=sorted(work, key=lambda each: (each.officer is None, each.officer_name or "", each.officer or "")),
        )


class OfficerNamed(Model):
    officer: Subject
    officer_name: Name


class SchedulingMany(Model):
    """What is due before a day and not under way is scheduled, shared out so that nobody has much more than others.

    Some at a time. Each opens early enough to be answered, validated within `days_to_validate` and checked before it is
    due.
    """

    due_before: Day
    officers: Annotated[list[OfficerNamed], Field(max_length=50)] = Field(default_factory=list)
    days_to_validate: Annotated[int, Field(ge=0, le=180), WHOLE] = 28
    care_service_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    after: UUID | None = Field(default=None, description="The last service of the answer before, to go on from there.")
    only_plan: Flag = Field(default=False, description="Say what would be scheduled, and schedule nothing.")


class PlannedRead(BaseModel):
    care_service_id: UUID
    service_name: str | None
    due_on: date
    cause: Cause
    opens_on: date
    officer: str | None
    officer_name: str | None
    assessment_id: UUID | None
    reference: str | None
    refused: str | None = Field(description="Why this one was not scheduled.")

    @classmethod
    def of(cls, planned: Planned) -> Self:
        due, made = planned.waiting.due, planned.assessment
        return cls(
            care_service_id=due.care_service_id,
            service_name=planned.waiting.service_name,
            due_on=due.due_on,
            cause=due.cause,
            opens_on=planned.opens_on,
            officer=planned.officer,
            officer_name=planned.officer_name,
            assessment_id=made.id if made else None,
            reference=made.reference if made else None,
            refused=planned.refused,
        )


class PlanRead(BaseModel):
    items: list[PlannedRead] = Field(max_length=MOST_AT_ONCE)
    left: int = Field(description="How many more are due: ask again, `after` the last of these.")

    @classmethod
    def of(cls, plan: Plan) -> Self:
        return cls(items=[PlannedRead.of(each) for each in plan.items], left=plan.left)
