"""HTTP for a provider's own answers. Translate, call one action, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.etags import IfMatch, set_etag
from assay_kit.identity import Principal
from assay_kit.problems import StaleEdit, StepNotAllowed, Unavailable, may_answer
from assessment.assessments.errors import AssessmentNotFound, Barred, NotOpenYet, QuestionNotFound
from assessment.assessments.repository import Assessments
from assessment.assessments.routes import shown
from assessment.assessments.schemas import AssessmentRead
from assessment.dependencies import EvidenceDep, ProviderPerson, Reader
from assessment.sections.errors import DelegatedElsewhere
from assessment.sections.repository import CarriedAnswers
from assessment.tables import Assessment

from . import actions
from .errors import AnswersClosed, AnswersNotSubmitted
from .repository import SelfAnswers
from .rules import bars_to_submission
from .schemas import (
    Answering,
    AnsweringSeveral,
    Declaring,
    EvidenceNamed,
    NamedEvidence,
    SelfAnswerRead,
    SelfAssessmentRead,
)

router = APIRouter(
    prefix="/assessments/{assessment_id}",
    tags=["self-assessment"],
    responses=may_answer(AssessmentNotFound),
)

QuestionCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._]{0,39}$")]


def _with_answers(session: SessionDep, assessment_id: UUID, by: Principal) -> Assessment:
    """The assessment; AnswersNotSubmitted where its answers are still the provider's alone."""
    assessment = Assessments(session).get(assessment_id, by=by)
    if not by.is_provider and assessment.submitted_at is None:
        raise AnswersNotSubmitted
    return assessment


@router.post(
    "/self-assessment",
    summary="Begin the self-assessment",
    operation_id="begin_self_assessment",
    responses=may_answer(StepNotAllowed, NotOpenYet),
)
def begin_self_assessment(assessment_id: UUID, session: SessionDep, by: ProviderPerson, now: Now) -> AssessmentRead:
    return shown(session, actions.begin_self_assessment(session, assessment_id, by=by, now=now), by)


@router.get(
    "/answers",
    summary="Every question asked of the service, with the provider's answers",
    operation_id="read_self_assessment",
    responses=may_answer(AnswersNotSubmitted),
)
def read_self_assessment(assessment_id: UUID, session: SessionDep, by: Reader) -> SelfAssessmentRead:
    assessment = _with_answers(session, assessment_id, by)
    framework = Assessments(session).framework(assessment)
    standard_of = {question.code: s.code for s in framework.standards() for question in s.questions}
    questions = framework.questions_for(assessment.service_type)
    answers = SelfAnswers(session).of(assessment_id)
    untouched = CarriedAnswers(session).untouched(assessment_id, answers)
    bars = bars_to_submission([question.code for question in questions], actions.answered(answers))
    return SelfAssessmentRead(
        assessment_id=assessment.id,
        status=assessment.status,
        asked=len(questions),
        answered=sum(1 for q in questions if q.code in answers and answers[q.code].rating is not None),
        bars=bars,
        items=[
            SelfAnswerRead.of(q, standard_of[q.code], answers.get(q.code), is_carried_over=q.code in untouched)
            for q in questions
        ],
    )


@router.get(
    "/evidence",
    summary="The files that the answers name: until when each holds, and whether it was renewed since",
    operation_id="read_named_evidence",
    responses=may_answer(AnswersNotSubmitted, Unavailable),
)
def read_named_evidence(
    assessment_id: UUID, session: SessionDep, evidence: EvidenceDep, by: Reader, now: Now
) -> NamedEvidence:
    """What the directory does not know as the provider's is left out."""
    assessment = _with_answers(session, assessment_id, by)
    named = actions.named_in(SelfAnswers(session).of(assessment_id))
    known = evidence.standing(named, provider_id=assessment.provider_id)
    return NamedEvidence(items=[EvidenceNamed.of(each, named[each.evidence.id], london_day(now)) for each in known])


@router.put(
    "/answers/{question}",
    summary="Save one answer",
    description='Send `If-Match` with the version you read; leave it out (or send `"0"`) for a first answer.',
    operation_id="save_answer",
    responses=may_answer(QuestionNotFound, AnswersClosed, DelegatedElsewhere, StaleEdit),
)
def save_answer(
    *,
    assessment_id: UUID,
    question: QuestionCode,
    wanted: Answering,
    session: SessionDep,
    response: Response,
    read: IfMatch,
    by: ProviderPerson,
    now: Now,
) -> SelfAnswerRead:
    one = actions.Answer(question=question, read_version=read, **dict(wanted))
    [answer] = actions.save_answers(session, assessment_id, [one], by=by, now=now)
    set_etag(response, answer.version)
    assessments = Assessments(session)
    standard, asked = assessments.question(assessments.read_before(assessment_id), question)
    return SelfAnswerRead.of(asked, standard.code, answer, is_carried_over=False)


@router.put(
    "/answers",
    summary="Save a page of answers",
    description="Each answer carries the version that was read. All are saved, or none.",
    operation_id="save_answers",
    responses=may_answer(QuestionNotFound, AnswersClosed, DelegatedElsewhere, StaleEdit),
)
def save_answers(
    assessment_id: UUID, wanted: AnsweringSeveral, session: SessionDep, by: ProviderPerson, now: Now
) -> SelfAssessmentRead:
    page = [
        actions.Answer(read_version=each.version, **each.model_dump(exclude={"version"})) for each in wanted.answers
    ]
    actions.save_answers(session, assessment_id, page, by=by, now=now)
    return read_self_assessment(assessment_id, session, by)


@router.post(
    "/submission",
    summary="Sign and submit the answers, which freezes them",
    operation_id="submit_self_assessment",
    responses=may_answer(StepNotAllowed, Barred, Unavailable),
)
def submit_self_assessment(
    assessment_id: UUID, wanted: Declaring, session: SessionDep, evidence: EvidenceDep, by: ProviderPerson, now: Now
) -> AssessmentRead:
    submitted = actions.submit(
        session, assessment_id, name=wanted.name, position=wanted.position, evidence=evidence, by=by, now=now
    )
    return shown(session, submitted, by)
