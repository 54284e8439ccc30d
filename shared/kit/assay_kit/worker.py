"""The worker: delivers events, runs jobs, does what is due, and takes back the jobs of workers that died.

One process serves any number of services (all of them on one machine, one each in production).
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from sqlalchemy import Engine
from sqlmodel import Session

from assay_kit.callers import caller
from assay_kit.clock import business_now
from assay_kit.database import database_url, make_engine
from assay_kit.due import do_what_is_due
from assay_kit.events import envelope_of
from assay_kit.garbage import settle
from assay_kit.jobs import DELIVER, NeverGiveUp, queue_of
from assay_kit.logging import configure_logging
from assay_kit.service import Service
from assay_kit.settings import Settings
from assay_kit.subscribers import Subscribers

_HEARTBEAT_SECONDS = 2.0
_DEAD_AFTER_SECONDS = 8.0
_REQUEUE_SECONDS = 10.0
_DUE_SECONDS = 60.0
_AGAIN_SECONDS = 1.0
_DELIVERY_SECONDS = 5.0
_CONCURRENCY = 6
_POLL_SECONDS = 1.0  # new jobs are notified; polling only finds those that wait for their next attempt

log = structlog.get_logger(__name__)


class Bench:
    """What the worker needs of one service: its database, its queue and a client to call others with."""

    def __init__(
        self, service: Service, settings: Settings, *, http: httpx.Client | None = None, url: str | None = None
    ) -> None:
        self.service = service
        self.settings = settings
        url = url or database_url(settings, service.name)
        self.engine: Engine = make_engine(url, pool_size=_CONCURRENCY + 2)
        self.http = http or caller(settings, service.name, timeout=_DELIVERY_SECONDS)
        self.subscribers = Subscribers()
        self.queue: App = queue_of(url)
        self.queue.task(name=DELIVER, retry=NeverGiveUp())(self.deliver)
        for name in service.jobs:
            self.queue.task(name=name, retry=NeverGiveUp())(self._job(name))

    def deliver(self, event_id: str, subscriber: str) -> None:
        """Post one event to one subscriber; anything but success is tried again later."""
        with Session(self.engine) as session:
            envelope = envelope_of(session, UUID(event_id), source=self.service.name)
        with self.subscribers.turn(subscriber):
            response = self.http.post(
                f"{self.settings.service_url(subscriber)}/events",
                content=envelope.model_dump_json(),
                headers={"Content-Type": "application/json"},
            )
        response.raise_for_status()

    def _job(self, name: str) -> Callable[..., None]:
        def run(**arguments: object) -> None:
            with Session(self.engine, info={"service": self.service}) as session, session.begin():
                self.service.jobs[name](session, **arguments)

        return run

    async def work(self) -> None:
        """Run jobs until cancelled."""
        await self._every(_AGAIN_SECONDS, self._work)

    async def _work(self) -> None:
        async with self.queue.open_async(), asyncio.TaskGroup() as group:
            group.create_task(self._every(_AGAIN_SECONDS, self._run_jobs))
            group.create_task(self._every(_REQUEUE_SECONDS, self.take_back))
            group.create_task(self._every(_DUE_SECONDS, self.do_due))

    async def _run_jobs(self) -> None:
        await self.queue.run_worker_async(
            name=f"assay-{self.service.name}",
            concurrency=_CONCURRENCY,
            fetch_job_polling_interval=_POLL_SECONDS,
            install_signal_handlers=False,
            update_heartbeat_interval=_HEARTBEAT_SECONDS,
            stalled_worker_timeout=_DEAD_AFTER_SECONDS,
            delete_jobs="successful",
            shutdown_graceful_timeout=10.0,
        )

    async def take_back(self) -> None:
        """Put the jobs of workers whose heart stopped back in the queue; receivers apply an event once."""
        manager = self.queue.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
            log.warning("taking back a job of a worker that died", service=self.service.name, job=job.id)
            try:
                await manager.retry_job(job)
            except ConnectorException as error:
                # Another worker was quicker: the job is no longer `doing`.
                log.warning("not taken back", service=self.service.name, job=job.id, error=repr(error))

    async def do_due(self) -> None:
        await asyncio.to_thread(self._do_due)

    def _do_due(self) -> None:
        with Session(self.engine) as session:
            now = business_now(session, self.settings)
        do_what_is_due(self.engine, self.service, now)

    async def _every(self, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        """Do it again and again, whatever goes wrong in one turn: one service's trouble must not end all the others."""
        me = asyncio.current_task()
        while me is None or not me.cancelling():
            try:
                await do()
            except Exception:
                log.exception("will try again", service=self.service.name, what=getattr(do, "__name__", ""))
            await asyncio.sleep(seconds)

    def close(self) -> None:
        self.http.close()
        self.engine.dispose()


async def run_worker(services: Sequence[Service], settings: Settings) -> None:
    """Serve `services` until SIGTERM or SIGINT."""
    configure_logging("worker", settings.log_level)
    loop = asyncio.get_running_loop()
    # Room for every job that may run at once, and for each service's due work: no service waits for another's thread.
    loop.set_default_executor(ThreadPoolExecutor(len(services) * (_CONCURRENCY + 1), thread_name_prefix="job"))
    benches = [Bench(service, settings) for service in services]
    settle()
    working = asyncio.gather(*(bench.work() for bench in benches))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await working
    for bench in benches:
        bench.close()
