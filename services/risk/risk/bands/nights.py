"""The estate is worked out again every night at 02:00 in London, and after a new model; in chunks, resumable.

A refresh that is not finished by the next 06:00 in London is told to the administrators, once.
"""

from datetime import datetime, time, timedelta
from time import perf_counter

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import at_london, london_day
from assay_kit.clock import is_running
from assay_kit.database import new_id
from assay_kit.events import tell
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.indicators.reading import spoken
from risk.tables import EstateRefresh, ServiceBand

HOUR = time(2)
LATE = time(6)
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


def late_from(due_at: datetime) -> datetime:
    """The first 06:00 in London after a refresh was due."""
    morning = at_london(london_day(due_at), LATE)
    return morning if morning > due_at else at_london(london_day(due_at) + timedelta(days=1), LATE)


def refresh_estate(session: Session, now: datetime) -> int:
    """One chunk of what is due; 0 when the estate is done. Nights that were missed are not made up for.

    Each chunk is a transaction of its own: what a kill interrupts goes on after the last chunk that was done.
    """
    began = perf_counter()
    bands = Bands(session)
    running = bands.unfinished_refresh(now) or _begin_night(session, now)
    if running is None:
        return 0
    if running.started_at is None:
        running.started_at, running.service_count = now, bands.count_services()
    ids = bands.services_after(running.reached, limit=CHUNK)
    running.changed_count += refresh(session, ids, now=now)
    running.refreshed_count += len(ids)
    if ids:
        running.reached = ids[-1]
    if len(ids) < CHUNK:
        running.finished_at = now
    session.add(running)
    session.flush()
    running.working_seconds += perf_counter() - began
    _alert_if_late(session, running, at=max(now, running.started_at + timedelta(seconds=running.working_seconds)))
    session.flush()
    return max(len(ids), 1)


def _begin_night(session: Session, now: datetime) -> EstateRefresh | None:
    """Two that begin at once begin one: the second waits for the first."""
    due = next_refresh(session)
    if due is None or due > now:
        return None
    _ask_for(session, NIGHT, due_at=night_before(now))
    return Bands(session).unfinished_refresh(now)


def next_alert(session: Session) -> datetime | None:
    """When the refresh that is under way, or the coming one, begins to be late."""
    due = next_refresh(session)
    under_way = Bands(session).first_unfinished()
    if under_way is not None and under_way.alerted_at is not None:
        return None
    return None if due is None else late_from(due)


def alert(session: Session, now: datetime) -> int:
    """Tell of a refresh that could not be done; done after the refresh, so that one that can be is."""
    at = next_alert(session)
    if at is None or at > now or not is_running(session):
        return 0
    late = Bands(session).unfinished_refresh(now) or _begin_night(session, now)
    if late is None:
        return 0
    return _alert_if_late(session, late, at=now)


def _alert_if_late(session: Session, refreshing: EstateRefresh, *, at: datetime) -> int:
    """While a demonstration clock is being moved it stands still: nobody waits, so nothing is late."""
    if refreshing.alerted_at is not None or at < late_from(refreshing.due_at) or not is_running(session):
        return 0
    refreshing.alerted_at = at
    session.add(refreshing)
    tell(
        session,
        MessageRequested(
            at=at,
            about=refreshing.id,
            reference=f"estate-refresh-late-{refreshing.id}",
            template="estate_refresh_late",
            to=Recipient(role=Role.ADMINISTRATOR),
            personalisation={
                "due_at": f"{spoken(london_day(refreshing.due_at))}",
                "done": str(refreshing.refreshed_count),
                "services": str(refreshing.service_count or 0),
            },
        ),
    )
    return 1


def refresh_soon(session: Session, cause: str, *, now: datetime) -> None:
    """Something changed that concerns every service: the estate is due at once."""
    _ask_for(session, cause, due_at=now)


def _ask_for(session: Session, cause: str, *, due_at: datetime) -> None:
    counts = {"refreshed_count": 0, "changed_count": 0, "working_seconds": 0}
    statement = insert(EstateRefresh).values(id=new_id(), due_at=due_at, cause=cause, **counts)
    session.execute(statement.on_conflict_do_nothing(index_elements=["due_at", "cause"]))
