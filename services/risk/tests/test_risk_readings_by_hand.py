"""What an officer read in a register and recorded by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from make_risk import ClientAs, green_service, provider
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.identity import Principal
from assay_kit.testing import NOON
from risk.bands.repository import Bands
from risk.case_tasks.actions import open_task
from risk.indicators.facts import CompanyReading, CqcReading
from risk.registers.actions import keep
from risk.registers.rules import Method, Register
from risk.scoring_models.shipped import version_1
from risk.tables import CaseTask, ServiceBand

KEY = "1-700000001"
ACTIVE = CompanyReading(status="active")


def band_of(session: Session, care_service_id: Any) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == care_service_id)).one())


def test_an_officer_records_what_a_register_said_with_its_date(session: Session, client_as: ClientAs) -> None:
    of = provider(session, company_number="07000001")
    service = green_service(session, of)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    wanted = {
        "source": "companies",
        "key": "07000001",
        "read_on": "2026-02-27",
        "reading": {"status": "administration"},
    }
    made = officer.post("/v1/register-readings", json=wanted)
    assert made.status_code == 201, made.text
    assert (made.json()["method"], made.json()["fetched_at"]) == ("manual", "2026-02-27T12:00:00Z")
    assert band_of(session, service.id) == "red"
    older = wanted | {"read_on": "2026-01-27", "reading": {"status": "active"}}
    assert officer.post("/v1/register-readings", json=older).status_code == 201
    assert band_of(session, service.id) == "red"
    assert officer.post("/v1/register-readings", json=wanted | {"read_on": "2026-03-03"}).status_code == 409
    assert officer.post("/v1/register-readings", json=wanted | {"key": "09999999"}).status_code == 409
    for reading, field in (
        ({"state": "active"}, "companies.reading.state"),
        ({"status": "Administration"}, "companies.reading.status"),
        ({"value": "5"}, "companies.reading.value"),
    ):
        wrong = officer.post("/v1/register-readings", json=wanted | {"reading": reading})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field)
    assert len(officer.get("/v1/register-readings", params={"source": "companies"}).json()["items"]) == 2


def test_a_reading_that_comes_late_stands_for_its_own_days_and_no_longer(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    """In administration on 1 January and again on 15 November; a word of 10 November comes after it."""
    at.now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    of = provider(session, company_number="07000001")
    service = green_service(session, of)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")

    def read(read_on: str, status: str) -> None:
        said = {"source": "companies", "key": "07000001", "read_on": read_on, "reading": {"status": status}}
        assert officer.post("/v1/register-readings", json=said).status_code == 201

    read("2026-01-01", "administration")
    read("2026-11-15", "administration")
    read("2026-11-10", "active")
    assert band_of(session, service.id) == "red"
    statuses = []
    for day in (9, 10, 14, 15):
        [known] = Bands(session).known([service.id], version_1(), now=datetime(2026, 11, day, 13, tzinfo=UTC))
        assert known.facts.company is not None
        statuses.append(known.facts.company.status)
    assert statuses == ["administration", "active", "active", "administration"]
    found = officer.get("/v1/register-readings", params={"source": "companies"}).json()["items"]
    assert [(each["reading"]["status"], each["fetched_at"][:10], each["last_seen_at"][:10]) for each in found] == [
        ("administration", "2026-11-15", "2026-11-15"),
        ("active", "2026-11-10", "2026-11-10"),
        ("administration", "2026-01-01", "2026-11-10"),
    ]


def test_what_was_read_before_the_last_night_does_not_overrule_it(session: Session, client_as: ClientAs) -> None:
    service = green_service(session, provider(session, company_number="07000001"))
    by = Principal(subject="system", name="Assay")
    for days in (9, 0):
        at = NOON - timedelta(days=days, hours=11)
        keep(session, Register.COMPANIES, "07000001", ACTIVE, None, at=at, method=Method.FETCHED, by=by, now=NOON)
    late = {"source": "companies", "key": "07000001", "read_on": "2026-02-27", "reading": {"status": "administration"}}
    made = client_as(Role.COMPLIANCE_OFFICER).post("/v1/register-readings", json=late)
    assert (made.status_code, band_of(session, service.id)) == (201, "green")


def test_a_proposed_successor_opens_a_task_and_is_no_alarm(session: Session, client_as: ClientAs) -> None:
    service = green_service(session, is_regulated=True, cqc_location_id="1-700000001")
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    reading = {"is_registered": False, "successors": ["1-800000002"]}
    wanted = {"source": "cqc", "key": "1-700000001", "read_on": "2026-03-02", "reading": reading}
    assert officer.post("/v1/register-readings", json=wanted).status_code == 201
    assert officer.post("/v1/register-readings", json=wanted | {"read_on": "2026-03-01"}).status_code == 201
    assert band_of(session, service.id) == "not_enough_information"
    [task] = session.exec(select(CaseTask)).all()
    assert "1-800000002" in task.wording
    [listed] = officer.get("/v1/case-tasks", params={"care_service_id": str(service.id)}).json()["items"]
    path = f"/v1/case-tasks/{listed['id']}/completion"
    assert listed["asks_for_a_successor"] is True
    confirmed = {"outcome": "Confirmed with the provider."}
    assert officer.post(path, json=confirmed).json()["type"] == "/problems/answer-missing"
    assert officer.post(path, json=confirmed | {"is_successor": True}).json()["done_by_name"] == "Olga"
    assert officer.post(path, json=confirmed | {"is_successor": True}).json()["type"] == "/problems/case-task-done"
    assert band_of(session, service.id) == "not_enough_information"


def test_a_service_whose_successor_is_refused_is_deregistered_and_stays_so(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    """CQC goes on naming the successor, night after night; another one that it names is asked about anew."""
    of = provider(session)
    service, beside = (green_service(session, of, is_regulated=True, cqc_location_id=KEY) for _ in range(2))
    by = Principal(subject="system", name="Assay")

    def says(*successors: str) -> None:
        said = CqcReading(is_registered=False, successors=successors)
        keep(session, Register.CQC, KEY, said, {}, at=at.now, method=Method.FETCHED, by=by, now=at.now)

    says("1-800000002")
    assert band_of(session, service.id) == "not_enough_information"
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    task, _ = officer.get("/v1/case-tasks").json()["items"]
    refused = {"outcome": "Another provider opened it.", "is_successor": False}
    at.now += timedelta(hours=1)
    assert officer.post(f"/v1/case-tasks/{task['id']}/completion", json=refused).status_code == 200
    for _ in range(2):
        assert (band_of(session, service.id), band_of(session, beside.id)) == ("red", "red")
        assert officer.get("/v1/case-tasks").json()["items"] == []
        at.now += timedelta(days=1)
        says("1-800000002")
    newest = officer.get("/v1/register-readings").json()["items"][0]
    assert (newest["method"], newest["reading"]["successors"]) == ("fetched", [])
    says("1-800000002", "1-800000003")
    assert band_of(session, service.id) == "not_enough_information"
    wordings = {each["wording"] for each in officer.get("/v1/case-tasks").json()["items"]}
    assert wordings == {f"CQC deregistered location {KEY}; confirm whether 1-800000003 succeeds it."}


def test_an_officer_who_reads_of_a_refused_successor_again_is_asked_again(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session, is_regulated=True, cqc_location_id=KEY)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    said = {"source": "cqc", "key": KEY, "reading": {"is_registered": False, "successors": ["1-800000002"]}}
    assert officer.post("/v1/register-readings", json=said | {"read_on": "2026-03-02"}).status_code == 201
    [task] = officer.get("/v1/case-tasks").json()["items"]
    refused = {"outcome": "Another provider opened it.", "is_successor": False}
    assert officer.post(f"/v1/case-tasks/{task['id']}/completion", json=refused).status_code == 200
    assert officer.post("/v1/register-readings", json=said | {"read_on": "2026-03-01"}).status_code == 201
    assert band_of(session, service.id) == "red"
    at.now += timedelta(days=1)
    assert officer.post("/v1/register-readings", json=said | {"read_on": "2026-03-03"}).status_code == 201
    assert band_of(session, service.id) == "not_enough_information"


def test_a_successor_that_was_confirmed_is_asked_about_no_more(session: Session, client_as: ClientAs, at: Any) -> None:
    """The directory still has the old location: that is what the reason says, night after night."""
    of = provider(session)
    service, _ = (green_service(session, of, is_regulated=True, cqc_location_id=KEY) for _ in range(2))
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")

    def says(*successors: str) -> list[str]:
        said = CqcReading(is_registered=False, successors=successors)
        by = Principal(subject="system", name="Assay")
        keep(session, Register.CQC, KEY, said, {}, at=at.now, method=Method.FETCHED, by=by, now=at.now)
        return [each["wording"] for each in officer.get("/v1/case-tasks").json()["items"]]

    assert len(says("1-800000002")) == 2
    task, _ = officer.get("/v1/case-tasks").json()["items"]
    confirmed = {"outcome": "Confirmed with the provider.", "is_successor": True}
    at.now += timedelta(hours=1)
    assert officer.post(f"/v1/case-tasks/{task['id']}/completion", json=confirmed).status_code == 200
    for _ in range(2):
        shown = officer.get(f"/v1/care-services/{service.id}/band").json()
        assert shown["band"] == "not_enough_information"
        [why] = [each for each in shown["result"]["reasons"] if "CQC" in each]
        assert why.endswith("1-800000002 succeeds it. The directory must take over the new location.")
        at.now += timedelta(days=1)
        assert says("1-800000002") == []
    anew = f"CQC deregistered location {KEY}; confirm whether 1-800000003 succeeds it."
    assert set(says("1-800000002", "1-800000003")) == {anew}


def test_no_other_task_is_completed_with_the_answer_to_a_question_that_it_does_not_ask(
    session: Session, client_as: ClientAs
) -> None:
    open_task(session, green_service(session).id, subject="action", wording="Ask for the rota.", now=NOON)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    [task] = officer.get("/v1/case-tasks").json()["items"]
    assert task["asks_for_a_successor"] is False
    answered = {"outcome": "The rota came.", "is_successor": False}
    refused = officer.post(f"/v1/case-tasks/{task['id']}/completion", json=answered)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/nothing-to-answer")


@pytest.mark.parametrize("sign", [{"names_manager": False}, {"manager_absent_since": "2025-11-20"}])
def test_a_reading_that_says_nothing_of_the_manager_ends_no_vacancy(
    session: Session, client_as: ClientAs, sign: dict[str, Any]
) -> None:
    service = green_service(session, is_regulated=True, cqc_location_id="1-700000001", requires_registered_manager=True)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")

    def read(read_on: str, **more: Any) -> None:
        reading = {"is_registered": True, "ratings": [{"rating": "good"}], **more}
        wanted = {"source": "cqc", "key": "1-700000001", "read_on": read_on, "reading": reading}
        assert officer.post("/v1/register-readings", json=wanted).status_code == 201

    read("2025-11-22", **sign)
    assert band_of(session, service.id) == "amber"
    read("2026-02-27")
    assert band_of(session, service.id) == "amber"
    read("2026-02-28", names_manager=False)
    assert band_of(session, service.id) == "amber"
    read("2026-03-01", names_manager=True)
    assert band_of(session, service.id) == "green"


def test_what_registers_said_is_for_those_who_weigh_cases_and_an_officers_note_for_those_who_see_all(
    session: Session, client_as: ClientAs
) -> None:
    green_service(session, provider(session, company_number="07000001"))
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    wanted = {"source": "companies", "key": "07000001", "read_on": "2026-02-27", "reading": {"status": "active"}}
    made = officer.post("/v1/register-readings", json=wanted | {"note": "The night cook told us to look."})
    assert made.json()["note"] == "The night cook told us to look."

    def notes(role: Role) -> list[str | None]:
        listed = client_as(role, name="Reader").get("/v1/register-readings").json()["items"]
        return [each["note"] for each in listed]

    for role in (Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER):
        assert notes(role) == ["The night cook told us to look."]
    for role in (Role.COMMISSIONER, Role.AUDITOR):
        assert notes(role) == [None]
    for role in (Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER):
        for path in ("/v1/register-readings", "/v1/register-nights"):
            assert client_as(role, name="Reader").get(path).status_code == 403, (role, path)
    administrator = client_as(Role.ADMINISTRATOR, name="Ada")
    assert administrator.get("/v1/register-readings").status_code == 403
    assert administrator.get("/v1/register-nights").status_code == 200
