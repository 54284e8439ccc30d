"""Reads and writes question sets. No rules here."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.versions import VersionStatus
from dps_admission.locks import LOCK
from dps_admission.tables import QuestionSet

from .content import QuestionSetContent
from .errors import QuestionSetNotFound
from .rules import Asks, asks_of


class QuestionSets:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, question_set_id: UUID, *, lock: bool = False) -> QuestionSet:
        found = self.session.get(QuestionSet, question_set_id, with_for_update=LOCK if lock else None)
        if found is None:
            raise QuestionSetNotFound(question_set_id)
        return found

    def wanted(self, *, only_published: bool) -> SelectOfScalar[QuestionSet]:
        everything = select(QuestionSet)
        return everything.where(col(QuestionSet.status) != VersionStatus.DRAFT) if only_published else everything

    def last_version(self, name: str) -> int:
        statement = select(func.max(QuestionSet.version)).where(col(QuestionSet.name) == name)
        return self.session.exec(statement).one() or 0

    def published_before(self, one: QuestionSet) -> Sequence[QuestionSet]:
        statement = select(QuestionSet).where(
            col(QuestionSet.name) == one.name,
            col(QuestionSet.status) == VersionStatus.PUBLISHED,
            col(QuestionSet.version) < one.version,
        )
        return self.session.exec(statement.with_for_update(**LOCK)).all()

    def is_final(self, question_set_id: UUID | None) -> bool:
        """Published, though a later version may have retired it since."""
        return question_set_id is not None and self.get(question_set_id).status != VersionStatus.DRAFT

    def asks(self, question_set_id: UUID | None) -> Asks | None:
        """What of a set the law looks at; QuestionSetNotFound where it is none."""
        return None if question_set_id is None else asks_of(self.content(question_set_id))

    def content(self, question_set_id: UUID) -> QuestionSetContent:
        return QuestionSetContent.model_validate(self.get(question_set_id).content)

    def contents(self, ids: Iterable[UUID]) -> dict[UUID, QuestionSetContent]:
        found = self.session.exec(select(QuestionSet).where(col(QuestionSet.id).in_(set(ids))))
        return {one.id: QuestionSetContent.model_validate(one.content) for one in found}
