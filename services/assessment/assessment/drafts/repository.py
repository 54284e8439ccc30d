"""Reads and writes what is said about a draft. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from assessment.tables import AccuracyComment, AnswerChange, Dispute

from .errors import CommentNotFound


class Drafts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AccuracyComment | AnswerChange | Dispute) -> None:
        self._session.add(row)
        self._session.flush()

    def comments(self, assessment_id: UUID) -> Sequence[AccuracyComment]:
        statement = select(AccuracyComment).where(AccuracyComment.assessment_id == assessment_id)
        return self._session.exec(statement.order_by(col(AccuracyComment.id))).all()

    def comment(self, assessment_id: UUID, comment_id: UUID) -> AccuracyComment:
        found = self._session.get(AccuracyComment, comment_id, with_for_update=True)
        if found is None or found.assessment_id != assessment_id:
            raise CommentNotFound(comment_id)
        return found

    def undecided(self, assessment_id: UUID) -> int:
        return self._count(assessment_id, col(AccuracyComment.outcome).is_(None))

    def decided_at(self, assessment_id: UUID) -> datetime | None:
        """When the last comment was answered."""
        latest = select(func.max(AccuracyComment.decided_at)).where(AccuracyComment.assessment_id == assessment_id)
        return self._session.exec(latest).one()

    def count(self, assessment_id: UUID) -> int:
        return self._count(assessment_id)

    def dispute(self, assessment_id: UUID) -> Dispute | None:
        return self._session.exec(select(Dispute).where(Dispute.assessment_id == assessment_id)).one_or_none()

    def _count(self, assessment_id: UUID, *which: ColumnElement[bool]) -> int:
        statement = select(func.count()).where(AccuracyComment.assessment_id == assessment_id, *which)
        return self._session.exec(statement).one()

    def next_change(self, assessment_id: UUID) -> int:
        highest = select(func.max(AnswerChange.number)).where(AnswerChange.assessment_id == assessment_id)
        return (self._session.exec(highest).one() or 0) + 1
