"""What a provider does: begin, save answers as it goes, and submit them signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.assessments.errors import Barred, NotOpenYet
from assessment.assessments.events import tell_submitted
from assessment.assessments.hearing import write_to_officers
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import LIFE, Status, Step
from assessment.evidence import Evidence
from assessment.rating.answers import AnswerRating
from assessment.sections.delegated import ensure_may_answer
from assessment.tables import Assessment, SelfAnswer

from .errors import AnswersClosed
from .repository import SelfAnswers
from .rules import Answered, bars_to_submission


def begin_self_assessment(session: Session, assessment_id: UUID, *, by: Principal, now: datetime) -> Assessment:
    """Begin to answer, from the London day on which the assessment opens."""
    assessment = Assessments(session).get(assessment_id, by=by, lock=True)
    take(session, assessment, Step.BEGIN_SELF_ASSESSMENT, LIFE, by=by, now=now, **of(assessment))
    if london_day(now) < assessment.opens_on:
        raise NotOpenYet(assessment.opens_on)
    return assessment


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to save. `read_version` is the version the caller read; 0 or None: there must be none yet."""

    question: str
    rating: AnswerRating | None
    narrative: str
    evidence_ids: Sequence[UUID]
    read_version: int | None


def save_answers(
    session: Session, assessment_id: UUID, wanted: Sequence[Answer], *, by: Principal, now: datetime
) -> list[SelfAnswer]:
    """Save a page of answers: all of them, or none where one is stale, asked of nobody, or delegated elsewhere."""
    assessments = Assessments(session)
    # shared: others save beside this, while a submission waits for all of them
    assessment = assessments.get(assessment_id, by=by, share=True)
    if assessment.status != Status.SELF_ASSESSING:
        raise AnswersClosed(assessment.status)
    answers = SelfAnswers(session)
    there = answers.find(assessment_id, [each.question for each in wanted])
    saved = []
    standards = assessments.ensure_asked(assessment, (each.question for each in wanted))
    ensure_may_answer(session, assessment_id, standards, by=by)
    for each in wanted:
        answer = there.get(each.question)
        check_match(each.read_version or 0, answer.version if answer else 0)
        saved.append(_written(answer, assessment_id, each, by=by, now=now))
    answers.add(saved)
    return saved


def _written(
    answer: SelfAnswer | None, assessment_id: UUID, wanted: Answer, *, by: Principal, now: datetime
) -> SelfAnswer:
    answer = answer or SelfAnswer(
        assessment_id=assessment_id, question=wanted.question, version=0, saved_by="", saved_name="", saved_at=now
    )
    answer.rating = wanted.rating
    answer.narrative = wanted.narrative
    answer.evidence_ids = [str(each) for each in wanted.evidence_ids]
    answer.version += 1
    answer.saved_by, answer.saved_name, answer.saved_at = by.subject, by.name, now
    return answer


def submit(
    session: Session,
    assessment_id: UUID,
    *,
    name: str,
    position: str,
    evidence: Evidence,
    by: Principal,
    now: datetime,
) -> Assessment:
    """Submit the answers, signed. The database refuses to change them from here on, and a hash proves it, and the
    evidence that they name: it is the provider's own, and the directory keeps it from now on."""
    assessments = Assessments(session)
    # the directory is asked before anything is locked: others go on saving while it answers
    unlocked = assessments.get(assessment_id, by=by)
    named = _named_when_ready(session, unlocked)
    by_object = RelyingObject("assessment", assessment_id)
    files = evidence.rely(named, provider_id=unlocked.provider_id, by_object=by_object)
    assessment = assessments.get(assessment_id, by=by, lock=True)
    if _named_when_ready(session, assessment) != named:
        raise Barred(["The evidence was changed meanwhile; look at the answers again, then submit them."])
    take(session, assessment, Step.SUBMIT, LIFE, by=by, now=now, detail={"signed": name}, **of(assessment))
    answers = SelfAnswers(session)
    answers.keep_files(assessment_id, files)
    assessment.signed_by, assessment.signed_name, assessment.signed_position = by.subject, name, position
    assessment.evidence_hashes = {str(each.id): each.sha256 for each in files}
    assessment.answers_hash = hash_of(answers.of(assessment_id), assessment.evidence_hashes)
    assessment.submitted_at = assessment.answers_closed_at = now
    session.flush()
    tell_submitted(session, assessment, now)
    write_to_officers(session, assessment, "self_assessment_submitted", now=now, reference=assessment.reference)
    return assessment


def _named_when_ready(session: Session, assessment: Assessment) -> dict[str, list[UUID]]:
    """The evidence that each question names, once every answer may be submitted as it is."""
    if LIFE.after(Status(assessment.status), Step.SUBMIT) is None:
        raise StepNotAllowed(LIFE.name, assessment.status, Step.SUBMIT)
    answers = SelfAnswers(session).of(assessment.id)
    asked = [question.code for question in Assessments(session).questions(assessment)]
    if bars := bars_to_submission(asked, answered(answers)):
        raise Barred(bars)
    return {f"Question {code}": [UUID(each) for each in answers[code].evidence_ids] for code in asked}


def answered(answers: dict[str, SelfAnswer]) -> dict[str, Answered]:
    return {
        code: Answered(rating=AnswerRating(answer.rating) if answer.rating else None, narrative=answer.narrative)
        for code, answer in answers.items()
    }


def hash_of(answers: dict[str, SelfAnswer], evidence_hashes: Mapping[str, str]) -> str:
    """What proves that submitted answers, and the files that they name, are as they were."""
    return content_hash(
        [
            {
                "question": code,
                "rating": answer.rating,
                "narrative": answer.narrative,
                "evidence": {each: evidence_hashes[each] for each in answer.evidence_ids},
            }
            for code, answer in sorted(answers.items())
        ]
    )


def named_in(answers: Mapping[str, SelfAnswer]) -> dict[UUID, list[str]]:
    """The questions in whose answers each file is named."""
    named: dict[UUID, list[str]] = {}
    for code, answer in sorted(answers.items()):
        for each in answer.evidence_ids:
            named.setdefault(UUID(each), []).append(code)
    return named
