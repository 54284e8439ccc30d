"""Facts this service tells the others, and the messages it asks for."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_contracts.assessment import (
    AssessmentCancelled,
    AssessmentScheduled,
    DraftCorrected,
    DraftIssued,
    RatingPublished,
    RatingWithdrawn,
    SelfAssessmentSubmitted,
)
from assay_contracts.messages import MessageRequested, Recipient
from assay_kit.calendar import london_day
from assay_kit.events import tell
from assessment.tables import Assessment


def tell_scheduled(session: Session, assessment: Assessment, now: datetime) -> None:
    due_on = london_day(assessment.answers_due_at)
    tell(session, AssessmentScheduled(**_about(assessment), reference=assessment.reference, due_on=due_on, at=now))


def tell_cancelled(session: Session, assessment: Assessment, now: datetime) -> None:
    tell(session, AssessmentCancelled(**_about(assessment), reference=assessment.reference, at=now))


def tell_submitted(session: Session, assessment: Assessment, now: datetime) -> None:
    tell(session, SelfAssessmentSubmitted(**_about(assessment), at=now))


def tell_draft_issued(session: Session, assessment: Assessment, closes_at: datetime, now: datetime) -> None:
    tell(session, DraftIssued(**_about(assessment), answer_by=london_day(closes_at), at=now))


def tell_draft_corrected(session: Session, assessment: Assessment, closes_at: datetime, now: datetime) -> None:
    tell(session, DraftCorrected(**_about(assessment), answer_by=london_day(closes_at), at=now))


def tell_published(session: Session, assessment: Assessment, framework_version: int | None, now: datetime) -> None:
    published_at, next_due_on = assessment.published_at, assessment.next_due_on
    if published_at is None or next_due_on is None:
        raise ValueError(f"Assessment {assessment.id} is not published.")
    event = RatingPublished(
        **_about(assessment),
        rating=assessment.rating,
        published_on=london_day(published_at),
        framework_version=framework_version,
        next_due_on=next_due_on,
        is_imported=assessment.imported,
        at=now,
    )
    tell(session, event)


def tell_withdrawn(session: Session, assessment: Assessment, replaced_by: UUID, now: datetime) -> None:
    tell(session, RatingWithdrawn(**_about(assessment), replaced_by=replaced_by, at=now))


def write_to(
    session: Session,
    to: Recipient,
    template: str,
    *,
    about: UUID,
    now: datetime,
    once: str = "",
    **personalisation: str,
) -> None:
    """Ask for a message. It is written once for each thing, template and `once`."""
    reference = f"assessment:{template}:{about}" + (f":{once}" if once else "")
    words: Mapping[str, str] = personalisation
    tell(
        session,
        MessageRequested(
            about=about, reference=reference, template=template, to=to, personalisation=dict(words), at=now
        ),
    )


def _about(assessment: Assessment) -> dict[str, UUID]:
    return {
        "assessment_id": assessment.id,
        "care_service_id": assessment.care_service_id,
        "provider_id": assessment.provider_id,
    }
