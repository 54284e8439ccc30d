"""Whether what a document says still stands, in the words that it must bear."""

from sqlmodel import Session

from assay_contracts.assessment.ratings import Rating
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM, Principal
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Status
from assessment.publications.withdrawing import withdrawal_of
from assessment.rating.words import named
from assessment.tables import Assessment


def stands(session: Session, assessment: Assessment) -> bool:
    """Whether this is the newest rating of its service that is published and not withdrawn."""
    newest = next(iter(Assessments(session).published(assessment.care_service_id)), None)
    return newest is not None and newest.id == assessment.id


def note_of(session: Session, assessment: Assessment, *, by: Principal) -> str | None:
    """None where the rating stands."""
    if assessment.status == Status.CANCELLED:
        return "Called off after the draft: there is no rating"
    if assessment.published_at is None:
        return "Draft: not for publication"
    if assessment.status == Status.WITHDRAWN:
        return _withdrawn(session, assessment, by)
    if stands(session, assessment):
        return None
    newest = Assessments(session).published(assessment.care_service_id)[0]
    return f"Superseded by {_as_told(newest, by)}"


def _withdrawn(session: Session, assessment: Assessment, by: Principal) -> str:
    approved = withdrawal_of(session, assessment.id)
    if approved is None or approved.approved_at is None:
        return "Withdrawn"
    replaced_by = Assessments(session).get(approved.replacement_id, by=SYSTEM)
    return f"Withdrawn on {london_day(approved.approved_at):%-d %B %Y}; replaced by {_as_told(replaced_by, by)}"


def _as_told(other: Assessment, by: Principal) -> str:
    """Another rating of the service, which may have been another provider's then."""
    if not by.sees(other.provider_id) or other.published_at is None:
        return "a later rating"
    rating = named(Rating(other.rating) if other.rating else None)
    return f"{other.reference} ({rating}), published on {london_day(other.published_at):%-d %B %Y}"
