"""Makes what suspends a provider's memberships follow its embargoes and the services that deliver now."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from dps_admission.tables import Membership

from .places import fill
from .repository import Memberships
from .rules import MembershipStatus
from .suspending import sync_embargoes


def follow(
    session: Session,
    provider_id: UUID,
    *,
    now: datetime,
    first: Callable[[Sequence[Membership]], None] = lambda _: None,
) -> None:
    """The provider is locked; zones are locked before memberships, each kind in order, as everywhere.

    `first` is done with the live memberships locked, before anything is looked at.
    """
    memberships = Memberships(session)
    locked = memberships.lock_zones(memberships.zones_of_provider(provider_id))
    memberships.lock_concerned([zone.id for zone in locked], provider_id=provider_id)
    live = memberships.live_of_provider(provider_id)
    first(live)
    for membership in live:
        sync_embargoes(session, membership, now=now)
    waiting = {one.lot_zone_id for one in live if one.status == MembershipStatus.WAITING}
    for zone in locked:
        if zone.id in waiting:
            fill(session, zone, now=now)
