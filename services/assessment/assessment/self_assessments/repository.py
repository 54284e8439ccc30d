"""Reads and writes a provider's own answers. No rules here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assessment.tables import Assessment, SelfAnswer


class SelfAnswers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answers: Sequence[SelfAnswer]) -> None:
        self._session.add_all(answers)
        self._session.flush()

    def of(self, assessment_id: UUID) -> dict[str, SelfAnswer]:
        """By question."""
        statement = select(SelfAnswer).where(SelfAnswer.assessment_id == assessment_id)
        return {answer.question: answer for answer in self._session.exec(statement)}

    def submitted(self, assessment: Assessment) -> dict[str, SelfAnswer]:
        """By question, once they were signed: answers half given are nobody's word, and the council does without."""
        return self.of(assessment.id) if assessment.submitted_at is not None else {}

    def find(self, assessment_id: UUID, questions: Sequence[str]) -> dict[str, SelfAnswer]:
        """Some answers by question, their rows locked, always in the same order."""
        statement = select(SelfAnswer).where(
            SelfAnswer.assessment_id == assessment_id, col(SelfAnswer.question).in_(questions)
        )
        rows = self._session.exec(statement.order_by(SelfAnswer.question).with_for_update())
        return {answer.question: answer for answer in rows}
