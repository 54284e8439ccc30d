"""What falls due by itself about assessments: reminders to answer, the factual accuracy window closing,
and services leaving the programme, with what they were asked to answer."""

from datetime import date, datetime, timedelta
from itertools import groupby

from sqlmodel import Session, col, func, select

from assay_contracts.messages import Recipient
from assay_kit.calendar import london_day, start_of_london_day
from assay_kit.due import DueWork
from assay_kit.identity import SYSTEM
from assay_kit.timeline import take
from assessment.assessments.actions import call_off, of
from assessment.assessments.events import write_to
from assessment.assessments.hearing import write_to_officers
from assessment.assessments.rules import AWAITING_ANSWERS, LIFE, Status, Step
from assessment.tables import Assessment, DueDate, Reminder

from .actions import drop_due_date
from .repository import care_service_copy

_BATCH = 200
_UNSENT = (
    col(Reminder.assessment_id) == col(Assessment.id),
    col(Reminder.sent_at).is_(None),
    col(Reminder.passed_over_at).is_(None),
    col(Assessment.status).in_(AWAITING_ANSWERS),
)
_ENDED_ON = care_service_copy.c.record["ended_on"].astext
_DUE_OF_ENDING = (
    col(DueDate.care_service_id) == care_service_copy.c.id,
    col(DueDate.replaced_at).is_(None),
    _ENDED_ON.is_not(None),
)
_ASKED_OF_ENDING = (
    col(Assessment.care_service_id) == care_service_copy.c.id,
    col(Assessment.status).in_(AWAITING_ANSWERS),
    _ENDED_ON.is_not(None),
)
_WINDOW_OPEN = (col(Assessment.status) == Status.DRAFT_ISSUED, col(Assessment.accuracy_closed_at).is_(None))


def next_reminder(session: Session) -> datetime | None:
    return session.exec(select(func.min(Reminder.due_at)).where(*_UNSENT)).one()


def send_reminders(session: Session, now: datetime) -> int:
    """Remind each provider that has still to answer, once for each number of days before.

    Where several have fallen due at once (nothing ran for days) only the nearest goes out, with the days that are left;
    past the last day none does.
    """
    is_due = (*_UNSENT, Reminder.due_at <= now)
    ids = session.exec(select(Assessment.id).where(*is_due).distinct().order_by(col(Assessment.id)).limit(_BATCH)).all()
    statement = select(Reminder, Assessment).where(*is_due, col(Assessment.id).in_(ids))
    due = session.exec(statement.order_by(col(Reminder.assessment_id), col(Reminder.days_before))).all()
    for _, of_one in groupby(due, key=lambda pair: pair[0].assessment_id):
        (nearest, assessment), *others = of_one
        for reminder, _ in others:
            reminder.passed_over_at = now
        _remind(session, nearest, assessment, now)
    return len(due)


def _remind(session: Session, reminder: Reminder, assessment: Assessment, now: datetime) -> None:
    due_on, today = london_day(assessment.answers_due_at), london_day(now)
    if today > due_on:
        reminder.passed_over_at = now
        return
    reminder.sent_at = now
    write_to(
        session,
        Recipient(provider_id=assessment.provider_id),
        "self_assessment_due",
        about=assessment.id,
        now=now,
        once=str(reminder.days_before),
        reference=assessment.reference,
        days=str((due_on - today).days),
        due_on=due_on.isoformat(),
    )


def next_window_end(session: Session) -> datetime | None:
    return session.exec(select(func.min(Assessment.accuracy_closes_at)).where(*_WINDOW_OPEN)).one()


def close_windows(session: Session, now: datetime) -> int:
    """Close the factual accuracy windows that are over, and tell the officer."""
    statement = select(Assessment).where(*_WINDOW_OPEN, col(Assessment.accuracy_closes_at) <= now)
    over = session.exec(statement.order_by(col(Assessment.id)).limit(_BATCH).with_for_update()).all()
    for assessment in over:
        take(session, assessment, Step.CLOSE_ACCURACY_WINDOW, LIFE, by=SYSTEM, now=now, **of(assessment))
        assessment.accuracy_closed_at = assessment.accuracy_closes_at
        closed_on = london_day(assessment.accuracy_closes_at or now).isoformat()
        # once for each window: a correction of the draft opens another
        said = {"once": closed_on, "reference": assessment.reference}
        write_to_officers(session, assessment, "factual_accuracy_window_closed", now=now, **said)
    return len(over)


def next_service_end(session: Session) -> datetime | None:
    return _day_after(session.exec(select(func.min(_ENDED_ON)).where(*_DUE_OF_ENDING)).one())


def drop_ended_services(session: Session, now: datetime) -> int:
    """A service leaves the programme the day after its last."""
    ended = select(DueDate.care_service_id).where(*_DUE_OF_ENDING, london_day(now).isoformat() > _ENDED_ON)
    ids = session.exec(ended.order_by(col(DueDate.care_service_id)).limit(_BATCH)).all()
    for care_service_id in ids:
        drop_due_date(session, care_service_id, now)
    return len(ids)


def next_ending_of_asked(session: Session) -> datetime | None:
    return _day_after(session.exec(select(func.min(_ENDED_ON)).where(*_ASKED_OF_ENDING)).one())


def call_off_of_ended(session: Session, now: datetime) -> int:
    """Nobody is asked any more about a service that has ended; what was already answered is for people to decide."""
    statement = select(Assessment, _ENDED_ON).where(*_ASKED_OF_ENDING, london_day(now).isoformat() > _ENDED_ON)
    rows = session.exec(statement.order_by(col(Assessment.id)).limit(_BATCH).with_for_update(of=Assessment)).all()
    for assessment, ended_on in rows:
        last_day = date.fromisoformat(ended_on)
        call_off(session, assessment, reason=f"The service ended on {last_day:%-d %B %Y}.", by=SYSTEM, now=now)
    return len(rows)


def _day_after(last_day: str | None) -> datetime | None:
    return None if last_day is None else start_of_london_day(date.fromisoformat(last_day) + timedelta(days=1))


REMINDERS = DueWork(name="self-assessment reminders", next=next_reminder, do=send_reminders)
WINDOWS = DueWork(name="factual accuracy windows", next=next_window_end, do=close_windows)
ENDED_SERVICES = DueWork(name="services that have ended", next=next_service_end, do=drop_ended_services)
ASKED_OF_ENDED = DueWork(name="assessments of ended services", next=next_ending_of_asked, do=call_off_of_ended)
