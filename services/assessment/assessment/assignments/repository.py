"""Reads and writes who works on an assessment. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assessment.tables import Assessment, ValidatingPerson
from assessment.work_tables import AssignedOfficer, OfficerRemoval, Restriction


class Assignments:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AssignedOfficer | OfficerRemoval | Restriction) -> None:
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

    def removals(self, assessment_id: UUID) -> Sequence[OfficerRemoval]:
        wanted = select(OfficerRemoval).where(OfficerRemoval.assessment_id == assessment_id)
        ordered = wanted.order_by(col(OfficerRemoval.removed_at), col(OfficerRemoval.subject))
        return self._session.exec(ordered.limit(50)).all()

    def is_removed(self, assessment_id: UUID, subject: str) -> bool:
        return self._session.get(OfficerRemoval, (assessment_id, subject)) is not None

    def working(self, assessment: Assessment) -> dict[str, str]:
        """The names of all who work on it, in whatever way, by their subjects."""
        took_part = select(ValidatingPerson.subject, ValidatingPerson.name)
        assigned = select(AssignedOfficer.subject, AssignedOfficer.name)
        imposed = select(Restriction.imposed_by, Restriction.imposed_name)
        found = {
            **dict(self._session.exec(imposed.where(Restriction.assessment_id == assessment.id)).all()),
            **dict(self._session.exec(took_part.where(ValidatingPerson.assessment_id == assessment.id)).all()),
            **dict(self._session.exec(assigned.where(AssignedOfficer.assessment_id == assessment.id)).all()),
        }
        if assessment.officer is not None:
            found[assessment.officer] = assessment.officer_name or assessment.officer
        return found
