from collections.abc import Callable
from uuid import uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecorded
from assay_contracts.roles import Role, Scope
from assay_kit.testing import told

ClientAs = Callable[..., TestClient]


def test_staff_record_a_service_and_everybody_is_told_the_whole_of_it(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    body = make.care_service_body(provider_id=str(provider.id), is_contracted=True)

    response = client_as(Role.COMMISSIONER).post("/v1/care-services", json=body)

    assert response.status_code == 201, response.text
    [event] = told(session, CareServiceRecorded)
    assert event.care_service.model_dump(mode="json") == response.json()
    assert event.care_service.capacity is not None
    assert event.care_service.capacity.amount == 400
    assert response.headers["etag"] == '"1"'


def test_a_provider_records_its_own_service_but_not_that_it_is_contracted(
    client_as: ClientAs, session: Session
) -> None:
    own, other = make.provider(session), make.provider(session)
    client = client_as(Role.PROVIDER_ADMIN, org=own.id)
    body = make.care_service_body(provider_id=str(own.id))

    assert client.post("/v1/care-services", json=body).status_code == 201
    contracted = client.post("/v1/care-services", json=body | {"is_contracted": True})
    assert make.bars_of(contracted) == ["council-says-what-is-contracted"]
    assert client.post("/v1/care-services", json=body | {"provider_id": str(other.id)}).status_code == 404


SCORING = [
    {"people_supported": 1},
    {"ended_on": "2026-01-01"},
    {"requires_registered_manager": False},
    {"prepares_food": True},
    {"prepares_food": True, "fhrs_id": 1234},
    {"type": "community_support"},
    {"started_on": "2026-01-01"},
]


@pytest.mark.parametrize("change", SCORING)
def test_a_provider_does_not_change_what_its_band_follows_from(
    client_as: ClientAs, session: Session, change: dict[str, object]
) -> None:
    service = make.care_service(session, make.provider(session).id)
    path, body = f"/v1/care-services/{service.id}", make.care_service_body(**change)
    owner = client_as(Role.PROVIDER_ADMIN, org=service.provider_id)

    refused = owner.put(path, json=body)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/edit-barred")
    assert make.bars_of(refused) == ["council-says-what-is-scored"]
    assert owner.put(path, json=make.care_service_body(name="New name", zones=["South"])).status_code == 200
    assert client_as(Role.COMMISSIONER).put(path, json=body).status_code == 200


@pytest.mark.parametrize(("is_contracted", "status"), [(False, 200), (True, 409)])
def test_a_provider_corrects_everything_until_the_council_has_confirmed(
    client_as: ClientAs, session: Session, is_contracted: bool, status: int
) -> None:
    newcomer = make.provider(session, status="registering")
    service = make.care_service(session, newcomer.id, is_contracted=is_contracted)
    body = make.care_service_body(prepares_food=True, is_contracted=is_contracted)
    owner = client_as(Role.PROVIDER_ADMIN, org=newcomer.id)
    assert owner.put(f"/v1/care-services/{service.id}", json=body).status_code == status


@pytest.mark.parametrize(("ended_on", "status"), [(None, 409), ("2026-03-02", 409), ("2026-03-01", 201)])
def test_a_provider_does_not_take_the_location_that_another_runs(
    client_as: ClientAs, session: Session, ended_on: str | None, status: int
) -> None:
    make.care_service(session, make.provider(session).id, ended_on=ended_on)
    own = make.provider(session)
    body = make.care_service_body(provider_id=str(own.id))

    taken = client_as(Role.PROVIDER_ADMIN, org=own.id).post("/v1/care-services", json=body)

    assert taken.status_code == status, taken.text
    if status == 409:
        assert make.bars_of(taken) == ["location-of-another"]
    assert client_as(Role.COMMISSIONER).post("/v1/care-services", json=body).status_code == 201


@pytest.mark.parametrize(
    ("about", "bars"),
    [
        ({"is_regulated": False}, ["location-without-regulation", "manager-without-regulation"]),
        ({"fhrs_id": 1234}, ["hygiene-without-food"]),
        ({"capacity": {"amount": 4, "unit": "beds"}}, ["beds-outside-a-home"]),
        ({"landlord": "Northfield Homes"}, ["units-outside-supported-living"]),
        ({"ended_on": "2019-01-01"}, ["ends-before-it-starts"]),
    ],
)
def test_answers_that_contradict_each_other_are_refused(
    client_as: ClientAs, session: Session, about: dict[str, object], bars: list[str]
) -> None:
    provider = make.provider(session)
    body = make.care_service_body(provider_id=str(provider.id), **about)
    response = client_as(Role.COMMISSIONER).post("/v1/care-services", json=body)
    assert (response.status_code, make.bars_of(response)) == (409, bars)


def test_a_provider_sees_its_own_services_only(client_as: ClientAs, session: Session) -> None:
    own, other = make.provider(session), make.provider(session)
    mine, theirs = make.care_service(session, own.id), make.care_service(session, other.id)
    client = client_as(Role.PROVIDER_ADMIN, org=own.id)
    body = make.care_service_body(name="Another name")

    assert [each["id"] for each in client.get("/v1/care-services").json()["items"]] == [str(mine.id)]
    assert client.get("/v1/care-services", params={"provider_id": str(other.id)}).json()["items"] == []
    assert client.put(f"/v1/care-services/{mine.id}", json=body).status_code == 200
    assert client.put(f"/v1/care-services/{theirs.id}", json=body).status_code == 404
    for path in (f"/v1/care-services/{theirs.id}", f"/v1/care-services/{theirs.id}/successions"):
        assert client.get(path).status_code == 404


def test_a_stale_edit_is_refused(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id)
    client = client_as(Role.COMPLIANCE_OFFICER)
    path, stale = f"/v1/care-services/{service.id}", {"If-Match": '"1"'}
    assert client.put(path, json=make.care_service_body(), headers=stale).headers["etag"] == '"2"'
    assert client.put(path, json=make.care_service_body(), headers=stale).status_code == 412


def test_a_location_finds_every_service_that_shares_it(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    for name in ("North branch", "South branch"):
        make.care_service(session, provider.id, name=name, cqc_location_id="1-111222333")
    make.care_service(session, provider.id, name="Elsewhere", cqc_location_id="1-999888777")
    machine = client_as(scopes=(Scope.DIRECTORY_READ,))
    found = machine.get("/v1/care-services", params={"cqc_location_id": "1-111222333"}).json()["items"]
    assert [each["name"] for each in found] == ["North branch", "South branch"]


def test_a_succession_keeps_the_history_whole(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id, cqc_location_id="1-111222333")
    client = client_as(Role.COMPLIANCE_OFFICER, name="Con Officer")
    body = {
        "new_location_id": "1-444555666",
        "succeeded_on": "2025-10-01",
        "reason": "Registered anew after a change of owner",
    }

    response = client.post(f"/v1/care-services/{service.id}/successions", json=body)

    assert response.status_code == 201, response.text
    said = response.json()
    assert (said["cqc_location_id"], said["previous_cqc_location_ids"]) == ("1-444555666", ["1-111222333"])
    for location in ("1-111222333", "1-444555666"):
        [found] = client.get("/v1/care-services", params={"cqc_location_id": location}).json()["items"]
        assert found["id"] == str(service.id)
    [kept] = client.get(f"/v1/care-services/{service.id}/successions").json()
    assert (kept["former_location_id"], kept["recorded_by"]) == ("1-111222333", "Con Officer")
    assert told(session, CareServiceRecorded)[-1].care_service.previous_cqc_location_ids == ("1-111222333",)


def test_a_location_does_not_change_by_an_edit(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id)
    body = make.care_service_body(cqc_location_id="1-444555666")
    response = client_as(Role.COMMISSIONER).put(f"/v1/care-services/{service.id}", json=body)
    assert make.bars_of(response) == ["location-changes-by-succession"]


def test_a_succession_says_everything_that_speaks_against_it(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id)
    body = {
        "new_location_id": service.cqc_location_id,
        "succeeded_on": "2001-01-01",
        "reason": "Registered anew after a change of owner",
    }
    response = client_as(Role.COMMISSIONER).post(f"/v1/care-services/{service.id}/successions", json=body)
    assert (response.status_code, make.bars_of(response)) == (409, ["same-location", "before-the-last"])


def test_another_service_asks_for_a_copy_of_a_service(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id)
    machine = client_as(scopes=(Scope.COPIES_READ,))
    said = machine.get(f"/v1/copies/care-services/{service.id}").json()
    assert said == client_as(Role.AUDITOR).get(f"/v1/care-services/{service.id}").json()
    assert machine.get(f"/v1/copies/care-services/{uuid4()}").status_code == 404


def test_who_edited_a_service_is_kept(client_as: ClientAs, session: Session) -> None:
    service = make.care_service(session, make.provider(session).id)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Con Officer")
    officer.put(f"/v1/care-services/{service.id}", json=make.care_service_body(people_supported=41))
    [row, *_] = client_as(Role.AUDITOR).get("/v1/timeline", params={"object_id": str(service.id)}).json()
    assert (row["step"], row["by_name"], row["care_service_id"]) == ("edit", "Con Officer", str(service.id))
    changed = {"before": {"people_supported": 40}, "after": {"people_supported": 41}}
    assert row["detail"] == {"changed": ["people_supported"], **changed}
