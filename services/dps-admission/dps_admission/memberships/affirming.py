"""Declarations that members renew: yearly, and when asked. A lapse suspends, after reminders that each go out once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_kit.calendar import WorkingDays, london_day, start_of_london_day
from assay_kit.identity import SYSTEM, Principal
from assay_kit.timeline import take
from dps_admission.applications.messages import write_to_provider
from dps_admission.evidence import rely
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes
from dps_admission.spans import months_after
from dps_admission.tables import Affirmation, Membership, Remedy, SuspensionCause

from .errors import MembershipRefused
from .repository import Memberships
from .rules import MEMBERSHIP_LIFE, Cause, MembershipStep
from .suspending import add_cause
from .upkeep_repository import Upkeep
from .upkeep_rules import (
    bars_to_affirming,
    has_lapsed,
    look_again_on,
    reminder_due,
)
from .upkeep_schemas import AffirmationIn

_A_BATCH = 100


def profile_of(session: Session, membership: Membership) -> ProfileContent:
    schemes = Schemes(session)
    return schemes.profile_of(schemes.get(membership.scheme_id))


def schedule(session: Session, membership: Membership, *, declared_on: date) -> None:
    """The declaration of that day holds for as long as the profile says."""
    policy = profile_of(session, membership).policy
    last = months_after(declared_on, policy.affirmation_months)
    membership.affirm_by = last
    days = policy.affirmation_reminder_calendar_days
    membership.remind_on = look_again_on(last, declared_on, days_before=days)


def affirm(
    session: Session, membership_id: UUID, asked: AffirmationIn, *, directory: Directory, by: Principal, now: datetime
) -> Membership:
    """In time it holds at once; after a lapse it is verified first."""
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    lapsed = _lapse_of(session, membership)
    waits = lapsed is not None and Upkeep(session).unverified(lapsed.id) is not None
    MembershipRefused.unless_clear(bars_to_affirming(membership.status, awaits_verification=waits))
    evidence = rely(
        directory,
        asked.evidence_ids,
        provider_id=membership.provider_id,
        by_object=RelyingObject("membership", membership.id),
    )
    about: dict[str, Any] = {"made_at": now, "made_by": by.name, "made_by_subject": by.subject, "evidence": evidence}
    declared = Affirmation(
        membership_id=membership.id,
        due_on=membership.affirm_by,
        declared_by=asked.declared_by,
        statement=asked.statement,
        **about,
    )
    session.add(declared)
    if lapsed is not None:
        said = asked.statement or f"{asked.declared_by} has renewed the declaration."
        session.add(Remedy(suspension_cause_id=lapsed.id, statement=said, **about))
    else:
        schedule(session, membership, declared_on=london_day(now))
    _write_step(session, membership, MembershipStep.AFFIRM, by=by, now=now, reason=asked.statement)
    session.flush()
    return membership


def _lapse_of(session: Session, membership: Membership) -> SuspensionCause | None:
    causes = Memberships(session).open_causes(membership.id)
    return next((one for one in causes if one.cause == Cause.LAPSED_DECLARATION), None)


def _write_step(
    session: Session,
    membership: Membership,
    step: MembershipStep,
    *,
    by: Principal,
    now: datetime,
    reason: str | None = None,
) -> None:
    about: dict[str, Any] = {"reason": reason, "provider_id": membership.provider_id}
    take(session, membership, step, MEMBERSHIP_LIFE, by=by, now=now, **about)


def ask_to_affirm(session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime) -> Membership:
    """The council asks for a renewed declaration: the law gives the member its days, whatever was due later."""
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    waits = _lapse_of(session, membership) is not None
    MembershipRefused.unless_clear(bars_to_affirming(membership.status, awaits_verification=waits))
    profile, today = profile_of(session, membership), london_day(now)
    last = WorkingDays(profile.calendar.value).after(today, profile.renewed_declaration_days.value)
    if membership.affirm_by is None or last < membership.affirm_by:
        membership.affirm_by = last
    days = profile.policy.affirmation_reminder_calendar_days
    membership.remind_on = look_again_on(membership.affirm_by, today, days_before=days)
    _write_step(session, membership, MembershipStep.ASK_TO_AFFIRM, by=by, now=now, reason=reason)
    session.flush()
    write_to_provider(
        session,
        membership.provider_id,
        "declaration_asked_for",
        about=membership.id,
        personalisation={"reason": reason, "affirm_by": membership.affirm_by.isoformat()},
        now=now,
        once=now.isoformat(),
    )
    return membership


def remind_members(session: Session, now: datetime) -> int:
    """Reminders that have come due, and declarations that have lapsed."""
    today = london_day(now)
    due: Sequence[Membership] = Upkeep(session).to_remind(today, limit=_A_BATCH)
    for membership in due:
        if membership.affirm_by is None or has_lapsed(membership.affirm_by, today):
            _lapse(session, membership, now=now)
        else:
            _remind(session, membership, membership.affirm_by, now=now)
    session.flush()
    return len(due)


def _remind(session: Session, membership: Membership, affirm_by: date, *, now: datetime) -> None:
    today = london_day(now)
    days_before = profile_of(session, membership).policy.affirmation_reminder_calendar_days
    last_looked = membership.remind_on or today
    days = reminder_due(affirm_by, today, days_before=days_before, last_looked=last_looked)
    membership.remind_on = look_again_on(affirm_by, today, days_before=days_before)
    if days is None:
        return
    write_to_provider(
        session,
        membership.provider_id,
        "affirmation_reminder",
        about=membership.id,
        personalisation={"affirm_by": affirm_by.isoformat()},
        now=now,
        once=f"{affirm_by.isoformat()}:{days}",
    )


def _lapse(session: Session, membership: Membership, *, now: datetime) -> None:
    affirm_by, membership.remind_on = membership.affirm_by, None
    if affirm_by is None or _lapse_of(session, membership) is not None:
        return
    reason = f"The declaration was to be renewed by {affirm_by} and was not."
    add_cause(session, membership, Cause.LAPSED_DECLARATION, reason=reason, by=SYSTEM, now=now)
    write_to_provider(
        session,
        membership.provider_id,
        "declaration_lapsed",
        about=membership.id,
        personalisation={"affirm_by": affirm_by.isoformat()},
        now=now,
        once=affirm_by.isoformat(),
    )


def next_reminder(session: Session) -> datetime | None:
    day = Upkeep(session).first_reminder()
    return start_of_london_day(day) if day else None


def verified_lapse(session: Session, membership: Membership, remedy: Remedy) -> None:
    """A late declaration was verified: it holds from the day on which it was made."""
    declared_on = london_day(remedy.made_at)
    schedule(session, membership, declared_on=declared_on)
    if membership.remind_on is not None and membership.remind_on <= declared_on:
        membership.remind_on = declared_on + timedelta(days=1)
