"""The estate is worked out again every night at 02:00 in London, and after a new model; in chunks, resumable."""

from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from assay_kit.calendar import at_london, london_day
from assay_kit.database import new_id
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.tables import EstateRefresh, ServiceBand

HOUR = time(2)
CHUNK = 500
NIGHT = "night"


def next_refresh(session: Session) -> datetime | None:
    """When the estate is next due: an unfinished refresh first, then the coming night. None: nothing to refresh yet."""
    pending = select(func.min(EstateRefresh.due_at)).where(col(EstateRefresh.finished_at).is_(None))
    if (unfinished := session.exec(pending).one()) is not None:
        return unfinished
    last = session.exec(select(func.max(EstateRefresh.due_at)).where(EstateRefresh.cause == NIGHT)).one()
    last = last or session.exec(select(func.max(ServiceBand.refreshed_at))).one()
    return None if last is None else night_after(last)


def night_after(instant: datetime) -> datetime:
    """The first 02:00 in London after `instant`."""
    tonight = at_london(london_day(instant), HOUR)
    return tonight if tonight > instant else at_london(london_day(instant) + timedelta(days=1), HOUR)


def night_before(instant: datetime) -> datetime:
    """The last 02:00 in London at or before `instant`."""
    today = at_london(london_day(instant), HOUR)
    return today if today <= instant else at_london(london_day(instant) - timedelta(days=1), HOUR)


def refresh_estate(session: Session, now: datetime) -> int:
    """One chunk of what is due; 0 when the estate is done. Nights that were missed are not made up for."""
    bands = Bands(session)
    running = bands.unfinished_refresh(now) or _begin_night(session, now)
    if running is None:
        return 0
    running.started_at = running.started_at or now
    ids = bands.services_after(running.reached, limit=CHUNK)
    running.changed_count += refresh(session, ids, now=now)
    running.refreshed_count += len(ids)
    if ids:
        running.reached = ids[-1]
    if len(ids) < CHUNK:
        running.finished_at = now
    session.add(running)
    session.flush()
    return max(len(ids), 1)


def _begin_night(session: Session, now: datetime) -> EstateRefresh | None:
    due = next_refresh(session)
    if due is None or due > now:
        return None
    return EstateRefresh(due_at=night_before(now), cause=NIGHT)


def refresh_soon(session: Session, cause: str, *, now: datetime) -> None:
    """Something changed that concerns every service: the estate is due at once."""
    statement = insert(EstateRefresh).values(id=new_id(), due_at=now, cause=cause, refreshed_count=0, changed_count=0)
    session.execute(statement.on_conflict_do_nothing(index_elements=["due_at", "cause"]))
