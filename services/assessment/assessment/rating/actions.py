"""Computes a rating and keeps its working; computes it again and compares."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from assay_kit.freeze import content_hash
from assessment.frameworks.framework import Framework
from assessment.tables import Assessment, AssessmentResult

from .answers import ResultCause
from .repository import Results
from .rules import Answers, rate
from .trace import RatingTrace


@dataclass(frozen=True, kw_only=True)
class Recomputation:
    """What was stored, and published where it was, beside what the same answers give now."""

    stored: AssessmentResult
    trace: RatingTrace
    trace_hash: str
    agrees: bool


def compute(
    session: Session,
    assessment: Assessment,
    framework: Framework,
    answers: Answers,
    *,
    cause: ResultCause,
    now: datetime,
) -> AssessmentResult:
    """Compute the rating of those answers and keep it as the one that stands."""
    trace = rate(framework, assessment.service_type, answers)
    written = trace.model_dump(mode="json")
    results = Results(session)
    result = AssessmentResult(
        assessment_id=assessment.id,
        number=len(results.all(assessment.id)) + 1,
        cause=cause,
        rating=trace.rating,
        trace=written,
        trace_hash=content_hash(written),
        computed_at=now,
    )
    results.add(result)
    return result


def recompute(session: Session, assessment: Assessment, framework: Framework, answers: Answers) -> Recomputation:
    """Compute again from the stored answers; nothing is stored."""
    return compare(assessment, Results(session).latest(assessment.id), framework, answers)


def compare(assessment: Assessment, stored: AssessmentResult, framework: Framework, answers: Answers) -> Recomputation:
    """Whether those answers still give what is stored, step by step, and what was published where it was."""
    trace = rate(framework, assessment.service_type, answers)
    written = trace.model_dump(mode="json")
    trace_hash = content_hash(written)
    is_as_stored = (stored.trace, stored.trace_hash, stored.rating) == (written, trace_hash, trace.rating)
    is_as_published = (assessment.result_hash, assessment.rating) == (trace_hash, trace.rating)
    is_public = assessment.published_at is not None
    return Recomputation(
        stored=stored, trace=trace, trace_hash=trace_hash, agrees=is_as_stored and (is_as_published or not is_public)
    )
