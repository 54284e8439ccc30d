"""HTTP for assessments as a whole. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StepNotAllowed, Unavailable, may_answer
from assay_kit.timeline import timeline_of
from assessment.dependencies import CopiesDep, OfficerOrManager, Reader
from assessment.frameworks.errors import NoFramework
from assessment.frameworks.repository import Frameworks
from assessment.tables import Assessment

from . import actions
from .errors import AssessmentNotFound, Barred, CareServiceNotFound, OpensAtNoGoodTime, ServiceEnded, UnderWay
from .repository import Assessments
from .rules import Status
from .schemas import LARGEST_SEQUENCE, MOST_STEPS, AssessmentRead, Cancelling, Scheduling, Timeline

router = APIRouter(prefix="/assessments", tags=["assessments"])


def shown(session: SessionDep, assessment: Assessment, by: Principal) -> AssessmentRead:
    return AssessmentRead.of(assessment, Frameworks(session).versions().get(assessment.framework_id), by=by)


@router.post(
    "",
    status_code=201,
    summary="Schedule an assessment of a service",
    operation_id="schedule_assessment",
    responses=may_answer(CareServiceNotFound, UnderWay, ServiceEnded, OpensAtNoGoodTime, NoFramework, Unavailable),
)
def schedule_assessment(
    wanted: Scheduling, session: SessionDep, copies: CopiesDep, by: OfficerOrManager, now: Now
) -> AssessmentRead:
    return shown(session, actions.schedule(session, copies, **dict(wanted), by=by, now=now), by)


@router.get("", summary="Assessments, the latest first", operation_id="list_assessments")
def list_assessments(
    *,
    session: SessionDep,
    page: PageQuery,
    by: Reader,
    care_service_id: Annotated[UUID | None, Query()] = None,
    provider_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
) -> Page[AssessmentRead]:
    found = Assessments(session).page(
        page, by=by, care_service_id=care_service_id, provider_id=provider_id, status=status
    )
    versions = Frameworks(session).versions()
    return found.map(lambda row: AssessmentRead.of(row, versions.get(row.framework_id), by=by))


@router.get(
    "/{assessment_id}",
    summary="One assessment",
    operation_id="read_assessment",
    responses=may_answer(AssessmentNotFound),
)
def read_assessment(assessment_id: UUID, session: SessionDep, by: Reader) -> AssessmentRead:
    return shown(session, Assessments(session).get(assessment_id, by=by), by)


@router.get(
    "/{assessment_id}/timeline",
    summary="Every step of an assessment, the newest first",
    operation_id="read_assessment_timeline",
    responses=may_answer(AssessmentNotFound),
)
def read_assessment_timeline(
    assessment_id: UUID,
    session: SessionDep,
    by: Reader,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_SEQUENCE, description="Steps before this one.")] = None,
) -> Timeline:
    assessment = Assessments(session).get(assessment_id, by=by)
    entries = timeline_of(session, object_id=assessment.id, before=before, limit=MOST_STEPS)
    return Timeline.of(entries, by=by)


@router.post(
    "/{assessment_id}/cancellation",
    summary="Call an assessment off",
    operation_id="cancel_assessment",
    responses=may_answer(AssessmentNotFound, StepNotAllowed, Barred),
)
def cancel_assessment(
    assessment_id: UUID, wanted: Cancelling, session: SessionDep, by: OfficerOrManager, now: Now
) -> AssessmentRead:
    return shown(session, actions.cancel(session, assessment_id, reason=wanted.reason, by=by, now=now), by)
