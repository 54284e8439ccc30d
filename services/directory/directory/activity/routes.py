"""HTTP for activity: people and hours per service, month and commissioner. Sent again, it changes nothing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from assay_contracts.directory import Commissioner
from assay_contracts.roles import Role, Scope
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal, allow
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import may_answer
from assay_kit.text import Day
from directory.care_services.errors import CareServiceNotFound
from directory.care_services.repository import CareServices
from directory.dependencies import Reader
from directory.tables import Activity

from . import actions
from .errors import MonthNotBegun
from .repository import Activities
from .rules import MONTH, first_of
from .schemas import ActivityIn, ActivityRead

ActivityWriter = Annotated[Principal, allow(Role.COMMISSIONER, Role.COMPLIANCE_OFFICER, Scope.ACTIVITY_WRITE)]
Month = Annotated[str, Path(pattern=MONTH, examples=["2026-02"])]

router = APIRouter(tags=["activity"])


async def get_activities(session: SessionDep) -> Activities:
    return Activities(session)


ActivitiesDep = Annotated[Activities, Depends(get_activities)]


@router.put(
    "/care-services/{care_service_id}/activity/{month}/{commissioner}",
    summary="Record a month's activity",
    response_model=ActivityRead,
    responses=may_answer(CareServiceNotFound, MonthNotBegun),
)
def record_activity(
    care_service_id: UUID,
    month: Month,
    commissioner: Commissioner,
    asked: ActivityIn,
    activities: ActivitiesDep,
    by: ActivityWriter,
    now: Now,
) -> Activity:
    care_service = CareServices(activities.session).get(care_service_id)
    return actions.record(
        care_service,
        first_of(month),
        commissioner,
        activities,
        people=asked.people,
        hours=asked.hours,
        now=now,
    )


@router.get("/activity", summary="List activity, the newest month first", response_model=Page[ActivityRead])
def list_activity(
    activities: ActivitiesDep,
    by: Reader,
    page: PageQuery,
    care_service_id: UUID | None = None,
    since: Annotated[Day | None, Query(description="Months from the one that begins on this day.")] = None,
) -> Page[Activity]:
    return activities.page(by, page, care_service_id=care_service_id, since=since)
