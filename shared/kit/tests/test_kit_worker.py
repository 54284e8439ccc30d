"""The worker on a real queue: at least once, in order per aggregate, nobody holds up anybody else, nothing is lost."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from sample_service.main import SERVICE
from sample_service.tables import ParcelSent
from sqlalchemy import Engine, text
from sqlmodel import Session

from assay_kit.events import tell
from assay_kit.jobs import undelivered
from assay_kit.settings import Settings
from assay_kit.testing import NOON
from assay_kit.worker import Bench


class Subscribers:
    """Two services that write down what they hear; either can be made to refuse."""

    def __init__(self) -> None:
        self.heard: dict[str, list[UUID]] = defaultdict(list)
        self.refusals: dict[str, int] = defaultdict(int)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
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
