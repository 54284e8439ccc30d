"""HTTP for validation. Translate, call one action, answer."""

from uuid import UUID

from fastapi import APIRouter, Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.problems import StaleEdit, StepNotAllowed, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred, QuestionNotFound, TooMany
from assessment.assessments.repository import Assessments
from assessment.assessments.routes import shown
from assessment.assessments.rules import has_draft
from assessment.assessments.schemas import AssessmentRead
from assessment.dependencies import Officer, Reader
from assessment.sections.repository import CarriedAnswers
from assessment.self_assessments.errors import AnswersNotSubmitted
from assessment.self_assessments.repository import SelfAnswers
from assessment.self_assessments.routes import QuestionCode

from . import actions
from .errors import MayNotGoWithoutAnswers, NotValidating, NotYetShared, VisitInTheFuture
from .repository import Validations
from .schemas import BeginningValidation, Finding, FindingRead, FindingSeveral, ValidationRead, Visiting, VisitRead

router = APIRouter(
    prefix="/assessments/{assessment_id}",
    tags=["validation"],
    responses=may_answer(AssessmentNotFound),
)


@router.post(
    "/validation",
    summary="Begin to validate",
    operation_id="begin_validation",
    responses=may_answer(StepNotAllowed, MayNotGoWithoutAnswers, Barred),
)
def begin_validation(
    assessment_id: UUID, wanted: BeginningValidation, session: SessionDep, by: Officer, now: Now
) -> AssessmentRead:
    return shown(session, actions.begin_validation(session, assessment_id, **dict(wanted), by=by, now=now), by)


@router.get(
    "/validated-answers",
    summary="Every question with the provider's answer and the officer's finding",
    operation_id="read_validation",
    responses=may_answer(NotYetShared, AnswersNotSubmitted),
)
def read_validation(assessment_id: UUID, session: SessionDep, by: Reader) -> ValidationRead:
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by)
    if by.is_provider and not has_draft(assessment.status, assessment.draft_issued_at):
        raise NotYetShared
    if assessment.answers_closed_at is None:
        raise AnswersNotSubmitted
    questions = assessments.questions(assessment)
    own = SelfAnswers(session).submitted(assessment)
    found = Validations(session).of(assessment_id)
    untouched = CarriedAnswers(session).untouched(assessment_id, own)
    return ValidationRead(
        assessment_id=assessment_id,
        asked=len(questions),
        validated=sum(1 for question in questions if question.code in found),
        items=[FindingRead.of(q, own.get(q.code), found.get(q.code), carried_over=untouched) for q in questions],
    )


@router.put(
    "/validated-answers/{question}",
    summary="Record what was found on one question",
    description='Send `If-Match` with the version you read; leave it out (or send `"0"`) for a first finding.',
    operation_id="record_finding",
    responses=may_answer(QuestionNotFound, NotValidating, Barred, StaleEdit),
)
def record_finding(
    *,
    assessment_id: UUID,
    question: QuestionCode,
    wanted: Finding,
    session: SessionDep,
    response: Response,
    read: IfMatch,
    by: Officer,
    now: Now,
) -> FindingRead:
    one = actions.Found(question=question, read_version=read, **dict(wanted))
    [finding] = actions.record_findings(session, assessment_id, [one], by=by, now=now)
    set_etag(response, finding.version)
    assessments = Assessments(session)
    assessment = assessments.get(assessment_id, by=by)
    _, asked = assessments.question(assessment, question)
    own = SelfAnswers(session).submitted(assessment)
    untouched = CarriedAnswers(session).untouched(assessment_id, own)
    return FindingRead.of(asked, own.get(question), finding, carried_over=untouched)


@router.put(
    "/validated-answers",
    summary="Record a page of findings",
    description="Each finding carries the version that was read. All are recorded, or none.",
    operation_id="record_findings",
    responses=may_answer(QuestionNotFound, NotValidating, Barred, StaleEdit),
)
def record_findings(
    assessment_id: UUID, wanted: FindingSeveral, session: SessionDep, by: Officer, now: Now
) -> ValidationRead:
    page = [
        actions.Found(read_version=each.version, **each.model_dump(exclude={"version"})) for each in wanted.findings
    ]
    actions.record_findings(session, assessment_id, page, by=by, now=now)
    return read_validation(assessment_id, session, by)


@router.get(
    "/visits",
    summary="The visits made for an assessment",
    operation_id="list_visits",
    responses=may_answer(NotYetShared),
)
def list_visits(assessment_id: UUID, session: SessionDep, by: Reader) -> list[VisitRead]:
    assessment = Assessments(session).get(assessment_id, by=by)
    if by.is_provider and not has_draft(assessment.status, assessment.draft_issued_at):
        raise NotYetShared
    return [VisitRead.of(visit, with_note=not by.is_provider) for visit in Validations(session).visits(assessment_id)]


@router.post(
    "/visits",
    status_code=201,
    summary="Record a visit",
    operation_id="record_visit",
    responses=may_answer(NotValidating, VisitInTheFuture, TooMany, Barred),
)
def record_visit(assessment_id: UUID, wanted: Visiting, session: SessionDep, by: Officer, now: Now) -> VisitRead:
    visit = actions.record_visit(session, assessment_id, **dict(wanted), by=by, now=now)
    return VisitRead.of(visit, with_note=True)


@router.post(
    "/draft",
    summary="Issue the draft report to the provider: the rating is computed now, and not before",
    operation_id="issue_draft",
    responses=may_answer(StepNotAllowed, Barred),
)
def issue_draft(assessment_id: UUID, session: SessionDep, by: Officer, now: Now) -> AssessmentRead:
    return shown(session, actions.issue_draft(session, assessment_id, by=by, now=now), by)
