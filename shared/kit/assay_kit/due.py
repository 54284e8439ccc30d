"""What falls due by itself: deadlines, windows, nights. Deadlines are columns; nothing is scheduled in the queue.

Each service declares its due work; `do_what_is_due` does all of it at a given instant, every minute and whenever the
demonstration clock moves. Doing it twice changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine, text
from sqlmodel import Session

if TYPE_CHECKING:
    from assay_kit.service import Service

_MOST_BATCHES = 100_000
"""Far above what may fall due at once where one thing is done to a transaction: work that takes more never ends."""
_ONE_AT_A_TIME = 0x4455_4521  # advisory lock: "DUE!"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class DueWork:
    """Work that falls due by itself.

    `next(session)` is the earliest instant at which some of it falls due, or None where nothing is pending.
    `do(session, now)` does a bounded batch (at most 500) of what is due at or before `now` and returns how many it did.
    """

    name: str
    next: Callable[[Session], datetime | None]
    do: Callable[[Session, datetime], int]


class DueWorkFailed(RuntimeError):
    """Some of the due work could not be done; all other due work was."""


def do_what_is_due(engine: Engine, service: "Service", now: datetime) -> int:
    """Do everything that is due at or before `now`, a transaction a batch. Returns how many things were done.

    One process at a time; a second one that is asked waits for the first, so that whoever returns can rely on it.
    Work that fails stops none of the others; DueWorkFailed says so when they are done.
    """
    done = 0
    failed: dict[str, Exception] = {}
    with _alone(engine):
        for work in service.due:
            try:
                for batch in _batches(engine, service, work, now):
                    done += batch
            except Exception as error:
                log.exception("due work failed", service=service.name, work=work.name)
                failed[work.name] = error
    if done:
        log.info("due work done", service=service.name, count=done, business_time=now.isoformat())
    if failed:
        first = next(iter(failed.values()))
        raise DueWorkFailed(f"{service.name}: {', '.join(failed)} failed at {now.isoformat()}") from first
    return done


def _batches(engine: Engine, service: "Service", work: DueWork, now: datetime) -> Iterator[int]:
    for _ in range(_MOST_BATCHES + 1):  # the last finds nothing
        with Session(engine, info={"service": service}) as session, session.begin():
            batch = work.do(session, now)
        if batch == 0:
            return
        yield batch
    raise RuntimeError(f"{service.name}: {work.name} never comes to an end at {now}.")


def next_due(session: Session, works: Sequence[DueWork]) -> datetime | None:
    """The earliest instant at which anything falls due."""
    instants = [instant for work in works if (instant := work.next(session)) is not None]
    return min(instants, default=None)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '300s'; SET statement_timeout = '300s'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_AT_A_TIME})
            connection.execute(text("RESET lock_timeout; RESET statement_timeout"))
            connection.commit()
