"""Background work on procrastinate, kept in the service's own database: deferred with the change that asks for it.

The worker holds an async connector; deferring uses the caller's own synchronous connection, through a second App: an
App with an async connector cannot defer on a synchronous connection.
"""

import time
from collections.abc import Sequence
from typing import Any

import structlog
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import make_url, text
from sqlmodel import Session

from assay_kit.database import CONNECTION

DELIVER = "deliver"
_LONGEST_PAUSE_SECONDS = 60
_ALARMING_FAILURES = 5
_FAILURES_AN_HOUR = 3600 // _LONGEST_PAUSE_SECONDS
_LOOK_AGAIN_SECONDS = 0.01

log = structlog.get_logger(__name__)

_deferring = App(connector=SyncPsycopgConnector())


class NeverGiveUp(BaseRetryStrategy):
    """Try again for ever: at once, then after 1, 2, 4 ... 60 seconds. A job that failed for good would be overtaken.

    The fifth failure is an error in the log, and from there one in every hour: the library itself says nothing loud.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        failures = job.attempts + 1
        if failures == _ALARMING_FAILURES or failures % _FAILURES_AN_HOUR == 0:
            said = {name: value for name, value in job.task_kwargs.items() if isinstance(value, str | int)}
            log.error("fails again and again", job=job.task_name, failures=failures, error=repr(exception), **said)
        pause = min(2 ** min(job.attempts, 10) // 2, _LONGEST_PAUSE_SECONDS)
        return RetryDecision(retry_in={"seconds": pause})


def defer(session: Session, name: str, *, lock: str | None = None, **arguments: Any) -> None:
    """Ask for a job in the caller's transaction. Jobs that share a `lock` run one at a time, in the order asked for."""
    defer_all(session, name, [(lock, arguments)])


def defer_all(session: Session, name: str, wanted: Sequence[tuple[str | None, dict[str, Any]]]) -> None:
    """Ask for many jobs at once, each with its `lock` and its arguments, in their order."""
    if not wanted:
        return
    jobs = [
        _deferring.configure_task(name, lock=lock, allow_unknown=True).make_new_job(**arguments)
        for lock, arguments in wanted
    ]
    _deferring.job_manager.batch_defer_jobs(jobs, connection=session.connection().connection.driver_connection)


def undelivered(session: Session) -> int:
    """How many jobs wait or run."""
    counted = session.execute(
        text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    ).scalar_one()
    return int(counted)


def oldest_undelivered(session: Session) -> float:
    """For how many seconds (real time) the oldest job has waited; 0 where none does."""
    waited = session.execute(
        text(
            "SELECT extract(epoch FROM now() - min(asked.at)) FROM procrastinate_jobs job"
            " JOIN procrastinate_events asked ON asked.job_id = job.id AND asked.type = 'deferred'"
            " WHERE job.status IN ('todo', 'doing')"
        )
    ).scalar_one()
    return max(0.0, float(waited or 0))


def wait_until_delivered(session: Session, *, seconds: float) -> int:
    """How many jobs wait or run, once there are none, or after so long."""
    until = time.monotonic() + seconds
    while (left := undelivered(session)) and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_SECONDS)
    return left


def queue_of(url: str) -> App:
    """The App of a worker on the database at `url`, with the limits on waiting of every other connection of ours."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, kwargs=dict(CONNECTION)))
