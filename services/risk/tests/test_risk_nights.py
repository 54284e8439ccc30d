"""The refresh of the estate: every night at two in London, in chunks, once, resumable, and loud when it is late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from make_risk import ClientAs, green_service, provider, register_fact
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.clock import set_clock
from assay_kit.testing import do_due, told
from risk.bands import actions, exchange, nights
from risk.bands.actions import refresh
from risk.bands.nights import alert, late_from, next_alert, night_after, refresh_estate
from risk.bands.working import Worked, work_out
from risk.main import SERVICE
from risk.registers.rules import Register
from risk.tables import AssessmentRating, BandResult, EstateRefresh, ServiceBand

NIGHT = datetime(2026, 3, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "night"),
    [
        (datetime(2026, 3, 28, 2, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),  # clocks go forward: 23 hours
        (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 30, 1, tzinfo=UTC)),
        (datetime(2026, 10, 24, 1, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),  # back: 25 hours, and once
        (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        (datetime(2026, 10, 25, 2, tzinfo=UTC), datetime(2026, 10, 26, 2, tzinfo=UTC)),
    ],
)
def test_two_in_london_is_right_on_the_nights_on_which_the_clocks_change(before: datetime, night: datetime) -> None:
    assert night_after(before) == night


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_each_night_around_a_change_of_the_clocks_is_done_once(session: Session, at: Any, day: date) -> None:
    green_service(session)
    at.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    refresh_estate(session, at.now)
    first = len(session.exec(select(EstateRefresh)).all())
    for hour in range(2 * 24):
        while refresh_estate(session, at.now + timedelta(hours=hour)):
            pass
    done = session.exec(select(EstateRefresh).order_by(EstateRefresh.due_at)).all()  # type: ignore[arg-type]  # SQLModel types a column as its value
    assert len(done) - first == 2
    assert all(each.finished_at == each.due_at for each in done[first:])


@pytest.fixture
def estate(own_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Five services that turn red tonight, two to a chunk."""
    monkeypatch.setattr(nights, "CHUNK", 2)
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        of = provider(session)
        for _ in range(5):
            green_service(session, of)
        session.execute(update(AssessmentRating).values(rating="poor"))
    return own_database


def turn(engine: Engine, now: datetime = NIGHT) -> int:
    with Session(engine, info={"service": SERVICE}) as session, session.begin():
        return refresh_estate(session, now)


def to_the_end(engine: Engine) -> list[int]:
    done = []
    while chunk := turn(engine):
        done.append(chunk)
    return done


def reds(engine: Engine) -> tuple[int, int]:
    with Session(engine) as session:
        shown = session.exec(select(ServiceBand).where(ServiceBand.band == "red")).all()
        return len(shown), len(session.exec(select(BandResult).where(BandResult.band == "red")).all())


def test_a_refresh_whose_connection_is_killed_goes_on_where_it_was(
    estate: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert turn(estate) == 2

    def killed(session: Session, *about: Any, **more: Any) -> int:
        changed = refresh(session, *about, **more)
        mine = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with estate.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
        session.execute(text("SELECT 1"))
        return changed

    monkeypatch.setattr(nights, "refresh", killed)
    with pytest.raises(OperationalError):
        turn(estate)
    assert reds(estate) == (2, 2)
    monkeypatch.setattr(nights, "refresh", refresh)
    assert to_the_end(estate) == [2, 1]
    assert reds(estate) == (5, 5)
    with Session(estate) as session:
        [done] = session.exec(select(EstateRefresh)).all()
    assert (done.service_count, done.refreshed_count, done.changed_count) == (5, 5, 5)
    assert done.finished_at == NIGHT
    assert done.working_seconds > 0


def test_two_nights_that_begin_at_once_are_one(estate: Engine) -> None:
    with ThreadPoolExecutor(2) as threads:
        chunks = sorted(chunk for done in threads.map(lambda _: to_the_end(estate), range(2)) for chunk in done)
    assert chunks == [1, 2, 2]
    assert reds(estate) == (5, 5)
    with Session(estate) as session:
        [done] = session.exec(select(EstateRefresh)).all()
    assert (done.refreshed_count, done.changed_count) == (5, 5)


def test_how_far_a_refresh_has_come_can_be_read_while_it_runs(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nights, "CHUNK", 1)
    of = provider(session)
    for _ in range(3):
        green_service(session, of)
    refresh_estate(session, NIGHT)
    [shown] = client_as(Role.AUDITOR).get("/v1/estate-refreshes").json()["items"]
    assert (shown["refreshed_count"], shown["service_count"], shown["finished_at"]) == (1, 3, None)
    assert shown["working_seconds"] > 0


def late_messages(session: Session) -> list[MessageRequested]:
    return [each for each in told(session, MessageRequested) if each.template == "estate_refresh_late"]


def failing(*_: Any, **__: Any) -> int:
    raise OperationalError("COPY", None, Exception("The disk is full."))


def test_administrators_hear_every_morning_of_a_night_that_is_not_finished_by_six(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    green_service(session)
    assert next_alert(session) == late_from(NIGHT) == datetime(2026, 3, 3, 6, tzinfo=UTC)
    monkeypatch.setattr(nights, "refresh", failing)
    before_six, six = datetime(2026, 3, 3, 5, 59, tzinfo=UTC), late_from(NIGHT)
    for now in (NIGHT, before_six):
        with pytest.raises(OperationalError), session.begin_nested():
            refresh_estate(session, now)
        assert alert(session, now) == 0
    assert alert(session, six) == 1
    assert alert(session, six + timedelta(minutes=1)) == 0
    assert next_alert(session) == six + timedelta(days=1)
    [message] = late_messages(session)
    assert message.to.role is Role.ADMINISTRATOR
    assert message.personalisation == {"due_at": "3 March 2026", "done": "0", "services": "0"}
    assert alert(session, six + timedelta(days=1)) == 1
    monkeypatch.undo()
    do_due(session, six + timedelta(days=1, minutes=2))
    assert [each.personalisation["due_at"] for each in late_messages(session)] == [
        "3 March 2026",
        "3 March 2026",
        "4 March 2026",  # it could not begin before the one before it was done
    ]
    [_, shown] = client_as(Role.AUDITOR).get("/v1/estate-refreshes").json()["items"]
    assert (shown["alerted_at"], shown["finished_at"]) == ("2026-03-04T06:00:00Z", "2026-03-04T06:02:00Z")


@pytest.mark.parametrize(("place", "ahead"), [(0, None), (0, 1), (1, 2), (2, 1)])
def test_a_service_that_cannot_be_worked_out_stops_no_other(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, place: int, ahead: int | None
) -> None:
    """Whether what is known of it was still on its way, or results before it are: of many services they are."""
    if ahead is not None:
        for name, many in {"_MANY": 1, "_AT_ONCE": 1, "_AHEAD": ahead}.items():
            monkeypatch.setattr(exchange, name, many)
    of = provider(session)
    others = [green_service(session, of, is_regulated=True, cqc_location_id=f"1-{n}") for n in range(3)]
    odd = others.pop(place)
    session.execute(update(AssessmentRating).values(rating="poor"))
    register_fact(session, Register.CQC, f"1-{place}", {"is_registered": True, "of_an_older_shape": 1})
    while refresh_estate(session, NIGHT):
        pass
    session.expire_all()
    bands = {each.care_service_id: each.band for each in session.exec(select(ServiceBand))}
    assert {bands[each.id] for each in others} == {"red"}
    assert bands[odd.id] != "red"
    [shown] = client_as(Role.AUDITOR).get("/v1/estate-refreshes").json()["items"]
    assert (shown["refreshed_count"], shown["failed_count"]) == (3, 1)
    assert shown["failures"] == [{"care_service_id": str(odd.id), "why": "ValidationError"}]
    [message] = [each for each in told(session, MessageRequested) if each.template == "estate_refresh_failures"]
    assert (message.to.role, message.personalisation["first"]) == (Role.ADMINISTRATOR, str(odd.id))
    [task] = client_as(Role.COMPLIANCE_OFFICER).get("/v1/case-tasks").json()["items"]
    assert task["care_service_id"] == str(odd.id)


def test_a_database_that_gives_up_while_results_go_out_is_no_odd_service(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*facts: Any, **more: Any) -> Worked:
        sleep(0.4)
        return work_out(*facts, **more)

    of = provider(session)
    for _ in range(2):
        green_service(session, of)
    session.execute(update(AssessmentRating).values(rating="poor"))
    monkeypatch.setattr(actions, "work_out", slowly)
    session.execute(text("SET LOCAL statement_timeout = '300ms'"))
    with pytest.raises(OperationalError, match="statement timeout"), session.begin_nested():
        refresh_estate(session, NIGHT)


def test_a_night_that_works_until_six_is_told_of_while_it_works(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nights, "CHUNK", 1)
    of = provider(session)
    for _ in range(2):
        green_service(session, of)
    refresh_estate(session, NIGHT)
    session.execute(update(EstateRefresh).values(working_seconds=4 * 3600))
    session.expire_all()
    refresh_estate(session, NIGHT)
    assert len(late_messages(session)) == 1


def test_a_night_that_is_done_and_a_clock_that_is_being_moved_are_never_late(session: Session) -> None:
    green_service(session)
    do_due(session, NIGHT)
    do_due(session, late_from(NIGHT))
    set_clock(session, NIGHT + timedelta(days=9), is_running=False)
    do_due(session, late_from(NIGHT) + timedelta(days=9))
    assert late_messages(session) == []
