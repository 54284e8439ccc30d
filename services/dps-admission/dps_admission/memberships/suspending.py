"""Causes of suspension: several may overlap, and a suspension lifts when the last has gone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM, Principal
from dps_admission.bars import Bar
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership, SuspensionCause

from .errors import MembershipRefused
from .letters import write_of_cause
from .repository import Memberships
from .rules import (
    LIVE,
    Cause,
    MembershipStatus,
    MembershipStep,
    bars_to_lifting,
    embargoes_that_suspend,
)
from .stepping import step_all, step_membership


def add_cause(
    session: Session,
    membership: Membership,
    cause: Cause,
    *,
    reason: str,
    by: Principal,
    now: datetime,
    reference: UUID | None = None,
) -> SuspensionCause:
    """Record a cause on a live membership; an active one is suspended, others bear it until they would be active.

    Each comes and goes on the timeline, and is told: what suspends a membership is known on every day.
    """
    about: dict[str, Any] = {"reason": reason, "reference": reference, "by": by, "now": now}
    recorded = _cause(session, membership, cause, **about)
    session.add(recorded)
    session.flush()
    if membership.status == MembershipStatus.ACTIVE:
        suspend_if_caused(session, membership, by=by, now=now)
    else:
        step = MembershipStep.ADD_CAUSE
        step_membership(session, membership, step, by=by, now=now, reason=reason, detail={"cause": cause})
    return recorded


def add_causes(
    session: Session,
    members: Sequence[Membership],
    cause: Cause,
    *,
    reasons: Mapping[UUID, str],
    open_causes: Mapping[UUID, Sequence[SuspensionCause]],
    by: Principal,
    now: datetime,
) -> None:
    """The same cause on many at once. `open_causes`: those that each bears already."""
    added = {one.id: _cause(session, one, cause, reason=reasons[one.id], by=by, now=now) for one in members}
    session.add_all(added.values())
    session.flush()
    about: dict[str, Any] = {"by": by, "now": now}
    active = [one for one in members if one.status == MembershipStatus.ACTIVE]
    others = [one for one in members if one.status != MembershipStatus.ACTIVE]
    said = {one.id: _reason([*open_causes[one.id], added[one.id]]) for one in active}
    step_all(session, active, MembershipStep.SUSPEND, reasons=said, **about)
    step_all(session, others, MembershipStep.ADD_CAUSE, reasons=reasons, detail={"cause": cause}, **about)


def _cause(
    session: Session,
    membership: Membership,
    cause: Cause,
    *,
    reason: str,
    by: Principal,
    now: datetime,
    reference: UUID | None = None,
) -> SuspensionCause:
    return SuspensionCause(
        membership_id=membership.id,
        cause=cause,
        reference=reference,
        reason=reason,
        started_at=now,
        started_by=by.name,
        started_by_subject=by.subject,
        review_on=london_day(now) + timedelta(days=_review_days(session, membership)),
    )


def _reason(causes: Sequence[SuspensionCause]) -> str:
    return " ".join(dict.fromkeys(cause.reason for cause in causes))


def _review_days(session: Session, membership: Membership) -> int:
    schemes = Schemes(session)
    return schemes.profile_of(schemes.get(membership.scheme_id)).policy.suspension_review_calendar_days


def suspend_if_caused(session: Session, membership: Membership, *, by: Principal, now: datetime) -> None:
    causes = Memberships(session).open_causes(membership.id)
    if membership.status == MembershipStatus.ACTIVE and causes:
        step_membership(session, membership, MembershipStep.SUSPEND, by=by, now=now, reason=_reason(causes))


def end_cause(
    session: Session,
    membership: Membership,
    cause: Cause,
    *,
    by: Principal,
    now: datetime,
    because: str,
    reference: UUID | None = None,
) -> None:
    found = Memberships(session).open_causes(membership.id)
    gone = [one for one in found if one.cause == cause and one.reference == reference]
    end_causes(session, membership, gone, by=by, now=now, because=because)


def end_causes(
    session: Session,
    membership: Membership,
    gone: Sequence[SuspensionCause],
    *,
    by: Principal,
    now: datetime,
    because: str,
) -> None:
    """The suspension lifts with the last of its causes; while one is left, each that goes is a step of its own."""
    for one in gone:
        close_cause(one, by=by, now=now, because=because)
    session.flush()
    about: dict[str, Any] = {"by": by, "now": now, "reason": because}
    if membership.status == MembershipStatus.SUSPENDED and not Memberships(session).open_causes(membership.id):
        step_membership(session, membership, MembershipStep.LIFT, **about)
        return
    for one in gone:
        step_membership(session, membership, MembershipStep.END_CAUSE, detail={"cause": one.cause}, **about)


def close_cause(cause: SuspensionCause, *, by: Principal, now: datetime, because: str) -> None:
    cause.ended_at, cause.ended_because = now, because
    cause.ended_by, cause.ended_by_subject = by.name, by.subject


def suspend(
    session: Session, membership_id: UUID, *, cause: Cause, reason: str, by: Principal, now: datetime
) -> Membership:
    """A person suspends a member for an administrative cause."""
    memberships = Memberships(session)
    membership = memberships.seen_by(membership_id, by, lock=True)
    bars: list[Bar] = []
    if membership.status not in (MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED):
        bars = [Bar("not-a-member", "Only an active or suspended membership is suspended.")]
    elif any(one.cause == cause for one in memberships.open_causes(membership.id)):
        bars = [Bar("already-suspended", "It is suspended for this cause already.")]
    MembershipRefused.unless_clear(bars)
    was_suspended = membership.status == MembershipStatus.SUSPENDED
    added = add_cause(session, membership, cause, reason=reason, by=by, now=now)
    if was_suspended:
        write_of_cause(session, membership, added.id, is_added=True, reason=reason, now=now)
    return membership


def lift(session: Session, suspension_id: UUID, *, reason: str, by: Principal, now: datetime) -> Membership:
    """A manager ends what a manager decided. An embargo's cause ends with it, an administrative one on evidence."""
    memberships = Memberships(session)
    found = memberships.cause(suspension_id)
    membership = memberships.seen_by(found.membership_id, by, lock=True)
    session.refresh(found)
    bars = bars_to_lifting(Cause(found.cause))
    if found.ended_at is not None:
        bars = [Bar("already-lifted", "This cause has gone already.")]
    MembershipRefused.unless_clear(bars)
    end_causes(session, membership, [found], by=by, now=now, because=reason)
    if membership.status == MembershipStatus.SUSPENDED:
        write_of_cause(session, membership, found.id, is_added=False, reason=reason, now=now)
    return membership


def sync_embargoes(session: Session, membership: Membership, *, now: datetime) -> None:
    """Make the embargo causes of a membership what the live whole embargoes of its provider say."""
    if membership.status not in LIVE:
        return
    memberships, today = Memberships(session), london_day(now)
    whole = memberships.whole_embargoes(membership.provider_id)
    named = _named_services(session, membership)
    membership.sync_on = _next_without(named.values(), today)
    lot_type = Schemes(session).lot(membership.lot_id).service_type
    delivering = [one for one, service in named.items() if _delivers(service, lot_type, today)]
    delivering = delivering or [one for one in named if one in whole.values()]
    suspending = embargoes_that_suspend(delivering, whole=whole)
    open_now = {one.reference: one for one in memberships.open_causes(membership.id) if one.cause == Cause.EMBARGO}
    for intervention in sorted(suspending - open_now.keys()):
        reason = "An embargo on new placements is in force."
        add_cause(session, membership, Cause.EMBARGO, reason=reason, by=SYSTEM, now=now, reference=intervention)
    gone = [cause for reference, cause in open_now.items() if reference not in suspending]
    because = "The embargo no longer stands against this membership."
    end_causes(session, membership, gone, by=SYSTEM, now=now, because=because)


def _named_services(session: Session, membership: Membership) -> dict[UUID, CareServiceRecord | None]:
    copies = Copies(session)
    return {one: copies.care_service(one) for one in map(UUID, membership.care_service_ids)}


def _delivers(service: CareServiceRecord | None, lot_type: str, today: date) -> bool:
    """Of the services that a membership names, one that has ended or is of another type delivers nothing of the lot.

    Where that is so of all of them, none keeps an embargo on another from suspending the membership.
    """
    return service is None or (service.type == lot_type and not service.has_ended(today))


def _next_without(services: Iterable[CareServiceRecord | None], today: date) -> date | None:
    """The next day after the last of one of them."""
    ends = (one.ended_on for one in services if one is not None and one.ended_on is not None)
    return min((day + timedelta(days=1) for day in ends if day >= today), default=None)
