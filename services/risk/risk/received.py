"""What this service does when it hears from the others: keep it, and work out at once what it changes.

An event's own time is a fact. What it changes is worked out for the instant at which it arrived, with all that is on
record by then: so late events, and events in another order, end where punctual ones do.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn, RemedialActionOverdue
from assay_contracts.directory import ActivityRecorded, CareServiceRecorded, EvidenceLapsed, ProviderRecorded
from assay_contracts.directory import copies as directory_copies
from assay_kit.events import Event, acting_at
from risk.bands.actions import refresh, refresh_provider
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.tables import Activity, AssessmentRating


def receive_provider(session: Session, event: ProviderRecorded) -> None:
    directory_copies.receive_provider(session, event)
    Bands(session).keep_names(Bands(session).services_of(event.provider.id))
    refresh_provider(session, event.provider.id, now=acting_at(session, event))


def receive_care_service(session: Session, event: CareServiceRecorded) -> None:
    directory_copies.receive_care_service(session, event)
    Bands(session).keep_names([event.care_service.id])
    refresh(session, [event.care_service.id], now=acting_at(session, event))


def receive_activity(session: Session, event: ActivityRecorded) -> None:
    """The count recorded last stands, whatever order the months' events come in."""
    told = event.activity
    values = {
        "care_service_id": told.care_service_id,
        "month": told.month,
        "commissioner": told.commissioner,
        "people": told.people,
        "told_at": told.recorded_at,
    }
    statement = insert(Activity).values(**values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["care_service_id", "month", "commissioner"],
            set_={"people": told.people, "told_at": told.recorded_at},
            where=Activity.told_at < statement.excluded.told_at,
        )
    )
    refresh(session, [told.care_service_id], now=acting_at(session, event))


def receive_rating(session: Session, event: RatingPublished) -> None:
    values: dict[str, Any] = {
        "care_service_id": event.care_service_id,
        "rating": event.rating,
        "published_on": event.published_on,
        "framework_version": event.framework_version,
        "next_due_on": event.next_due_on,
        "is_imported": event.is_imported,
        "heard_at": acting_at(session, event),
    }
    _keep_rating(session, event.assessment_id, values)
    refresh(session, [event.care_service_id], now=acting_at(session, event))


def receive_withdrawal(session: Session, event: RatingWithdrawn) -> None:
    heard = acting_at(session, event)
    _keep_rating(session, event.assessment_id, {"care_service_id": event.care_service_id, "withdrawn_at": heard})
    refresh(session, [event.care_service_id], now=heard)


def _keep_rating(session: Session, assessment_id: UUID, values: dict[str, Any]) -> None:
    """Publication and withdrawal each set their own columns, so that either may be heard of first."""
    statement = insert(AssessmentRating).values(assessment_id=assessment_id, **{"is_imported": False} | values)
    if "heard_at" in values:  # the first time it was heard of: a past day is asked what was known then
        values = values | {"heard_at": func.coalesce(AssessmentRating.heard_at, statement.excluded.heard_at)}
    session.execute(statement.on_conflict_do_update(index_elements=["assessment_id"], set_=values))


def receive_lapse(session: Session, event: EvidenceLapsed) -> None:
    """No indicator: a task on the case file of each of the provider's services."""
    what_now = "look at what it was renewed by" if event.renewed_by else "ask for its renewal"
    wording = f"Evidence ({event.kind.replace('_', ' ')}) expired on {event.expired_on:%d/%m/%Y}: {what_now}."
    for care_service_id in Bands(session).services_of(event.provider_id):
        _ask(session, event, care_service_id, f"evidence {event.evidence_id}", wording)


def receive_overdue_action(session: Session, event: RemedialActionOverdue) -> None:
    wording = f"A remedial action was due on {event.due_on:%d/%m/%Y} and is overdue."
    _ask(session, event, event.care_service_id, f"remedial action {event.action_id}", wording)


def _ask(session: Session, event: Event, care_service_id: UUID, subject: str, wording: str) -> None:
    open_task(session, care_service_id, subject=subject, wording=wording, now=acting_at(session, event))
