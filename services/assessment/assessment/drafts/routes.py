"""HTTP for drafts. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed, Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred, QuestionNotFound, TooMany
from assessment.assessments.repository import Assessments
from assessment.assessments.routes import shown
from assessment.assessments.rules import Status
from assessment.assessments.schemas import AssessmentRead
from assessment.dependencies import CommissioningManager, EvidenceDep, OfficerOrManager, ProviderPerson, Reader
from assessment.rating.answers import AnswerRating
from assessment.rating.errors import NoResult
from assessment.rating.repository import Results
from assessment.rating.schemas import ResultRead
from assessment.tables import Dispute
from assessment.validations.repository import Validations

from . import actions
from .errors import CommentDecided, CommentNotFound, DraftNotIssued, NotADraft
from .findings import Change
from .repository import Drafts
from .rules import bars_to_commenting, bars_to_disputing
from .schemas import (
    ChangeRead,
    Commenting,
    CommentRead,
    Deciding,
    DisputeRead,
    Disputing,
    DraftRead,
    HandingOver,
    Reviewing,
)

router = APIRouter(prefix="/assessments/{assessment_id}", tags=["draft"], responses=may_answer(AssessmentNotFound))


@router.get(
    "/draft",
    summary="The draft with its rating and the whole working",
    operation_id="read_draft",
    responses=may_answer(DraftNotIssued, NoResult),
)
def read_draft(assessment_id: UUID, session: SessionDep, by: Reader, now: Now) -> DraftRead:
    assessment = Assessments(session).get(assessment_id, by=by)
    issued_at, closes_at = assessment.draft_issued_at, assessment.accuracy_closes_at
    if issued_at is None or closes_at is None:
        raise DraftNotIssued
    results = [ResultRead.of(result) for result in Results(session).all(assessment_id)]
    drafts, validations = Drafts(session), Validations(session)
    disputed, undecided = drafts.dispute(assessment_id), drafts.undecided(assessment_id)
    found = {code: AnswerRating(answer.rating) for code, answer in validations.of(assessment_id).items()}
    dispute_by = actions.may_dispute_until(session, assessment)
    closed_at = assessment.accuracy_closed_at
    return DraftRead(
        assessment_id=assessment_id,
        status=assessment.status,
        issued_at=issued_at,
        accuracy_closes_at=closes_at,
        accuracy_closed_at=closed_at,
        is_open_for_comment=assessment.status == Status.DRAFT_ISSUED
        and not bars_to_commenting(closes_at=closes_at, closed_at=closed_at, now=now),
        dispute_closes_at=dispute_by,
        is_open_to_dispute=assessment.status == Status.DRAFT_ISSUED
        and not bars_to_disputing(closes_at=dispute_by, undecided_comments=undecided, now=now),
        standing=results[-1],
        earlier=results[:-1],
        changes=ChangeRead.all_of(validations.changes(assessment_id), found),
        dispute=_dispute(drafts, disputed, by) if disputed else None,
    )


def _dispute(drafts: Drafts, disputed: Dispute, by: Principal) -> DisputeRead:
    reviewer = drafts.reviewer(disputed)
    return DisputeRead.of(disputed, reviewer.name, is_yours=reviewer.subject == by.subject)


@router.get(
    "/accuracy-comments",
    summary="What the provider says is factually wrong, and what was decided",
    operation_id="list_accuracy_comments",
)
def list_accuracy_comments(assessment_id: UUID, session: SessionDep, by: Reader) -> list[CommentRead]:
    assessment = Assessments(session).get(assessment_id, by=by)
    return [CommentRead.of(comment) for comment in Drafts(session).comments(assessment.id)]


@router.post(
    "/accuracy-comments",
    status_code=201,
    summary="Say what is factually wrong about one question",
    operation_id="comment_on_accuracy",
    responses=may_answer(QuestionNotFound, NotADraft, Barred, TooMany, Unavailable),
)
def comment_on_accuracy(
    assessment_id: UUID, wanted: Commenting, session: SessionDep, evidence: EvidenceDep, by: ProviderPerson, now: Now
) -> CommentRead:
    made = actions.comment(session, assessment_id, **dict(wanted), evidence=evidence, by=by, now=now)
    return CommentRead.of(made)


@router.post(
    "/accuracy-comments/{comment_id}/decision",
    summary="Accept or reject a comment, with a reason",
    operation_id="decide_accuracy_comment",
    responses=may_answer(CommentNotFound, CommentDecided, NotADraft, Barred),
)
def decide_accuracy_comment(
    *, assessment_id: UUID, comment_id: UUID, wanted: Deciding, session: SessionDep, by: OfficerOrManager, now: Now
) -> CommentRead:
    return CommentRead.of(actions.decide_comment(session, assessment_id, comment_id, **dict(wanted), by=by, now=now))


@router.post(
    "/accuracy-confirmation",
    summary="Confirm that there is nothing more to correct, which closes the window early",
    operation_id="confirm_accuracy",
    responses=may_answer(NotADraft, Barred),
)
def confirm_accuracy(assessment_id: UUID, session: SessionDep, by: ProviderPerson, now: Now) -> AssessmentRead:
    return shown(session, actions.confirm_accuracy(session, assessment_id, by=by, now=now), by)


@router.post(
    "/dispute",
    summary="Dispute the draft",
    operation_id="dispute_draft",
    responses=may_answer(StepNotAllowed, Barred),
)
def dispute_draft(
    assessment_id: UUID, wanted: Disputing, session: SessionDep, by: ProviderPerson, now: Now
) -> AssessmentRead:
    return shown(session, actions.dispute(session, assessment_id, reason=wanted.reason, by=by, now=now), by)


@router.post(
    "/senior-review",
    summary="Take the dispute on, as somebody who did not validate",
    operation_id="begin_senior_review",
    responses=may_answer(StepNotAllowed, Barred, NotADraft),
)
def begin_senior_review(assessment_id: UUID, session: SessionDep, by: OfficerOrManager, now: Now) -> AssessmentRead:
    return shown(session, actions.begin_senior_review(session, assessment_id, by=by, now=now), by)


@router.post(
    "/senior-review/handover",
    summary="Put the senior review into the hands of somebody who did not validate",
    operation_id="hand_review_over",
    responses=may_answer(StepNotAllowed, Barred, NotADraft),
)
def hand_review_over(
    assessment_id: UUID, wanted: HandingOver, session: SessionDep, by: CommissioningManager, now: Now
) -> AssessmentRead:
    return shown(session, actions.hand_review_over(session, assessment_id, **dict(wanted), by=by, now=now), by)


@router.post(
    "/senior-review/outcome",
    summary="Uphold the draft, or change findings with reasons",
    operation_id="conclude_senior_review",
    responses=may_answer(QuestionNotFound, NotADraft, Barred),
)
def conclude_senior_review(
    assessment_id: UUID, wanted: Reviewing, session: SessionDep, by: OfficerOrManager, now: Now
) -> AssessmentRead:
    changes = [Change(**dict(change)) for change in wanted.changes]
    concluded = actions.conclude_senior_review(
        session, assessment_id, outcome=wanted.outcome, reason=wanted.reason, changes=changes, by=by, now=now
    )
    return shown(session, concluded, by)
