"""What other services tell that touches decisions: low ratings, bands that turn red, evidence that lapses.

Whatever touches nothing is not kept here: it is the other service's to keep.
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn
from assay_contracts.directory import EvidenceLapsed
from assay_contracts.risk import BandChanged
from assay_kit.calendar import london_day
from assay_kit.events import acting_at
from assay_kit.identity import SYSTEM
from dps_admission.tables import CircumstanceChange, LotApplication, Membership

from .marking import Touches, answer_mark, change_of, record_change, touches_services
from .repository import Circumstances
from .rules import ChangedStep, ChangeKind, is_low, turned_red


def mark_rating(session: Session, event: RatingPublished) -> None:
    if event.rating is None or not is_low(event.rating, is_imported=event.is_imported):
        return
    change = change_of(
        event.provider_id,
        ChangeKind.RATING,
        said=f"A service was rated {event.rating.replace('_', ' ')}.",
        changed_on=event.published_on,
        by=SYSTEM,
        now=acting_at(session, event),
        care_service_id=event.care_service_id,
        source_id=event.assessment_id,
    )
    _record(session, change, touches_services(change))


def unmark_rating(session: Session, event: RatingWithdrawn) -> None:
    """A rating that was withdrawn leaves nothing to answer; what replaces it is told by itself."""
    for mark in Circumstances(session).lock_open_of(assessment_id=event.assessment_id):
        about: dict[str, Any] = {"reason": "The rating was withdrawn.", "by": SYSTEM, "now": acting_at(session, event)}
        answer_mark(session, mark, ChangedStep.OVERTAKE, **about)


def mark_band(session: Session, event: BandChanged) -> None:
    if not turned_red(event.band, event.previous_band):
        return
    change = change_of(
        event.provider_id,
        ChangeKind.BAND,
        said="The band of a service turned red.",
        changed_on=london_day(event.at),
        by=SYSTEM,
        now=acting_at(session, event),
        care_service_id=event.care_service_id,
    )
    _record(session, change, touches_services(change))


def receive_lapse(session: Session, event: EvidenceLapsed) -> None:
    """Touches whoever is a member, or would become one, on the strength of this very file."""
    change = change_of(
        event.provider_id,
        ChangeKind.EVIDENCE_LAPSED,
        said=f"Evidence that was relied on has lapsed: {event.kind.replace('_', ' ')}.",
        changed_on=event.expired_on,
        by=SYSTEM,
        now=acting_at(session, event),
        source_id=event.evidence_id,
    )

    def resting_on_it(some: Sequence[Membership | LotApplication]) -> list[Membership | LotApplication]:
        evidence = Circumstances(session).evidence_of(some)
        return [one for one in some if event.evidence_id in evidence[one.id]]

    _record(session, change, resting_on_it)


def _record(session: Session, change: CircumstanceChange, touches: Touches) -> None:
    record_change(session, change, by=SYSTEM, touches=touches, only_where_it_touches=True)
    session.flush()
