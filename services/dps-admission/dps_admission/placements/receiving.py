"""What other services tell of the services on a shortlist: their rating and their band."""

from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn
from assay_contracts.risk import BandChanged

from .repository import Placements


def keep_rating(session: Session, event: RatingPublished) -> None:
    values = {
        "assessment_id": event.assessment_id,
        "rating": event.rating,
        "rated_on": event.published_on,
        "rating_told_at": event.at,
    }
    Placements(session).keep_look(event.care_service_id, "rating_told_at", values)


def receive_withdrawal(session: Session, event: RatingWithdrawn) -> None:
    """The rating goes; where its replacement was told first, that one stays."""
    placements = Placements(session)
    look = placements.looks([event.care_service_id]).get(event.care_service_id)
    if look is None or look.assessment_id != event.assessment_id:
        return
    values = {"assessment_id": None, "rating": None, "rated_on": None, "rating_told_at": event.at}
    placements.keep_look(event.care_service_id, "rating_told_at", values)


def keep_band(session: Session, event: BandChanged) -> None:
    values = {"band": event.band, "band_told_at": event.at}
    Placements(session).keep_look(event.care_service_id, "band_told_at", values)
