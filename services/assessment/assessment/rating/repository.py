"""Reads and writes computed ratings. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assessment.tables import AssessmentResult

from .errors import NoResult


class Results:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, result: AssessmentResult) -> None:
        self._session.add(result)
        self._session.flush()

    def all(self, assessment_id: UUID) -> Sequence[AssessmentResult]:
        """The earliest first."""
        statement = select(AssessmentResult).where(AssessmentResult.assessment_id == assessment_id)
        return self._session.exec(statement.order_by(col(AssessmentResult.number)).limit(1000)).all()

    def latest_of(self, assessment_ids: Sequence[UUID]) -> dict[UUID, AssessmentResult]:
        """Those that stand, of several assessments at once."""
        statement = select(AssessmentResult).where(col(AssessmentResult.assessment_id).in_(assessment_ids))
        rows = self._session.exec(statement.order_by(col(AssessmentResult.number)))
        return {result.assessment_id: result for result in rows}

    def latest(self, assessment_id: UUID) -> AssessmentResult:
        """The one that stands."""
        results = self.all(assessment_id)
        if not results:
            raise NoResult
        return results[-1]
