"""Applying again: a draft that begins from an earlier application, and what evaluators see of the difference."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from dps_admission.question_sets.repository import QuestionSets
from dps_admission.question_sets.rules import errors_in
from dps_admission.schemes.repository import Schemes
from dps_admission.schemes.rules import LotStatus
from dps_admission.tables import Application, Lot

from .difference import Applied, FieldDifference, differences
from .repository import Applications


def begin_from(session: Session, application: Application, earlier: Application) -> None:
    """Take over the choices that can be made again, and the answers that still fit their questions."""
    application.previous_id = earlier.id
    if earlier.scheme_id == application.scheme_id:
        application.choices = _choices_again(session, earlier)
    contents = list(QuestionSets(session).contents(_sets_of(application)).values())
    wrong = {one.question for one in errors_in(contents, earlier.answers, complete=False)} if contents else set()
    application.answers = {question: one for question, one in earlier.answers.items() if question not in wrong}


def _choices_again(session: Session, earlier: Application) -> list[dict[str, Any]]:
    """Lots that are open, under their present question set, where the provider neither applies nor is a member."""
    lots = {str(lot.id): lot for lot in Schemes(session).lots_of(earlier.scheme_id)}
    again = []
    for choice in earlier.choices:
        lot = lots.get(choice["lot_id"])
        if lot is not None and _can_be_chosen(session, earlier.provider_id, lot, choice["zone"]):
            again.append({**choice, "question_set_id": str(lot.question_set_id)})
    return again


def _can_be_chosen(session: Session, provider_id: UUID, lot: Lot, zone: str | None) -> bool:
    applications = Applications(session)
    here: dict[str, Any] = {"lot_id": lot.id, "zone": zone}
    stands = applications.open_here(provider_id, **here) + applications.live_memberships_here(provider_id, **here)
    return lot.status == LotStatus.OPEN and lot.question_set_id is not None and not stands


def settle_previous(session: Session, application: Application) -> None:
    """What a submitted application is compared with: the one it was copied from, else the provider's last before it."""
    if application.previous_id is not None:
        named = Applications(session).get(application.previous_id)
        if named.submitted_at is not None:
            return
    wanted = select(Application.id).where(
        col(Application.provider_id) == application.provider_id,
        col(Application.scheme_id) == application.scheme_id,
        col(Application.submitted_at).is_not(None),
        col(Application.id) != application.id,
    )
    newest = wanted.order_by(col(Application.submitted_at).desc(), col(Application.id).desc()).limit(1)
    application.previous_id = session.exec(newest).first()


def difference_of(session: Session, application: Application) -> tuple[Application | None, list[FieldDifference]]:
    if application.previous_id is None:
        return None, []
    earlier = Applications(session).get(application.previous_id)
    return earlier, differences(
        _applied(earlier),
        _applied(application),
        questions=_questions(session, application, earlier),
        lots=_lots(session, (application.scheme_id, earlier.scheme_id)),
    )


def _applied(application: Application) -> Applied:
    return Applied(answers=application.answers, choices=application.choices, evidence=application.evidence)


def _questions(session: Session, *compared: Application) -> dict[str, str]:
    """The present wording of every question, in the order of its set; what is asked no more in its own words."""
    words: dict[str, str] = {}
    for application in compared:
        for content in QuestionSets(session).contents(_sets_of(application)).values():
            for question in content.questions():
                words.setdefault(question.id, question.text)
    return words


def _lots(session: Session, scheme_ids: Iterable[UUID]) -> dict[str, str]:
    return {str(lot.id): lot.name for one in set(scheme_ids) for lot in Schemes(session).lots_of(one)}


def _sets_of(application: Application) -> set[UUID]:
    return {UUID(one["question_set_id"]) for one in application.choices}
