"""HTTP for changes of circumstances. Translate, call one action, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlmodel import Session, col

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import NotAllowed, StepNotAllowed, may_answer
from dps_admission.dependencies import (
    Applicant,
    CaseParty,
    CaseReader,
    CopiesDep,
    Decider,
    DirectoryDep,
    SessionDep,
)
from dps_admission.evaluations.errors import DecisionRefused
from dps_admission.shown import shown
from dps_admission.tables import ChangedDecision, CircumstanceChange

from . import actions
from .errors import ChangedDecisionNotFound, ChangeNotFound, ChangeRefused
from .repository import Circumstances
from .schemas import ChangedDecisionRead, ChangeDetail, ChangeIn, ChangeRead, ChangeReasonIn

router = APIRouter(tags=["changes of circumstances"])


@router.post(
    "/changes-of-circumstances",
    operation_id="report_change_of_circumstances",
    status_code=201,
    responses=may_answer(ChangeRefused, EvidenceNotTheirs, NotAllowed),
)
def report_change_of_circumstances(
    asked: ChangeIn, session: SessionDep, directory: DirectoryDep, copies: CopiesDep, by: Applicant, now: Now
) -> ChangeDetail:
    about: dict[str, Any] = {"directory": directory, "copies": copies, "by": by, "now": now}
    return _detail(session, actions.report_change(session, asked, **about))


@router.get("/changes-of-circumstances", operation_id="list_changes_of_circumstances", summary="The newest first")
def list_changes_of_circumstances(session: SessionDep, by: CaseParty, page: PageQuery) -> Page[ChangeRead]:
    wanted = Circumstances(session).all_seen_by(by)
    newest = col(CircumstanceChange.reported_at).desc(), col(CircumstanceChange.id).desc()
    return paginate(session, wanted, page, *newest).map(ChangeRead.model_validate)


@router.get(
    "/changes-of-circumstances/{change_id}",
    operation_id="read_change_of_circumstances",
    responses=may_answer(ChangeNotFound),
)
def read_change_of_circumstances(change_id: UUID, session: SessionDep, by: CaseParty) -> ChangeDetail:
    return _detail(session, Circumstances(session).seen_by(change_id, by))


@router.get(
    "/changed-decisions",
    operation_id="list_changed_decisions",
    summary="Decisions and open applications marked changed since and not answered, the oldest first",
)
def list_changed_decisions(session: SessionDep, by: CaseReader, page: PageQuery) -> Page[ChangedDecisionRead]:
    oldest = col(ChangedDecision.marked_at), col(ChangedDecision.id)
    found = paginate(session, Circumstances(session).to_answer(), page, *oldest)
    return found.map(ChangedDecisionRead.model_validate)


ON_CHANGED = may_answer(ChangedDecisionNotFound, ChangeRefused, StepNotAllowed)


@router.post(
    "/changed-decisions/{changed_decision_id}/reconfirmation",
    operation_id="reconfirm_decision",
    responses=ON_CHANGED,
)
def reconfirm_decision(
    changed_decision_id: UUID, asked: ChangeReasonIn, session: SessionDep, by: Decider, now: Now
) -> ChangedDecisionRead:
    mark = actions.reconfirm(session, changed_decision_id, reason=asked.reason, by=by, now=now)
    return ChangedDecisionRead.model_validate(mark)


@router.post(
    "/changed-decisions/{changed_decision_id}/acknowledgement",
    operation_id="acknowledge_change",
    summary="Take note of what changed before an open application is decided",
    responses=ON_CHANGED,
)
def acknowledge_change(
    changed_decision_id: UUID, asked: ChangeReasonIn, session: SessionDep, by: Decider, now: Now
) -> ChangedDecisionRead:
    mark = actions.acknowledge(session, changed_decision_id, reason=asked.reason, by=by, now=now)
    return ChangedDecisionRead.model_validate(mark)


@router.post(
    "/changed-decisions/{changed_decision_id}/review",
    operation_id="review_decision",
    summary="Set the decision aside, to be evaluated anew",
    responses=may_answer(ChangedDecisionNotFound, ChangeRefused, DecisionRefused, StepNotAllowed),
)
def review_decision(
    changed_decision_id: UUID, asked: ChangeReasonIn, session: SessionDep, by: Decider, now: Now
) -> ChangedDecisionRead:
    mark = actions.review(session, changed_decision_id, reason=asked.reason, by=by, now=now)
    return ChangedDecisionRead.model_validate(mark)


def _detail(session: Session, change: CircumstanceChange) -> ChangeDetail:
    touches = Circumstances(session).touched_by(change.id)
    return ChangeDetail.model_validate(shown(change, ChangeDetail, touches=touches))
