"""What people do to applications that are submitted: withdraw, ask, answer, prolong; and what falls due."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col

from assay_kit.calendar import LAST_YEAR, WorkingDays, end_of_london_day, london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import take
from dps_admission.bars import Bar
from dps_admission.circumstances.marking import drop_marks
from dps_admission.memberships.ending import end_of_application, lock_made_by
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Application, Clarification, LotApplication

from .errors import AlreadyAnswered, ApplicationRefused
from .messages import write_to_managers, write_to_provider
from .repository import Applications
from .rules import (
    APPLICATION_LIFE,
    LOT_APPLICATION_LIFE,
    OPEN,
    ApplicationStatus,
    ApplicationStep,
    LotApplicationStatus,
    LotApplicationStep,
    bars_to_asking,
    bars_to_prolonging,
    due_date,
    due_soon_at,
)


def withdraw(session: Session, application_id: UUID, *, reason: str, by: Principal, now: datetime) -> Application:
    """Withdraw a draft, or what is still open of a submitted application."""
    applications = Applications(session)
    application = applications.seen_by(application_id, by, lock=True)
    take(
        session,
        application,
        ApplicationStep.WITHDRAW,
        APPLICATION_LIFE,
        by=by,
        now=now,
        reason=reason,
        provider_id=application.provider_id,
    )
    application.closed_at = now
    still_open = [part for part in applications.parts_of(application.id, lock=True) if part.status in OPEN]
    lock_made_by(session, application.provider_id, [part.id for part in still_open])
    for part in still_open:
        _end_part(session, part, LotApplicationStep.WITHDRAW, reason=reason, by=by, now=now)
    return application


def withdraw_part(session: Session, part_id: UUID, *, reason: str, by: Principal, now: datetime) -> LotApplication:
    applications = Applications(session)
    application_id = applications.lot_application_seen_by(part_id, by).application_id
    applications.get(application_id, lock=True)
    part = applications.lot_application(part_id, lock=True)
    _end_part(session, part, LotApplicationStep.WITHDRAW, reason=reason, by=by, now=now)
    close_if_decided(session, application_id, by=by, now=now)
    return part


def lapse(session: Session, application_id: UUID, *, now: datetime) -> None:
    """The DPS has closed with this undecided: what is open lapses, and the provider is told by letter."""
    applications = Applications(session)
    applications.get(application_id, lock=True)
    for part in applications.parts_of(application_id, lock=True):
        if part.status in OPEN:
            _end_part(session, part, LotApplicationStep.LAPSE, reason="The DPS has closed.", by=SYSTEM, now=now)
            to, about = part.provider_id, part.id
            write_to_provider(session, to, "application_lapsed", about=about, personalisation={}, now=now)
    close_if_decided(session, application_id, by=SYSTEM, now=now)


def _end_part(
    session: Session,
    part: LotApplication,
    step: LotApplicationStep,
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    take(session, part, step, LOT_APPLICATION_LIFE, by=by, now=now, reason=reason, provider_id=part.provider_id)
    part.decided_at = now
    end_waiting(session, part, now=now)
    end_of_application(session, part.id, by=by, now=now, reason=reason, is_removal=False)
    drop_marks(session, part.id, by=by, now=now)


def end_waiting(session: Session, part: LotApplication, *, now: datetime) -> None:
    """A step was taken after which the provider cannot answer: what it could still have answered is no silence."""
    for awaited in Applications(session).lock_awaited(part.id, now):
        awaited.ended_at = now
    session.flush()


def close_if_decided(session: Session, application_id: UUID, *, by: Principal, now: datetime) -> None:
    """An application closes when all its lot applications are decided."""
    applications = Applications(session)
    application = applications.get(application_id, lock=True)
    session.flush()
    if application.status != ApplicationStatus.SUBMITTED:
        return
    if any(part.status in OPEN for part in applications.parts_of(application_id)):
        return
    close, provider_id = ApplicationStep.CLOSE, application.provider_id
    take(session, application, close, APPLICATION_LIFE, by=by, now=now, provider_id=provider_id)
    application.closed_at = now


def ask_for_clarification(
    session: Session, part_id: UUID, *, question: str, answer_by: date | None = None, by: Principal, now: datetime
) -> Clarification:
    """Ask the provider, who answers by a day of its own. The evaluation period runs on."""
    part = Applications(session).lot_application(part_id, lock=True)
    profile = profile_for(session, part)
    calendar = WorkingDays(profile.calendar.value)
    answer_on = answer_by or calendar.after(london_day(now), profile.policy.clarification_days)
    is_working = london_day(now) < answer_on and answer_on.year <= LAST_YEAR and calendar.is_working(answer_on)
    ApplicationRefused.unless_clear(
        bars_to_asking(today=london_day(now), answer_on=answer_on, is_working_day=is_working)
    )
    take(
        session,
        part,
        LotApplicationStep.ASK,
        LOT_APPLICATION_LIFE,
        by=by,
        now=now,
        provider_id=part.provider_id,
    )
    asked = Clarification(
        lot_application_id=part.id,
        question=question,
        asked_by=by.name,
        asked_by_subject=by.subject,
        asked_at=now,
        due_at=end_of_london_day(answer_on),
    )
    session.add(asked)
    session.flush()
    about = {"answer_by": answer_on.isoformat()}
    write_to_provider(session, part.provider_id, "clarification_asked", about=asked.id, personalisation=about, now=now)
    return asked


def answer_clarification(
    session: Session, clarification_id: UUID, *, answer: str, by: Principal, now: datetime
) -> Clarification:
    asked, part = Applications(session).clarification(clarification_id, by=by)
    if asked.answered_at is not None:
        raise AlreadyAnswered("This question has been answered.")
    if part.status != LotApplicationStatus.CLARIFYING or asked.silent_at is not None or now > asked.due_at:
        raise ApplicationRefused([Bar("too-late", "This question can no longer be answered.")])
    asked.answer, asked.answered_at = answer, now
    asked.answered_by, asked.answered_by_subject = by.name, by.subject
    _go_on_unless_waiting(session, part, LotApplicationStep.ANSWER, by=by, now=now)
    about = {"reference": Applications(session).get(part.application_id).reference}
    write_to_managers(session, "clarification_answered", about=asked.id, personalisation=about, now=now)
    return asked


def _go_on_unless_waiting(
    session: Session, part: LotApplication, step: LotApplicationStep, *, by: Principal, now: datetime
) -> None:
    session.flush()
    asked = Applications(session).clarifications_of(part.id)
    if any(not (one.answered_at or one.silent_at or one.ended_at) for one in asked):
        return
    take(session, part, step, LOT_APPLICATION_LIFE, by=by, now=now, provider_id=part.provider_id)


def prolong(session: Session, part_id: UUID, *, reason: str, by: Principal, now: datetime) -> LotApplication:
    """Prolong one case to the longest period of the profile, once, with the reason recorded."""
    part = Applications(session).lot_application(part_id, lock=True)
    if part.status not in OPEN:
        raise ApplicationRefused([Bar("not-open", "This lot application is decided.")])
    profile = profile_for(session, part)
    calendar = WorkingDays(profile.calendar.value)
    to = calendar.after(london_day(part.counted_from), profile.prolonged_days.value)
    already = part.prolonged_at is not None
    ApplicationRefused.unless_clear(
        bars_to_prolonging(already=already, to=to, due_on=part.due_on, today=london_day(now))
    )
    prolong_to(session, part, end_of_london_day(to), reason=reason, by=by, now=now)
    session.flush()
    return part


def prolong_to(
    session: Session, part: LotApplication, instant: datetime, *, reason: str, by: Principal, now: datetime
) -> None:
    """The next warnings count from the new period."""
    step, provider_id = LotApplicationStep.PROLONG, part.provider_id
    take(session, part, step, LOT_APPLICATION_LIFE, by=by, now=now, reason=reason, provider_id=provider_id)
    percent = profile_for(session, part).policy.alert_percent
    part.due_on, part.due_at = london_day(instant), instant
    part.due_soon_at = due_soon_at(part.counted_from, instant, percent=percent)
    part.prolonged_at, part.prolonged_because = now, reason
    part.told_due_soon_at = part.told_overdue_at = None


def begin_anew(session: Session, part: LotApplication, *, reason: str, by: Principal, now: datetime) -> None:
    """The decision is set aside: a whole period runs from today, as if the lot application had come in today."""
    profile = profile_for(session, part)
    days, calendar = profile.evaluation_days.value, WorkingDays(profile.calendar.value)
    due = due_date(london_day(now), days=days, calendar=calendar)
    moved = {"before": part.due_at.isoformat(), "after": due.instant.isoformat()}
    step, provider_id = LotApplicationStep.SET_ASIDE, part.provider_id
    take(
        session, part, step, LOT_APPLICATION_LIFE, by=by, now=now, reason=reason, provider_id=provider_id, detail=moved
    )
    part.counted_from, part.due_on, part.due_at = now, due.day, due.instant
    part.due_soon_at = due_soon_at(now, due.instant, percent=profile.policy.alert_percent)
    part.prolonged_at = part.prolonged_because = part.decided_at = None
    part.told_due_soon_at = part.told_overdue_at = None


def take_on(session: Session, part_id: UUID, *, by: Principal) -> LotApplication:
    """Become the owner of a case on the worklist."""
    part = Applications(session).lot_application(part_id, lock=True)
    part.owner, part.owner_name = by.subject, by.name
    session.flush()
    return part


def profile_for(session: Session, part: LotApplication) -> ProfileContent:
    schemes = Schemes(session)
    return schemes.profile_of(schemes.get(schemes.lot(part.lot_id).scheme_id))


def close_silent_clarifications(session: Session, now: datetime) -> int:
    """A question that is not answered in time: the silence is recorded and the evaluation goes on.

    One a transaction, its lot application locked first, as who answers does.
    """
    applications = Applications(session)
    silent = applications.silent_clarification(now)
    if silent is None:
        return 0
    asked, part = applications.clarification(silent, by=SYSTEM)
    if asked.answered_at or asked.silent_at or asked.ended_at:
        return 1
    asked.silent_at = asked.due_at
    if part.status == LotApplicationStatus.CLARIFYING:
        step = LotApplicationStep.GIVE_UP_WAITING
        _go_on_unless_waiting(session, part, step, by=SYSTEM, now=asked.due_at)
    session.flush()
    return 1


def warn_of_due_soon(session: Session, now: datetime) -> int:
    """When as much of the period has passed as the profile says."""
    conditions = col(LotApplication.status).in_(OPEN), col(LotApplication.told_due_soon_at).is_(None)
    due = Applications(session).due(LotApplication, col(LotApplication.due_soon_at), now, *conditions)
    for part in due:
        part.told_due_soon_at = part.due_soon_at
        _warn(session, part, "evaluation_due_soon", now=part.due_soon_at)
    return len(due)


def warn_of_overdue(session: Session, now: datetime) -> int:
    """At the end of the period."""
    conditions = col(LotApplication.status).in_(OPEN), col(LotApplication.told_overdue_at).is_(None)
    due = Applications(session).due(LotApplication, col(LotApplication.due_at), now, *conditions)
    for part in due:
        part.told_overdue_at = part.due_at
        _warn(session, part, "evaluation_overdue", now=part.due_at)
    return len(due)


def _warn(session: Session, part: LotApplication, template: str, *, now: datetime) -> None:
    application = Applications(session).get(part.application_id)
    about = {"reference": application.reference, "due_on": part.due_on.isoformat()}
    once = part.due_on.isoformat()
    write_to_managers(session, template, about=part.id, personalisation=about, now=now, once=once)
