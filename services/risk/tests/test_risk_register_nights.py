"""A night's reading of a register: what one key answers never costs the others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina
from make_registers import RegisterServer, Said, location, register_server
from make_risk import ClientAs, care_service, feeds_heard, green_service
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.roles import Role
from assay_kit.testing import NOON
from risk.main import SERVICE
from risk.registers.actions import keep as kept
from risk.registers.clients import CqcRegister
from risk.registers.http import Manners, RegisterHttp, storable
from risk.registers.nightly import read_register
from risk.registers.rules import Register
from risk.registers.settings import RegisterSettings
from risk.tables import ExternalFact, RegisterNight

NIGHT = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[RegisterServer]:
    with register_server() as running, stamina.set_testing(True, attempts=2, cap=True):
        yield running


def key(number: int) -> str:
    return f"1-70000000{number}"


def located(session: Session, count: int) -> list[CareServiceRecord]:
    feeds_heard(session)
    return [care_service(session, is_regulated=True, cqc_location_id=key(n)) for n in range(1, count + 1)]


def whole_night(session: Session, server: RegisterServer, now: datetime = NIGHT) -> RegisterNight:
    settings = RegisterSettings(cqc_url=server.url, cqc_key="k")
    while read_register(session, Register.CQC, settings.client, now=now):
        pass
    return session.exec(select(RegisterNight).where(RegisterNight.due_at == now)).one()


def read_keys(session: Session) -> set[str]:
    return set(session.exec(select(ExternalFact.key)).all())


@pytest.mark.parametrize(
    "odd",
    [
        location(relationships=["1-2"]),
        location(currentRatings={"overall": [{"rating": "Good"}]}),
        location(regulatedActivities=[None]),
        Said(status=400),
        Said(status=410),
        Said(status=500),
        Said(body="<html>"),
    ],
    ids=["relationship", "overall", "activity", "bad request", "gone", "broken", "not JSON"],
)
def test_an_odd_answer_about_one_key_is_noted_and_the_others_are_read(
    session: Session, client_as: ClientAs, server: RegisterServer, odd: Any
) -> None:
    located(session, 3)
    for number in (1, 3):
        server.says(f"/locations/{key(number)}", location())
    server.says(f"/locations/{key(2)}", odd)
    night = whole_night(session, server)
    assert read_keys(session) == {key(1), key(3)}
    assert (night.failure, night.finished_at, night.read_count, night.failed_count) == (None, NIGHT, 3, 1)
    [seen] = client_as(Role.COMPLIANCE_OFFICER).get("/v1/register-nights", params={"source": "cqc"}).json()["items"]
    assert [each["key"] for each in seen["failures"]] == [key(2)]


def test_characters_that_no_database_keeps_are_left_out(session: Session, server: RegisterServer) -> None:
    located(session, 1)
    said = location(name="Inv\x00ented", notes=["half \ud800 a pair", float("nan")])
    server.says(f"/locations/{key(1)}", said)
    assert whole_night(session, server).failures == []
    [fact] = session.exec(select(ExternalFact)).all()
    assert fact.record is not None
    assert (fact.record["name"], fact.record["notes"]) == ("Invented", ["half  a pair", None])
    assert storable({"a\x00": [1, None, True]}) == {"a": [1, None, True]}


@pytest.mark.parametrize("status", [401, 403])
def test_a_register_that_will_not_have_us_ends_the_night_at_once(
    session: Session, server: RegisterServer, status: int
) -> None:
    located(session, 3)
    server.says(f"/locations/{key(1)}", Said(status=status))
    night = whole_night(session, server)
    assert night.failure
    assert night.finished_at == NIGHT
    assert server.paths() == [f"/locations/{key(1)}"]


def test_a_register_that_is_down_is_left_for_the_night_after_three_keys(
    session: Session, server: RegisterServer
) -> None:
    located(session, 5)
    for number in range(1, 6):
        server.says(f"/locations/{key(number)}", Said(status=503))
    night = whole_night(session, server)
    assert night.failure
    assert (night.read_count, night.failed_count) == (3, 3)
    assert read_keys(session) == set()


def test_what_cannot_be_kept_costs_only_itself(
    session: Session, server: RegisterServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    located(session, 3)
    for number in (1, 2, 3):
        server.says(f"/locations/{key(number)}", location())

    def keep(writing: Session, register: Register, about: str, *rest: Any, **more: Any) -> Any:
        if about == key(2):
            writing.execute(text("SELECT 1 / 0"))
        return kept(writing, register, about, *rest, **more)

    monkeypatch.setattr("risk.registers.nightly.keep", keep)
    night = whole_night(session, server)
    assert read_keys(session) == {key(1), key(3)}
    assert [each["key"] for each in night.failures] == [key(2)]


def test_nothing_is_locked_while_a_register_is_asked(own_database: Engine, server: RegisterServer) -> None:
    """Somebody else works a service out again while the register thinks about it."""
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        service = green_service(session, is_regulated=True, cqc_location_id=key(1))
    server.says(f"/locations/{key(1)}", location())
    held: list[int] = []

    class Watched(CqcRegister):
        def read(self, asked: str) -> Any:
            with Session(own_database) as other:
                open_transactions = text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND pid <> pg_backend_pid() AND state <> 'idle'"
                )
                held.append(other.execute(open_transactions).scalar_one())
            return super().read(asked)

    def client_for(_: Register) -> CqcRegister:
        return Watched(RegisterHttp(server.url, manners=Manners(per_minute=60_000)))

    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        assert read_register(session, Register.CQC, client_for, now=NOON + timedelta(days=1)) == 1
    assert held == [0]
    with Session(own_database) as session:
        assert session.exec(select(ExternalFact.key)).all() == [service.cqc_location_id]
