"""What becomes of declarations that fall due when the profile says that they hold for another time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import WorkingDays, london_day
from assay_kit.identity import Principal
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.spans import months_after
from dps_admission.tables import Membership

from .rules import MembershipStep
from .stepping import note_step
from .upkeep_repository import Upkeep
from .upkeep_rules import look_again_on


def reckon_declarations(
    session: Session,
    scheme_id: UUID,
    *,
    before: ProfileContent,
    after: ProfileContent,
    because: Mapping[str, str],
    by: Principal,
    now: datetime,
) -> None:
    """Each holds as long as the new profile says; from when to when is on the timeline.

    What the council has asked for by a day of its own stays, and nobody is late by a change alone: the days of the law
    for a declaration that is asked for are always left.
    """
    was, holds, today = before.policy.affirmation_months, after.policy.affirmation_months, london_day(now)
    reminders = after.policy.affirmation_reminder_calendar_days
    if (was, before.policy.affirmation_reminder_calendar_days) == (holds, reminders):
        return
    earliest = WorkingDays(after.calendar.value).after(today, after.renewed_declaration_days.value)
    upkeep = Upkeep(session)
    members = upkeep.bound_by_declaration(scheme_id)
    declared = upkeep.last_declared([one.id for one in members])
    for member in members:
        if member.affirm_by is None or member.affirm_by < today:
            continue
        made_on = london_day(declared.get(member.id) or member.active_from or member.admitted_at)
        if member.affirm_by == months_after(made_on, was):
            until = max(months_after(made_on, holds), min(earliest, member.affirm_by))
            _move(session, member, until, because=because, by=by, now=now)
        member.remind_on = _next_look(member.affirm_by, today, reminders)
    session.flush()


def _next_look(affirm_by: date, today: date, reminders: Sequence[int]) -> date:
    return look_again_on(affirm_by, today, days_before=reminders)


def _move(
    session: Session, member: Membership, until: date, *, because: Mapping[str, str], by: Principal, now: datetime
) -> None:
    if until == member.affirm_by or member.affirm_by is None:
        return
    moved = {"scheme_change": because["scheme_change"], "before": member.affirm_by.isoformat()}
    member.affirm_by = until
    detail = moved | {"after": until.isoformat()}
    step, reason = MembershipStep.RESCHEDULE, because["reason"]
    note_step(session, member, step, by=by, now=now, reason=reason, detail=detail)
