"""The worker on a real queue: at least once, in order per aggregate, nobody holds up anybody else, nothing is lost."""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from fastapi.testclient import TestClient
from procrastinate.jobs import Job
from procrastinate.types import JSONValue
from sample_service.main import SERVICE
from sample_service.tables import Parcel, ParcelSent, Status
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from assay_kit import worker
from assay_kit.due import DueWork, DueWorkFailed, do_what_is_due
from assay_kit.events import tell
from assay_kit.jobs import NeverGiveUp, undelivered
from assay_kit.logging import configure_logging
from assay_kit.problems import StepNotAllowed
from assay_kit.service import Service, create_service
from assay_kit.settings import Settings
from assay_kit.testing import NOON, given_keys
from assay_kit.worker import Bench


class Subscribers:
    """Two services that write down what they hear; either can be made to refuse."""

    def __init__(self) -> None:
        self.heard: dict[str, list[UUID]] = defaultdict(list)
        self.refusals: dict[str, int] = defaultdict(int)
        self.hanging: set[str] = set()
        self.asked: dict[str, int] = defaultdict(int)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        self.asked[name] += 1
        if name in self.hanging:
            time.sleep(1)
            raise httpx.ReadTimeout("silence", request=request)
        if self.refusals[name] > 0:
            self.refusals[name] -= 1
            return httpx.Response(503)
        self.heard[name].append(UUID(json.loads(request.content)["id"]))
        return httpx.Response(200, json={"outcome": "applied"})


@pytest.fixture
def subscribers() -> Subscribers:
    return Subscribers()


@pytest.fixture
def bench(
    own_database: Engine, settings: Settings, subscribers: Subscribers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    monkeypatch.setenv("ASSAY_URL_ONE", "http://one")
    monkeypatch.setenv("ASSAY_URL_TWO", "http://two")
    url = own_database.url.render_as_string(hide_password=False)
    bench = Bench(SERVICE, settings, http=httpx.Client(transport=httpx.MockTransport(subscribers)), url=url)
    yield bench
    bench.close()


def tell_of(engine: Engine, *parcels: UUID) -> list[UUID]:
    with Session(engine, info={"service": SERVICE}) as session, session.begin():
        return [tell(session, ParcelSent(parcel_id=parcel, at=NOON)) for parcel in parcels]


def work_until(bench: Bench, is_done: Callable[[], bool], *, seconds: float = 20) -> None:
    async def work() -> None:
        working = asyncio.create_task(bench.work())
        try:
            async with asyncio.timeout(seconds):
                while not is_done():
                    assert not working.done(), working.exception()
                    await asyncio.sleep(0.05)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    asyncio.run(work())


def is_idle(engine: Engine) -> bool:
    with Session(engine) as session:
        return undelivered(session) == 0


def test_each_subscriber_hears_of_one_thing_in_order(
    own_database: Engine, bench: Bench, subscribers: Subscribers
) -> None:
    parcel = uuid4()
    told = tell_of(own_database, *[parcel] * 10)
    work_until(bench, lambda: is_idle(own_database))
    assert subscribers.heard == {"one": told, "two": told}


def test_a_subscriber_that_refuses_holds_up_nobody_else_and_hears_all_of_it_in_order_later(
    own_database: Engine, bench: Bench, subscribers: Subscribers
) -> None:
    parcel = uuid4()
    subscribers.refusals["one"] = 2
    told = tell_of(own_database, *[parcel] * 3)
    work_until(bench, lambda: len(subscribers.heard["two"]) == 3)
    assert len(subscribers.heard["one"]) < 3
    work_until(bench, lambda: is_idle(own_database))
    assert subscribers.heard["one"] == told


def test_a_dead_workers_job_is_taken_back(own_database: Engine, bench: Bench, subscribers: Subscribers) -> None:
    told = tell_of(own_database, uuid4())
    with own_database.begin() as connection:
        died = connection.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
        ).scalar_one()
        connection.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :id"), {"id": died})
    work_until(bench, lambda: is_idle(own_database))
    assert subscribers.heard == {"one": told, "two": told}


def test_what_was_rolled_back_is_never_told(own_database: Engine, bench: Bench, subscribers: Subscribers) -> None:
    with Session(own_database, info={"service": SERVICE}) as session:
        tell(session, ParcelSent(parcel_id=uuid4(), at=NOON))
        session.rollback()
    told = tell_of(own_database, uuid4())
    work_until(bench, lambda: is_idle(own_database))
    assert subscribers.heard["one"] == told


def test_a_subscriber_that_hangs_leaves_room_for_the_others_and_hears_all_of_it_later(
    own_database: Engine, bench: Bench, subscribers: Subscribers
) -> None:
    subscribers.hanging.add("one")
    told = tell_of(own_database, *(uuid4() for _ in range(60)))
    work_until(bench, lambda: len(subscribers.heard["two"]) == 60)
    # In the order of asking it would have been asked as often as the other.
    assert subscribers.asked["one"] < 30
    subscribers.hanging.clear()
    work_until(bench, lambda: is_idle(own_database), seconds=60)
    assert sorted(subscribers.heard["one"]) == sorted(told)


def test_a_delivery_that_fails_again_and_again_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def after(attempts: int) -> list[str]:
        caplog.clear()
        arguments: dict[str, JSONValue] = {"event_id": "e1", "subscriber": "one"}
        job = Job(
            id=1, status="doing", queue="default", lock=None, queueing_lock=None, task_name="deliver",
            task_kwargs=arguments, attempts=attempts,
        )  # fmt: skip
        assert NeverGiveUp().get_retry_decision(exception=RuntimeError("refused"), job=job).retry_at
        return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]

    configure_logging("sample")
    said = {attempts: after(attempts) for attempts in (0, 3, 4, 5, 59)}
    assert {attempts for attempts, lines in said.items() if lines} == {4, 59}
    assert "e1" in said[4][0]
    assert "one" in said[4][0]


def test_one_turn_that_fails_in_an_unforeseen_way_ends_no_worker(
    own_database: Engine, bench: Bench, subscribers: Subscribers, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[str] = []

    async def fail() -> None:
        turns.append("failed")
        raise StepNotAllowed("parcel", "lost", "send")

    monkeypatch.setattr(bench, "do_due", fail)
    monkeypatch.setattr(bench, "take_back", fail)
    told = tell_of(own_database, uuid4())
    work_until(bench, lambda: is_idle(own_database) and len(turns) >= 2)
    assert subscribers.heard["two"] == told


def test_a_job_that_somebody_else_took_back_does_not_keep_the_others_from_it(
    own_database: Engine, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_of(own_database, uuid4())

    async def take_back() -> None:
        async with bench.queue.open_async():
            waiting = list(await bench.queue.job_manager.list_jobs_async())
            assert len(waiting) == 2

            async def stalled(**_: object) -> list[Job]:
                return waiting  # none of them is `doing` any more

            monkeypatch.setattr(bench.queue.job_manager, "get_stalled_jobs", stalled)
            await bench.take_back()

    asyncio.run(take_back())
    assert not is_idle(own_database)


def test_due_work_that_fails_stops_none_of_the_others_and_is_not_kept_quiet(own_database: Engine) -> None:
    def fail(_: Session, __: datetime) -> int:
        raise StepNotAllowed("parcel", "lost", "send")

    failing = DueWork(name="fails", next=lambda _: None, do=fail)
    service = replace(SERVICE, due=[failing, *SERVICE.due])
    with Session(own_database) as session, session.begin():
        session.add(Parcel(label="late", org=uuid4(), status=Status.SENT))
    with pytest.raises(DueWorkFailed, match="fails"):
        do_what_is_due(own_database, service, NOON)
    with Session(own_database) as session:
        assert session.exec(select(Parcel.status)).all() == [Status.LOST]


def test_how_long_the_oldest_delivery_has_waited_is_a_metric(own_database: Engine, settings: Settings) -> None:
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    client = TestClient(app)

    def waited() -> float:
        [line] = [each for each in client.get("/metrics").text.splitlines() if each.startswith("assay_oldest_")]
        return float(line.split()[1])

    assert waited() == 0
    tell_of(own_database, uuid4())
    with own_database.begin() as connection:
        connection.execute(text("UPDATE procrastinate_events SET at = now() - interval '400 seconds'"))
    assert 399 < waited() < 500


def test_the_workers_own_connections_wait_for_nothing_for_ever(bench: Bench) -> None:
    async def limits() -> tuple[str, str]:
        async with bench.queue.open_async() as queue:
            [lock] = await queue.connector.execute_query_all_async("SHOW lock_timeout")
            [statement] = await queue.connector.execute_query_all_async("SHOW statement_timeout")
            return lock["lock_timeout"], statement["statement_timeout"]

    assert asyncio.run(limits()) == ("5s", "1min")


def test_the_worker_logs_json_lines_and_hides_what_is_private(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Quick(Bench):
        def __init__(self, service: Service, settings: Settings) -> None:
            self.service, self.settings = service, settings

        async def work(self) -> None:
            structlog.get_logger("a library").warning("signed in", password="unsaid")

        def close(self) -> None:
            return None

    monkeypatch.setattr(worker, "Bench", Quick)
    asyncio.run(worker.run_worker([SERVICE], settings))
    [line] = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert (line["service"], line["event"], line["password"]) == ("worker", "signed in", "[hidden]")
