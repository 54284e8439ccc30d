"""A service made with the kit, through its own front door on a real PostgreSQL."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sample_service.main import SERVICE
from sample_service.tables import Parcel, ParcelSent, Status
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from assay_kit import due
from assay_kit.due import do_what_is_due
from assay_kit.events import acting_at, log_after, receive, tell
from assay_kit.jobs import undelivered
from assay_kit.service import create_service
from assay_kit.settings import Mode, Settings
from assay_kit.testing import NOON, envelope_for, given_keys, token_for, told
from assay_kit.timeline import timeline_of

ClientAs = Callable[..., TestClient]


def make(client: TestClient, label: str = "books", **more: Any) -> dict[str, Any]:
    response = client.post("/v1/parcels", json={"label": label, "org": str(uuid4())} | more)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def test_a_stranger_is_turned_away_even_with_malformed_json(client_as: ClientAs) -> None:
    response = client_as().post("/v1/parcels", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


def test_a_wrong_role_is_told_so_before_the_body_is_read(client_as: ClientAs) -> None:
    response = client_as("driver").post("/v1/parcels", content="{", headers={"Content-Type": "application/json"})
    assert response.status_code == 403
    assert "packer" in response.json()["detail"]


def test_a_public_operation_needs_nobody(client_as: ClientAs) -> None:
    assert client_as().get("/v1/parcels/public").status_code == 200


def test_where_any_role_is_enough_a_machine_is_not(client_as: ClientAs) -> None:
    assert client_as("driver").get("/v1/parcels/labels").json() == ["fragile"]
    assert client_as().get("/v1/parcels/labels").status_code == 401
    assert client_as(scopes=("parcels:read",)).get("/v1/parcels/labels").status_code == 403


@pytest.mark.parametrize("path", ["/events", "/internal/due", "/internal/clock", "/v1/unknown"])
def test_what_is_inside_asks_who(client_as: ClientAs, path: str) -> None:
    assert client_as().get(path).status_code == 401


def test_every_field_that_is_wrong_is_named(client_as: ClientAs) -> None:
    response = client_as("packer").post("/v1/parcels", json={"label": "", "org": "x", "more": 1})
    assert response.status_code == 422
    assert {each["field"] for each in response.json()["errors"]} == {"label", "org", "more"}


def test_a_text_with_nul_is_refused(client_as: ClientAs) -> None:
    assert client_as("packer").post("/v1/parcels", json={"label": "a\x00", "org": str(uuid4())}).status_code == 422


def test_what_the_framework_refuses_is_a_problem_document_too(client_as: ClientAs) -> None:
    client = client_as("packer")
    missing, wrong_method = client.get("/v1/unknown"), client.delete("/v1/parcels")
    assert (missing.status_code, wrong_method.status_code) == (404, 405)
    assert wrong_method.headers["allow"] == "POST"
    assert {r.headers["content-type"] for r in (missing, wrong_method)} == {"application/problem+json"}


def test_a_step_is_on_the_timeline_once_and_is_told_to_each_subscriber(client_as: ClientAs, session: Session) -> None:
    parcel = make(client_as("packer", name="Ada"))
    sent = client_as("packer", name="Bob").post(f"/v1/parcels/{parcel['id']}/dispatch")
    assert sent.json()["status"] == "sent"
    steps = [(e.step, e.by_name, e.at) for e in timeline_of(session, kind="parcel", object_id=parcel["id"])]
    assert steps == [("send", "Bob", NOON), ("begin", "Ada", NOON)]
    assert [str(event.parcel_id) for event in told(session, ParcelSent)] == [parcel["id"]]
    assert undelivered(session) == 2


def test_a_step_that_the_state_forbids_is_a_conflict(client_as: ClientAs) -> None:
    parcel = make(client_as("packer"))
    client_as("packer").post(f"/v1/parcels/{parcel['id']}/dispatch")
    again = client_as("packer").post(f"/v1/parcels/{parcel['id']}/dispatch")
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/step-not-allowed"


def test_anothers_object_is_not_there(client_as: ClientAs) -> None:
    parcel = make(client_as("packer"))
    assert client_as("packer", org=uuid4()).post(f"/v1/parcels/{parcel['id']}/dispatch").status_code == 404


def test_what_may_exist_only_once_is_a_conflict(client_as: ClientAs) -> None:
    make(client_as("packer"), "same")
    response = client_as("packer").post("/v1/parcels", json={"label": "same", "org": str(uuid4())})
    assert response.status_code == 409


def test_an_event_is_applied_once_however_often_it_comes(client_as: ClientAs, session: Session) -> None:
    event = ParcelSent(parcel_id=uuid4(), at=NOON)
    body = envelope_for(event, source="elsewhere", event_id=uuid4()).model_dump(mode="json")
    deliverer = client_as(scopes=("events:deliver",))
    said = [deliverer.post("/events", json=body).json()["outcome"] for _ in range(2)]
    assert said == ["applied", "already_known"]
    heard = session.exec(select(Parcel).where(Parcel.org == event.parcel_id)).all()
    assert len(heard) == 1


def test_a_handler_acts_when_an_event_arrives_and_never_before_it_happened(session: Session) -> None:
    acted: list[datetime] = []
    hears = replace(SERVICE, receives={ParcelSent: lambda session, event: acted.append(acting_at(session, event))})
    for happened in (NOON - timedelta(days=9), NOON + timedelta(minutes=1)):
        envelope = envelope_for(ParcelSent(parcel_id=uuid4(), at=happened), source="elsewhere", event_id=uuid4())
        receive(session, envelope, hears, now=NOON)
    assert acted == [NOON, NOON + timedelta(minutes=1)]


def test_an_event_of_no_interest_is_taken_and_left(client_as: ClientAs) -> None:
    body = envelope_for(ParcelSent(parcel_id=uuid4(), at=NOON), source="elsewhere", event_id=uuid4())
    response = client_as(scopes=("events:deliver",)).post(
        "/events", json=body.model_dump(mode="json") | {"type": "sample.other.v9"}
    )
    assert response.json() == {"outcome": "not_of_interest"}


@pytest.mark.parametrize("table", ["timeline_entry", "event_log"])
@pytest.mark.parametrize("attempt", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_log_only_grows_whoever_asks(own_database: Engine, table: str, attempt: str) -> None:
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        parcel = Parcel(label="kept", org=uuid4())
        session.add(parcel)
        tell(session, ParcelSent(parcel_id=parcel.id, at=NOON))
        session.execute(
            text(
                "INSERT INTO timeline_entry (object_kind, object_id, to_status, step, by_subject, by_name, at)"
                " VALUES ('parcel', gen_random_uuid(), 'packing', 'begin', 'x', 'X', now())"
            )
        )
    with pytest.raises(DBAPIError), own_database.begin() as connection:
        connection.execute(text(attempt.format(table)))


def test_the_log_is_never_read_past_an_event_that_is_still_being_written(own_database: Engine) -> None:
    """The first number is taken first and committed last: a reader in between must wait for it."""
    early, late = (Session(own_database, info={"service": SERVICE}) for _ in range(2))
    tell(early, ParcelSent(parcel_id=uuid4(), at=NOON))
    tell(late, ParcelSent(parcel_id=uuid4(), at=NOON))
    late.commit()

    def read() -> list[int]:
        with Session(own_database) as reader:
            return [each.sequence for each in log_after(reader, 0, limit=10, source="sample")]

    with ThreadPoolExecutor(1) as elsewhere:
        reading = elsewhere.submit(read)
        with pytest.raises(TimeoutError):
            reading.result(timeout=0.3)
        early.commit()
        first, second = reading.result(timeout=5)
        assert first < second
    early.close()
    late.close()


def test_due_work_is_done_to_the_end_in_batches(own_database: Engine) -> None:
    with Session(own_database) as session, session.begin():
        session.add_all([Parcel(label=str(n), org=uuid4(), status=Status.SENT) for n in range(5)])
    assert do_what_is_due(own_database, SERVICE, NOON) == 5
    assert do_what_is_due(own_database, SERVICE, NOON) == 0


def test_due_work_that_never_ends_is_found_out_and_work_that_just_ends_is_done(
    own_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thing a transaction, as where a zone is locked: 10,000 may fall due in one night, and more."""
    assert due._MOST_BATCHES > 2 * 10_000
    monkeypatch.setattr(due, "_MOST_BATCHES", 3)

    def night(batches: list[int]) -> int:
        left = iter(batches)
        work = due.DueWork(name="one by one", next=lambda _: NOON, do=lambda _, __: next(left, 0))
        return do_what_is_due(own_database, replace(SERVICE, due=(work,)), NOON)

    assert night([1, 1, 1]) == 3
    with pytest.raises(due.DueWorkFailed):
        night([1, 1, 1, 1])


def test_more_requests_than_connections_wait_their_turn(own_database: Engine, settings: Settings) -> None:
    app: FastAPI = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    assert settings.pool_size < 40
    headers = {"Authorization": f"Bearer {token_for(settings, 'packer')}"}
    with TestClient(app, headers=headers) as client, ThreadPoolExecutor(40) as many:
        bodies = [{"label": f"p{n}", "org": str(uuid4())} for n in range(120)]
        statuses = list(many.map(lambda body: client.post("/v1/parcels", json=body).status_code, bodies))
    assert set(statuses) == {201}


def test_whoever_waits_too_long_for_a_connection_is_told_to_come_again(
    own_database: Engine, settings: Settings
) -> None:
    narrow = settings.model_copy(update={"pool_size": 1, "pool_wait_seconds": 0.2})
    app = create_service(SERVICE, narrow, keys=given_keys(settings), engine=own_database)
    headers = {"Authorization": f"Bearer {token_for(settings, 'packer')}"}
    with (
        TestClient(app, headers=headers) as client,
        Session(own_database) as holder,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        holder.execute(text("LOCK TABLE parcel IN ACCESS EXCLUSIVE MODE"))
        slow = elsewhere.submit(client.get, "/v1/parcels/public")
        while own_database.pool.checkedout() < 2:  # type: ignore[attr-defined]  # a queue pool, as make_engine says
            time.sleep(0.01)
        refused = client.post("/v1/parcels", json={"label": "late", "org": str(uuid4())})
        holder.rollback()
        assert slow.result(timeout=5).status_code == 200
        assert client.post("/v1/parcels", json={"label": "late", "org": str(uuid4())}).status_code == 201
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json"


def test_an_unexpected_error_is_a_problem_document_and_its_line_in_the_log_names_the_request(
    own_database: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("sample_service.main.begin", broken)
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    headers = {"Authorization": f"Bearer {token_for(settings, 'packer')}", "X-Request-Id": "request-0001"}
    with TestClient(app, headers=headers) as client:
        answer = client.post("/v1/parcels", json={"label": "x", "org": str(uuid4())})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "request-0001"
    assert "secret" not in answer.text
    [line] = [json.loads(each) for each in capsys.readouterr().out.splitlines() if "unexpected" in each]
    assert line["request_id"] == "request-0001"
    assert line["exceptions"][0]["says"] == "a secret of the inside"


def test_the_demonstration_clock_moves_forward_only_and_not_far_at_once(client_as: ClientAs) -> None:
    mover = client_as(scopes=("clock:advance",))

    def move(to: datetime) -> int:
        status: int = mover.put("/internal/clock", json={"to": to.isoformat(), "is_running": False}).status_code
        return status

    steps = [NOON, NOON, NOON + timedelta(days=400), NOON, NOON + timedelta(days=801)]
    assert [move(to) for to in steps] == [200, 200, 200, 409, 409]
    assert mover.get("/internal/clock").json()["now"] == "2027-04-06T12:00:00Z"


def test_in_production_there_is_no_clock_to_move(own_database: Engine, settings: Settings) -> None:
    production = settings.model_copy(update={"mode": Mode.PRODUCTION})
    app = create_service(SERVICE, production, keys=given_keys(settings), engine=own_database)
    headers = {"Authorization": f"Bearer {token_for(settings, scopes=('clock:advance',))}"}
    client = TestClient(app, headers=headers)
    assert client.put("/internal/clock", json={"to": NOON.isoformat(), "is_running": True}).status_code == 404
    assert client.post("/internal/due", json={"now": NOON.isoformat()}).status_code == 404


def test_rights_are_written_into_the_openapi_document(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths["/v1/parcels"]["post"]["x-roles"] == ["packer"]
    assert "x-roles" not in paths["/v1/parcels/public"]["get"]
