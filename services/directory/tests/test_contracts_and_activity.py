from collections.abc import Callable
from typing import Any
from uuid import uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from assay_contracts.directory import ActivityRecorded, ContractRecorded
from assay_contracts.roles import Role, Scope
from assay_kit.testing import told
from directory.tables import CareService, Provider

ClientAs = Callable[..., TestClient]


def provider_with_service(session: Session) -> tuple[Provider, CareService]:
    provider = make.provider(session)
    return provider, make.care_service(session, provider.id)


def body(provider: Provider, service: CareService, **about: Any) -> dict[str, Any]:
    usual = {
        "provider_id": str(provider.id),
        "reference": f"HC/{uuid4().hex[:8]}",
        "title": "Home care, North zone",
        "commissioner": "council",
        "arrangement": "arrangement",
        "starts_on": "2020-04-01",
        "ends_on": "2027-03-31",
        "care_service_ids": [str(service.id)],
        "rates": [
            {"care_service_id": str(service.id), "unit": "hour", "amount": "21.40", "starts_on": "2025-04-01"},
            {"unit": "night", "amount": "95", "starts_on": "2025-04-01"},
        ],
    }
    return usual | about


def test_a_contract_is_recorded_told_and_amended(client_as: ClientAs, session: Session) -> None:
    provider, service = provider_with_service(session)
    client = client_as(Role.COMMISSIONER)

    response = client.post("/v1/contracts", json=body(provider, service))

    assert response.status_code == 201, response.text
    said = response.json()
    assert [rate["amount"] for rate in said["rates"]] == ["21.40", "95.00"]
    path = f"/v1/contracts/{said['id']}"
    assert client.get(path).json() == said
    wanted = {name: value for name, value in said.items() if name not in {"id", "version", "provider_id"}}
    amended = client.put(path, json=wanted | {"ends_on": "2028-03-31"}, headers={"If-Match": '"1"'})
    assert (amended.status_code, amended.headers["etag"]) == (200, '"2"')
    assert client.put(path, json=wanted, headers={"If-Match": '"1"'}).status_code == 412
    first, second = told(session, ContractRecorded)
    assert (first.contract.version, second.contract.version) == (1, 2)
    assert str(second.contract.ends_on) == "2028-03-31"
    assert not second.contract.is_spot
    assert (first.changed, second.changed) == ((), ("ends_on",))
    assert [str(rate.amount) for rate in second.contract.rates] == ["21.40", "95.00"]


def test_the_rates_before_an_amendment_stay_with_who_amended_them(client_as: ClientAs, session: Session) -> None:
    provider, service = provider_with_service(session)
    asked = body(provider, service, rates=[{"unit": "hour", "amount": "20.00", "starts_on": "2025-04-01"}])
    contract = client_as(Role.COMMISSIONER, name="Cy Recorder").post("/v1/contracts", json=asked).json()
    dearer = asked | {"rates": [asked["rates"][0] | {"amount": "30.00"}]}
    del dearer["provider_id"]

    client_as(Role.COMMISSIONER, name="Dee Amender").put(f"/v1/contracts/{contract['id']}", json=dearer)

    rows = client_as(Role.AUDITOR).get("/v1/timeline", params={"object_id": contract["id"]}).json()
    assert [(row["step"], row["by_name"]) for row in rows] == [("amend", "Dee Amender"), ("record", "Cy Recorder")]
    assert rows[0]["detail"]["changed"] == ["rates"]
    assert rows[0]["detail"]["before"]["rates"][0]["amount"] == "20.00"
    assert rows[0]["detail"]["after"]["rates"][0]["amount"] == "30.00"


@pytest.mark.parametrize(
    ("about", "bars"),
    [
        ({"ends_on": "2019-04-01", "rates": []}, ["ends-before-it-starts"]),
        ({"rates": [{"unit": "hour", "amount": "20", "starts_on": "2019-04-01"}]}, ["rate-outside-the-term"]),
        ({"rates": [{"unit": "hour", "amount": "20", "starts_on": "2024-04-01"}] * 2}, ["same-rate-twice"]),
        (
            {"rates": [{"care_service_id": str(uuid4()), "unit": "hour", "amount": "20", "starts_on": "2024-04-01"}]},
            ["rate-for-another-service"],
        ),
        ({"care_service_ids": [str(uuid4())], "rates": []}, ["not-of-this-provider"]),
    ],
)
def test_terms_that_contradict_each_other_are_refused(
    client_as: ClientAs, session: Session, about: dict[str, Any], bars: list[str]
) -> None:
    provider, service = provider_with_service(session)
    response = client_as(Role.COMMISSIONER).post("/v1/contracts", json=body(provider, service, **about))
    assert (response.status_code, make.bars_of(response)) == (409, bars)


def test_a_reference_is_used_once(client_as: ClientAs, session: Session) -> None:
    provider, service = provider_with_service(session)
    client = client_as(Role.COMPLIANCE_OFFICER)
    assert client.post("/v1/contracts", json=body(provider, service, reference="HC/1")).status_code == 201
    again = client.post("/v1/contracts", json=body(provider, service, reference="HC/1"))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/reference-taken")


def test_a_provider_sees_its_own_contracts_only(client_as: ClientAs, session: Session) -> None:
    own, other = provider_with_service(session), provider_with_service(session)
    officer = client_as(Role.COMMISSIONER)
    mine, theirs = (officer.post("/v1/contracts", json=body(*each)).json()["id"] for each in (own, other))
    client = client_as(Role.PROVIDER_USER, org=own[0].id)
    assert [each["id"] for each in client.get("/v1/contracts").json()["items"]] == [mine]
    assert client.get(f"/v1/contracts/{mine}").status_code == 200
    assert client.get(f"/v1/contracts/{theirs}").status_code == 404
    found = officer.get("/v1/contracts", params={"care_service_id": str(other[1].id)}).json()["items"]
    assert [each["id"] for each in found] == [theirs]


def test_activity_sent_twice_is_told_once_and_a_later_figure_replaces_it(client_as: ClientAs, session: Session) -> None:
    provider, service = provider_with_service(session)
    machine = client_as(scopes=(Scope.ACTIVITY_WRITE,))
    path = f"/v1/care-services/{service.id}/activity/2026-02/council"

    for hours in ("812.50", "812.5", "820"):
        response = machine.put(path, json={"people": 40, "hours": hours})
        assert response.status_code == 200, response.text

    assert response.json()["hours"] == "820.00"
    first, second = told(session, ActivityRecorded)
    assert [str(each.activity.hours) for each in (first, second)] == ["812.50", "820"]
    assert first.activity.provider_id == provider.id
    machine.put(f"/v1/care-services/{service.id}/activity/2026-01/council", json={"people": 1, "hours": "1"})
    months = client_as(Role.AUDITOR).get("/v1/activity", params={"care_service_id": str(service.id)}).json()["items"]
    assert [each["month"] for each in months] == ["2026-02-01", "2026-01-01"]
    since = client_as(Role.AUDITOR).get("/v1/activity", params={"since": "2026-02-01"}).json()["items"]
    assert len(since) == 1


@pytest.mark.parametrize(
    ("month", "sent", "status"),
    [
        ("2026-04", {"people": 1, "hours": "1"}, 409),
        ("2026-13", {"people": 1, "hours": "1"}, 422),
        ("2026-02", {"people": -1, "hours": "1"}, 422),
        ("2026-02", {"people": 1, "hours": "-1"}, 422),
        ("2026-02", {"people": 1, "hours": 1.5}, 422),
        ("2026-02", {"people": 1, "hours": "1", "names": ["Ada"]}, 422),
    ],
)
def test_activity_that_makes_no_sense_is_refused(
    client_as: ClientAs, session: Session, month: str, sent: dict[str, Any], status: int
) -> None:
    _, service = provider_with_service(session)
    path = f"/v1/care-services/{service.id}/activity/{month}/council"
    assert client_as(Role.COMMISSIONER).put(path, json=sent).status_code == status


def test_a_provider_sees_the_activity_of_its_own_services_only(client_as: ClientAs, session: Session) -> None:
    (own, mine), (_, theirs) = provider_with_service(session), provider_with_service(session)
    machine = client_as(scopes=(Scope.ACTIVITY_WRITE,))
    for service in (mine, theirs):
        machine.put(f"/v1/care-services/{service.id}/activity/2026-02/council", json={"people": 4, "hours": "40"})
    seen = client_as(Role.PROVIDER_ADMIN, org=own.id).get("/v1/activity").json()["items"]
    assert [each["care_service_id"] for each in seen] == [str(mine.id)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lark", ["Larkfield Care Ltd", "Larkfield Home Care"]),
        ("HOME lark", ["Larkfield Home Care"]),
        ("2880857419", ["Larkfield Home Care"]),
        ("1-2880", ["Larkfield Home Care"]),
        ("00006400", ["Larkfield Care Ltd"]),
        ("larkfield thornbury", []),
        ("'; DROP TABLE provider; --", []),
        ("&|!:*()", []),
    ],
)
def test_a_search_finds_by_the_beginnings_of_words(
    client_as: ClientAs, session: Session, typed: str, found: list[str]
) -> None:
    provider = make.provider(session, company_number="00006400")
    make.care_service(session, provider.id)
    make.provider(session, name="Thornbury Homes Ltd")
    said = client_as(Role.ADULT_CARE_VIEWER).get("/v1/search", params={"q": typed}).json()["items"]
    assert [hit["title"] for hit in said] == found


def test_a_provider_finds_itself_only(client_as: ClientAs, session: Session) -> None:
    own, _ = provider_with_service(session)
    provider_with_service(session)
    client = client_as(Role.PROVIDER_USER, org=own.id)
    hits = client.get("/v1/search", params={"q": "larkfield"}).json()["items"]
    assert len(hits) == 2
    assert {hit["provider_id"] for hit in hits} == {str(own.id)}
