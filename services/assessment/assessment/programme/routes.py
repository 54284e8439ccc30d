"""HTTP for the programme of assessments. Translate, ask, answer."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic.json_schema import SkipJsonSchema

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import Unavailable, may_answer
from assay_kit.text import Day
from assessment.assessments.errors import CareServiceNotFound
from assessment.dependencies import CopiesDep, OfficerOrManager, Reader, StaffReader
from assessment.frameworks.errors import NoFramework

from .bulk import schedule_many
from .repository import Programme
from .rules import months_from
from .schemas import DueDateRead, PlanRead, ProgrammeEntry, ProgrammeYear, SchedulingMany
from .year import ProgrammeYears

router = APIRouter(tags=["programme"])

# The last day whose twelve months, and the start of the one after in London, a date can still say.
_LAST_START = date(9998, 1, 1)


@router.get("/programme", summary="What is due, the earliest first", operation_id="list_programme")
def list_programme(
    *,
    session: SessionDep,
    page: PageQuery,
    by: Reader,
    now: Now,
    overdue: Annotated[bool, Query(description="Only what was due before today.")] = False,
    due_before: Annotated[Day | None, Query()] = None,
) -> Page[ProgrammeEntry]:
    today = london_day(now)
    if overdue:
        due_before = min(due_before or today, today)
    found = Programme(session).page(page, by=by, due_before=due_before)
    return found.map(lambda entry: ProgrammeEntry.of(entry, today, by=by))


@router.get("/programme/year", summary="Twelve months by month and by officer", operation_id="read_programme_year")
def read_programme_year(
    *,
    session: SessionDep,
    by: StaffReader,
    now: Now,
    starts_on: Annotated[
        Day | SkipJsonSchema[None], Query(description="A day in the first of the months; this month unless given.")
    ] = None,
) -> ProgrammeYear:
    today = london_day(now)
    months = months_from(min(starts_on or today, _LAST_START))
    return ProgrammeYear.of(ProgrammeYears(session).counts(months, today, by=by), months)


@router.post(
    "/programme/scheduling",
    summary="Schedule what falls due before a day, shared out among officers",
    operation_id="schedule_assessments",
    responses=may_answer(NoFramework, Unavailable),
)
def schedule_assessments(
    wanted: SchedulingMany, session: SessionDep, copies: CopiesDep, by: OfficerOrManager, now: Now
) -> PlanRead:
    officers = [(each.officer, each.officer_name) for each in wanted.officers]
    asked = dict(wanted) | {"officers": officers}
    return PlanRead.of(schedule_many(session, copies, **asked, by=by, now=now))


@router.get(
    "/care-services/{care_service_id}/due-dates",
    summary="When a service's next assessment is due, and every date that stood before",
    operation_id="list_due_dates",
    responses=may_answer(CareServiceNotFound, Unavailable),
)
def list_due_dates(care_service_id: UUID, session: SessionDep, copies: CopiesDep, by: Reader) -> list[DueDateRead]:
    service = copies.care_service(care_service_id)
    if service is None or not by.sees(service.provider_id):
        raise CareServiceNotFound(care_service_id)
    return DueDateRead.all_of(Programme(session).history(care_service_id), by=by)
