"""Keeps the figures of what is published, so that insight need not read traces."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, func, select

from assay_kit.due import DueWork
from assessment.assessments.repository import Assessments
from assessment.frameworks.framework import Framework
from assessment.rating.answers import AnswerRating
from assessment.rating.repository import Results
from assessment.rating.trace import Percent, RatingTrace
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment
from assessment.validations.repository import Validations

from .tables import PublishedAnswer, PublishedDomain, PublishedFigure

_BATCH = 100
_PLACES = 10**10
_WITHOUT = (
    col(Assessment.published_at).is_not(None),
    col(Assessment.imported).is_(False),
    ~select(PublishedFigure.assessment_id).where(col(PublishedFigure.assessment_id) == col(Assessment.id)).exists(),
)


def keep_figures(session: Session, assessment: Assessment, framework: Framework, trace: RatingTrace) -> None:
    """Keep what insight counts of a published assessment, once."""
    session.add(
        PublishedFigure(
            assessment_id=assessment.id, framework_version=trace.framework_version, percent=_cut(trace.percent)
        )
    )
    session.add_all(
        PublishedDomain(
            assessment_id=assessment.id,
            code=domain.code,
            name=domain.name,
            percent=_cut(domain.percent),
            rating=domain.rating,
        )
        for domain in trace.domains
    )
    session.add_all(_answers(session, assessment, framework))
    session.flush()


def _answers(session: Session, assessment: Assessment, framework: Framework) -> Iterator[PublishedAnswer]:
    validations = Validations(session)
    own, standing = SelfAnswers(session).submitted(assessment), validations.standing(assessment.id)
    for code, found in validations.of(assessment.id).items():
        said = own.get(code)
        yield PublishedAnswer(
            assessment_id=assessment.id,
            question=code,
            own=_points(framework, said.rating if said else None),
            found=_points(framework, found.rating),
            stands=_points(framework, standing[code]),
            officer=found.saved_by,
            officer_name=found.saved_name,
        )


def _points(framework: Framework, answer: AnswerRating | None) -> int | None:
    rating = AnswerRating(answer).rating if answer else None
    return framework.points.of(rating) if rating else None


def _cut(percent: Percent | None) -> Decimal | None:
    """To ten places, cut: what is counted is never better than what is so."""
    return None if percent is None else Decimal(int(Fraction(percent.exact) * _PLACES)) / _PLACES


def next_without_figures(session: Session) -> datetime | None:
    return session.exec(select(func.min(Assessment.published_at)).where(*_WITHOUT)).one()


def keep_missing_figures(session: Session, now: datetime) -> int:
    """Keep the figures of what was published before any were kept."""
    published = select(Assessment).where(*_WITHOUT, col(Assessment.published_at) <= now)
    rows = session.exec(published.order_by(col(Assessment.id)).limit(_BATCH)).all()
    assessments, stored = Assessments(session), Results(session).latest_of([row.id for row in rows])
    for row in rows:
        keep_figures(session, row, assessments.framework(row), RatingTrace.model_validate(stored[row.id].trace))
    return len(rows)


FIGURES = DueWork(name="figures of published ratings", next=next_without_figures, do=keep_missing_figures)
