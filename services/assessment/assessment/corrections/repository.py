"""Reads and writes corrections. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from .errors import CorrectionNotFound
from .rules import MOST_CORRECTIONS
from .tables import Correction


class Corrections:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: Correction) -> None:
        self._session.add(row)
        self._session.flush()

    def of(self, assessment_id: UUID) -> Sequence[Correction]:
        """The earliest first."""
        wanted = select(Correction).where(Correction.assessment_id == assessment_id).order_by(col(Correction.id))
        return self._session.exec(wanted.limit(MOST_CORRECTIONS)).all()

    def open(self, assessment_id: UUID) -> Sequence[Correction]:
        """Those that await an answer."""
        return [each for each in self.of(assessment_id) if each.outcome is None]

    def get(self, assessment_id: UUID, correction_id: UUID) -> Correction:
        found = self._session.get(Correction, correction_id, with_for_update=True)
        if found is None or found.assessment_id != assessment_id:
            raise CorrectionNotFound(correction_id)
        return found

    def count(self, assessment_id: UUID) -> int:
        return self._session.exec(select(func.count()).where(Correction.assessment_id == assessment_id)).one()
