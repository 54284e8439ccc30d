"""What other services tell that touches decisions: low ratings, bands that turn red, evidence that lapses.

Whatever touches nothing is not kept here: it is the other service's to keep.
"""

from sqlmodel import Session

from assay_contracts.assessment import RatingPublished
from assay_contracts.directory import EvidenceLapsed
from assay_contracts.risk import BandChanged
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM
from dps_admission.tables import CircumstanceChange, Membership

from .marking import Touches, change_of, record_change, standing_touched, touches_services
from .repository import Circumstances
from .rules import ChangeKind, is_low, turned_red


def mark_rating(session: Session, event: RatingPublished) -> None:
    if event.rating is None or not is_low(event.rating, is_imported=event.is_imported):
        return
    change = change_of(
        event.provider_id,
        ChangeKind.RATING,
        said=f"A service was rated {event.rating.replace('_', ' ')}.",
        changed_on=event.published_on,
        by=SYSTEM,
        now=event.at,
        care_service_id=event.care_service_id,
        source_id=event.assessment_id,
    )
    _record(session, change, touches_services(change))


def mark_band(session: Session, event: BandChanged) -> None:
    if not turned_red(event.band, event.previous_band):
        return
    change = change_of(
        event.provider_id,
        ChangeKind.BAND,
        said="The band of a service turned red.",
        changed_on=london_day(event.at),
        by=SYSTEM,
        now=event.at,
        care_service_id=event.care_service_id,
    )
    _record(session, change, touches_services(change))


def receive_lapse(session: Session, event: EvidenceLapsed) -> None:
    """Touches what was decided on this very file."""
    change = change_of(
        event.provider_id,
        ChangeKind.EVIDENCE_LAPSED,
        said=f"Evidence that the decision rests on has lapsed: {event.kind.replace('_', ' ')}.",
        changed_on=event.expired_on,
        by=SYSTEM,
        now=event.at,
        source_id=event.evidence_id,
    )

    def rests_on_it(membership: Membership) -> bool:
        made_by = membership.lot_application_id
        return made_by is not None and event.evidence_id in Circumstances(session).evidence_of(made_by)

    _record(session, change, rests_on_it)


def _record(session: Session, change: CircumstanceChange, touches: Touches) -> None:
    if standing_touched(session, change, touches):
        record_change(session, change, by=SYSTEM, touches=touches)
    session.flush()
