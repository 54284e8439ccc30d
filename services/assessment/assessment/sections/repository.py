"""Reads and writes delegations and what was carried over. No rules here."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from assessment.tables import Assessment, SelfAnswer
from assessment.work_tables import CarriedAnswer, Delegation


class Delegations:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: Delegation) -> None:
        self._session.add(row)
        self._session.flush()

    def of(self, assessment_id: UUID, standards: Collection[str] | None = None) -> dict[str, Delegation]:
        """Those that stand, by standard; of some standards where they are named."""
        wanted = select(Delegation).where(Delegation.assessment_id == assessment_id, col(Delegation.ended_at).is_(None))
        if standards is not None:
            wanted = wanted.where(col(Delegation.standard).in_(standards))
        return {row.standard: row for row in self._session.exec(wanted)}


class CarriedAnswers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *rows: CarriedAnswer) -> None:
        self._session.add_all(rows)
        self._session.flush()

    def untouched(self, assessment_id: UUID, answers: Mapping[str, SelfAnswer]) -> set[str]:
        """The questions whose answer is still as it was carried over."""
        wanted = select(CarriedAnswer.question, CarriedAnswer.answer_version).where(
            CarriedAnswer.assessment_id == assessment_id
        )
        return {
            question
            for question, version in self._session.exec(wanted)
            if question in answers and answers[question].version == version
        }

    def earlier(self, assessment: Assessment) -> Assessment | None:
        """The last assessment of the same service for which the same provider submitted answers, however it ended."""
        wanted = select(Assessment).where(
            Assessment.care_service_id == assessment.care_service_id,
            Assessment.provider_id == assessment.provider_id,
            Assessment.id != assessment.id,
            col(Assessment.submitted_at).is_not(None),
        )
        newest = wanted.order_by(col(Assessment.submitted_at).desc(), col(Assessment.id).desc()).limit(1)
        return self._session.exec(newest).one_or_none()
