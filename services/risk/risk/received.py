"""What this service does when it hears from the others: keep it, and work out at once what it changes."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn, RemedialActionOverdue
from assay_contracts.directory import ActivityRecorded, CareServiceRecorded, EvidenceLapsed, ProviderRecorded
from assay_contracts.directory import copies as directory_copies
from assay_kit.events import acting_at
from risk.bands.actions import refresh, refresh_provider
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.tables import Activity, AssessmentRating


def receive_provider(session: Session, event: ProviderRecorded) -> None:
    directory_copies.receive_provider(session, event)
    Bands(session).keep_names(Bands(session).services_of(event.provider.id))
    refresh_provider(session, event.provider.id, now=event.at)


def receive_care_service(session: Session, event: CareServiceRecorded) -> None:
    directory_copies.receive_care_service(session, event)
    Bands(session).keep_names([event.care_service.id])
    refresh(session, [event.care_service.id], now=event.at)


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
    refresh(session, [told.care_service_id], now=event.at)


def receive_rating(session: Session, event: RatingPublished) -> None:
    values: dict[str, Any] = {
        "care_service_id": event.care_service_id,
        "rating": event.rating,
        "published_on": event.published_on,
        "framework_version": event.framework_version,
        "next_due_on": event.next_due_on,
        "is_imported": event.is_imported,
    }
    _keep_rating(session, event.assessment_id, values)
    refresh(session, [event.care_service_id], now=event.at)


def receive_withdrawal(session: Session, event: RatingWithdrawn) -> None:
    _keep_rating(session, event.assessment_id, {"care_service_id": event.care_service_id, "withdrawn_at": event.at})
    refresh(session, [event.care_service_id], now=event.at)


def _keep_rating(session: Session, assessment_id: UUID, values: dict[str, Any]) -> None:
    """Publication and withdrawal each set their own columns, so that either may be heard of first."""
    statement = insert(AssessmentRating).values(assessment_id=assessment_id, **{"is_imported": False} | values)
    session.execute(statement.on_conflict_do_update(index_elements=["assessment_id"], set_=values))


def receive_lapse(session: Session, event: EvidenceLapsed) -> None:
    """No indicator: a task on the case file of each of the provider's services."""
    now = acting_at(session, event)
    what_now = "look at what it was renewed by" if event.renewed_by else "ask for its renewal"
    wording = f"Evidence ({event.kind.replace('_', ' ')}) expired on {event.expired_on:%d/%m/%Y}: {what_now}."
    for care_service_id in Bands(session).services_of(event.provider_id):
        open_task(session, care_service_id, subject=f"evidence {event.evidence_id}", wording=wording, now=now)


def receive_overdue_action(session: Session, event: RemedialActionOverdue) -> None:
    wording = f"A remedial action was due on {event.due_on:%d/%m/%Y} and is overdue."
    subject = f"remedial action {event.action_id}"
    open_task(session, event.care_service_id, subject=subject, wording=wording, now=acting_at(session, event))
