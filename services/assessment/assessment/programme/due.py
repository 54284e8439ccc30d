"""What falls due by itself about assessments: reminders to answer, the factual accuracy window closing,
and services leaving the programme."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from assay_contracts.messages import Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.due import DueWork
from assay_kit.identity import SYSTEM
from assay_kit.timeline import take
from assessment.assessments.actions import of
from assessment.assessments.events import write_to
from assessment.assessments.rules import AWAITING_ANSWERS, LIFE, Status, Step
from assessment.tables import Assessment, DueDate, Reminder

from .actions import drop_due_date
from .repository import care_service_copy

_BATCH = 200
_UNSENT = (
    col(Reminder.assessment_id) == col(Assessment.id),
    col(Reminder.sent_at).is_(None),
    col(Assessment.status).in_(AWAITING_ANSWERS),
)
_ENDED_ON = care_service_copy.c.record["ended_on"].astext
_DUE_OF_ENDING = (
    col(DueDate.care_service_id) == care_service_copy.c.id,
    col(DueDate.replaced_at).is_(None),
    _ENDED_ON.is_not(None),
)
_WINDOW_OPEN = (col(Assessment.status) == Status.DRAFT_ISSUED, col(Assessment.accuracy_closed_at).is_(None))


def next_reminder(session: Session) -> datetime | None:
    return session.exec(select(func.min(Reminder.due_at)).where(*_UNSENT)).one()


def send_reminders(session: Session, now: datetime) -> int:
    """Remind each provider that has still to answer, once for each number of days before."""
    statement = select(Reminder, Assessment).where(*_UNSENT, Reminder.due_at <= now)
    due = session.exec(statement.order_by(col(Reminder.due_at), col(Reminder.id)).limit(_BATCH)).all()
    for reminder, assessment in due:
        reminder.sent_at = now
        write_to(
            session,
            Recipient(provider_id=assessment.provider_id),
            "self_assessment_due",
            about=assessment.id,
            now=now,
            once=str(reminder.days_before),
            reference=assessment.reference,
            days=str(reminder.days_before),
            due_on=london_day(assessment.answers_due_at).isoformat(),
        )
    return len(due)


def next_window_end(session: Session) -> datetime | None:
    return session.exec(select(func.min(Assessment.accuracy_closes_at)).where(*_WINDOW_OPEN)).one()


def close_windows(session: Session, now: datetime) -> int:
    """Close the factual accuracy windows that are over, and tell the officer."""
    statement = select(Assessment).where(*_WINDOW_OPEN, col(Assessment.accuracy_closes_at) <= now)
    over = session.exec(statement.order_by(col(Assessment.id)).limit(_BATCH).with_for_update()).all()
    for assessment in over:
        take(session, assessment, Step.CLOSE_ACCURACY_WINDOW, LIFE, by=SYSTEM, now=now, **of(assessment))
        assessment.accuracy_closed_at = assessment.accuracy_closes_at
        officer = assessment.officer
        write_to(
            session,
            Recipient(person=officer) if officer else Recipient(role=Role.COMPLIANCE_OFFICER),
            "factual_accuracy_window_closed",
            about=assessment.id,
            now=now,
            reference=assessment.reference,
        )
    return len(over)


def next_service_end(session: Session) -> datetime | None:
    last_day = session.exec(select(func.min(_ENDED_ON)).where(*_DUE_OF_ENDING)).one()
    return None if last_day is None else start_of_london_day(date.fromisoformat(last_day) + timedelta(days=1))


def drop_ended_services(session: Session, now: datetime) -> int:
    """A service leaves the programme the day after its last."""
    ended = select(DueDate.care_service_id).where(*_DUE_OF_ENDING, london_day(now).isoformat() > _ENDED_ON)
    ids = session.exec(ended.order_by(col(DueDate.care_service_id)).limit(_BATCH)).all()
    for care_service_id in ids:
        drop_due_date(session, care_service_id, now)
    return len(ids)


REMINDERS = DueWork(name="self-assessment reminders", next=next_reminder, do=send_reminders)
WINDOWS = DueWork(name="factual accuracy windows", next=next_window_end, do=close_windows)
ENDED_SERVICES = DueWork(name="services that have ended", next=next_service_end, do=drop_ended_services)
