"""HTTP for the programme of assessments. Translate, ask, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import Unavailable, may_answer
from assay_kit.text import Day
from assessment.assessments.errors import CareServiceNotFound
from assessment.dependencies import CopiesDep, Reader

from .repository import Programme
from .schemas import DueDateRead, ProgrammeEntry

router = APIRouter(tags=["programme"])


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
    return [DueDateRead.of(row, by=by) for row in Programme(session).history(care_service_id)]
