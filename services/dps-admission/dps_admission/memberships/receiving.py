"""What other services' events do to memberships."""

from datetime import datetime

from sqlmodel import Session

from assay_contracts.risk import EmbargoImposed, EmbargoLifted
from dps_admission.tables import Embargo

from .places import fill
from .repository import Memberships
from .rules import EmbargoExtent, MembershipStatus
from .suspending import sync_embargoes


def receive_embargo(session: Session, event: EmbargoImposed) -> None:
    """Suspend what no other service of the provider delivers; a partial embargo is only shown."""
    if Memberships(session).embargo(event.intervention_id) is not None:
        return
    session.add(
        Embargo(
            intervention_id=event.intervention_id,
            provider_id=event.provider_id,
            care_service_id=event.care_service_id,
            extent=EmbargoExtent(event.extent),
            limit_text=event.limit_text,
            imposed_at=event.at,
        )
    )
    session.flush()
    _follow(session, event, now=event.at)


def receive_lifting(session: Session, event: EmbargoLifted) -> None:
    """Lift what nothing else suspends, and offer free places to those who had been passed over."""
    embargo = Memberships(session).embargo(event.intervention_id)
    if embargo is None or embargo.lifted_at is not None:
        return
    embargo.lifted_at = event.at
    session.flush()
    _follow(session, event, now=event.at)


def _follow(session: Session, event: EmbargoImposed | EmbargoLifted, *, now: datetime) -> None:
    """Zones are locked before memberships, in order, as everywhere."""
    memberships = Memberships(session)
    zones = memberships.zones_of_provider(event.provider_id)
    locked = [memberships.lock_zone(lot_zone_id) for lot_zone_id in zones]
    live = memberships.live_of_provider(event.provider_id)
    for membership in live:
        sync_embargoes(session, membership, now=now)
    waiting = {one.lot_zone_id for one in live if one.status == MembershipStatus.WAITING}
    for zone in locked:
        if zone.id in waiting:
            fill(session, zone, now=now)
