"""HTTP for remedial action plans. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import StaleEdit, StepNotAllowed, Unavailable, may_answer
from assessment.assessments.errors import Barred, TooMany
from assessment.dependencies import EvidenceDep, Officer, ProviderPerson, Reader

from . import actions
from .errors import (
    ActionNotFound,
    DueAtNoGoodTime,
    IssueNotFound,
    IssueVerified,
    PlanNotApproved,
    PlanNotBeingWritten,
    PlanNotFound,
)
from .reading import plan_of
from .repository import Plans
from .rules import PlanStatus
from .schemas import (
    Acting,
    ActionRead,
    Extending,
    IssueRead,
    PlanRead,
    PlanSummary,
    Progressing,
    ProgressRead,
    Returning,
    Verifying,
)

router = APIRouter(prefix="/remedial-plans", tags=["remedial action"])


@router.get("", summary="Remedial action plans, the earliest due first", operation_id="list_plans")
def list_plans(
    session: SessionDep,
    page: PageQuery,
    by: Reader,
    assessment_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[PlanStatus | None, Query()] = None,
) -> Page[PlanSummary]:
    return Plans(session).page(page, by=by, assessment_id=assessment_id, status=status).map(PlanSummary.of)


@router.get(
    "/{plan_id}",
    summary="A plan with its issues, actions and progress",
    operation_id="read_plan",
    responses=may_answer(PlanNotFound),
)
def read_plan(plan_id: UUID, session: SessionDep, by: Reader, now: Now) -> PlanRead:
    return plan_of(session, plan_id, by=by, now=now)


@router.post(
    "/{plan_id}/issues/{issue_id}/actions",
    status_code=201,
    summary="Add an action to an issue",
    operation_id="add_action",
    responses=may_answer(PlanNotFound, IssueNotFound, PlanNotBeingWritten, DueAtNoGoodTime, TooMany),
)
def add_action(
    *, plan_id: UUID, issue_id: UUID, wanted: Acting, session: SessionDep, by: ProviderPerson, now: Now
) -> ActionRead:
    return ActionRead.of(actions.add_action(session, plan_id, issue_id, **dict(wanted), by=by, now=now), now)


@router.put(
    "/{plan_id}/actions/{action_id}",
    summary="Change an action while the plan is being written",
    operation_id="change_action",
    responses=may_answer(PlanNotFound, ActionNotFound, PlanNotBeingWritten, DueAtNoGoodTime, StaleEdit),
)
def change_action(
    *,
    plan_id: UUID,
    action_id: UUID,
    wanted: Acting,
    session: SessionDep,
    response: Response,
    read: IfMatch,
    by: ProviderPerson,
    now: Now,
) -> ActionRead:
    changed = actions.change_action(session, plan_id, action_id, **dict(wanted), read_version=read, by=by, now=now)
    set_etag(response, changed.version)
    return ActionRead.of(changed, now)


@router.delete(
    "/{plan_id}/actions/{action_id}",
    status_code=204,
    summary="Take back an action while the plan is being written",
    operation_id="remove_action",
    responses=may_answer(PlanNotFound, ActionNotFound, PlanNotBeingWritten, StaleEdit),
)
def remove_action(plan_id: UUID, action_id: UUID, session: SessionDep, read: IfMatch, by: ProviderPerson) -> None:
    actions.remove_action(session, plan_id, action_id, read_version=read, by=by)


@router.post(
    "/{plan_id}/submission",
    summary="Submit the plan to the council",
    operation_id="submit_plan",
    responses=may_answer(PlanNotFound, StepNotAllowed, Barred),
)
def submit_plan(plan_id: UUID, session: SessionDep, by: ProviderPerson, now: Now) -> PlanSummary:
    return PlanSummary.of(actions.submit_plan(session, plan_id, by=by, now=now))


@router.post(
    "/{plan_id}/return",
    summary="Return the plan to the provider with a reason",
    operation_id="return_plan",
    responses=may_answer(PlanNotFound, StepNotAllowed),
)
def return_plan(plan_id: UUID, wanted: Returning, session: SessionDep, by: Officer, now: Now) -> PlanSummary:
    return PlanSummary.of(actions.return_plan(session, plan_id, reason=wanted.reason, by=by, now=now))


@router.post(
    "/{plan_id}/approval",
    summary="Approve the plan",
    operation_id="approve_plan",
    responses=may_answer(PlanNotFound, StepNotAllowed),
)
def approve_plan(plan_id: UUID, session: SessionDep, by: Officer, now: Now) -> PlanSummary:
    return PlanSummary.of(actions.approve_plan(session, plan_id, by=by, now=now))


@router.post(
    "/{plan_id}/closure",
    summary="Close a plan whose issues are all verified",
    operation_id="close_plan",
    responses=may_answer(PlanNotFound, StepNotAllowed, Barred),
)
def close_plan(plan_id: UUID, session: SessionDep, by: Officer, now: Now) -> PlanSummary:
    return PlanSummary.of(actions.close_plan(session, plan_id, by=by, now=now))


@router.post(
    "/{plan_id}/actions/{action_id}/progress",
    status_code=201,
    summary="Say how far an action has got",
    operation_id="note_progress",
    responses=may_answer(PlanNotFound, ActionNotFound, PlanNotApproved, IssueVerified, TooMany, Barred, Unavailable),
)
def note_progress(
    *,
    plan_id: UUID,
    action_id: UUID,
    wanted: Progressing,
    session: SessionDep,
    evidence: EvidenceDep,
    by: ProviderPerson,
    now: Now,
) -> ProgressRead:
    noted = actions.note_progress(session, plan_id, action_id, **dict(wanted), evidence=evidence, by=by, now=now)
    return ProgressRead.of(noted)


@router.post(
    "/{plan_id}/actions/{action_id}/extension",
    summary="Give an action more time, with a reason",
    operation_id="extend_action",
    responses=may_answer(PlanNotFound, ActionNotFound, PlanNotApproved, DueAtNoGoodTime, TooMany, Barred),
)
def extend_action(
    *, plan_id: UUID, action_id: UUID, wanted: Extending, session: SessionDep, by: Officer, now: Now
) -> ActionRead:
    return ActionRead.of(actions.extend_action(session, plan_id, action_id, **dict(wanted), by=by, now=now), now)


@router.post(
    "/{plan_id}/issues/{issue_id}/verification",
    summary="Verify what was done about an issue",
    operation_id="verify_issue",
    responses=may_answer(PlanNotFound, IssueNotFound, PlanNotApproved, IssueVerified),
)
def verify_issue(
    *, plan_id: UUID, issue_id: UUID, wanted: Verifying, session: SessionDep, by: Officer, now: Now
) -> IssueRead:
    return IssueRead.of(actions.verify_issue(session, plan_id, issue_id, **dict(wanted), by=by, now=now))
