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
from assay_kit.problems import StepNotAllowed
from assay_kit.timeline import Taken, begin, take, write_all
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership, SuspensionCause

from .letters import letter_of_step, write_of_step
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
    _tell(session, membership, None, "admit", now=now)


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
    before, said = Told(membership.status), {**_where(membership), **(detail or {})}
    if MEMBERSHIP_LIFE.after(MembershipStatus(membership.status), step) == MembershipStatus.ENDED:
        with session.no_autoflush:  # the membership is written once, with its new state
            said |= _end_what_waits(session, membership, by=by, now=now)
    take(
        session,
        membership,
        step,
        MEMBERSHIP_LIFE,
        by=by,
        now=now,
        reason=reason,
        provider_id=membership.provider_id,
        detail=said,
    )
    _tell(session, membership, before, step, now=now)
    write_of_step(session, membership, step, reason=reason, now=now)


def step_all(
    session: Session,
    memberships: Sequence[Membership],
    step: MembershipStep,
    *,
    reasons: Mapping[UUID, str],
    causes: Mapping[UUID, Sequence[SuspensionCause]],
    by: Principal,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """As `step_membership`, of many that stay alive, in a fixed number of statements. `causes`: those that are open."""
    steps, events = [], list[Event]()
    for one in memberships:
        before, reason = MembershipStatus(one.status), reasons[one.id]
        said = _where(one) | dict(detail or {})
        about: dict[str, Any] = {"provider_id": one.provider_id, "detail": said, "reason": reason}
        steps.append(Taken(object_id=one.id, before=before, step=step, **about))
        following = MEMBERSHIP_LIFE.after(before, step)
        if following is None:
            raise StepNotAllowed(MEMBERSHIP_LIFE.name, before, step)
        one.status = following
        events.append(_changed(session, one, Told(before), step, causes[one.id], now=now))
        letter = letter_of_step(session, one, step, reason=reason, now=now)
        events += [letter] if letter else []
    write_all(session, MEMBERSHIP_LIFE, steps, by=by, now=now)
    tell_all(session, events)


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


def _end_what_waits(session: Session, membership: Membership, *, by: Principal, now: datetime) -> dict[str, str]:
    """A notice of removal that nobody acted on, and a change of services that nobody answered, end with it: which."""
    because, ended = "The membership ended.", dict[str, str]()
    if (notice := Removals(session).standing(membership.id)) is not None:
        end_notice(notice, NoticeEnd.OVERTAKEN, by=by, now=now, because=because)
        ended["overtaken_notice"] = str(notice.id)
    if (asked := ServiceChangesKept(session).open_of(membership.id)) is not None:
        asked.is_confirmed, asked.reason, asked.answered_at = False, because, now
        asked.answered_by, asked.answered_by_subject = by.name, by.subject
        ended["overtaken_service_change"] = str(asked.id)
    return ended


def record_of(session: Session, membership: Membership, *, now: datetime) -> MembershipRecord:
    causes = Memberships(session).causes_of([membership.id])[membership.id]
    return _record(session, membership, causes, now=now)


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


def _tell(
    session: Session,
    membership: Membership,
    before: Told | None,
    step: str,
    *,
    now: datetime,
) -> None:
    causes = Memberships(session).causes_of([membership.id])[membership.id]
    tell(session, _changed(session, membership, before, step, causes, now=now))


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
