"""Declarations that members renew: yearly, and when asked. A lapse suspends, after reminders that each go out once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.messages import MessageRequested
from assay_kit.calendar import WorkingDays, london_day, start_of_london_day
from assay_kit.events import tell_all
from assay_kit.identity import SYSTEM, Principal
from dps_admission.applications.messages import letter_to_provider, write_to_provider
from dps_admission.evidence import rely
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes
from dps_admission.spans import months_after
from dps_admission.tables import Affirmation, Membership, Remedy, SuspensionCause

from .errors import MembershipRefused
from .repository import Memberships
from .rules import Cause, MembershipStep
from .stepping import note_step
from .suspending import add_causes
from .upkeep_repository import Upkeep
from .upkeep_rules import (
    bars_to_affirming,
    bars_to_asking_to_affirm,
    has_lapsed,
    look_again_on,
    reminder_due,
)
from .upkeep_schemas import AffirmationIn

_A_BATCH = 500


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
    note_step(session, membership, MembershipStep.AFFIRM, by=by, now=now, reason=asked.statement)
    session.flush()
    return membership


def _lapse_of(session: Session, membership: Membership) -> SuspensionCause | None:
    causes = Memberships(session).open_causes(membership.id)
    return next((one for one in causes if one.cause == Cause.LAPSED_DECLARATION), None)


def ask_to_affirm(session: Session, membership_id: UUID, *, reason: str, by: Principal, now: datetime) -> Membership:
    """The council asks for a renewed declaration: the member has the law's days from then, whatever was due before."""
    membership = Memberships(session).seen_by(membership_id, by, lock=True)
    lapsed = _lapse_of(session, membership) is not None
    MembershipRefused.unless_clear(bars_to_asking_to_affirm(membership.status, has_lapsed=lapsed))
    profile, today = profile_of(session, membership), london_day(now)
    last = WorkingDays(profile.calendar.value).after(today, profile.renewed_declaration_days.value)
    membership.affirm_by = last
    membership.remind_on = look_again_on(last, today, days_before=profile.policy.affirmation_reminder_calendar_days)
    note_step(session, membership, MembershipStep.ASK_TO_AFFIRM, by=by, now=now, reason=reason)
    session.flush()
    write_to_provider(
        session,
        membership.provider_id,
        "declaration_asked_for",
        about=membership.id,
        personalisation={"reason": reason, "affirm_by": last.isoformat()},
        now=now,
        once=now.isoformat(),
    )
    return membership


def remind_members(session: Session, now: datetime) -> int:
    """Reminders that have come due, and declarations that have lapsed: a batch in a fixed number of statements."""
    today = london_day(now)
    due: Sequence[Membership] = Upkeep(session).to_remind(today, limit=_A_BATCH)
    held = Schemes(session).held({one.scheme_id for one in due}, {one.lot_id for one in due})
    lapsed = {one.id for one in due if one.affirm_by is None or has_lapsed(one.affirm_by, today)}
    _lapse_all(session, [one for one in due if one.id in lapsed], now=now)
    tell_all(session, [letter for one in due if one.id not in lapsed for letter in _reminders(session, one, now=now)])
    session.flush()
    del held  # until here nothing of them was read again
    return len(due)


def _reminders(session: Session, membership: Membership, *, now: datetime) -> list[MessageRequested]:
    """The one that is due today, if any; and when to look again."""
    today, affirm_by = london_day(now), membership.affirm_by
    if affirm_by is None:
        return []
    days_before = profile_of(session, membership).policy.affirmation_reminder_calendar_days
    last_looked = membership.remind_on or today
    days = reminder_due(affirm_by, today, days_before=days_before, last_looked=last_looked)
    membership.remind_on = look_again_on(affirm_by, today, days_before=days_before)
    return (
        []
        if days is None
        else [_declaration_letter(membership, "affirmation_reminder", affirm_by, now=now, once=f":{days}")]
    )


def _declaration_letter(
    membership: Membership, template: str, affirm_by: date, *, now: datetime, once: str = ""
) -> MessageRequested:
    about, last = {"affirm_by": affirm_by.isoformat()}, f"{affirm_by.isoformat()}{once}"
    to = membership.provider_id
    return letter_to_provider(to, template, about=membership.id, personalisation=about, now=now, once=last)


def _lapse_all(session: Session, members: Sequence[Membership], *, now: datetime) -> None:
    causes = Memberships(session).causes_of([one.id for one in members])
    fresh = {}
    for one in members:
        one.remind_on = None
        if one.affirm_by is not None and all(cause.cause != Cause.LAPSED_DECLARATION for cause in causes[one.id]):
            fresh[one.id] = f"The declaration was to be renewed by {one.affirm_by} and was not."
    lapsing = [one for one in members if one.id in fresh]
    add_causes(session, lapsing, Cause.LAPSED_DECLARATION, reasons=fresh, open_causes=causes, by=SYSTEM, now=now)
    days = [(one, one.affirm_by) for one in lapsing]
    tell_all(
        session, [_declaration_letter(one, "declaration_lapsed", day, now=now) for one, day in days if day is not None]
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
