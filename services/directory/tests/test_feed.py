import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from assay_contracts.risk import EmbargoLifted
from assay_contracts.roles import Role, Scope
from assay_kit.events import Envelope
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import NOON, given_keys, token_for
from directory.feed.repository import Feed
from directory.main import SERVICE

ClientAs = Callable[..., TestClient]


def envelope(type: str = "risk.band_changed.v1", **data: Any) -> Envelope:
    return Envelope(id=uuid4(), source="/risk", type=type, subject=uuid4(), time=NOON, data=data)


def hear(client_as: ClientAs, heard: Envelope) -> str:
    machine = client_as(scopes=(Scope.EVENTS_DELIVER,))
    response = machine.post("/events", json=heard.model_dump(mode="json"))
    assert response.status_code == 200, response.text
    return str(response.json()["outcome"])


def test_every_event_is_numbered_once(client_as: ClientAs) -> None:
    first, second = envelope(band="red"), envelope(type="dps.membership_changed.v1")
    assert [hear(client_as, each) for each in (first, second, first)] == ["applied", "applied", "already_known"]

    said = client_as(scopes=(Scope.FEED_READ,)).get("/v1/feed").json()

    assert [entry["number"] for entry in said["items"]] == [1, 2]
    assert said["items"][0]["event"] == first.model_dump(mode="json")
    assert said["last"] == 2


def test_a_reader_goes_on_from_its_cursor_and_chooses_types(client_as: ClientAs) -> None:
    for number in range(6):
        hear(client_as, envelope(type=f"risk.{'even' if number % 2 == 0 else 'odd'}.v1"))
    reader = client_as(scopes=(Scope.FEED_READ,))

    page = reader.get("/v1/feed", params={"types": "risk.odd.v1", "limit": 2}).json()
    assert [entry["number"] for entry in page["items"]] == [2, 4]
    rest = reader.get("/v1/feed", params={"types": "risk.odd.v1", "limit": 2, "after": page["last"]}).json()
    assert [entry["number"] for entry in rest["items"]] == [6]
    assert reader.get("/v1/feed", params={"after": 6}).json() == {"items": [], "last": 6}
    both = reader.get("/v1/feed", params={"types": ["risk.odd.v1", "risk.even.v1"]}).json()
    assert len(both["items"]) == 6


def test_only_a_machine_with_the_scope_reads_the_feed(client_as: ClientAs) -> None:
    assert client_as().get("/v1/feed").status_code == 401
    assert client_as(Role.ADMINISTRATOR).get("/v1/feed").status_code == 403
    assert client_as(scopes=(Scope.FEED_READ,)).get("/v1/feed", params={"wait": 31}).status_code == 422


def append(engine: Engine, heard: Envelope, *, before_commit: Callable[[], object] = lambda: None) -> None:
    with Session(engine) as session, session.begin():
        Feed(session).append(heard)
        before_commit()


def test_numbers_have_no_gap_and_follow_the_order_of_commit(own_database: Engine) -> None:
    """Forty writers at once, every fifth of which rolls back; a reader follows by cursor meanwhile."""
    seen: list[int] = []
    is_over = threading.Event()

    def follow() -> None:
        while True:
            was_over = is_over.is_set()
            with Session(own_database) as session:
                found = Feed(session).after(seen[-1] if seen else 0, types=[], limit=200)
            seen.extend(entry.number for entry in found)
            if was_over:
                return

    def write(number: int) -> None:
        def fail() -> None:
            if number % 5 == 0:
                raise RuntimeError("rolled back")

        try:
            append(own_database, envelope(number=number), before_commit=fail)
        except RuntimeError:
            return

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(40)))
    is_over.set()
    reader.join()

    assert seen == list(range(1, 33))


def test_a_slow_writer_is_waited_for_and_never_passed_by(own_database: Engine) -> None:
    began, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        began.set()
        assert may_commit.wait(10)

    slow = threading.Thread(target=append, args=(own_database, envelope()), kwargs={"before_commit": slowly})
    slow.start()
    assert began.wait(10)
    quick = threading.Thread(target=append, args=(own_database, envelope()))
    quick.start()
    quick.join(0.3)
    with Session(own_database) as session:
        assert Feed(session).last() == 0
    assert quick.is_alive()
    may_commit.set()
    for thread in (slow, quick):
        thread.join(10)
    with Session(own_database) as session:
        assert Feed(session).last() == 2


@pytest.fixture
def small_app(own_database: Engine, settings: Settings) -> FastAPI:
    """The service with two connections only, on a database where commits are real."""
    few = settings.model_copy(update={"pool_size": 2, "pool_wait_seconds": 1.0})
    return create_service(SERVICE, few, keys=given_keys(settings), engine=own_database)


def test_waiting_readers_take_no_place_from_others(
    small_app: FastAPI, own_database: Engine, settings: Settings
) -> None:
    token = token_for(settings, scopes=(Scope.FEED_READ,))

    async def read_many() -> tuple[float, list[httpx.Response]]:
        transport = httpx.ASGITransport(app=small_app)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://directory", headers=headers) as client:
            waiting = [asyncio.create_task(client.get("/v1/feed", params={"wait": 20})) for _ in range(12)]
            await asyncio.sleep(0.3)
            assert not any(task.done() for task in waiting)
            asked = time.monotonic()
            ready = await client.get("/ready")
            took = time.monotonic() - asked
            assert ready.status_code == 200
            await asyncio.to_thread(append, own_database, envelope())
            return took, await asyncio.gather(*waiting)

    took, answers = asyncio.run(read_many())

    assert took < 1.0
    assert [len(answer.json()["items"]) for answer in answers] == [1] * 12


def test_an_event_of_a_real_contract_arrives_whole(client_as: ClientAs) -> None:
    event = EmbargoLifted.model_validate(
        {
            "intervention_id": UUID(int=1),
            "care_service_id": UUID(int=2),
            "provider_id": UUID(int=3),
            "lifted_on": "2026-03-02",
            "at": NOON,
        }
    )
    told = Envelope(
        id=uuid4(),
        source="/risk",
        type=event.TYPE,
        subject=event.aggregate,
        time=NOON,
        data=event.model_dump(mode="json"),
    )
    hear(client_as, told)
    [entry] = client_as(scopes=(Scope.FEED_READ,)).get("/v1/feed").json()["items"]
    assert EmbargoLifted.model_validate(entry["event"]["data"]) == event
