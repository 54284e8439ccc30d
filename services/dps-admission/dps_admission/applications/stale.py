"""Drafts that nobody goes on with: their owner is reminded once, and later they expire."""

from datetime import datetime

from sqlmodel import Session, col

from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM
from assay_kit.timeline import take
from dps_admission.schemes.profiles import LocalPolicy
from dps_admission.tables import Application, Scheme

from .messages import write_to_provider
from .repository import Applications
from .rules import APPLICATION_LIFE, ApplicationStatus, ApplicationStep, draft_clock


def set_draft_clock(application: Application, scheme: Scheme, policy: LocalPolicy) -> None:
    """Reckon from the instant at which the draft was last saved when it expires, and when its owner is reminded."""
    clock = draft_clock(
        application.saved_at,
        life=policy.draft_life_calendar_days,
        reminder=policy.draft_reminder_calendar_days,
        ends_on=scheme.valid_until,
    )
    application.expires_at, application.remind_at = clock.expires_at, clock.remind_at
    application.reminded_at = None


def expire_draft(session: Session, application: Application, *, now: datetime) -> None:
    step, provider_id = ApplicationStep.EXPIRE, application.provider_id
    take(session, application, step, APPLICATION_LIFE, by=SYSTEM, now=now, provider_id=provider_id)
    application.closed_at = now
    about = {"reference": application.reference}
    write_to_provider(session, provider_id, "draft_expired", about=application.id, personalisation=about, now=now)


def expire_drafts(session: Session, now: datetime) -> int:
    is_draft = col(Application.status) == ApplicationStatus.DRAFT
    stale = Applications(session).due(Application, col(Application.expires_at), now, is_draft)
    for application in stale:
        expire_draft(session, application, now=application.expires_at)
    return len(stale)


def remind_of_drafts(session: Session, now: datetime) -> int:
    """Once for every day on which a draft would expire: who saves it again is reminded again."""
    waiting = col(Application.status) == ApplicationStatus.DRAFT, col(Application.reminded_at).is_(None)
    stale = Applications(session).due(Application, col(Application.remind_at), now, *waiting)
    for application in stale:
        application.reminded_at = now
        expires_on = london_day(application.expires_at).isoformat()
        write_to_provider(
            session,
            application.provider_id,
            "draft_expiring",
            about=application.id,
            personalisation={"reference": application.reference, "expires_on": expires_on},
            now=now,
            once=expires_on,
        )
    session.flush()
    return len(stale)
