"""What falls due by itself in this service. Each deadline is a column; doing it twice changes nothing."""

from datetime import datetime

from sqlmodel import Session, col

from assay_kit.due import DueWork
from dps_admission.applications import actions, stale
from dps_admission.applications.repository import Applications, still_awaited
from dps_admission.applications.rules import OPEN, ApplicationStatus
from dps_admission.evaluations.deciding import record_silences
from dps_admission.memberships.affirming import next_reminder, remind_members
from dps_admission.memberships.ending import end_notices, next_leaving
from dps_admission.memberships.places import lapse_offers
from dps_admission.memberships.receiving import follow_endings, next_ending
from dps_admission.memberships.remedying import next_review, tell_of_reviews
from dps_admission.memberships.removing import lapse_notices, next_lapse, next_notice_reminder, remind_of_notices
from dps_admission.memberships.repository import Memberships
from dps_admission.placements.actions import next_unanswered, pass_by_unanswered
from dps_admission.procurements.actions import close_procurements, next_closing_procurement
from dps_admission.schemes.closing import close_expired, next_closing
from dps_admission.tables import Application, Clarification, LotApplication, Representations


def _next_draft(session: Session) -> datetime | None:
    is_draft = col(Application.status) == ApplicationStatus.DRAFT
    return Applications(session).first(Application.expires_at, is_draft)


def _next_reminder(session: Session) -> datetime | None:
    waiting = col(Application.status) == ApplicationStatus.DRAFT, col(Application.reminded_at).is_(None)
    return Applications(session).first(Application.remind_at, *waiting)


def _next_clarification(session: Session) -> datetime | None:
    return Applications(session).first(Clarification.due_at, *still_awaited(Clarification, Clarification.answered_at))


def _next_window(session: Session) -> datetime | None:
    awaited = still_awaited(Representations, Representations.made_at)
    return Applications(session).first(Representations.closes_at, *awaited)


def _next_due_soon(session: Session) -> datetime | None:
    untold = col(LotApplication.status).in_(OPEN), col(LotApplication.told_due_soon_at).is_(None)
    return Applications(session).first(LotApplication.due_soon_at, *untold)


def _next_overdue(session: Session) -> datetime | None:
    untold = col(LotApplication.status).in_(OPEN), col(LotApplication.told_overdue_at).is_(None)
    return Applications(session).first(LotApplication.due_at, *untold)


def _next_offer(session: Session) -> datetime | None:
    return Memberships(session).first_offer_expiry()


DUE = (
    DueWork(name="expire drafts", next=_next_draft, do=stale.expire_drafts),
    DueWork(name="remind of drafts", next=_next_reminder, do=stale.remind_of_drafts),
    DueWork(name="close silent clarifications", next=_next_clarification, do=actions.close_silent_clarifications),
    DueWork(name="record silence", next=_next_window, do=record_silences),
    DueWork(name="warn before the end", next=_next_due_soon, do=actions.warn_of_due_soon),
    DueWork(name="warn at the end", next=_next_overdue, do=actions.warn_of_overdue),
    DueWork(name="pass on unanswered offers", next=_next_offer, do=lapse_offers),
    DueWork(name="end memberships whose notice has run", next=next_leaving, do=end_notices),
    DueWork(name="let notices of removal lapse", next=next_lapse, do=lapse_notices),
    DueWork(name="remind of notices of removal", next=next_notice_reminder, do=remind_of_notices),
    DueWork(name="follow services that end", next=next_ending, do=follow_endings),
    DueWork(name="remind members to affirm", next=next_reminder, do=remind_members),
    DueWork(name="tell of reviews", next=next_review, do=tell_of_reviews),
    DueWork(name="close tender periods", next=next_closing_procurement, do=close_procurements),
    DueWork(name="pass by unanswered placements", next=next_unanswered, do=pass_by_unanswered),
    DueWork(name="close what is no longer valid", next=next_closing, do=close_expired),
)
