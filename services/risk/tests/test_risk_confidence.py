"""Restricted information cannot be had by those who may not see it, through any field, filter, search or count."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from make_risk import ClientAs, care_service, green_service
from sqlmodel import Session

from assay_contracts.roles import Role, Scope
from assay_kit.testing import NOON
from risk.bands.rules import IN_CONFIDENCE

LOCATION = "1-900000001"
SECRET = "The night manager was dismissed"
OTHERS = [Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER, Role.COMMISSIONER, Role.AUDITOR]


def restricted_death(session: Session, client_as: ClientAs) -> Any:
    service = green_service(session)
    entry = {
        "kind": "unexpected_death",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-10",
        "source": "Coroner",
        "restricted": True,
        "substantiated": True,
        "narrative": SECRET,
    }
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=entry)
    assert made.status_code == 201, made.text
    return service, made.json()["id"]


@pytest.mark.parametrize("role", OTHERS)
def test_others_see_the_band_and_the_fixed_sentence(session: Session, client_as: ClientAs, role: Role) -> None:
    service, _ = restricted_death(session, client_as)
    reader = client_as(role, name="Reader")
    weighs_cases = role in {Role.COMMISSIONER, Role.AUDITOR}
    page = f"/v1/care-services/{service.id}"
    for path in (page, "/v1/dashboard", *((f"{page}/band", f"{page}/band-results") if weighs_cases else ())):
        answer = reader.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert IN_CONFIDENCE in answer.text
        for word in (SECRET, "unexpected death in 12", 'unexpected_death"', "Coroner", "2026-02-10"):
            assert word not in answer.text, (path, word)
    if not weighs_cases:
        return
    result = reader.get(f"{page}/band").json()["result"]
    [reading] = [each for each in result["readings"] if each["indicator"] == "unexpected_deaths"]
    assert (reading["level"], reading["state"], reading["working"]) == (None, None, None)
    assert result["points"] is None


PLAIN = {
    "care_service_id",
    "care_service_name",
    "care_service_type",
    "zones",
    "provider_id",
    "provider_name",
    "band",
    "since",
    "reasons",
    "embargo",
    "embargo_limits",
    "embargo_since",
}
"""All that is shown of a service to who arranges care: whatever else there is is not for them."""
COLUMNS = {
    "Service",
    "Type",
    "Zones",
    "Provider",
    "Band",
    "Since",
    "Reasons",
    "Embargo",
    "Embargo limits",
    "Embargo since",
    "Service id",
    "Provider id",
}


@pytest.mark.parametrize("role", [Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER])
def test_who_arranges_care_is_shown_the_same_few_fields_everywhere(
    session: Session, client_as: ClientAs, role: Role
) -> None:
    service, _ = restricted_death(session, client_as)
    care_service(session, **service.model_dump() | {"version": 2, "cqc_location_id": LOCATION})
    embargo = {
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "extent": "part",
        "limit_text": "Nobody who needs two carers",
        "reason": "The night manager told the case meeting so.",
        "review_on": "2026-03-30",
        "notice_text": "A limit from today.",
    }
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    issued = manager.post("/v1/urgent-embargoes", json=embargo)
    assert issued.status_code == 201, issued.text
    reader, page = client_as(role, name="Reader"), f"/v1/care-services/{service.id}"
    shown = reader.get(page).json()
    assert shown.keys() == PLAIN
    assert reader.get("/v1/dashboard").json()["items"] == [shown]
    limited = (shown["embargo"], shown["embargo_limits"], shown["embargo_since"])
    assert limited == ("part", ["Nobody who needs two carers"], "2026-03-02")
    assert shown["reasons"] == ["Partial embargo on new placements in force since 2 March 2026.", IN_CONFIDENCE]
    [row] = csv.DictReader(StringIO(reader.get("/v1/dashboard-export").text))
    assert row.keys() == COLUMNS
    place = f"/v1/locations/{LOCATION}"
    [there] = reader.get(place).json()["items"]
    assert there.keys() == PLAIN - {"zones", "provider_name", "reasons"} | {"cqc_location_id"}
    machine = client_as(scopes=(Scope.BANDS_READ,), name="Brokerage system")
    for other in (manager, machine):
        assert other.get(place).json()["items"] == [there | {"computed_band": "red"}]
    others = ("/v1/interventions", f"{page}/case-file", "/v1/overrides", "/v1/dashboard-history")
    for path in (f"{page}/band", f"{page}/band-results", *others):
        assert reader.get(path).status_code == 403, path
    for asked in ({"moved_since": "2026-03-01"}, {"officer": "person:olga"}):
        for path in ("dashboard", "dashboard-counts", "dashboard-export"):
            assert reader.get(f"/v1/{path}", params=asked).status_code == 403
    assert manager.get(page).json().keys() == {"standing", "interventions", "timeline"} | {
        each for each in PLAIN if each.startswith(("care_", "provider_"))
    }


@pytest.mark.parametrize("role", [Role.COMPLIANCE_OFFICER, Role.COMMISSIONING_MANAGER])
def test_those_who_work_with_it_see_it_whole(session: Session, client_as: ClientAs, role: Role) -> None:
    service, entry_id = restricted_death(session, client_as)
    reader = client_as(role, name="Reader")
    assert "1 unexpected death in 12 months." in reader.get(f"/v1/care-services/{service.id}/band").text
    assert reader.get(f"/v1/intelligence/{entry_id}").json()["narrative"] == SECRET


@pytest.mark.parametrize("role", [Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER, Role.ADMINISTRATOR])
def test_intelligence_is_not_for_them_at_all(session: Session, client_as: ClientAs, role: Role) -> None:
    _, entry_id = restricted_death(session, client_as)
    reader = client_as(role, name="Reader")
    assert reader.get("/v1/intelligence").status_code == 403
    assert reader.get(f"/v1/intelligence/{entry_id}").status_code == 403


def kinds(reader: TestClient, **asked: str) -> tuple[list[str], str | None]:
    page = reader.get("/v1/intelligence", params=asked).json()
    return [each["kind"] for each in page["items"]], page["notice"]


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.AUDITOR])
def test_a_filter_does_not_find_what_is_restricted(session: Session, client_as: ClientAs, role: Role) -> None:
    service, entry_id = restricted_death(session, client_as)
    reader = client_as(role, name="Reader")
    about = {"care_service_id": str(service.id)}
    assert kinds(reader, **about) == ([], IN_CONFIDENCE)
    assert kinds(reader, **about, kind="unexpected_death") == ([], IN_CONFIDENCE)
    assert kinds(reader, **about, kind="complaint") == ([], IN_CONFIDENCE)  # the same whatever is asked
    assert reader.get(f"/v1/intelligence/{entry_id}").status_code == 404


def test_an_auditor_reads_it_by_a_grant_for_a_time_and_each_use_is_written_down(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service, entry_id = restricted_death(session, client_as)
    auditor = client_as(Role.AUDITOR, name="Audrey Auditor")
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    wanted = {"subject": "person:audrey-auditor", "reason": "Scrutiny of unexpected deaths.", "hours": 24}
    assert auditor.post("/v1/restricted-grants", json=wanted).status_code == 403
    granted = manager.post("/v1/restricted-grants", json=wanted)
    assert granted.status_code == 201, granted.text

    assert auditor.get(f"/v1/intelligence/{entry_id}").json()["narrative"] == SECRET
    readings = manager.get(f"/v1/restricted-grants/{granted.json()['id']}/readings").json()["items"]
    assert [each["what"] for each in readings] == [f"/v1/intelligence/{entry_id}"]
    other = client_as(Role.AUDITOR, name="Another Auditor")
    assert other.get(f"/v1/intelligence/{entry_id}").status_code == 404
    assert other.get(f"/v1/restricted-grants/{granted.json()['id']}/readings").status_code == 404

    at.now = NOON + timedelta(hours=24)
    assert auditor.get(f"/v1/intelligence/{entry_id}").status_code == 404
    assert SECRET not in auditor.get(f"/v1/care-services/{service.id}").text


def test_a_provider_sees_no_band_and_no_intelligence(session: Session, client_as: ClientAs) -> None:
    service, entry_id = restricted_death(session, client_as)
    of = client_as(Role.PROVIDER_ADMIN, org=service.provider_id, name="Pat Provider")
    for path in (
        f"/v1/care-services/{service.id}",
        f"/v1/care-services/{service.id}/band",
        "/v1/dashboard",
        "/v1/intelligence",
        f"/v1/intelligence/{entry_id}",
    ):
        assert of.get(path).status_code == 403
