"""Interventions that wait for somebody: past its review one stays in force and alerts every day; an urgent embargo that
nobody confirmed in time escalates every day; one that the provider did not answer in time alerts once.
Nothing is lifted here."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from assay_kit.calendar import Calendar, CalendarEnds, WorkingDays, end_of_london_day, london_day
from risk.interventions import telling
from risk.interventions.repository import Interventions
from risk.interventions.rules import Status, days_past_review
from risk.mornings import next_morning
from risk.tables import Intervention

BATCH = 200
WORKING_DAYS = WorkingDays(Calendar.ENGLAND_AND_WALES)
CONFIRM_WITHIN_WORKING_DAYS = 1


def confirm_by(today: date) -> datetime:
    """The end of the next working day; of tomorrow where bank holidays are not published yet: safety does not wait."""
    try:
        return end_of_london_day(WORKING_DAYS.after(today, CONFIRM_WITHIN_WORKING_DAYS))
    except CalendarEnds:
        return end_of_london_day(today + timedelta(days=1))


def overdue_days(intervention: Intervention, *, now: datetime) -> int:
    """How long its review has been overdue; 0 unless it is in force."""
    is_live = intervention.status == Status.ISSUED
    return days_past_review(intervention.review_on, today=london_day(now)) if is_live else 0


def next_alert(session: Session) -> datetime | None:
    return Interventions(session).next_alert()


def alert(session: Session, now: datetime) -> int:
    """Alert once for what is overdue now, and again in the morning."""
    due = Interventions(session).to_alert(now, limit=BATCH)
    for intervention in due:
        if intervention.review_alert_at is not None and intervention.review_alert_at <= now:
            telling.to_managers(session, intervention, "intervention_past_review", now=now)
            intervention.review_alert_at = next_morning(now)
        if intervention.confirmation_alert_at is not None and intervention.confirmation_alert_at <= now:
            telling.to_managers(session, intervention, "urgent_embargo_not_confirmed", now=now)
            intervention.confirmation_alert_at = next_morning(now)
        if intervention.response_alert_at is not None and intervention.response_alert_at <= now:
            telling.to_officers(session, intervention, "intervention_not_answered", now=now)
            intervention.response_alert_at = None
    session.flush()
    return len(due)
