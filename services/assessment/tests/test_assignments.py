"""Who works on an assessment, and what others see of one that is restricted."""

import csv
import re
from io import BytesIO, StringIO
from typing import Any

import make_assessment as make
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from sqlmodel import Session, select

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import told
from assay_kit.walk import operations_of
from assessment.main import SERVICE
from assessment.work_tables import Restriction

WHY = {"reason": "The whistle-blower works with the other officer's family."}


@pytest.fixture
def stranger(client_as: make.ClientAs) -> TestClient:
    return client_as(Role.COMPLIANCE_OFFICER, name="Una Unassigned")


@pytest.fixture
def restricted(people: make.People, session: Session) -> str:
    """A draft of Oscar Officer's that a manager has restricted."""
    assessment_id = make.drafted(people, session)
    make.ok(people.manager.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))
    return assessment_id


# everything that is read of one assessment, but the public summary, which is everybody's
PATHS = [
    each.path
    for each in operations_of(SERVICE)
    if each.method == "GET" and re.findall("{.+?}", each.path) == ["{assessment_id}"] and "public" not in each.path
]


def statuses(client: TestClient, assessment_id: str) -> set[int]:
    return {client.get(path.replace("{assessment_id}", assessment_id)).status_code for path in PATHS}


def listed(client: TestClient) -> list[str]:
    return [each["id"] for each in make.ok(client.get("/v1/assessments"))["items"]]


def test_a_restricted_draft_is_for_who_works_on_it_and_seniors_until_it_is_published(
    people: make.People, client_as: make.ClientAs, restricted: str, stranger: TestClient
) -> None:
    commissioner = client_as(Role.COMMISSIONER, name="Cam Commissioner")
    for client in (stranger, commissioner):
        assert statuses(client, restricted) == {404}
        assert listed(client) == []
    for client in (people.officer, people.manager, people.auditor, people.provider):
        assert 200 in statuses(client, restricted)
        assert 404 not in statuses(client, restricted) - {403}
        assert listed(client) == [restricted]
    assert stranger.post(f"/v1/assessments/{restricted}/publication").status_code == 404
    assert stranger.post(f"/v1/assessments/{restricted}/restriction/lifting", json=WHY).status_code == 404

    make.ok(people.provider.post(f"/v1/assessments/{restricted}/accuracy-confirmation"))
    make.ok(people.officer.post(f"/v1/assessments/{restricted}/publication"))
    assert 404 not in statuses(stranger, restricted)
    assert listed(stranger) == [restricted]


def test_a_draft_that_is_not_restricted_is_every_officers(
    people: make.People, session: Session, stranger: TestClient
) -> None:
    assessment_id = make.drafted(people, session)
    assert statuses(stranger, assessment_id) == {200}


def test_an_officer_who_is_assigned_sees_it_and_may_take_the_lead(
    people: make.People, restricted: str, stranger: TestClient
) -> None:
    una: dict[str, Any] = {"officer": "person:una-unassigned", "officer_name": "Una Unassigned"}
    made = make.ok(people.manager.post(f"/v1/assessments/{restricted}/officers", json=una))
    assert [each["name"] for each in made["beside"]] == ["Una Unassigned"]
    assert made["officer_name"] == "Oscar Officer"
    assert 404 not in statuses(stranger, restricted)
    leading = make.ok(people.officer.post(f"/v1/assessments/{restricted}/officers", json=una | {"leads": True}))
    assert (leading["officer_name"], leading["beside"]) == ("Una Unassigned", [])
    assert people.provider.get(f"/v1/assessments/{restricted}/officers").status_code == 403


def test_a_restriction_is_imposed_once_and_lifted(people: make.People, restricted: str, stranger: TestClient) -> None:
    again = people.manager.post(f"/v1/assessments/{restricted}/restriction", json=WHY)
    assert again.json()["type"] == "/problems/restricted-already"
    lifted = make.ok(people.manager.post(f"/v1/assessments/{restricted}/restriction/lifting", json=WHY))
    assert lifted["restriction"] is None
    assert 404 not in statuses(stranger, restricted)
    none = people.manager.post(f"/v1/assessments/{restricted}/restriction/lifting", json=WHY)
    assert none.json()["type"] == "/problems/not-restricted"


def test_the_programme_names_no_restricted_assessment_to_others(
    people: make.People, session: Session, stranger: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    assessment_id = make.scheduled(people, session, service=service)
    make.ok(people.manager.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))
    [hidden] = make.ok(stranger.get("/v1/programme"))["items"]
    [shown] = make.ok(people.manager.get("/v1/programme"))["items"]
    assert (hidden["assessment_id"], hidden["reference"], shown["assessment_id"]) == (None, None, assessment_id)


def test_the_programme_leaves_the_house_without_what_its_reader_may_not_see(
    people: make.People, client_as: make.ClientAs, session: Session, stranger: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    assessment_id = make.scheduled(
        people, session, service=service, officer="person:oscar-officer", officer_name="Oscar Officer"
    )
    make.ok(people.manager.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))
    for reader in (stranger, client_as(Role.COMMISSIONER, name="Cam Commissioner")):
        assert exported(reader) == [("", "", "", ""), (None, None, None, None)]
    for reader in (people.officer, people.manager, people.auditor):
        in_csv, in_workbook = exported(reader)
        assert in_csv[:3] == in_workbook[:3] == ("ASM-2026-0002", "scheduled", "Oscar Officer")


def exported(reader: TestClient) -> list[tuple[Any, ...]]:
    """What the two forms of the programme say about what is under way at the one service that is due."""
    columns = ("assessment", "status", "officer", "answers_due_on")
    [row] = csv.DictReader(StringIO(reader.get("/v1/programme.csv").text))
    header, line = load_workbook(BytesIO(reader.get("/v1/programme.xlsx").content)).worksheets[0].values
    in_workbook = dict(zip(map(str, header), line, strict=True))
    return [tuple(row[name] for name in columns), tuple(in_workbook[name] for name in columns)]


def test_neither_a_reference_nor_a_count_tells_of_what_is_restricted(
    people: make.People, session: Session, stranger: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    assessment_id = make.scheduled(people, session, service=service, officer="person:oscar-officer", officer_name="O")
    make.ok(people.manager.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))
    again = {"care_service_id": str(service.id)}
    assert "ASM-" not in stranger.post("/v1/assessments", json=again).json()["detail"]
    assert "ASM-2026-0002" in people.officer.post("/v1/assessments", json=again).json()["detail"]
    asked = {"due_before": "2028-01-01", "only_plan": True}
    for reader, count in ((stranger, 0), (people.manager, 1)):
        year = make.ok(reader.get("/v1/programme/year?starts_on=2027-01-01"))
        assert sum(each["under_way"] for each in year["officers"]) == count
        assert sum(each["not_scheduled"] for each in year["months"]) == 1 - count
        assert len(make.ok(reader.post("/v1/programme/scheduling", json=asked))["items"]) == 1 - count
        progress = make.ok(reader.get("/v1/insight/programme"))
        assert sum(each["under_way"] for each in progress["officers"]) == count
        assert sum(each["count"] for each in progress["under_way"]) == count


def test_insight_names_no_officer_for_what_its_reader_may_not_see(
    people: make.People, session: Session, stranger: TestClient
) -> None:
    about = {"officer": "person:ann", "officer_name": "Ann"}
    assessment_id = make.scheduled(people, session, **about)
    make.ok(people.manager.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))

    def named(reader: TestClient) -> list[str]:
        return [each["name"] for each in make.ok(reader.get("/v1/insight/programme"))["officers"]]

    assert (named(stranger), named(people.manager)) == ([], ["Ann"])


def test_of_a_restricted_submission_without_a_lead_only_who_may_see_it_hears(
    people: make.People, session: Session
) -> None:
    assessment_id = make.scheduled(people, session)
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/restriction", json=WHY))
    make.answered(people, assessment_id)
    make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/submission", json=make.DECLARATION))
    letters = [each for each in told(session, MessageRequested) if each.template == "self_assessment_submitted"]
    assert [(each.to.person, each.to.role) for each in letters] == [("person:oscar-officer", None)]


def test_nobody_is_assigned_to_what_is_published(people: make.People, session: Session) -> None:
    assessment_id = make.published(people, session)
    una = {"officer": "person:una-unassigned", "officer_name": "Una Unassigned"}
    late = people.manager.post(f"/v1/assessments/{assessment_id}/officers", json=una)
    assert late.json()["type"] == "/problems/not-assignable"


def test_officers_are_assigned_as_far_as_there_is_room(
    people: make.People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.assignments.actions.MOST_OFFICERS", 1)
    url = f"/v1/assessments/{make.scheduled(people, session)}/officers"
    make.ok(people.manager.post(url, json={"officer": "person:one", "officer_name": "One"}))
    make.ok(people.manager.post(url, json={"officer": "person:one", "officer_name": "One", "leads": True}))
    full = people.manager.post(url, json={"officer": "person:two", "officer_name": "Two"})
    assert full.json()["type"] == "/problems/too-many"


def test_somebody_with_a_conflict_of_interest_is_taken_off_for_good(
    people: make.People, restricted: str, stranger: TestClient
) -> None:
    """The officer led it, took part in its validation and was assigned: none of that counts any more."""
    url = f"/v1/assessments/{restricted}/officers"
    oscar: dict[str, Any] = {"officer": "person:oscar-officer", "officer_name": "Oscar Officer"}
    make.ok(people.manager.post(url, json=oscar))
    why = {"reason": "The officer's sister has worked there since May."}
    removal = f"{url}/person:oscar-officer/removal"
    assert people.officer.post(removal, json=why).status_code == 403
    assert people.manager.post(removal).status_code == 422
    nobody = people.manager.post(f"{url}/person:una-unassigned/removal", json=why)
    assert nobody.json()["type"] == "/problems/not-at-work"
    removed = make.ok(people.manager.post(removal, json=why))
    assert (removed["officer"], removed["beside"]) == (None, [])
    assert [(each["name"], each["reason"]) for each in removed["removed"]] == [("Oscar Officer", why["reason"])]
    assert statuses(people.officer, restricted) == {404}
    assert listed(people.officer) == []
    for again in (people.manager.post(removal, json=why), people.manager.post(url, json=oscar)):
        assert again.json()["type"] == "/problems/taken-off"
    make.ok(people.manager.post(f"/v1/assessments/{restricted}/restriction/lifting", json=WHY))
    assert statuses(people.officer, restricted) == {404}
    assert 404 not in statuses(stranger, restricted)


def test_lifting_a_restriction_needs_its_reason(people: make.People, session: Session, restricted: str) -> None:
    address = f"/v1/assessments/{restricted}/restriction/lifting"
    assert people.manager.post(address).status_code == 422
    make.ok(people.manager.post(address, json={"reason": "The whistle-blower has left the service."}))
    assert session.exec(select(Restriction.lifted_because)).one() == "The whistle-blower has left the service."
