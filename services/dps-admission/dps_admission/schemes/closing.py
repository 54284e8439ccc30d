"""Closing a DPS: drafts expire, what is undecided lapses by letter, memberships end. Placements and contracts go on."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import take
from dps_admission.applications.actions import lapse
from dps_admission.applications.repository import Applications
from dps_admission.applications.rules import ApplicationStatus
from dps_admission.applications.stale import expire_draft
from dps_admission.memberships.ending import expire_members
from dps_admission.memberships.repository import Memberships
from dps_admission.procurements.shortening import cancel_running
from dps_admission.tables import Scheme

from .repository import Schemes
from .rules import LOT_LIFE, SCHEME_LIFE, LotStatus, LotStep, SchemeStep


def close_scheme(session: Session, scheme_id: UUID, *, reason: str, by: Principal, now: datetime) -> Scheme:
    """Everything that it ends is locked before anything ends, in the order in which everybody locks."""
    schemes, applications = Schemes(session), Applications(session)
    scheme = schemes.get(scheme_id, lock=True)
    take(session, scheme, SchemeStep.CLOSE, SCHEME_LIFE, by=by, now=now, reason=reason)
    scheme.closed_at = now
    lots = schemes.lots_of(scheme.id)
    for lot in lots:
        if lot.status != LotStatus.CLOSED:
            take(session, lot, LotStep.CLOSE, LOT_LIFE, by=by, now=now, reason=reason)
    undecided = applications.lock_undecided_of(scheme.id)
    Memberships(session).lock_zones(zone.id for lot in lots for zone in schemes.zones_of(lot.id))
    cancel_running(session, scheme.id, reason=reason, by=by, now=now)
    Memberships(session).live_of_scheme(scheme.id)
    for application in undecided:
        if application.status == ApplicationStatus.DRAFT:
            expire_draft(session, application, now=now)
        else:
            lapse(session, application.id, now=now)
    expire_members(session, scheme.id, by=by, now=now)
    session.flush()
    return scheme


def close_expired(session: Session, now: datetime) -> int:
    """Schemes whose validity has ended close by themselves, one at a time."""
    expired = Schemes(session).expired(london_day(now), limit=1)
    for scheme in expired:
        close_scheme(session, scheme.id, reason="Its validity has ended.", by=SYSTEM, now=now)
    return len(expired)


def next_closing(session: Session) -> datetime | None:
    day = Schemes(session).next_expiry()
    return start_of_london_day(day + timedelta(days=1)) if day else None
