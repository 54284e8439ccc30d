"""HTTP for early reassessment. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StepNotAllowed, may_answer
from assessment.assessments.errors import Barred
from assessment.dependencies import OfficerOrManager, ProviderPerson, Reader
from assessment.remedial_actions.errors import PlanNotFound

from . import actions
from .errors import RequestNotFound
from .repository import Requests
from .rules import RequestStatus
from .schemas import AskingReassessment, DecidingReassessment, ReassessmentRequestRead

router = APIRouter(tags=["early reassessment"])


@router.post(
    "/remedial-plans/{plan_id}/reassessment-request",
    status_code=201,
    summary="Ask to be assessed again early, after a plan was closed",
    operation_id="ask_for_reassessment",
    responses=may_answer(PlanNotFound, Barred),
)
def ask_for_reassessment(
    plan_id: UUID, wanted: AskingReassessment, session: SessionDep, by: ProviderPerson, now: Now
) -> ReassessmentRequestRead:
    return ReassessmentRequestRead.of(actions.ask(session, plan_id, reason=wanted.reason, by=by, now=now))


@router.get(
    "/reassessment-requests",
    summary="Requests for an early reassessment, the earliest first",
    operation_id="list_reassessment_requests",
)
def list_reassessment_requests(
    session: SessionDep, page: PageQuery, by: Reader, status: Annotated[RequestStatus | None, Query()] = None
) -> Page[ReassessmentRequestRead]:
    return Requests(session).page(page, by=by, status=status).map(ReassessmentRequestRead.of)


@router.post(
    "/reassessment-requests/{request_id}/decision",
    summary="Bring the next assessment forward, or decline, with a reason",
    operation_id="decide_reassessment",
    responses=may_answer(RequestNotFound, StepNotAllowed, Barred),
)
def decide_reassessment(
    request_id: UUID, wanted: DecidingReassessment, session: SessionDep, by: OfficerOrManager, now: Now
) -> ReassessmentRequestRead:
    return ReassessmentRequestRead.of(actions.decide(session, request_id, **dict(wanted), by=by, now=now))
