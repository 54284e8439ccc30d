"""Reads and writes a provider's own answers. No rules here."""

from uuid import UUID

from sqlmodel import Session, select

from assessment.tables import SelfAnswer


class SelfAnswers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answer: SelfAnswer) -> None:
        self._session.add(answer)
        self._session.flush()

    def of(self, assessment_id: UUID) -> dict[str, SelfAnswer]:
        """By question."""
        statement = select(SelfAnswer).where(SelfAnswer.assessment_id == assessment_id)
        return {answer.question: answer for answer in self._session.exec(statement)}

    def find(self, assessment_id: UUID, question: str) -> SelfAnswer | None:
        """One answer, its row locked."""
        statement = select(SelfAnswer).where(SelfAnswer.assessment_id == assessment_id, SelfAnswer.question == question)
        return self._session.exec(statement.with_for_update()).one_or_none()
