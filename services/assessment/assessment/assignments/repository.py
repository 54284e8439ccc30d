"""Reads and writes who works on an assessment. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assessment.work_tables import AssignedOfficer, Restriction


class Assignments:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AssignedOfficer | Restriction) -> None:
        self._session.add(row)
        self._session.flush()

    def of(self, assessment_id: UUID) -> Sequence[AssignedOfficer]:
        wanted = select(AssignedOfficer).where(AssignedOfficer.assessment_id == assessment_id)
        ordered = wanted.order_by(col(AssignedOfficer.assigned_at), col(AssignedOfficer.subject))
        return self._session.exec(ordered.limit(50)).all()

    def restriction(self, assessment_id: UUID) -> Restriction | None:
        """The one that stands."""
        wanted = select(Restriction).where(
            Restriction.assessment_id == assessment_id, col(Restriction.lifted_at).is_(None)
        )
        return self._session.exec(wanted).one_or_none()
