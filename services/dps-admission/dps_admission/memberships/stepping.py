"""The one place where a membership's status changes: the step is taken, put on the timeline, told and written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.dps_admission import MembershipChanged, MembershipRecord
from assay_contracts.dps_admission import MembershipStatus as Told
from assay_kit.calendar import london_day
from assay_kit.events import Event, tell, tell_all
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take, take_all
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership, SuspensionCause

from .letters import letter_of_step
from .removal_rules import NoticeEnd
from .removals import Removals, end_notice
from .repository import Memberships
from .rules import MEMBERSHIP_LIFE, MembershipStatus, MembershipStep
from .service_changes import ServiceChangesKept


def begin_membership(session: Session, membership: Membership, *, by: Principal, now: datetime, reason: str) -> None:
    session.add(membership)
    begin(
        session,
        membership,
        MEMBERSHIP_LIFE,
        by=by,
        now=now,
        step="admit",
        reason=reason,
        provider_id=membership.provider_id,
        detail=_where(membership),
    )
    tell(session, _changed(session, membership, None, "admit", _causes(session, membership), now=now))


def step_membership(
    session: Session,
    membership: Membership,
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    step_all(session, [membership], step, reasons={membership.id: reason}, by=by, now=now, detail=detail)


def step_all(
    session: Session,
    memberships: Sequence[Membership],
    step: MembershipStep,
    *,
    reasons: Mapping[UUID, str | None],
    by: Principal,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """As `step_membership`, of many, in a fixed number of statements."""
    before = {one.id: Told(one.status) for one in memberships}
    ending = [one for one, at in before.items() if _leads_to(at, step) == MembershipStatus.ENDED]
    with session.no_autoflush:  # each membership is written once, with its new state
        overtaken = _end_what_waits(session, ending, by=by, now=now)

    def about(one: Membership) -> dict[str, Any]:
        said = {**_where(one), **(detail or {}), **overtaken.get(one.id, {})}
        return {"provider_id": one.provider_id, "detail": said, "reason": reasons[one.id]}

    take_all(session, memberships, step, MEMBERSHIP_LIFE, by=by, now=now, about=about)
    causes = Memberships(session).causes_of([one.id for one in memberships])
    events = list[Event]()
    for one in memberships:
        events.append(_changed(session, one, before[one.id], step, causes[one.id], now=now))
        letter = letter_of_step(session, one, step, reason=reasons[one.id], now=now)
        events += [letter] if letter else []
    tell_all(session, events)


def _leads_to(before: Told, step: MembershipStep) -> MembershipStatus | None:
    return MEMBERSHIP_LIFE.after(MembershipStatus(before), step)


def note_step(
    session: Session,
    membership: Membership,
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """A step that stays in its state, with who and why: on the timeline, and told to nobody."""
    about: dict[str, Any] = {"reason": reason, "provider_id": membership.provider_id, "detail": detail}
    take(session, membership, step, MEMBERSHIP_LIFE, by=by, now=now, **about)


def _end_what_waits(
    session: Session, membership_ids: Sequence[UUID], *, by: Principal, now: datetime
) -> dict[UUID, dict[str, str]]:
    """Notices of removal that nobody acted on, and changes of services that nobody answered, end with them: which."""
    because, ended = "The membership ended.", {one: dict[str, str]() for one in membership_ids}
    if not membership_ids:
        return ended
    for notice in Removals(session).standing_of(membership_ids):
        end_notice(notice, NoticeEnd.OVERTAKEN, by=by, now=now, because=because)
        ended[notice.membership_id]["overtaken_notice"] = str(notice.id)
    for asked in ServiceChangesKept(session).open_of_all(membership_ids):
        asked.is_confirmed, asked.reason, asked.answered_at = False, because, now
        asked.answered_by, asked.answered_by_subject = by.name, by.subject
        ended[asked.membership_id]["overtaken_service_change"] = str(asked.id)
    return ended


def record_of(session: Session, membership: Membership, *, now: datetime) -> MembershipRecord:
    return _record(session, membership, _causes(session, membership), now=now)


def _record(
    session: Session, membership: Membership, causes: Sequence[SuspensionCause], *, now: datetime
) -> MembershipRecord:
    schemes = Schemes(session)
    return MembershipRecord(
        id=membership.id,
        provider_id=membership.provider_id,
        scheme_id=membership.scheme_id,
        scheme_name=schemes.get(membership.scheme_id).name,
        lot_id=membership.lot_id,
        lot_name=schemes.lot(membership.lot_id).name,
        zone=membership.zone,
        status=Told(membership.status),
        care_service_ids=tuple(UUID(one) for one in membership.care_service_ids),
        suspension_causes=tuple(sorted({cause.cause for cause in causes})),
        since=london_day(now),
    )


def _where(membership: Membership) -> dict[str, Any]:
    return {"lot_id": str(membership.lot_id), "zone": membership.zone}


def _causes(session: Session, membership: Membership) -> Sequence[SuspensionCause]:
    return Memberships(session).causes_of([membership.id])[membership.id]


def _changed(
    session: Session,
    membership: Membership,
    before: Told | None,
    step: str,
    causes: Sequence[SuspensionCause],
    *,
    now: datetime,
) -> MembershipChanged:
    """Others are told the step and the causes, as codes: what a person wrote stays in the timeline."""
    record = _record(session, membership, causes, now=now)
    return MembershipChanged(membership=record, from_status=before, step=str(step), at=now)
