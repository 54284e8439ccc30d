from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from paper_house import PaperHouse
from sqlalchemy import Engine, text

from assay_contracts.roles import Role
from assay_kit.settings import Mode
from assay_kit.testing import NOON
from directory.clock.routes import _ONE_MOVER, get_hands

ClientAs = Callable[..., TestClient]
DAY = timedelta(days=1)


@pytest.fixture
def house(app: FastAPI, client_as: ClientAs) -> PaperHouse:
    paper = PaperHouse()
    app.dependency_overrides[get_hands] = paper.hands
    return paper


def move(client_as: ClientAs, **body: Any) -> httpx.Response:
    answer: httpx.Response = client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json=body)
    return answer


def test_an_administrator_moves_the_clock_and_all_that_falls_due_is_done_at_its_instant(
    client_as: ClientAs, house: PaperHouse
) -> None:
    house["risk"].due = [NOON + DAY, NOON + 2 * DAY]
    house["dps-admission"].due = [NOON + DAY]
    house["assessment"].due = [NOON + 9 * DAY]

    response = move(client_as, days=5)

    assert response.status_code == 200, response.text
    said = response.json()
    assert (said["began"], said["now"]) == ("2026-03-02T12:00:00Z", "2026-03-07T12:00:00Z")
    assert (said["instants"], said["done"]) == (2, 3)
    assert sorted(house.log) == [("dps-admission", NOON + DAY), ("risk", NOON + DAY), ("risk", NOON + 2 * DAY)]
    assert house.times == {(NOON + 5 * DAY, True)}
    assert all(service.undelivered == 0 for service in house.services.values())


def test_a_deadline_that_an_event_sets_on_the_way_is_met_at_its_instant(client_as: ClientAs, house: PaperHouse) -> None:
    house["risk"].due = [NOON + DAY]
    house["risk"].told_at_once = (house["directory"], NOON + 2 * DAY)

    assert move(client_as, days=5).status_code == 200

    assert house.log == [("risk", NOON + DAY), ("directory", NOON + 2 * DAY)]


@pytest.mark.parametrize("to", [NOON, NOON - DAY])
def test_the_clock_moves_forward_only(client_as: ClientAs, house: PaperHouse, to: datetime) -> None:
    response = move(client_as, to=to.isoformat())
    assert (response.status_code, response.json()["type"]) == (409, "/problems/clock-moves-forward")
    assert house.times == {(NOON, True)}


def test_the_clock_moves_ten_years_at_most(client_as: ClientAs, house: PaperHouse) -> None:
    assert move(client_as, to="2046-03-02T12:00:00Z").json()["type"] == "/problems/clock-too-far"
    house["risk"].time = datetime(9999, 12, 30, tzinfo=UTC)
    assert move(client_as, days=30).json()["type"] == "/problems/clock-too-far"


def test_a_house_that_is_down_is_a_clear_503(client_as: ClientAs, house: PaperHouse) -> None:
    house["risk"].falls_ill_at = NOON
    response = move(client_as, days=1)
    assert response.status_code == 503
    assert "http://risk" in response.json()["detail"]
    assert response.headers["retry-after"]


def test_where_the_clock_comes_to_a_halt_on_the_way_it_runs_on(client_as: ClientAs, house: PaperHouse) -> None:
    house["assessment"].due = [NOON + DAY]
    house["risk"].breaks_once_at = NOON + DAY

    assert move(client_as, days=3).status_code == 503

    assert house.times == {(NOON + DAY, True)}


def test_only_an_administrator_moves_the_clock_and_everybody_sees_it(client_as: ClientAs, house: PaperHouse) -> None:
    assert client_as().get("/v1/demo/clock").status_code == 200
    assert client_as().post("/v1/demo/clock", json={"days": 1}).status_code == 401
    assert client_as(Role.COMMISSIONING_MANAGER).post("/v1/demo/clock", json={"days": 1}).status_code == 403
    assert house.times == {(NOON, True)}


@pytest.mark.parametrize("body", [{}, {"days": 0}, {"to": "2026-03-05T12:00:00"}, {"days": 1, "to": "x"}])
def test_a_move_that_makes_no_sense_is_refused(client_as: ClientAs, house: PaperHouse, body: dict[str, Any]) -> None:
    assert move(client_as, **body).status_code == 422
    assert house.times == {(NOON, True)}


@pytest.fixture
def somebody_moving(engine: Engine) -> Iterator[None]:
    with engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_MOVER})
        yield
        other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_MOVER})


@pytest.mark.usefixtures("somebody_moving")
def test_only_one_moves_the_clock_at_a_time(client_as: ClientAs, house: PaperHouse) -> None:
    assert move(client_as, days=1).json()["type"] == "/problems/clock-is-moving"
    assert house.times == {(NOON, True)}


def test_a_directory_that_is_no_client_of_its_own_says_so(client_as: ClientAs) -> None:
    response = move(client_as, days=1)
    assert (response.status_code, response.json()["type"]) == (503, "/problems/unavailable")


def test_in_production_there_is_no_such_clock(client_as: ClientAs, app: FastAPI, house: PaperHouse) -> None:
    demonstration = app.state.settings
    app.state.settings = demonstration.model_copy(update={"mode": Mode.PRODUCTION})
    try:
        assert client_as().get("/v1/demo/clock").status_code == 404
        assert move(client_as, days=1).status_code == 404
    finally:
        app.state.settings = demonstration
    assert house.times == {(NOON, True)}
