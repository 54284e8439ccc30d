"""Reads and writes what officers found. No rules here."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select as columns
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlmodel import Session, col, func, select

from assay_kit.identity import Principal
from assessment.assessments.rules import Status
from assessment.rating.answers import AnswerRating
from assessment.tables import AnswerChange, Assessment, ValidatedAnswer, ValidatingPerson, Visit

_RATINGS = {rating.value: rating for rating in AnswerRating}


class Validations:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *rows: ValidatedAnswer | Visit) -> None:
        self._session.add_all(rows)
        self._session.flush()

    def of(self, assessment_id: UUID) -> dict[str, ValidatedAnswer]:
        """By question, as found; changes after the draft are beside them."""
        statement = select(ValidatedAnswer).where(ValidatedAnswer.assessment_id == assessment_id)
        return {answer.question: answer for answer in self._session.exec(statement)}

    def find(self, assessment_id: UUID, questions: Sequence[str]) -> dict[str, ValidatedAnswer]:
        """Some findings by question, their rows locked, always in the same order."""
        statement = select(ValidatedAnswer).where(
            ValidatedAnswer.assessment_id == assessment_id, col(ValidatedAnswer.question).in_(questions)
        )
        rows = self._session.exec(statement.order_by(ValidatedAnswer.question).with_for_update())
        return {finding.question: finding for finding in rows}

    def visits(self, assessment_id: UUID) -> Sequence[Visit]:
        statement = select(Visit).where(Visit.assessment_id == assessment_id)
        return self._session.exec(statement.order_by(col(Visit.visited_on), col(Visit.id))).all()

    def count_visits(self, assessment_id: UUID) -> int:
        return self._session.exec(select(func.count()).where(Visit.assessment_id == assessment_id)).one()

    def changes(self, assessment_id: UUID) -> Sequence[AnswerChange]:
        """Changes after the draft, the earliest first."""
        statement = select(AnswerChange).where(AnswerChange.assessment_id == assessment_id)
        return self._session.exec(statement.order_by(col(AnswerChange.number), col(AnswerChange.id))).all()

    def standing(self, assessment_id: UUID) -> dict[str, AnswerRating]:
        """The rating of each question as it stands: as found, or as last changed."""
        found = {code: AnswerRating(answer.rating) for code, answer in self.of(assessment_id).items()}
        changed = {change.question: AnswerRating(change.rating) for change in self.changes(assessment_id)}
        return found | changed

    def standing_of(self, assessment_ids: Sequence[UUID]) -> dict[UUID, dict[str, AnswerRating]]:
        """As `standing`, of several assessments at once."""
        standing: dict[UUID, dict[str, AnswerRating]] = {each: {} for each in assessment_ids}
        # a row for each assessment: of several changes of a question the last one is kept
        last = aggregate_order_by(col(AnswerChange.rating), col(AnswerChange.number), col(AnswerChange.id))
        found = func.jsonb_object_agg(col(ValidatedAnswer.question), col(ValidatedAnswer.rating))
        changed = func.jsonb_object_agg(col(AnswerChange.question), last)
        for key, ratings in ((col(ValidatedAnswer.assessment_id), found), (col(AnswerChange.assessment_id), changed)):
            wanted = columns(key, ratings).where(key.in_(assessment_ids)).group_by(key)
            for assessment_id, by_question in self._session.connection().execute(wanted):
                standing[assessment_id] |= {code: _RATINGS[rating] for code, rating in by_question.items()}
        return standing

    def take_part(self, assessment_id: UUID, *, by: Principal, now: datetime) -> None:
        """Keep, once, that `by` took part in the validation."""
        part = {"assessment_id": assessment_id, "subject": by.subject, "name": by.name, "since": now}
        self._session.execute(insert(ValidatingPerson).values(**part).on_conflict_do_nothing())

    def seers(self, assessment: Assessment) -> set[str]:
        """Who took part in a validation of the same service that came to a rating and was called off since the last
        publication: they know the rating that their findings would give."""
        published = (
            select(func.max(Assessment.published_at))
            .where(Assessment.care_service_id == assessment.care_service_id, col(Assessment.imported).is_(False))
            .scalar_subquery()
        )
        took_part = select(ValidatingPerson.subject).where(
            ValidatingPerson.assessment_id == Assessment.id,
            Assessment.care_service_id == assessment.care_service_id,
            Assessment.status == Status.CANCELLED,
            col(Assessment.draft_issued_at) > func.coalesce(published, text("'-infinity'")),
        )
        return set(self._session.exec(took_part))

    def people(self, assessment_id: UUID) -> set[str]:
        """The subjects of everybody who took part in the validation."""
        statement = select(ValidatingPerson.subject).where(ValidatingPerson.assessment_id == assessment_id)
        return set(self._session.exec(statement))
