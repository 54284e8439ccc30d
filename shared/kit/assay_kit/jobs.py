"""Background work on procrastinate, kept in the service's own database: deferred with the change that asks for it.

The worker holds an async connector; deferring uses the caller's own synchronous connection, through a second App: an
App with an async connector cannot defer on a synchronous connection.
"""

import time
from typing import Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import make_url, text
from sqlmodel import Session

DELIVER = "deliver"
_LONGEST_PAUSE_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.01

_deferring = App(connector=SyncPsycopgConnector())


class NeverGiveUp(BaseRetryStrategy):
    """Try again for ever: at once, then after 1, 2, 4 ... 60 seconds. A job that failed for good would be overtaken."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        pause = min(2 ** min(job.attempts, 10) // 2, _LONGEST_PAUSE_SECONDS)
        return RetryDecision(retry_in={"seconds": pause})


def defer(session: Session, name: str, *, lock: str | None = None, **arguments: Any) -> None:
    """Ask for a job in the caller's transaction. Jobs that share a `lock` run one at a time, in the order asked for."""
    connection = session.connection().connection.driver_connection
    _deferring.configure_task(name, lock=lock, connection=connection, allow_unknown=True).defer(**arguments)


def undelivered(session: Session) -> int:
    """How many jobs wait or run."""
    counted = session.execute(
        text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
    ).scalar_one()
    return int(counted)


def wait_until_delivered(session: Session, *, seconds: float) -> int:
    """How many jobs wait or run, once there are none, or after so long."""
    until = time.monotonic() + seconds
    while (left := undelivered(session)) and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN_SECONDS)
    return left


def queue_of(url: str) -> App:
    """The App of a worker on the database at `url`; tasks are added by the caller."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4))
