"""Rounds of a lot with places: who is in one, and the ranking. One that is called waits for nobody who comes later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.identity import Principal
from assay_kit.timeline import take
from dps_admission.applications.repository import Applications
from dps_admission.schemes.repository import Schemes, dates_of
from dps_admission.schemes.rules import LOT_LIFE, LotStep
from dps_admission.tables import Lot, Membership

from .errors import MembershipRefused
from .places import fill
from .repository import Memberships
from .rules import MembershipStep, bars_to_calling, bars_to_round, round_cut
from .stepping import step_membership


def call_round(session: Session, lot_id: UUID, *, by: Principal, now: datetime) -> datetime:
    """From now on applications that come in belong to the next round, so this one cannot be held up for ever."""
    lot = Schemes(session).lot(lot_id, lock=True)
    MembershipRefused.unless_clear(bars_to_calling(places=lot.places, is_called=lot.round_cut_at is not None))
    cut = _cut_of(session, lot, now=now) or now
    detail = {"received_until": cut.isoformat()}
    take(session, lot, LotStep.CALL_ROUND, LOT_LIFE, by=by, now=now, detail=detail)
    lot.round_cut_at = cut
    session.flush()
    return cut


def _cut_of(session: Session, lot: Lot, *, now: datetime) -> datetime | None:
    scheme = Schemes(session).get(lot.scheme_id)
    windows = [window.closes_on for window in dates_of(scheme).windows]
    return round_cut(lot.round_cut_at, windows, now=now)


def run_round(session: Session, lot_id: UUID, *, by: Principal, now: datetime) -> Sequence[Membership]:
    """Rank everyone of the round, zone by zone, and offer the free places. One that was called may have nobody in it:
    then it is over, and the next can be called.
    """
    schemes, memberships = Schemes(session), Memberships(session)
    lot = schemes.lot(lot_id, lock=True)
    cut = _cut_of(session, lot, now=now)
    zones = memberships.lock_zones(zone.id for zone in schemes.zones_of(lot_id))
    memberships.lock_concerned([zone.id for zone in zones])
    admitted = [
        one for zone in zones for one in memberships.unranked_in(zone.id) if cut is None or one.submitted_at <= cut
    ]
    undecided = Applications(session).undecided(lot_id, until=cut)
    about: dict[str, Any] = {"undecided": undecided, "admitted": len(admitted)}
    MembershipRefused.unless_clear(bars_to_round(places=lot.places, is_called=lot.round_cut_at is not None, **about))
    for membership in admitted:
        step_membership(session, membership, MembershipStep.WAIT, by=by, now=now)
    for zone in zones:
        fill(session, zone, now=now)
    if lot.round_cut_at is not None:
        detail = {"received_until": lot.round_cut_at.isoformat(), "ranked": len(admitted)}
        take(session, lot, LotStep.RUN_ROUND, LOT_LIFE, by=by, now=now, detail=detail)
        lot.round_cut_at = None
    session.flush()
    return admitted
