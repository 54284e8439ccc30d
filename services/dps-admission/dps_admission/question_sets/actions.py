"""What authors do with question sets: draft, publish, begin the next version."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.versions import ensure_draft, publish, retire
from dps_admission.tables import QuestionSet

from .content import QuestionSetContent
from .errors import QuestionSetRefused
from .repository import QuestionSets
from .rules import bars_to_content, bars_to_publishing


def draft_question_set(
    session: Session, *, name: str, content: QuestionSetContent, by: Principal, now: datetime
) -> QuestionSet:
    """The first version of a new set, or the next of an old one."""
    QuestionSetRefused.unless_clear(bars_to_content(content))
    drafted = QuestionSet(
        name=name,
        version=QuestionSets(session).last_version(name) + 1,
        content=content.model_dump(mode="json"),
        created_at=now,
        created_by=by.name,
        created_by_subject=by.subject,
    )
    session.add(drafted)
    session.flush()
    return drafted


def edit_question_set(
    session: Session, question_set_id: UUID, content: QuestionSetContent, *, read_revision: int | None
) -> QuestionSet:
    drafted = _draft(session, question_set_id)
    check_match(read_revision, drafted.revision)
    QuestionSetRefused.unless_clear(bars_to_content(content))
    drafted.content = content.model_dump(mode="json")
    drafted.revision += 1
    session.flush()
    return drafted


def publish_question_set(session: Session, question_set_id: UUID, *, by: Principal, now: datetime) -> QuestionSet:
    """Freeze it. Lower versions retire: no lot is meant to choose them any more, and those that did keep them."""
    drafted = _draft(session, question_set_id)
    QuestionSetRefused.unless_clear(bars_to_publishing(QuestionSetContent.model_validate(drafted.content)))
    for older in QuestionSets(session).published_before(drafted):
        retire(older, now=now)
    publish(drafted, content=drafted.content, by=by, now=now)
    session.flush()
    return drafted


def _draft(session: Session, question_set_id: UUID) -> QuestionSet:
    found = QuestionSets(session).get(question_set_id, lock=True)
    ensure_draft(found)
    return found
