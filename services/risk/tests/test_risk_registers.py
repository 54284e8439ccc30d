"""What registers say, how it is read, and how they are asked: over HTTP, against a local server."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest
import stamina
from make_registers import (
    RegisterServer,
    Said,
    company,
    establishment,
    group_rating,
    groups,
    insolvency,
    location,
    register_server,
)
from make_risk import care_service, feeds_heard, green_service, rating
from sqlmodel import Session, select

from assay_kit.testing import NOON
from risk.indicators.cqc_rating import rating_for
from risk.registers.clients import CompanyRegister, CqcRegister, FoodRegister
from risk.registers.companies import parse_company
from risk.registers.cqc import parse_key_questions, parse_location, parse_rating
from risk.registers.food import parse_establishment
from risk.registers.http import KeyRefused, Manners, RegisterHttp, RegisterRefuses, RegisterUnavailable
from risk.registers.nightly import next_reading, read_due, read_register
from risk.registers.rules import Register
from risk.registers.settings import RegisterSettings
from risk.tables import ExternalFact, RegisterNight, ServiceBand

Http = Callable[..., RegisterHttp]

# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Good", "good"),
        ("REQUIRES IMPROVEMENT", "requires_improvement"),
        (" outstanding ", "outstanding"),
        ("Inadequate", "inadequate"),
        ("Inspected but not rated", None),
        ("No published rating", None),
        ("Insufficient evidence to rate", None),
        ("Not yet scored", None),
        ("No Approved Rating", None),
        ("", None),
        (None, None),
    ],
)
def test_what_is_not_a_rating_is_none(said: str | None, read: str | None) -> None:
    assert parse_rating(said) == read


def test_key_questions_are_read_by_name() -> None:
    said = [
        {"name": "Well-led", "rating": "Good"},
        {"name": "Safe", "rating": "Not yet scored"},
        {"name": "caring", "rating": "Outstanding"},
    ]
    assert parse_key_questions(said) == {"Caring": "outstanding", "Well-led": "good"}


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({}, ("good", date(2025, 9, 2))),
        ({"assessment": []}, ("requires_improvement", date(2023, 5, 18))),
        (
            {"assessment": groups(group_rating(assessmentDate="2022-01-01"))},
            ("requires_improvement", date(2023, 5, 18)),
        ),
        ({"assessment": groups(group_rating(status="Historic"))}, ("requires_improvement", date(2023, 5, 18))),
        ({"assessment": groups(group_rating(rating="Not yet scored"))}, ("requires_improvement", date(2023, 5, 18))),
        (
            {
                "assessment": groups(
                    group_rating(rating="Inadequate", name="Residential homes"),
                    group_rating(rating="Good", assessmentDate="2025-01-01"),
                )
            },
            ("good", date(2025, 1, 1)),
        ),
        ({"assessment": [], "currentRatings": {}}, None),
        ({"assessment": None, "currentRatings": None}, None),
    ],
)
def test_the_rating_is_the_latest_of_both_places(about: dict[str, Any], expected: tuple[str, date] | None) -> None:
    chosen = rating_for("home_care", parse_location(location(**about)).ratings)
    assert (None if chosen is None else (chosen.rating, chosen.rated_on)) == expected


def test_an_inherited_rating_is_marked() -> None:
    overall = {"overall": {"rating": "Good", "reportDate": "2020-01-10", "organisationId": "1-600000009"}}
    [inherited] = parse_location(location(currentRatings=overall, assessment=[])).ratings
    assert inherited.is_inherited


def test_deregistration_is_said_and_never_concluded() -> None:
    assert parse_location(location()).is_registered
    assert parse_location({}).is_registered
    gone = location(
        registrationStatus="Deregistered",
        relationships=[
            {"relatedLocationId": "1-800000002", "type": "HSCA Successor"},
            {"relatedLocationId": "1-600000001", "type": "HSCA Predecessor"},
        ],
    )
    read = parse_location(gone)
    assert (read.is_registered, read.successors) == (False, ("1-800000002",))


def test_the_two_signs_of_a_vacancy_are_kept_apart() -> None:
    assert parse_location(location()).names_manager is True
    unnamed = location(regulatedActivities=[{"name": "Personal care", "contacts": []}])
    assert parse_location(unnamed).names_manager is False
    assert parse_location(location(regulatedActivities=[])).names_manager is None
    absent = parse_location(location(registeredManagerAbsentDate="2026-01-15"))
    assert (absent.manager_absent_since, absent.names_manager) == (date(2026, 1, 15), True)


@pytest.mark.parametrize(
    ("value", "rated", "expected"),
    [
        ("5", "2025-11-02T00:00:00", ("5", date(2025, 11, 2))),
        ("0", "2025-11-02T00:00:00", ("0", date(2025, 11, 2))),
        ("Exempt", "1901-01-01T00:00:00", ("exempt", None)),
        ("AwaitingInspection", "1901-01-01T00:00:00", ("awaiting", None)),
        ("AwaitingPublication", "1901-01-01T00:00:00", ("awaiting", None)),
        ("Improvement Required", "2025-11-02T00:00:00", ("improvement_required", date(2025, 11, 2))),
        ("Something new", "", ("awaiting", None)),
    ],
)
def test_a_food_rating_is_a_string_and_1901_is_no_date(
    value: str, rated: str, expected: tuple[str, date | None]
) -> None:
    read = parse_establishment(establishment(value, rated))
    assert (read.value, read.rated_on) == expected


def test_a_company_is_read_with_its_liquidations() -> None:
    profile = company(company_status="liquidation", accounts={"overdue": True}, has_insolvency_history=True)
    kinds = ("members-voluntary-liquidation", "in-administration")
    read = parse_company(profile, insolvency(*kinds))
    assert read.model_dump() == {
        "status": "liquidation",
        "status_detail": None,
        "accounts_overdue": True,
        "liquidation_cases": ("members-voluntary-liquidation",),
        "has_insolvency_history": True,
    }
    assert parse_company({"accounts": None}, None).status is None


# ---------------------------------------------------------------- asking


@pytest.fixture
def server() -> Iterator[RegisterServer]:
    with register_server() as running:
        yield running


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Retries as they are, without the pauses between them."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
def http(server: RegisterServer) -> Iterator[Callable[..., RegisterHttp]]:
    """Makes clients of the server, and closes them."""
    with ExitStack() as closing:

        def make(url: str = server.url, sleep: Callable[[float], None] = time.sleep, **about: Any) -> RegisterHttp:
            manners = Manners(**{"timeout": 2.0, "per_minute": 60_000} | about)
            made = RegisterHttp(url, manners=manners, sleep=sleep)
            closing.callback(made.close)
            return made

        yield make


def test_each_register_is_asked_in_its_own_way(server: RegisterServer) -> None:
    server.says("/locations/1-700000001", location())
    server.says("/Establishments/700001", establishment("5"))
    server.says("/company/07000001", company())
    settings = RegisterSettings(
        cqc_url=server.url, cqc_key="k-1", food_url=server.url, companies_url=server.url, companies_key="k-2"
    )
    assert settings.asked == (Register.CQC, Register.FOOD, Register.COMPANIES)
    for register, key in ((Register.CQC, "1-700000001"), (Register.FOOD, "700001"), (Register.COMPANIES, "07000001")):
        client = settings.client(register)
        assert client.read(key) is not None
        client.close()
    headers = dict(server.asked)
    assert headers["/locations/1-700000001"]["ocp-apim-subscription-key"] == "k-1"
    assert headers["/locations/1-700000001"]["user-agent"].startswith("Assay")
    assert headers["/Establishments/700001"]["x-api-version"] == "2"
    assert headers["/company/07000001"]["authorization"] == "Basic ay0yOg=="  # k-2 and an empty password
    assert "/company/07000001/insolvency" in server.paths()


def test_no_register_is_asked_unless_it_is_configured() -> None:
    assert RegisterSettings(cqc_url="http://127.0.0.1:9", cqc_key="").asked == ()


def test_what_a_register_does_not_know_is_none(http: Http) -> None:
    assert CqcRegister(http()).read("1-9") is None
    assert FoodRegister(http()).read("9") is None
    assert CompanyRegister(http()).read("9") is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_register_is_asked_again(server: RegisterServer, http: Http, status: int) -> None:
    server.says("/locations/1-1", Said(status=status, headers={"Retry-After": "0"}), Said(status=status), location())
    assert CqcRegister(http()).read("1-1") is not None
    assert server.paths() == ["/locations/1-1"] * 3


def test_retry_after_is_heeded(server: RegisterServer, http: Http) -> None:
    server.says("/x", Said(status=429, headers={"Retry-After": "1"}), {"fine": True})
    began = datetime.now(UTC)
    with stamina.set_testing(False):
        assert http().get("/x") == {"fine": True}
    assert (datetime.now(UTC) - began).total_seconds() >= 1.0


def test_a_register_that_goes_on_failing_is_left_alone_for_a_while(server: RegisterServer, http: Http) -> None:
    server.says("/x", Said(status=500))
    asked = http(opens_after=2)
    for _ in range(3):
        with pytest.raises(RegisterUnavailable):
            asked.get("/x")
    assert len(server.asked) == 2 * 4


@pytest.mark.parametrize("body", ["<html>", "[1]", '"text"'])
def test_what_is_no_json_object_is_no_answer(server: RegisterServer, http: Http, body: str) -> None:
    server.says("/x", Said(body=body))
    with pytest.raises(RegisterUnavailable):
        http().get("/x")


def test_a_refusal_is_not_tried_again(server: RegisterServer, http: Http) -> None:
    server.says("/x", Said(status=403))
    server.says("/y", Said(status=410))
    with pytest.raises(RegisterRefuses):
        http().get("/x")
    with pytest.raises(KeyRefused):
        http().get("/y")
    assert len(server.asked) == 2


def test_a_register_that_is_down_is_unavailable(http: Http) -> None:
    nobody = http("http://127.0.0.1:9", timeout=0.5)
    with pytest.raises(RegisterUnavailable):
        nobody.get("/x")


def test_requests_keep_their_distance(server: RegisterServer, http: Http) -> None:
    server.says("/x", {})
    pauses: list[float] = []
    asked = http(sleep=pauses.append, per_minute=60)
    for _ in range(3):
        asked.get("/x")
    assert len(pauses) == 2
    assert pauses[0] > 0.5
    assert pauses[1] > 1.5


# ---------------------------------------------------------------- keeping


def band_of(session: Session, care_service_id: Any) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == care_service_id)).one())


def test_a_night_reads_every_location_and_the_band_follows(session: Session, server: RegisterServer) -> None:
    feeds_heard(session)
    service = care_service(session, is_regulated=True, cqc_location_id="1-700000001", requires_registered_manager=True)
    rating(session, service)
    assert band_of(session, service.id) == "not_enough_information"
    server.says("/locations/1-700000001", location())
    settings = RegisterSettings(cqc_url=server.url, cqc_key="k")
    night = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert read_register(session, Register.CQC, settings.client, now=NOON) == 0
    assert read_register(session, Register.CQC, settings.client, now=night) == 1
    assert read_register(session, Register.CQC, settings.client, now=night) == 0
    assert band_of(session, service.id) == "green"
    [fact] = session.exec(select(ExternalFact)).all()
    assert (fact.method, fact.record) == ("fetched", location())


def test_the_same_answer_moves_the_day_it_was_seen_and_another_is_a_new_row(
    session: Session, server: RegisterServer
) -> None:
    green_service(session, is_regulated=True, cqc_location_id="1-700000001")
    settings = RegisterSettings(cqc_url=server.url, cqc_key="k")
    server.says("/locations/1-700000001", location(), location(), location(registeredManagerAbsentDate="2026-03-04"))
    for day in (3, 4, 5):
        read_register(session, Register.CQC, settings.client, now=datetime(2026, 3, day, 0, 30, tzinfo=UTC))
    facts = session.exec(select(ExternalFact).order_by(ExternalFact.fetched_at)).all()  # type: ignore[arg-type]  # a column
    assert [(each.fetched_at.day, each.last_seen_at.day) for each in facts] == [(3, 4), (5, 5)]


def test_a_failing_register_keeps_what_it_last_said(session: Session, server: RegisterServer) -> None:
    service = green_service(session, is_regulated=True, cqc_location_id="1-700000001")
    settings = RegisterSettings(cqc_url=server.url, cqc_key="k")
    server.says("/locations/1-700000001", location(), Said(status=500))
    for day in (3, 4):
        read_register(session, Register.CQC, settings.client, now=datetime(2026, 3, day, 0, 30, tzinfo=UTC))
    failed = session.exec(
        select(RegisterNight).where(RegisterNight.due_at == datetime(2026, 3, 4, 0, 30, tzinfo=UTC))
    ).one()
    assert [each["key"] for each in failed.failures] == ["1-700000001"]
    assert failed.finished_at
    assert len(session.exec(select(ExternalFact)).all()) == 1
    assert band_of(session, service.id) == "green"


def test_where_no_register_is_configured_nothing_falls_due(session: Session) -> None:
    green_service(session)
    assert next_reading(session) is None
    assert read_due(session, datetime(2026, 4, 1, tzinfo=UTC)) == 0


def test_no_manager_named_is_a_vacancy_since_it_was_first_seen(session: Session, server: RegisterServer) -> None:
    service = green_service(session, is_regulated=True, cqc_location_id="1-700000001", requires_registered_manager=True)
    settings = RegisterSettings(cqc_url=server.url, cqc_key="k")
    unnamed = location(regulatedActivities=[{"name": "Personal care", "contacts": []}])
    server.says("/locations/1-700000001", unnamed, unnamed | {"registeredManagerAbsentDate": "2026-03-01"})
    for day in (3, 4):
        read_register(session, Register.CQC, settings.client, now=datetime(2026, 3, day, 0, 30, tzinfo=UTC))
    facts = session.exec(select(ExternalFact)).all()
    assert {each.names_no_manager_since for each in facts} == {date(2026, 3, 3)}
    assert band_of(session, service.id) == "green"
