"""Brings together an assessment and what it is held beside: the one before, and the others of its kind."""

from datetime import date

from sqlmodel import Session

from assay_kit.identity import Principal
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import DRAFT_SEEN
from assessment.drafts.errors import DraftNotIssued
from assessment.frameworks.repository import Frameworks
from assessment.rating.errors import NoResult
from assessment.rating.repository import Results
from assessment.rating.trace import RatingTrace
from assessment.tables import Assessment

from .repository import Insight
from .rules import moved, questions
from .schemas import BenchmarkLine, BenchmarkRead, Compared, ComparisonRead, PartChange, QuestionChange


def comparison_of(session: Session, assessment: Assessment, *, by: Principal) -> ComparisonRead:
    """The assessment beside the rating of the same service that stood before it, where there is one that `by` may see:
    a service may have been another provider's then."""
    now = trace_of(session, assessment)
    found = Insight(session).before(assessment)
    earlier = found if found is not None and by.sees(found.provider_id) else None
    then = None if earlier is None or earlier.imported else trace_of(session, earlier)
    versions = Frameworks(session).versions()
    domains, standards = moved(then, now) if then else ([], [])
    words = {question.code: question.question for question in Assessments(session).questions(assessment)}
    before = None
    if earlier is not None:
        percent = then.percent.fraction if then and then.percent else None
        before = Compared.of(earlier, earlier.rating, percent, versions.get(earlier.framework_id))
    percent = now.percent.fraction if now.percent else None
    return ComparisonRead(
        now=Compared.of(assessment, now.rating, percent, now.framework_version),
        before=before,
        same_framework=then is not None and then.framework_version == now.framework_version,
        domains=[PartChange.of(each) for each in domains],
        standards=[PartChange.of(each) for each in standards],
        questions=[QuestionChange.of(each, words[each.code]) for each in (questions(then, now) if then else [])],
    )


def benchmark_of(session: Session, assessment: Assessment, *, today: date) -> BenchmarkRead:
    """The assessment beside the ratings that stand of other providers' services of its type."""
    trace = trace_of(session, assessment)
    others = Insight(session).others(assessment, today)
    overall = trace.percent.fraction if trace.percent else None
    return BenchmarkRead(
        assessment_id=assessment.id,
        service_type=assessment.service_type,
        overall=BenchmarkLine.of(None, "Overall", overall, others.get("", [])),
        domains=[
            BenchmarkLine.of(domain.code, domain.name, domain.exact, others.get(domain.code, []))
            for domain in trace.domains
        ],
    )


def trace_of(session: Session, assessment: Assessment) -> RatingTrace:
    """The working that stands; none before the draft, nor of an imported rating."""
    if assessment.status not in DRAFT_SEEN:
        raise DraftNotIssued
    if assessment.imported:
        raise NoResult
    return RatingTrace.model_validate(Results(session).latest(assessment.id).trace)
