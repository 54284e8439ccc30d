"""Reads and writes what is said about a draft. No rules here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from assessment.assignments.repository import Assignments
from assessment.tables import AccuracyComment, AnswerChange, Assessment, Dispute
from assessment.validations.repository import Validations

from .errors import CommentNotFound
from .tables import Handover


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """Whose the senior review of a dispute is; nobody's until it is taken on or handed to somebody."""

    subject: str | None
    name: str | None


class Drafts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AccuracyComment | AnswerChange | Dispute | Handover) -> None:
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

    def reviewer(self, disputed: Dispute) -> Reviewer:
        """Whoever the review was last handed to, or took it on."""
        handed = select(Handover).where(Handover.assessment_id == disputed.assessment_id)
        last = self._session.exec(handed.order_by(col(Handover.id).desc()).limit(1)).one_or_none()
        if last is not None:
            return Reviewer(subject=last.reviewer, name=last.reviewer_name)
        return Reviewer(subject=disputed.reviewer, name=disputed.reviewer_name)

    def worked_on_by(self, assessment: Assessment) -> set[str]:
        """Whoever took part in the validation, leads it, or was assigned to it."""
        assigned = {each.subject for each in Assignments(self._session).of(assessment.id)}
        leads = {assessment.officer} if assessment.officer else set()
        return Validations(self._session).people(assessment.id) | assigned | leads

    def _count(self, assessment_id: UUID, *which: ColumnElement[bool]) -> int:
        statement = select(func.count()).where(AccuracyComment.assessment_id == assessment_id, *which)
        return self._session.exec(statement).one()

    def next_change(self, assessment_id: UUID) -> int:
        highest = select(func.max(AnswerChange.number)).where(AnswerChange.assessment_id == assessment_id)
        return (self._session.exec(highest).one() or 0) + 1
