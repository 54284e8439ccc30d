"""What a DPS that ends sooner does to the tender periods under it: none outlasts it, and every tenderer is told."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.identity import Principal
from assay_kit.timeline import take
from dps_admission.applications.messages import write_to_provider
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Procurement, Scheme, SchemeChange

from .actions import cancel
from .repository import Procurements
from .rules import PROCUREMENT_LIFE, ProcurementStep, bars_to_ending_sooner, bars_to_tender_period


def shorten_periods(
    session: Session, scheme: Scheme, change: SchemeChange, *, until: date, by: Principal, now: datetime
) -> None:
    """Let the tender periods that would outlast the DPS end with it; cancel those that would be too short then.

    Too short in all, counted from the invitation, or in what is left of them today.
    """
    profile, noticed = Schemes(session).profile_of(scheme), scheme.tender_period_calendar_days
    for one in Procurements(session).lock_open(scheme.id, after=end_of_london_day(until)):
        invited_on = london_day(one.invited_at)
        bars = bars_to_tender_period(profile, noticed=noticed, closes_on=until, today=invited_on)
        if bars or bars_to_ending_sooner(profile, closes_on=until, today=london_day(now)):
            because = f"The DPS ends on {until}, which leaves too little time to tender. {change.reason}"
            cancel(session, one.id, reason=because, by=by, now=now)
        else:
            _move(session, one, change, until=until, by=by, now=now)


def _move(
    session: Session, procurement: Procurement, change: SchemeChange, *, until: date, by: Principal, now: datetime
) -> None:
    before, procurement.closes_on = procurement.closes_on, until
    procurement.closes_at = end_of_london_day(until)
    moved: dict[str, Any] = {
        "scheme_change": str(change.id),
        "before": before.isoformat(),
        "after": until.isoformat(),
    }
    step, because = ProcurementStep.RESCHEDULE, change.reason
    take(session, procurement, step, PROCUREMENT_LIFE, by=by, now=now, reason=because, detail=moved)
    session.flush()
    about = {"title": procurement.title, "closes_on": until.isoformat(), "reason": because}
    for invitation in Procurements(session).invitations_of([procurement.id]):
        write_to_provider(
            session,
            invitation.provider_id,
            "tender_period_moved",
            about=invitation.id,
            personalisation=about,
            now=now,
            once=str(change.id),
        )


def cancel_running(session: Session, scheme_id: UUID, *, reason: str, by: Principal, now: datetime) -> None:
    """The DPS closes today: what is being tendered is cancelled unopened. Periods that are over go on to an outcome."""
    for one in Procurements(session).lock_open(scheme_id, after=now):
        cancel(session, one.id, reason=f"The DPS has closed. {reason}", by=by, now=now)
