"""Changes to an open DPS: never an edit, each recorded with its rationale; the due dates that hang on it are reckoned
again, and from when to when is on the timeline of what they are due for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import WorkingDays, end_of_london_day, london_day
from assay_kit.identity import Principal
from assay_kit.timeline import take
from dps_admission.applications.repository import Applications
from dps_admission.applications.rules import (
    APPLICATION_LIFE,
    LOT_APPLICATION_LIFE,
    OPEN,
    ApplicationStatus,
    ApplicationStep,
    LotApplicationStep,
    due_soon_at,
    moved_due_date,
)
from dps_admission.applications.stale import set_draft_clock
from dps_admission.bars import Bar
from dps_admission.memberships.declaring import reckon_declarations
from dps_admission.procurements.shortening import shorten_periods
from dps_admission.tables import Application, LotApplication, ProcedureProfile, Scheme, SchemeChange

from . import rules
from .actions import publish_profile
from .errors import SchemeRefused
from .profiles import ProfileContent
from .repository import Schemes, dates_of
from .rules import ChangeRationale, SchemeStatus
from .schemas import NewProfileIn, ProfileIn, ValidityIn


def change_validity(session: Session, scheme_id: UUID, asked: ValidityIn, *, by: Principal, now: datetime) -> Scheme:
    scheme, profile = _open_scheme(session, scheme_id)
    until, before = asked.valid_until, scheme.valid_until
    bars = rules.bars_to_new_validity(profile, dates_of(scheme), until=until, today=london_day(now))
    SchemeRefused.unless_clear(bars)
    written = (before.isoformat() if before else None, until.isoformat())
    change = _record(session, scheme, "valid_until", written, asked, by=by, now=now)
    scheme.valid_until = until
    _reckon(session, scheme, change, by=by, now=now)
    shorten_periods(session, scheme, change, until=until, by=by, now=now)
    return scheme


def revise_profile(session: Session, asked: ProfileIn, *, by: Principal, now: datetime) -> ProcedureProfile:
    """Publish the next version of a regime's profile. Schemes go over to it one by one, by a recorded change."""
    last = next((one for one in reversed(Schemes(session).profiles()) if one.regime == asked.regime), None)
    if last is None:
        raise SchemeRefused([Bar("no-profile", "There is no profile of this regime to revise.")])
    content = ProfileContent.model_validate(last.content)
    periods = asked.model_dump(exclude={"regime", "policy"}, exclude_none=True)
    revised = {name: getattr(content, name).model_copy(update={"value": days}) for name, days in periods.items()}
    following = content.model_copy(update=revised | {"policy": asked.policy})
    SchemeRefused.unless_clear(rules.bars_to_profile(content, following) or rules.bars_to_periods(following))
    return publish_profile(session, following, by=by, now=now)


def change_profile(session: Session, scheme_id: UUID, asked: NewProfileIn, *, by: Principal, now: datetime) -> Scheme:
    """Go over to another version of the scheme's profile: periods may change, what was advertised may not."""
    scheme, before = _open_scheme(session, scheme_id)
    chosen = Schemes(session).profile(asked.profile_id)
    after = ProfileContent.model_validate(chosen.content)
    is_later = chosen.version > Schemes(session).profile(scheme.profile_id).version
    SchemeRefused.unless_clear(rules.bars_to_new_profile(before, after, is_later=is_later))
    written = (str(scheme.profile_id), str(chosen.id))
    change = _record(session, scheme, "profile_id", written, asked, by=by, now=now)
    scheme.profile_id = chosen.id
    _reckon(session, scheme, change, by=by, now=now)
    moved = {"scheme_change": str(change.id), "reason": change.reason}
    reckon_declarations(session, scheme.id, before=before, after=after, because=moved, by=by, now=now)
    return scheme


def _open_scheme(session: Session, scheme_id: UUID) -> tuple[Scheme, ProfileContent]:
    schemes = Schemes(session)
    scheme = schemes.get(scheme_id, lock=True)
    if scheme.status != SchemeStatus.OPEN:
        SchemeRefused.unless_clear(rules.bars_when_not_open())
    return scheme, schemes.profile_of(scheme)


def _record(
    session: Session,
    scheme: Scheme,
    field: str,
    written: tuple[str | None, str],
    asked: ValidityIn | NewProfileIn,
    *,
    by: Principal,
    now: datetime,
) -> SchemeChange:
    before, after = written
    change = SchemeChange(
        scheme_id=scheme.id,
        field=field,
        before=before,
        after=after,
        rationale=ChangeRationale(asked.rationale),
        reason=asked.reason,
        at=now,
        by=by.name,
        by_subject=by.subject,
    )
    session.add(change)
    session.flush()
    return change


def _reckon(session: Session, scheme: Scheme, change: SchemeChange, *, by: Principal, now: datetime) -> None:
    """Everything undecided is locked first, in the order in which everybody locks."""
    session.flush()
    profile = Schemes(session).profile_of(scheme)
    for application in Applications(session).lock_undecided_of(scheme.id):
        if application.status == ApplicationStatus.DRAFT:
            _reckon_draft(session, application, scheme, profile, change, by=by, now=now)
            continue
        parts = Applications(session).parts_of(application.id)
        _reckon_parts(session, [part for part in parts if part.status in OPEN], profile, change, by=by, now=now)
    session.flush()


def _reckon_draft(
    session: Session,
    application: Application,
    scheme: Scheme,
    profile: ProfileContent,
    change: SchemeChange,
    *,
    by: Principal,
    now: datetime,
) -> None:
    before, reminded_at = application.expires_at, application.reminded_at
    set_draft_clock(application, scheme, profile.policy)
    if application.expires_at == before:
        application.reminded_at = reminded_at
        return
    take(
        session,
        application,
        ApplicationStep.RESCHEDULE,
        APPLICATION_LIFE,
        by=by,
        now=now,
        reason=change.reason,
        provider_id=application.provider_id,
        detail=_moved(change, before, application.expires_at),
    )


def _reckon_parts(
    session: Session,
    parts: Sequence[LotApplication],
    profile: ProfileContent,
    change: SchemeChange,
    *,
    by: Principal,
    now: datetime,
) -> None:
    calendar = WorkingDays(profile.calendar.value)
    for part in parts:
        days = profile.prolonged_days.value if part.prolonged_at else profile.evaluation_days.value
        received_on, today = london_day(part.counted_from), london_day(now)
        due_on = moved_due_date(received_on, part.due_on, days=days, today=today, calendar=calendar)
        before, due_at = part.due_at, end_of_london_day(due_on)
        warned_at = due_soon_at(part.counted_from, due_at, percent=profile.policy.alert_percent)
        if due_on == part.due_on:
            _warn_at(part, warned_at, now=now)
            continue
        part.due_on, part.due_at, part.due_soon_at = due_on, due_at, warned_at
        part.told_due_soon_at = part.told_overdue_at = None
        take(
            session,
            part,
            LotApplicationStep.RESCHEDULE,
            LOT_APPLICATION_LIFE,
            by=by,
            now=now,
            reason=change.reason,
            provider_id=part.provider_id,
            detail=_moved(change, before, part.due_at),
        )


def _warn_at(part: LotApplication, instant: datetime, *, now: datetime) -> None:
    """Only when managers are told has moved: who was told is not told again, unless it lies ahead now."""
    part.due_soon_at = instant
    if instant > now:
        part.told_due_soon_at = None


def _moved(change: SchemeChange, before: datetime, after: datetime) -> dict[str, Any]:
    return {"scheme_change": str(change.id), "before": before.isoformat(), "after": after.isoformat()}
