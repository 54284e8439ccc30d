"""What other services' events do to memberships."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory import CareServiceRecorded
from assay_contracts.directory.copies import receive_care_service
from assay_contracts.risk import EmbargoImposed, EmbargoLifted
from dps_admission.tables import Embargo

from .places import fill
from .repository import Memberships
from .rules import EmbargoExtent, MembershipStatus
from .suspending import sync_embargoes


def receive_service(session: Session, event: CareServiceRecorded) -> None:
    """Keep the copy; what the provider's embargoes suspend may hang on it, for a service may have ended or moved.

    The provider is locked before the copy is written: whoever admits it holds that lock while it asks for the copy.
    """
    provider_id = event.care_service.provider_id
    Memberships(session).lock_provider(provider_id)
    receive_care_service(session, event)
    _follow(session, provider_id, now=event.at)


def receive_embargo(session: Session, event: EmbargoImposed) -> None:
    """Suspend what no other service of the provider delivers; a partial embargo is only shown."""
    Memberships(session).lock_provider(event.provider_id)
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
    _follow(session, event.provider_id, now=event.at)


def receive_lifting(session: Session, event: EmbargoLifted) -> None:
    """Lift what nothing else suspends, and offer free places to those who had been passed over."""
    Memberships(session).lock_provider(event.provider_id)
    embargo = Memberships(session).embargo(event.intervention_id)
    if embargo is None or embargo.lifted_at is not None:
        return
    embargo.lifted_at = event.at
    session.flush()
    _follow(session, event.provider_id, now=event.at)


def _follow(session: Session, provider_id: UUID, *, now: datetime) -> None:
    """The provider is locked; zones are locked before memberships, in order, as everywhere."""
    memberships = Memberships(session)
    locked = memberships.lock_zones(memberships.zones_of_provider(provider_id))
    live = memberships.live_of_provider(provider_id)
    for membership in live:
        sync_embargoes(session, membership, now=now)
    waiting = {one.lot_zone_id for one in live if one.status == MembershipStatus.WAITING}
    for zone in locked:
        if zone.id in waiting:
            fill(session, zone, now=now)
