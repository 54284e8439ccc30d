"""The estate is worked out again every night at 02:00 in London, and after a new model; in chunks, resumable.

A refresh that is not finished by the next 06:00 in London is told to the administrators, and again every morning until
it is. A service that cannot be worked out stops no other: it is noted, told, and an open task on its case.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from time import perf_counter
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role
from assay_kit.calendar import at_london, london_day
from assay_kit.clock import is_running
from assay_kit.database import new_id
from assay_kit.events import tell
from risk.bands.actions import refresh
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.indicators.reading import spoken
from risk.tables import EstateRefresh, StandingResult

HOUR = time(2)
LATE = time(6)
CHUNK = 500
NIGHT = "night"
MOST_FAILURES_KEPT = 100

log = structlog.get_logger(__name__)


def next_refresh(session: Session) -> datetime | None:
    """When the estate is next due: an unfinished refresh first, then the coming night. None: nothing to refresh yet."""
    pending = select(func.min(EstateRefresh.due_at)).where(col(EstateRefresh.finished_at).is_(None))
    if (unfinished := session.exec(pending).one()) is not None:
        return unfinished
    last = session.exec(select(func.max(EstateRefresh.due_at)).where(EstateRefresh.cause == NIGHT)).one()
    last = last or session.exec(select(func.max(StandingResult.refreshed_at))).one()
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
    changed, failures = _refresh_chunk(session, ids, now=now)
    running.changed_count += changed
    running.refreshed_count += len(ids)
    _note_failures(session, running, failures, now=now)
    if ids:
        running.reached = ids[-1]
    if len(ids) < CHUNK:
        running.finished_at = now
        _tell_of_failures(session, running, now=now)
    session.add(running)
    session.flush()
    running.working_seconds += perf_counter() - began
    _alert_if_late(session, running, at=max(now, running.started_at + timedelta(seconds=running.working_seconds)))
    session.flush()
    return max(len(ids), 1)


def _refresh_chunk(session: Session, ids: Sequence[UUID], *, now: datetime) -> tuple[int, dict[UUID, str]]:
    """How many changed, and which could not be worked out. A database that is not there stops all of it."""
    try:
        with session.begin_nested():
            return refresh(session, ids, now=now), {}
    except OperationalError:
        raise
    except Exception as error:  # whatever is odd about one service
        log.exception("bands could not be worked out", services=len(ids))
        if len(ids) == 1:
            return 0, {ids[0]: type(error).__name__}
    alone = [_refresh_chunk(session, [each], now=now) for each in ids]
    return sum(changed for changed, _ in alone), {each: why for _, failed in alone for each, why in failed.items()}


def _note_failures(session: Session, running: EstateRefresh, failures: Mapping[UUID, str], *, now: datetime) -> None:
    running.failed_count += len(failures)
    noted = [{"care_service_id": str(each), "why": why} for each, why in failures.items()]
    running.failures = [*running.failures, *noted][:MOST_FAILURES_KEPT]
    wording = "The band could not be worked out again: it says what was known before. Ask the administrators to look."
    for care_service_id in failures:
        open_task(session, care_service_id, subject="band not worked out", wording=wording, now=now)


def _tell_of_failures(session: Session, running: EstateRefresh, *, now: datetime) -> None:
    if running.failed_count:
        about = {"count": str(running.failed_count), "first": str(running.failures[0]["care_service_id"])}
        _tell(session, running, "estate_refresh_failures", about, now=now)


def _tell(
    session: Session, about: EstateRefresh, template: str, personalisation: dict[str, str], *, now: datetime
) -> None:
    tell(
        session,
        MessageRequested(
            at=now,
            about=about.id,
            reference=f"{template.replace('_', '-')}-{about.id}-{london_day(now).isoformat()}",
            template=template,
            to=Recipient(role=Role.ADMINISTRATOR),
            personalisation=personalisation,
        ),
    )


def _begin_night(session: Session, now: datetime) -> EstateRefresh | None:
    """Two that begin at once begin one: the second waits for the first."""
    due = next_refresh(session)
    if due is None or due > now:
        return None
    _ask_for(session, NIGHT, due_at=night_before(now))
    return Bands(session).unfinished_refresh(now)


def next_alert(session: Session) -> datetime | None:
    """When the refresh that is under way, or the coming one, begins to be late, or is to be told of again."""
    under_way = Bands(session).first_unfinished()
    if under_way is not None:
        return late_from(under_way.alerted_at or under_way.due_at)
    due = next_refresh(session)
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
    if at < late_from(refreshing.alerted_at or refreshing.due_at) or not is_running(session):
        return 0
    refreshing.alerted_at = at
    session.add(refreshing)
    about = {
        "due_at": spoken(london_day(refreshing.due_at)),
        "done": str(refreshing.refreshed_count),
        "services": str(refreshing.service_count or 0),
    }
    _tell(session, refreshing, "estate_refresh_late", about, now=at)
    return 1


def refresh_soon(session: Session, cause: str, *, now: datetime) -> None:
    """Something changed that concerns every service: the estate is due at once."""
    _ask_for(session, cause, due_at=now)


def _ask_for(session: Session, cause: str, *, due_at: datetime) -> None:
    counts = {"refreshed_count": 0, "changed_count": 0, "failed_count": 0, "failures": [], "working_seconds": 0}
    statement = insert(EstateRefresh).values(id=new_id(), due_at=due_at, cause=cause, **counts)
    session.execute(statement.on_conflict_do_nothing(index_elements=["due_at", "cause"]))
