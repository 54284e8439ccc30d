"""Brings the report together from what was answered, found and computed."""

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.identity import Principal
from assessment.assessments.repository import Assessments
from assessment.assessments.telling import cause_as_told
from assessment.drafts.errors import DraftNotIssued
from assessment.drafts.schemas import ChangeRead
from assessment.frameworks.framework import Framework, Question
from assessment.rating.answers import AnswerRating
from assessment.rating.repository import Results
from assessment.rating.trace import DomainResult, RatingTrace, StandardResult
from assessment.rating.words import in_words
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment
from assessment.validations.repository import Validations
from assessment.validations.schemas import VisitRead

from .schemas import ReportDomain, ReportQuestion, ReportRead, ReportStandard
from .standing import note_of


def report_of(session: Session, copies: Copies, assessment: Assessment, *, by: Principal) -> ReportRead:
    """The report of an assessment whose draft was issued."""
    if assessment.draft_issued_at is None:
        raise DraftNotIssued
    framework = Assessments(session).framework(assessment)
    result = Results(session).latest(assessment.id)
    trace = RatingTrace.model_validate(result.trace)
    questions = _questions(session, assessment, framework)
    service, provider = copies.care_service(assessment.care_service_id), copies.provider(assessment.provider_id)
    own = {name: getattr(assessment, name) for name in ReportRead.model_fields if hasattr(assessment, name)}
    return ReportRead.model_validate(
        own
        | {
            "assessment_id": assessment.id,
            "cause": cause_as_told(assessment.cause, by),
            "is_draft": assessment.published_at is None,
            "note": note_of(session, assessment, by=by),
            "service_name": service.name if service else "",
            "provider_name": provider.name if provider else "",
            "framework_name": framework.name,
            "framework_version": framework.version,
            "rating": result.rating,
            "percent": trace.percent,
            "limiters": list(trace.limiters),
            "domains": [_domain(domain, questions) for domain in trace.domains],
            "visits": [VisitRead.of(visit, with_note=False) for visit in Validations(session).visits(assessment.id)],
            "changes": changes_of(session, assessment),
            "working": in_words(trace),
            "next_due_on": assessment.next_due_on.isoformat() if assessment.next_due_on else None,
            "trace_hash": result.trace_hash,
        }
    )


def changes_of(session: Session, assessment: Assessment) -> list[ChangeRead]:
    """What was changed after the draft, each from what to what."""
    validations = Validations(session)
    found = {code: AnswerRating(answer.rating) for code, answer in validations.of(assessment.id).items()}
    return ChangeRead.all_of(validations.changes(assessment.id), found)


def _questions(session: Session, assessment: Assessment, framework: Framework) -> dict[str, ReportQuestion]:
    answers, validations = SelfAnswers(session), Validations(session)
    own, files = answers.submitted(assessment), answers.files(assessment.id)
    found = validations.of(assessment.id)
    changed = {change.question: change for change in validations.changes(assessment.id)}
    asked: list[Question] = framework.questions_for(assessment.service_type)
    return {
        q.code: ReportQuestion.of(q, own.get(q.code), found[q.code], changed.get(q.code), files=files) for q in asked
    }


def _domain(domain: DomainResult, questions: dict[str, ReportQuestion]) -> ReportDomain:
    return ReportDomain(
        code=domain.code,
        name=domain.name,
        percent=domain.percent,
        rating=domain.rating,
        standards=[_standard(standard, questions) for standard in domain.standards],
    )


def _standard(standard: StandardResult, questions: dict[str, ReportQuestion]) -> ReportStandard:
    return ReportStandard(
        code=standard.code,
        name=standard.name,
        percent=standard.percent,
        rating=standard.rating,
        questions=[questions[line.code] for line in standard.questions],
    )
