import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from assay_contracts.roles import Role
from assay_kit.settings import Mode, Settings
from assay_kit.testing import NOON
from directory.clock.actions import Patience, advance
from directory.clock.errors import ClockMovesForward, ClockStuck, ClockTooFar
from directory.clock.house import HouseByHttp, HouseDown
from directory.clock.routes import _ONE_MOVER, get_house

ClientAs = Callable[..., TestClient]
DAY = timedelta(days=1)


class PaperHouse:
    """Services on paper: `due` maps instants to services; what is done may make more due, and things to deliver."""

    def __init__(self, due: Mapping[datetime, list[str]] | None = None) -> None:
        self.time = NOON
        self.is_running = True
        self.due = {instant: list(names) for instant, names in (due or {}).items()}
        self.follows: dict[tuple[str, datetime], tuple[datetime, str]] = {}
        self.to_deliver = 0
        self.log: list[tuple[str, datetime]] = []
        self.down: set[str] = set()
        self.fails_at: set[str] = set()
        self.stubborn: set[str] = set()

    def now(self) -> datetime:
        if self.down:
            raise HouseDown("The service risk does not answer.")
        return self.time

    def set_clocks(self, to: datetime, *, is_running: bool) -> None:
        assert to >= self.time
        self.time, self.is_running = to, is_running

    def next_due(self) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for instant in sorted(self.due):
            for name in self.due[instant]:
                found.setdefault(name, instant)
        return found

    def do_due(self, service: str, now: datetime) -> int:
        if service in self.fails_at:
            raise HouseDown(f"The service {service} does not answer.")
        if service in self.stubborn:
            return 0
        assert now == self.time
        assert self.to_deliver == 0
        done = 0
        for instant in [each for each in self.due if each <= now and service in self.due[each]]:
            self.due[instant].remove(service)
            self.log.append((service, now))
            self.to_deliver += 2
            done += 1
            if following := self.follows.get((service, instant)):
                self.due.setdefault(following[0], []).append(following[1])
        return done

    def undelivered(self) -> int:
        waiting = self.to_deliver
        self.to_deliver = max(0, self.to_deliver - 1)
        return waiting


def patience(seconds: float = 5.0) -> Patience:
    return Patience(seconds, pause=lambda _: None)


def to(instant: datetime) -> Callable[[datetime], datetime]:
    return lambda _: instant


def test_everything_is_done_at_its_own_instant_and_in_order() -> None:
    house = PaperHouse(
        {NOON + 2 * DAY: ["risk"], NOON + DAY: ["dps-admission", "risk"], NOON + 9 * DAY: ["assessment"]}
    )

    walked = advance(house, to(NOON + 5 * DAY), patience=patience())

    assert house.log == [("dps-admission", NOON + DAY), ("risk", NOON + DAY), ("risk", NOON + 2 * DAY)]
    assert (walked.instants, dict(walked.done)) == (2, {"dps-admission": 1, "risk": 2})
    assert (house.time, house.is_running, house.to_deliver) == (NOON + 5 * DAY, True, 0)


def test_what_becomes_due_on_the_way_is_done_on_the_way() -> None:
    house = PaperHouse({NOON + DAY: ["risk"]})
    house.follows[("risk", NOON + DAY)] = (NOON + 2 * DAY, "assessment")
    advance(house, to(NOON + 3 * DAY), patience=patience())
    assert house.log == [("risk", NOON + DAY), ("assessment", NOON + 2 * DAY)]


def test_what_was_overdue_is_done_first_and_the_clock_never_goes_back() -> None:
    house = PaperHouse({NOON - DAY: ["risk"]})
    advance(house, to(NOON + DAY), patience=patience())
    [(service, at)] = house.log
    assert service == "risk"
    assert NOON <= at <= NOON + timedelta(seconds=5)


@pytest.mark.parametrize("instant", [NOON, NOON - DAY])
def test_the_clock_moves_forward_only(instant: datetime) -> None:
    house = PaperHouse()
    with pytest.raises(ClockMovesForward):
        advance(house, to(instant), patience=patience())
    assert (house.time, house.is_running) == (NOON, True)


def test_the_clock_moves_ten_years_at_most() -> None:
    with pytest.raises(ClockTooFar):
        advance(PaperHouse(), to(NOON + 4000 * DAY), patience=patience())
    late = PaperHouse()
    late.time = datetime(9999, 12, 30, tzinfo=UTC)
    with pytest.raises(ClockTooFar):
        advance(late, lambda now: now + 30 * DAY, patience=patience())


def test_a_service_that_fails_on_the_way_leaves_the_clock_where_it_came_to_and_running() -> None:
    house = PaperHouse({NOON + DAY: ["risk"], NOON + 2 * DAY: ["assessment"]})
    house.fails_at = {"assessment"}

    with pytest.raises(ClockStuck, match="assessment"):
        advance(house, to(NOON + 3 * DAY), patience=patience())

    assert (house.time, house.is_running) == (NOON + 2 * DAY, True)


def test_work_that_is_due_and_never_done_is_named_instead_of_waited_for() -> None:
    house = PaperHouse({NOON + DAY: ["risk"]})
    house.stubborn = {"risk"}
    with pytest.raises(ClockStuck, match="due in risk"):
        advance(house, to(NOON + 3 * DAY), patience=patience())


def test_deliveries_that_never_arrive_end_the_wait() -> None:
    house = PaperHouse()
    house.undelivered = lambda: 3  # type: ignore[method-assign]  # nothing is ever delivered
    with pytest.raises(ClockStuck, match="3 events"):
        advance(house, to(NOON + DAY), patience=patience(0.05))


def test_the_house_is_asked_over_http_as_the_services_answer(settings: Settings) -> None:
    asked: list[tuple[str, str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked.append((request.method, str(request.url.path), body))
        port = request.url.port or 0
        answers = {
            "/internal/clock": {"now": f"2026-03-02T12:00:0{port % 10}Z"},
            "/internal/due": {"next": "2026-03-03T02:00:00Z" if port % 2 else None, "done": 3},
            "/internal/pending": {"undelivered": 1},
        }
        return httpx.Response(200, json=answers[request.url.path])

    house = HouseByHttp(httpx.Client(transport=httpx.MockTransport(answer)), settings)

    assert house.now() == NOON + timedelta(seconds=4)
    assert set(house.next_due()) == {"directory", "assessment"}
    assert house.do_due("risk", NOON) == 3
    assert asked[-1] == ("POST", "/internal/due", {"now": NOON.isoformat()})
    assert house.undelivered() == 4
    house.set_clocks(NOON, is_running=False)
    assert [each[0] for each in asked[-4:]] == ["PUT"] * 4


@pytest.mark.parametrize("status", [404, 409, 500])
def test_a_service_that_answers_badly_is_named(settings: Settings, status: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    with pytest.raises(HouseDown, match="directory"):
        HouseByHttp(httpx.Client(transport=transport), settings).now()


@pytest.fixture
def house(app: FastAPI, client_as: ClientAs) -> PaperHouse:
    paper = PaperHouse({NOON + DAY: ["risk"]})
    app.dependency_overrides[get_house] = lambda: paper
    return paper


def test_an_administrator_moves_the_clock_and_hears_what_was_done(client_as: ClientAs, house: PaperHouse) -> None:
    response = client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"days": 2})
    assert response.status_code == 200, response.text
    assert response.json() == {
        "began": "2026-03-02T12:00:00Z",
        "now": "2026-03-04T12:00:00Z",
        "instants": 1,
        "done": {"risk": 1},
    }
    back = client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"to": "2026-03-01T12:00:00Z"})
    assert (back.status_code, back.json()["type"]) == (409, "/problems/clock-moves-forward")


def test_only_an_administrator_moves_the_clock_and_everybody_sees_it(client_as: ClientAs, house: PaperHouse) -> None:
    assert client_as().get("/v1/demo/clock").status_code == 200
    assert client_as().post("/v1/demo/clock", json={"days": 1}).status_code == 401
    assert client_as(Role.COMMISSIONING_MANAGER).post("/v1/demo/clock", json={"days": 1}).status_code == 403
    assert house.time == NOON


@pytest.mark.parametrize("body", [{}, {"days": 0}, {"to": "2026-03-05T12:00:00"}, {"days": 1, "to": "x"}])
def test_a_move_that_makes_no_sense_is_refused(client_as: ClientAs, house: PaperHouse, body: dict[str, Any]) -> None:
    assert client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json=body).status_code == 422
    assert house.time == NOON


def test_only_one_moves_the_clock_at_a_time(client_as: ClientAs, house: PaperHouse, engine: Engine) -> None:
    with engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_MOVER})
        response = client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"days": 1})
        other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ONE_MOVER})
    assert (response.status_code, response.json()["type"]) == (409, "/problems/clock-is-moving")
    assert client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"days": 1}).status_code == 200


def test_a_house_that_is_down_is_a_clear_503(client_as: ClientAs, house: PaperHouse) -> None:
    house.down = {"risk"}
    response = client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"days": 1})
    assert response.status_code == 503
    assert "risk" in response.json()["detail"]
    assert response.headers["retry-after"]


def test_in_production_there_is_no_such_clock(client_as: ClientAs, app: FastAPI, house: PaperHouse) -> None:
    demonstration = app.state.settings
    app.state.settings = demonstration.model_copy(update={"mode": Mode.PRODUCTION})
    try:
        assert client_as().get("/v1/demo/clock").status_code == 404
        assert client_as(Role.ADMINISTRATOR).post("/v1/demo/clock", json={"days": 1}).status_code == 404
    finally:
        app.state.settings = demonstration
    assert house.time == NOON
