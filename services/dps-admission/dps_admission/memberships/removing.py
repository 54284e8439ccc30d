"""Removal: the reasons are given first, the member answers, another person decides. A notice ends if nobody acts."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import WorkingDays, london_day, start_of_london_day
from assay_kit.identity import SYSTEM, Principal
from dps_admission.applications.messages import write_to_managers, write_to_provider
from dps_admission.bars import Bar
from dps_admission.evidence import rely
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Membership, RemovalNotice

from .affirming import profile_of
from .change_schemas import RemovalAnswerIn
from .ending import end
from .errors import MembershipRefused
from .removal_rules import (
    Notice,
    NoticeEnd,
    NoticeTimes,
    bars_to_answering_notice,
    bars_to_removal,
    bars_to_removal_notice,
    next_reminder,
    notice_times,
)
from .removals import Removals, end_notice
from .repository import Memberships
from .rules import MembershipStatus, MembershipStep, RemovalReason
from .stepping import note_step

_A_BATCH = 500


def give_removal_notice(
    session: Session, membership_id: UUID, *, why: RemovalReason, reason: str, by: Principal, now: datetime
) -> Membership:
    """The reasons go to the provider before anything is removed. Another notice replaces the one that stands."""
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    profile = profile_of(session, membership)
    status = MembershipStatus(membership.status)
    MembershipRefused.unless_clear(bars_to_removal_notice(profile.removal, profile.exclusion_questions, status, why))
    if (before := Removals(session).standing(membership.id)) is not None:
        end_notice(before, NoticeEnd.REPLACED, by=by, now=now, because="Another notice was given.")
        session.flush()
    today, policy = london_day(now), profile.policy
    times = notice_times(why, today, policy, WorkingDays(profile.calendar.value))
    notice = RemovalNotice(
        membership_id=membership.id,
        why=why,
        reason=reason,
        given_at=now,
        given_by=by.name,
        given_by_subject=by.subject,
        answer_by=times.answer_by,
        lapses_on=times.lapses_on,
        remind_on=next_reminder(times, after=today, days=policy.removal_reminder_calendar_days),
    )
    session.add(notice)
    detail = {"why": why, "answer_by": times.answer_by.isoformat(), "lapses_on": _said(times.lapses_on)}
    if before is not None:
        detail["replaces"] = str(before.id)
    note_step(session, membership, MembershipStep.GIVE_REMOVAL_NOTICE, by=by, now=now, reason=reason, detail=detail)
    session.flush()
    about = {"reason": reason, "answer_by": times.answer_by.isoformat()}
    write_to_provider(
        session, membership.provider_id, "removal_notice", about=notice.id, personalisation=about, now=now
    )
    return membership


def answer_removal_notice(
    session: Session,
    membership_id: UUID,
    asked: RemovalAnswerIn,
    *,
    directory: Directory,
    by: Principal,
    now: datetime,
) -> Membership:
    """The member says what it has to say, once, while the notice stands."""
    membership = Memberships(session).seen_by(membership_id, by)
    # Without locks first: nobody waits for another service, which is asked nothing for what is refused anyhow.
    answered = _answerable(session, membership, now=now)
    relying = RelyingObject("membership", membership.id)
    evidence = rely(directory, asked.evidence_ids, provider_id=membership.provider_id, by_object=relying)
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    notice = _answerable(session, membership, now=now)
    if notice.id != answered.id:
        raise MembershipRefused([Bar("another-notice", "Another notice was given meanwhile: read its reasons first.")])
    notice.answer, notice.evidence, notice.answered_at = asked.statement, evidence, now
    notice.answered_by, notice.answered_by_subject = by.name, by.subject
    note_step(session, membership, MembershipStep.ANSWER_REMOVAL_NOTICE, by=by, now=now, reason=asked.statement)
    session.flush()
    write_to_managers(session, "removal_notice_answered", about=notice.id, personalisation={}, now=now)
    return membership


def _answerable(session: Session, membership: Membership, *, now: datetime) -> RemovalNotice:
    notice = Removals(session).standing(membership.id)
    MembershipRefused.unless_clear(bars_to_answering_notice(_seen(notice), today=london_day(now)))
    if notice is None:
        raise AssertionError("An answer to no notice was let through.")
    return notice


def withdraw_removal_notice(
    session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime
) -> Membership:
    """The council does not go on with it, and says so."""
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    step, as_ = MembershipStep.WITHDRAW_REMOVAL_NOTICE, NoticeEnd.WITHDRAWN
    notice = Removals(session).standing(membership.id)
    if notice is None:
        MembershipRefused.unless_clear(bars_to_answering_notice(None, today=london_day(now)))
    else:
        _drop(session, membership, notice, step, as_, reason=reason, by=by, now=now)
    return membership


def remove(session: Session, membership_id: UUID, *, by: Principal, now: datetime) -> Membership:
    membership, zone = Memberships(session).in_its_zone(membership_id, by)
    notice = Removals(session).standing(membership.id)
    MembershipRefused.unless_clear(bars_to_removal(_seen(notice), by=by.subject, today=london_day(now)))
    if notice is None:
        raise AssertionError("A removal without notice was let through.")
    end_notice(notice, NoticeEnd.REMOVED, by=by, now=now, because=notice.reason)
    detail = {"why": notice.why, "notice": str(notice.id)}
    end(session, membership, zone, MembershipStep.REMOVE, by=by, now=now, reason=notice.reason, detail=detail)
    return membership


def lapse_notices(session: Session, now: datetime) -> int:
    """Notices that nobody acted on in their time, one a transaction: the member is told that nothing came of it."""
    removals, today = Removals(session), london_day(now)
    found = removals.lapsed(today)
    if found is None:
        return 0
    membership = Memberships(session).seen_by(found, SYSTEM, lock=True)
    notice = removals.standing(membership.id)
    if notice is not None and notice.lapses_on is not None and notice.lapses_on < today:
        step, as_ = MembershipStep.LET_REMOVAL_NOTICE_LAPSE, NoticeEnd.LAPSED
        reason = "The time in which the council could act on it is over."
        _drop(session, membership, notice, step, as_, reason=reason, by=SYSTEM, now=now)
    return 1


def remind_of_notices(session: Session, now: datetime) -> int:
    """Managers are told of notices that wait for them, each time once. Of an answer they were told when it came."""
    today = london_day(now)
    due = Removals(session).to_remind(today, limit=_A_BATCH)
    held = Schemes(session).held({one.scheme_id for _, one in due}, {one.lot_id for _, one in due})
    for notice, membership in due:
        told_of, days = notice.remind_on, profile_of(session, membership).policy.removal_reminder_calendar_days
        times = NoticeTimes(answer_by=notice.answer_by, lapses_on=notice.lapses_on)
        notice.remind_on = next_reminder(times, after=today, days=days)
        if notice.answered_at is None or notice.lapses_on is None or notice.remind_on is None:
            _tell_that_it_waits(session, notice, once=_said(told_of) or "", now=now)
    session.flush()
    del held  # until here nothing of them was read again
    return len(due)


def next_notice_reminder(session: Session) -> datetime | None:
    day = Removals(session).first_reminder()
    return start_of_london_day(day) if day else None


def _tell_that_it_waits(session: Session, notice: RemovalNotice, *, once: str, now: datetime) -> None:
    answered_on = london_day(notice.answered_at) if notice.answered_at else None
    about = {
        "answer_by": notice.answer_by.isoformat(),
        "answered_on": _said(answered_on) or "",
        "lapses_on": _said(notice.lapses_on) or "",
    }
    write_to_managers(session, "removal_notice_waits", about=notice.id, personalisation=about, now=now, once=once)


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None


def next_lapse(session: Session) -> datetime | None:
    day = Removals(session).first_lapse()
    return start_of_london_day(day + timedelta(days=1)) if day else None


def _drop(
    session: Session,
    membership: Membership,
    notice: RemovalNotice,
    step: MembershipStep,
    as_: NoticeEnd,
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    end_notice(notice, as_, by=by, now=now, because=reason)
    note_step(session, membership, step, by=by, now=now, reason=reason)
    session.flush()
    about, to = {"reason": reason}, membership.provider_id
    write_to_provider(session, to, "removal_notice_ended", about=notice.id, personalisation=about, now=now)


def _seen(notice: RemovalNotice | None) -> Notice | None:
    if notice is None:
        return None
    return Notice(
        given_by=notice.given_by_subject,
        answer_by=notice.answer_by,
        lapses_on=notice.lapses_on,
        is_answered=notice.answered_at is not None,
    )
