"""What an officer read in a register and recorded by hand."""

from typing import Any

import pytest
from make_risk import ClientAs, green_service, provider
from sqlmodel import Session, select

from assay_contracts.roles import Role
from risk.tables import CaseTask, ServiceBand


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
    assert officer.post(path, json={"outcome": "Confirmed with the provider."}).json()["done_by_name"] == "Olga"
    assert officer.post(path, json={"outcome": "Confirmed with the provider."}).status_code == 409


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
