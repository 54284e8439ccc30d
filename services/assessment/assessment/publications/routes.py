"""HTTP for published ratings. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import PageQuery
from assay_kit.problems import StepNotAllowed, Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred, CareServiceNotFound
from assessment.assessments.repository import Assessments
from assessment.assessments.routes import shown
from assessment.assessments.rules import has_draft
from assessment.assessments.schemas import AssessmentRead
from assessment.dependencies import (
    CommissioningManager,
    CopiesDep,
    OfficerOrManager,
    Overseer,
    RatingReader,
    Reader,
    StaffReader,
)
from assessment.drafts.errors import DraftNotIssued
from assessment.frameworks.errors import NoFramework
from assessment.rating.actions import recompute
from assessment.rating.errors import NoResult, ResultDisagrees
from assessment.rating.schemas import RecomputationRead
from assessment.validations.repository import Validations

from . import actions, withdrawing
from .errors import AlreadyImported, AnotherWithdrawal, NotPublished, WithdrawalNotProposed, WithdrawalProposed
from .recomputing import recompute_published
from .schemas import (
    ApprovingWithdrawal,
    Importing,
    ProposingWithdrawal,
    RatingRead,
    RecomputationsRead,
    RefusingWithdrawal,
    WithdrawalProposalRead,
    WithdrawalRead,
)

router = APIRouter(tags=["publication"])


@router.post(
    "/assessments/{assessment_id}/publication",
    summary="Publish the rating: frozen and announced",
    operation_id="publish_rating",
    responses=may_answer(AssessmentNotFound, StepNotAllowed, Barred, ResultDisagrees),
)
def publish_rating(assessment_id: UUID, session: SessionDep, by: OfficerOrManager, now: Now) -> AssessmentRead:
    return shown(session, actions.publish(session, assessment_id, by=by, now=now), by)


@router.post(
    "/assessments/{assessment_id}/recomputation",
    summary="Compute the rating again from the stored answers and compare; nothing is stored",
    operation_id="recompute_rating",
    responses=may_answer(AssessmentNotFound, DraftNotIssued, NoResult),
)
def recompute_rating(assessment_id: UUID, session: SessionDep, by: Reader) -> RecomputationRead:
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by)
    if not has_draft(assessment.status, assessment.draft_issued_at):
        raise DraftNotIssued
    if assessment.imported:
        raise NoResult
    standing = Validations(session).standing(assessment_id)
    return RecomputationRead.of(recompute(session, assessment, assessments.framework(assessment), standing))


@router.post(
    "/recomputations",
    summary="Compute every rating ever published again, a page at a time, and compare; nothing is stored",
    operation_id="recompute_ratings",
)
def recompute_ratings(session: SessionDep, page: PageQuery, by: Overseer) -> RecomputationsRead:
    return RecomputationsRead.of(recompute_published(session, page))


@router.post(
    "/assessments/{assessment_id}/withdrawal-proposal",
    status_code=201,
    summary="Propose to withdraw a published rating in favour of another",
    operation_id="propose_withdrawal",
    responses=may_answer(AssessmentNotFound, NotPublished, WithdrawalProposed, Barred),
)
def propose_withdrawal(
    assessment_id: UUID, wanted: ProposingWithdrawal, session: SessionDep, by: OfficerOrManager, now: Now
) -> WithdrawalRead:
    proposed = withdrawing.propose_withdrawal(session, assessment_id, **dict(wanted), by=by, now=now)
    return WithdrawalRead.of(proposed, by=by)


@router.get(
    "/assessments/{assessment_id}/withdrawal-proposal",
    summary="The proposal to withdraw a published rating that stands, if there is one",
    operation_id="read_withdrawal_proposal",
    responses=may_answer(AssessmentNotFound),
)
def read_withdrawal_proposal(assessment_id: UUID, session: SessionDep, by: StaffReader) -> WithdrawalProposalRead:
    assessment = Assessments(session).get(assessment_id, by=by)
    found = withdrawing.withdrawal_of(session, assessment.id)
    return WithdrawalProposalRead(proposal=WithdrawalRead.of(found, by=by) if found else None)


@router.post(
    "/assessments/{assessment_id}/withdrawal-proposal/refusal",
    summary="Turn a proposed withdrawal down, or take one's own back; another may be proposed",
    operation_id="refuse_withdrawal",
    responses=may_answer(AssessmentNotFound, StepNotAllowed, WithdrawalNotProposed, Barred),
)
def refuse_withdrawal(
    assessment_id: UUID, wanted: RefusingWithdrawal, session: SessionDep, by: OfficerOrManager, now: Now
) -> WithdrawalRead:
    refused = withdrawing.refuse_withdrawal(session, assessment_id, reason=wanted.reason, by=by, now=now)
    return WithdrawalRead.of(refused, by=by)


@router.post(
    "/assessments/{assessment_id}/withdrawal",
    summary="Approve a withdrawal that another person proposed; both assessments stay",
    operation_id="withdraw_rating",
    responses=may_answer(AssessmentNotFound, StepNotAllowed, WithdrawalNotProposed, AnotherWithdrawal, Barred),
)
def withdraw_rating(
    assessment_id: UUID, wanted: ApprovingWithdrawal, session: SessionDep, by: CommissioningManager, now: Now
) -> AssessmentRead:
    withdrawn = withdrawing.withdraw(session, assessment_id, proposal_id=wanted.proposal_id, by=by, now=now)
    return shown(session, withdrawn, by)


@router.post(
    "/imported-ratings",
    status_code=201,
    summary="Record a rating that was given before Assay: imported, not recomputable",
    operation_id="record_imported_rating",
    responses=may_answer(CareServiceNotFound, AlreadyImported, Barred, NoFramework, Unavailable),
)
def record_imported_rating(
    wanted: Importing, session: SessionDep, copies: CopiesDep, by: CommissioningManager, now: Now
) -> AssessmentRead:
    return shown(session, actions.record_imported_rating(session, copies, **dict(wanted), by=by, now=now), by)


@router.get(
    "/care-services/{care_service_id}/rating",
    summary="A service's rating as it stands, and when its next assessment is due",
    operation_id="read_rating",
    responses=may_answer(CareServiceNotFound, Unavailable),
)
def read_rating(care_service_id: UUID, session: SessionDep, copies: CopiesDep, by: RatingReader) -> RatingRead:
    service = copies.care_service(care_service_id)
    if service is None or not by.sees(service.provider_id):
        raise CareServiceNotFound(care_service_id)
    assessments = Assessments(session)
    standing = next(iter(assessments.published(care_service_id)), None)
    due = assessments.due_date(care_service_id)
    return RatingRead.of(care_service_id, service.provider_id, standing, due, by=by)
