"""What other services' events do to memberships, and services that end on a day that had been told before.

An event says when it happened, and that is kept. What it does here is done when it arrives: an offer made for a place
that it frees runs from today, and no step is written before one that was taken while it was on its way.
"""

from datetime import datetime

from sqlmodel import Session

from assay_contracts.directory import CareServiceRecorded
from assay_contracts.directory.copies import receive_care_service
from assay_contracts.risk import EmbargoImposed, EmbargoLifted
from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.events import acting_at
from dps_admission.tables import Embargo

from .following import follow
from .repository import Memberships
from .rules import EmbargoExtent


def receive_service(session: Session, event: CareServiceRecorded) -> None:
    """Keep the copy; what the provider's embargoes suspend may hang on it, for a service may have ended.

    The provider is locked before the copy is written: whoever admits it holds that lock while it asks for the copy.
    """
    provider_id = event.care_service.provider_id
    Memberships(session).lock_provider(provider_id)
    receive_care_service(session, event)
    follow(session, provider_id, now=acting_at(session, event))


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
    follow(session, event.provider_id, now=acting_at(session, event))


def receive_lifting(session: Session, event: EmbargoLifted) -> None:
    """Lift what nothing else suspends, and offer free places to those who had been passed over."""
    Memberships(session).lock_provider(event.provider_id)
    embargo = Memberships(session).embargo(event.intervention_id)
    if embargo is None or embargo.lifted_at is not None:
        return
    embargo.lifted_at = event.at
    session.flush()
    follow(session, event.provider_id, now=acting_at(session, event))


def follow_endings(session: Session, now: datetime) -> int:
    """A service that a member names has ended: what embargoes suspend may be more now. A provider a transaction."""
    memberships = Memberships(session)
    provider_id = memberships.has_service_ending(london_day(now))
    if provider_id is None:
        return 0
    memberships.lock_provider(provider_id)
    follow(session, provider_id, now=now)
    session.flush()
    return 1


def next_ending(session: Session) -> datetime | None:
    day = Memberships(session).first_service_ending()
    return start_of_london_day(day) if day else None
