"""How memberships end: the provider leaves, the council removes, the DPS closes. A freed place is offered at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import take
from dps_admission.bars import Bar
from dps_admission.circumstances.marking import overtake_marks
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import LotZone, Membership

from .errors import MembershipRefused
from .places import answer_offer, fill
from .repository import Memberships
from .rules import (
    LIVE,
    MEMBERSHIP_LIFE,
    MembershipStatus,
    MembershipStep,
    OfferAnswer,
)
from .stepping import step_all
from .suspending import close_cause

_A_BATCH = 500
_HAS_NOTICE = (MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED)


def end(
    session: Session,
    membership: Membership,
    zone: LotZone,
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """End it, close its offer and its causes, and offer its place on."""
    end_all(session, [membership], step, by=by, now=now, reason=reason, detail=detail)
    fill(session, zone, now=now)


def end_all(
    session: Session,
    ending: Sequence[Membership],
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """End many, close their offers and causes, in a fixed number of statements. Their places are not offered on."""
    memberships, ids = Memberships(session), [one.id for one in ending]
    offers = memberships.lock_open_offers(ids)
    for cause in memberships.open_causes(*ids):
        close_cause(cause, by=by, now=now, because="The membership ended.")
    session.flush()
    for one in ending:
        one.ended_at = now  # one write: a second one in a transaction asks again for the rows that it refers to
    step_all(session, ending, step, reasons=dict.fromkeys(ids, reason), by=by, now=now, detail=detail)
    overtake_marks(session, ids, by=by, now=now)
    for offer in offers:
        answer_offer(offer, OfferAnswer.ENDED, by=by, now=now)
    session.flush()


def leave(session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime) -> Membership:
    """Members give notice and leave when it has run; who only waits leaves at once."""
    membership, zone = Memberships(session).in_its_zone(membership_id, by)
    if membership.leaves_on is not None:
        raise MembershipRefused([Bar("notice-given", f"Notice was given; it ends on {membership.leaves_on}.")])
    if membership.status in _HAS_NOTICE:
        schemes = Schemes(session)
        policy = schemes.profile_of(schemes.get(membership.scheme_id)).policy
        membership.leaves_on = london_day(now) + timedelta(days=policy.leaving_notice_calendar_days)
        membership.leaving_reason = reason
        take(
            session,
            membership,
            MembershipStep.GIVE_NOTICE,
            MEMBERSHIP_LIFE,
            by=by,
            now=now,
            reason=reason,
            provider_id=membership.provider_id,
            detail={"leaves_on": membership.leaves_on.isoformat()},
        )
        session.flush()
        return membership
    end(session, membership, zone, MembershipStep.LEAVE, by=by, now=now, reason=reason)
    return membership


def lock_made_by(session: Session, provider_id: UUID, lot_application_ids: Sequence[UUID]) -> None:
    """Before several of them end: all their zones, and then whoever has or may be offered a place in them."""
    memberships = Memberships(session)
    zones = memberships.lock_zones(memberships.zones_made_by(lot_application_ids))
    if zones:
        memberships.lock_concerned([zone.id for zone in zones], provider_id=provider_id)


def end_of_application(
    session: Session, lot_application_id: UUID, *, by: Principal, now: datetime, reason: str, is_removal: bool
) -> None:
    """A decision that was set aside does not end in admission: the membership that it made goes."""
    memberships = Memberships(session)
    found = memberships.made_by(lot_application_id, lock=False)
    if found is None:
        return
    membership, zone = memberships.in_its_zone(found.id, SYSTEM)
    step = MembershipStep.REMOVE if is_removal else MembershipStep.LEAVE
    end(session, membership, zone, step, by=by, now=now, reason=reason)


def expire_members(session: Session, scheme_id: UUID, *, by: Principal, now: datetime) -> None:
    """The DPS has closed. Placements and contracts go on; they are not ours to end."""
    live = Memberships(session).live_of_scheme(scheme_id)
    held = Schemes(session).held({scheme_id}, {one.lot_id for one in live})
    for begin in range(0, len(live), _A_BATCH):
        ending = live[begin : begin + _A_BATCH]
        end_all(session, ending, MembershipStep.EXPIRE, by=by, now=now, reason="The DPS has closed.")
    del held  # until here nothing of them was read again


def end_notices(session: Session, now: datetime) -> int:
    """Members whose notice has run leave at the end of its last day: one a transaction, so one zone is locked."""
    memberships, today = Memberships(session), london_day(now)
    leaving = memberships.leaving_before(today)
    if leaving is None:
        return 0
    membership, zone = memberships.in_its_zone(leaving, SYSTEM)
    if membership.status in LIVE and membership.leaves_on is not None and membership.leaves_on < today:
        reason = membership.leaving_reason or "The provider left."
        end(session, membership, zone, MembershipStep.LEAVE, by=SYSTEM, now=now, reason=reason)
    return 1


def next_leaving(session: Session) -> datetime | None:
    day = Memberships(session).first_leaving()
    return start_of_london_day(day + timedelta(days=1)) if day else None
