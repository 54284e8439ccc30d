"""HTTP for applications and lot applications. Translate, call one action, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel import Session, col

from assay_contracts.directory.evidence import EvidenceNotTheirs
from assay_kit.clock import Now
from assay_kit.etags import IfMatch, set_etag
from assay_kit.identity import Principal
from assay_kit.pagination import Page, PageQuery, paginate
from assay_kit.problems import NotAllowed, StaleEdit, StepNotAllowed, may_answer
from assay_kit.timeline import TimelineEntryRead, timeline_of
from dps_admission.dependencies import (
    Applicant,
    CaseParty,
    CaseReader,
    Commissioner,
    CopiesDep,
    DirectoryDep,
    ProviderAdmin,
    SessionDep,
)
from dps_admission.question_sets.errors import AnswersRefused
from dps_admission.schemes.errors import LotNotFound, SchemeNotFound
from dps_admission.shown import shown
from dps_admission.tables import Application

from . import actions, drafting
from .checking import check_again
from .checking import settle_check as settle
from .copying import difference_of
from .errors import (
    AlreadyAnswered,
    ApplicationNotFound,
    ApplicationRefused,
    CheckNotFound,
    ClarificationNotFound,
    LotApplicationNotFound,
    NotADraft,
)
from .repository import Applications
from .rules import APPLICATION_LIFE, LOT_APPLICATION_LIFE, LotApplicationStatus, LotApplicationStep
from .schemas import (
    ApplicationDetail,
    ApplicationIn,
    ApplicationRead,
    ApplicationTimeline,
    CheckList,
    CheckRead,
    ClarificationAnswerIn,
    ClarificationIn,
    ClarificationList,
    ClarificationRead,
    DifferenceRead,
    DraftIn,
    FieldDifferenceRead,
    FindingIn,
    LotApplicationRead,
    ProofRead,
    SubmissionIn,
    WithdrawalIn,
)

router = APIRouter(tags=["applications"])


@router.post(
    "/applications",
    operation_id="start_application",
    status_code=201,
    responses=may_answer(SchemeNotFound, ApplicationNotFound, ApplicationRefused, NotAllowed),
)
def start_application(
    asked: ApplicationIn, session: SessionDep, copies: CopiesDep, by: Applicant, now: Now, response: Response
) -> ApplicationDetail:
    application = drafting.start_application(session, asked, copies=copies, by=by, now=now)
    return _detail(session, application, response)


@router.get("/applications", operation_id="list_applications")
def list_applications(session: SessionDep, by: CaseParty, page: PageQuery) -> Page[ApplicationRead]:
    wanted = Applications(session).all_seen_by(by)
    found = paginate(session, wanted, page, col(Application.started_at).desc(), col(Application.id).desc())
    return found.map(ApplicationRead.model_validate)


@router.get(
    "/applications/{application_id}", operation_id="read_application", responses=may_answer(ApplicationNotFound)
)
def read_application(application_id: UUID, session: SessionDep, by: CaseParty, response: Response) -> ApplicationDetail:
    return _detail(session, Applications(session).seen_by(application_id, by), response)


@router.put(
    "/applications/{application_id}/draft",
    operation_id="save_draft",
    responses=may_answer(ApplicationNotFound, LotNotFound, NotADraft, ApplicationRefused, AnswersRefused, StaleEdit),
)
def save_draft(
    application_id: UUID,
    asked: DraftIn,
    read: IfMatch,
    session: SessionDep,
    copies: CopiesDep,
    by: Applicant,
    now: Now,
    response: Response,
) -> ApplicationDetail:
    saved = drafting.save_draft(session, application_id, asked, copies=copies, read_version=read, by=by, now=now)
    return _detail(session, saved, response)


@router.post(
    "/applications/{application_id}/submission",
    operation_id="submit_application",
    responses=may_answer(
        ApplicationNotFound,
        NotADraft,
        StepNotAllowed,
        ApplicationRefused,
        AnswersRefused,
        EvidenceNotTheirs,
        StaleEdit,
    ),
)
def submit_application(
    application_id: UUID,
    asked: SubmissionIn,
    read: IfMatch,
    session: SessionDep,
    directory: DirectoryDep,
    by: ProviderAdmin,
    now: Now,
    response: Response,
) -> ApplicationDetail:
    about: dict[str, Any] = {"directory": directory, "read_version": read, "by": by, "now": now}
    submitted = drafting.submit(session, application_id, asked, **about)
    return _detail(session, submitted, response)


@router.post(
    "/applications/{application_id}/withdrawal",
    operation_id="withdraw_application",
    responses=may_answer(ApplicationNotFound, StepNotAllowed),
)
def withdraw_application(
    application_id: UUID, asked: WithdrawalIn, session: SessionDep, by: ProviderAdmin, now: Now, response: Response
) -> ApplicationDetail:
    withdrawn = actions.withdraw(session, application_id, reason=asked.reason, by=by, now=now)
    return _detail(session, withdrawn, response)


@router.get(
    "/applications/{application_id}/proof",
    operation_id="prove_application",
    summary="Whether the answers are those that were submitted",
    responses=may_answer(ApplicationNotFound, NotADraft),
)
def prove_application(application_id: UUID, session: SessionDep, by: CaseParty) -> ProofRead:
    application = Applications(session).seen_by(application_id, by)
    if application.content_hash is None:
        raise NotADraft("A draft has no proof before it is submitted.")
    computed = drafting.hash_of(application)
    kept = application.content_hash
    return ProofRead(content_hash=kept, computed_hash=computed, is_intact=kept == computed)


@router.get(
    "/applications/{application_id}/difference",
    operation_id="read_difference",
    summary="What differs from the application before it, field by field",
    responses=may_answer(ApplicationNotFound),
)
def read_difference(application_id: UUID, session: SessionDep, by: CaseParty) -> DifferenceRead:
    earlier, found = difference_of(session, Applications(session).seen_by(application_id, by))
    return DifferenceRead(
        previous_id=earlier.id if earlier else None,
        previous_reference=earlier.reference if earlier else None,
        items=[FieldDifferenceRead.model_validate(one) for one in found],
    )


@router.get(
    "/lot-applications/{lot_application_id}",
    operation_id="read_lot_application",
    responses=may_answer(LotApplicationNotFound),
)
def read_lot_application(lot_application_id: UUID, session: SessionDep, by: CaseParty) -> LotApplicationRead:
    return LotApplicationRead.model_validate(Applications(session).lot_application_seen_by(lot_application_id, by))


@router.post(
    "/lot-applications/{lot_application_id}/withdrawal",
    operation_id="withdraw_lot_application",
    responses=may_answer(LotApplicationNotFound, StepNotAllowed),
)
def withdraw_lot_application(
    lot_application_id: UUID, asked: WithdrawalIn, session: SessionDep, by: ProviderAdmin, now: Now
) -> LotApplicationRead:
    part = actions.withdraw_part(session, lot_application_id, reason=asked.reason, by=by, now=now)
    return LotApplicationRead.model_validate(part)


@router.get(
    "/applications/{application_id}/timeline",
    operation_id="read_application_timeline",
    responses=may_answer(ApplicationNotFound),
)
def read_application_timeline(application_id: UUID, session: SessionDep, by: CaseParty) -> ApplicationTimeline:
    application = Applications(session).seen_by(application_id, by)
    return ApplicationTimeline(items=_steps(session, APPLICATION_LIFE.name, application.id))


@router.get(
    "/lot-applications/{lot_application_id}/timeline",
    operation_id="read_lot_application_timeline",
    responses=may_answer(LotApplicationNotFound),
)
def read_lot_application_timeline(lot_application_id: UUID, session: SessionDep, by: CaseParty) -> ApplicationTimeline:
    part = Applications(session).lot_application_seen_by(lot_application_id, by)
    steps = _steps(session, LOT_APPLICATION_LIFE.name, part.id)
    return ApplicationTimeline(items=[_as_seen_by(one, by) for one in steps])


@router.post(
    "/lot-applications/{lot_application_id}/owner",
    operation_id="take_on_lot_application",
    responses=may_answer(LotApplicationNotFound),
)
def take_on_lot_application(lot_application_id: UUID, session: SessionDep, by: Commissioner) -> LotApplicationRead:
    return LotApplicationRead.model_validate(actions.take_on(session, lot_application_id, by=by))


@router.post(
    "/lot-applications/{lot_application_id}/prolongation",
    operation_id="prolong_lot_application",
    responses=may_answer(LotApplicationNotFound, ApplicationRefused),
)
def prolong_lot_application(
    lot_application_id: UUID, asked: WithdrawalIn, session: SessionDep, by: Commissioner, now: Now
) -> LotApplicationRead:
    part = actions.prolong(session, lot_application_id, reason=asked.reason, by=by, now=now)
    return LotApplicationRead.model_validate(part)


@router.get(
    "/lot-applications/{lot_application_id}/checks",
    operation_id="list_checks",
    responses=may_answer(LotApplicationNotFound),
)
def list_checks(lot_application_id: UUID, session: SessionDep, by: CaseReader) -> CheckList:
    applications = Applications(session)
    checks = applications.checks_of(applications.lot_application(lot_application_id))
    return CheckList(items=[CheckRead.model_validate(one) for one in checks])


@router.post(
    "/lot-applications/{lot_application_id}/checks",
    operation_id="run_checks_again",
    summary="Run the automatic checks again, to settle what they say now",
    status_code=201,
    responses=may_answer(LotApplicationNotFound, ApplicationRefused),
)
def run_checks_again(lot_application_id: UUID, session: SessionDep, by: Commissioner, now: Now) -> CheckList:
    part = check_again(session, lot_application_id, now=now)
    return CheckList(items=[CheckRead.model_validate(one) for one in Applications(session).checks_of(part)])


@router.post(
    "/checks/{check_id}/finding",
    operation_id="settle_check",
    summary="Say what a check comes to that failed or could not run",
    responses=may_answer(CheckNotFound, ApplicationRefused, AlreadyAnswered),
)
def settle_check(check_id: UUID, asked: FindingIn, session: SessionDep, by: Commissioner, now: Now) -> CheckRead:
    check = settle(session, check_id, finding=asked.finding, reason=asked.reason, by=by, now=now)
    return CheckRead.model_validate(check)


@router.get(
    "/lot-applications/{lot_application_id}/clarifications",
    operation_id="list_clarifications",
    responses=may_answer(LotApplicationNotFound),
)
def list_clarifications(lot_application_id: UUID, session: SessionDep, by: CaseParty) -> ClarificationList:
    applications = Applications(session)
    part = applications.lot_application_seen_by(lot_application_id, by)
    asked = applications.clarifications_of(part.id)
    return ClarificationList(items=[ClarificationRead.model_validate(one) for one in asked])


@router.post(
    "/lot-applications/{lot_application_id}/clarifications",
    operation_id="ask_for_clarification",
    status_code=201,
    responses=may_answer(LotApplicationNotFound, StepNotAllowed, ApplicationRefused),
)
def ask_for_clarification(
    lot_application_id: UUID, asked: ClarificationIn, session: SessionDep, by: Commissioner, now: Now
) -> ClarificationRead:
    about: dict[str, Any] = {"question": asked.question, "answer_by": asked.answer_by, "by": by, "now": now}
    made = actions.ask_for_clarification(session, lot_application_id, **about)
    return ClarificationRead.model_validate(made)


@router.post(
    "/clarifications/{clarification_id}/answer",
    operation_id="answer_clarification",
    responses=may_answer(ClarificationNotFound, AlreadyAnswered, ApplicationRefused),
)
def answer_clarification(
    clarification_id: UUID, asked: ClarificationAnswerIn, session: SessionDep, by: Applicant, now: Now
) -> ClarificationRead:
    answered = actions.answer_clarification(session, clarification_id, answer=asked.answer, by=by, now=now)
    return ClarificationRead.model_validate(answered)


def _steps(session: Session, kind: str, object_id: UUID) -> list[TimelineEntryRead]:
    return [TimelineEntryRead.model_validate(one) for one in timeline_of(session, kind=kind, object_id=object_id)]


def _as_seen_by(step: TimelineEntryRead, by: Principal) -> TimelineEntryRead:
    """Why a report went back before anything was proposed to the provider is the council's own."""
    is_within = step.from_status == LotApplicationStatus.EVALUATING and step.step == LotApplicationStep.RECONSIDER
    return step.model_copy(update={"reason": None}) if by.is_provider and is_within else step


def _detail(session: Session, application: Application, response: Response) -> ApplicationDetail:
    set_etag(response, application.version)
    parts = Applications(session).parts_of(application.id)
    return ApplicationDetail.model_validate(shown(application, ApplicationDetail, lot_applications=parts))
