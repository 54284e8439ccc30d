"""Reads and writes a provider's own answers. No rules here."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from assay_contracts.directory.evidence import EvidenceRecord
from assessment.tables import Assessment, SelfAnswer
from assessment.work_tables import SubmittedFile


class SelfAnswers:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, answers: Sequence[SelfAnswer]) -> None:
        self._session.add_all(answers)
        self._session.flush()

    def of(self, assessment_id: UUID) -> dict[str, SelfAnswer]:
        """By question, as they are by now."""
        statement = select(SelfAnswer).where(SelfAnswer.assessment_id == assessment_id)
        rows = self._session.exec(statement.execution_options(populate_existing=True))
        return {answer.question: answer for answer in rows}

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

    def keep_files(self, assessment_id: UUID, files: Iterable[EvidenceRecord]) -> None:
        """What the files were that the answers name: the provider may renew or describe them otherwise later."""
        own = ("filename", "kind", "description", "sha256", "expires_on")
        self._session.add_all(
            SubmittedFile(
                assessment_id=assessment_id, evidence_id=each.id, **{name: getattr(each, name) for name in own}
            )
            for each in files
        )
        self._session.flush()

    def files(self, assessment_id: UUID) -> dict[str, SubmittedFile]:
        """By the id that answers name."""
        wanted = select(SubmittedFile).where(SubmittedFile.assessment_id == assessment_id)
        return {str(each.evidence_id): each for each in self._session.exec(wanted)}
