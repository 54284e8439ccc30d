"""Records a change of circumstances and marks what it touches: decisions, and applications that are not decided yet.

A mark goes when it is answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.identity import Principal
from assay_kit.timeline import Taken, take_all, write_all
from dps_admission.applications.messages import write_to_managers
from dps_admission.tables import ChangedDecision, CircumstanceChange, LotApplication, Membership

from .repository import Circumstances
from .rules import CHANGED_LIFE, ChangedStatus, ChangedStep, ChangeKind, is_about

Touches = Callable[[Sequence[Membership | LotApplication]], list[Membership | LotApplication]]
"""Those of some memberships, and open lot applications, of its provider that a change touches."""


@dataclass(frozen=True, kw_only=True)
class _Touched:
    """What a mark is about; a lot application that is still open may have made no membership."""

    membership_id: UUID | None = None
    lot_application_id: UUID | None
    decision_id: UUID | None = None


def record_change(
    session: Session,
    change: CircumstanceChange,
    *,
    by: Principal,
    touches: Touches,
    only_where_it_touches: bool = False,
) -> None:
    """Keep a change and mark what it touches; managers are told where it touches anything."""
    touched = _standing_touched(session, change, touches)
    if only_where_it_touches and not touched:
        return
    session.add(change)
    session.flush()
    _mark(session, change, touched, by=by)
    if touched:
        provider = Copies(session).provider(change.provider_id)
        about = {"provider": provider.name if provider else "", "what": change.kind.replace("_", " ")}
        now = change.reported_at
        write_to_managers(session, "circumstances_changed", about=change.id, personalisation=about, now=now)


def change_of(
    provider_id: UUID,
    kind: ChangeKind,
    *,
    said: str,
    changed_on: date,
    by: Principal,
    now: datetime,
    **more: Any,
) -> CircumstanceChange:
    return CircumstanceChange(
        provider_id=provider_id,
        kind=kind,
        said=said,
        changed_on=changed_on,
        reported_at=now,
        reported_by=by.name,
        reported_by_subject=by.subject,
        **more,
    )


def touches_services(change: CircumstanceChange) -> Touches:
    """What is delivered by the service that the change is about, or by any where it is about all."""
    service = None if change.care_service_id is None else str(change.care_service_id)
    return lambda some: [one for one in some if is_about(service, one.care_service_ids)]


def _standing_touched(session: Session, change: CircumstanceChange, touches: Touches) -> list[_Touched]:
    """The live memberships that a change touches, and the open lot applications that made none.

    The locks say what was decided without it, and no time does: who decides may commit while a report is on its way.
    What is decided while the first are waited for is a membership when the second are read.
    """
    circumstances = Circumstances(session)
    undecided = circumstances.lock_undecided_of(change.provider_id)
    members = circumstances.lock_members_of(change.provider_id)
    bearing = {one.lot_application_id for one in members}
    others = [one for one in undecided if one.id not in bearing]
    touched = {one.id for one in touches([*members, *others])}
    decisions = circumstances.standing_decisions([one.lot_application_id for one in members if one.lot_application_id])
    found = []
    for one in members:
        made_by = one.lot_application_id
        decision = decisions.get(made_by) if made_by else None
        if one.id in touched:
            rests_on = decision.id if decision else None
            found.append(_Touched(membership_id=one.id, lot_application_id=made_by, decision_id=rests_on))
    return found + [_Touched(lot_application_id=one.id) for one in others if one.id in touched]


def _mark(session: Session, change: CircumstanceChange, touched: Sequence[_Touched], *, by: Principal) -> None:
    marks = [
        ChangedDecision(
            change_id=change.id,
            provider_id=change.provider_id,
            membership_id=one.membership_id,
            lot_application_id=one.lot_application_id,
            decision_id=one.decision_id,
            marked_at=change.reported_at,
        )
        for one in touched
    ]
    session.add_all(marks)
    begun: list[Taken[ChangedStatus, ChangedStep]] = [
        Taken(object_id=one.id, before=CHANGED_LIFE.start, provider_id=change.provider_id) for one in marks
    ]
    write_all(session, CHANGED_LIFE, begun, by=by, now=change.reported_at)


def answer_mark(
    session: Session, mark: ChangedDecision, step: ChangedStep, *, reason: str, by: Principal, now: datetime
) -> None:
    """Taken on a locked mark."""
    answer_marks(session, [mark], step, reason=reason, by=by, now=now)


def answer_marks(
    session: Session,
    marks: Sequence[ChangedDecision],
    step: ChangedStep,
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    """Taken on locked marks. The answer is set first: once one is answered the database keeps its row."""
    for mark in marks:
        mark.answered_at, mark.answered_by, mark.reason = now, by.name, reason

    def about(mark: ChangedDecision) -> dict[str, Any]:
        return {"reason": reason, "provider_id": mark.provider_id}

    take_all(session, marks, step, CHANGED_LIFE, by=by, now=now, about=about)


def review_marks(session: Session, lot_application_id: UUID, *, reason: str, by: Principal, now: datetime) -> None:
    """A decision that is set aside is evaluated anew, and every mark on it is answered by that."""
    marks = Circumstances(session).lock_open_of(lot_application_id=lot_application_id)
    answer_marks(session, marks, ChangedStep.REVIEW, reason=reason, by=by, now=now)


def drop_marks(session: Session, lot_application_id: UUID, *, by: Principal, now: datetime) -> None:
    """The lot application ended without a decision: nothing is left to take note of."""
    marks = Circumstances(session).lock_open_of(lot_application_id=lot_application_id)
    answer_marks(session, marks, ChangedStep.OVERTAKE, reason="The application ended.", by=by, now=now)


def overtake_marks(session: Session, membership_ids: Sequence[UUID], *, by: Principal, now: datetime) -> None:
    """The memberships have ended: nothing is left to reconfirm."""
    marks = Circumstances(session).lock_open_of(membership_ids=membership_ids)
    answer_marks(session, marks, ChangedStep.OVERTAKE, reason="The membership ended.", by=by, now=now)
