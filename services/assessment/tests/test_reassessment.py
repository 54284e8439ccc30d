"""A provider whose plan was closed asks to be assessed again early."""

from typing import Any
from uuid import UUID

import make_assessment as make
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.directory.copies import Copies, keep_care_service
from assay_contracts.messages import MessageRequested
from assay_kit.testing import told

POOR = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}
ASKING = {"reason": "Everything has been put right, as the officer has seen."}
ACCEPTING = {"step": "accept", "reason": "The officer bears it out.", "due_on": "2026-05-04"}


def plan_of(people: make.People, assessment_id: str) -> str:
    found = make.ok(people.provider.get("/v1/remedial-plans", params={"assessment_id": assessment_id}))
    return f"/v1/remedial-plans/{found['items'][0]['id']}"


def close(people: make.People, plan: str, *, but_leave: int = 0) -> None:
    issues = make.ok(people.provider.get(plan))["issues"]
    action = {"description": "Train", "owner": "Manager", "due_on": "2026-03-31", "measure": "All trained"}
    for issue in issues:
        make.ok(people.provider.post(f"{plan}/issues/{issue['id']}/actions", json=action))
    make.ok(people.provider.post(f"{plan}/submission"))
    make.ok(people.officer.post(f"{plan}/approval"))
    for issue in issues[but_leave:]:
        verified = {"outcome": "completely_remedied", "reason": "It was seen on the visit."}
        make.ok(people.officer.post(f"{plan}/issues/{issue['id']}/verification", json=verified))
    if not but_leave:
        make.ok(people.officer.post(f"{plan}/closure"))


@pytest.fixture
def plan(people: make.People, session: Session) -> str:
    return plan_of(people, make.published(people, session, POOR))


@pytest.fixture
def asked(people: make.People, plan: str) -> dict[str, Any]:
    close(people, plan)
    found: dict[str, Any] = make.ok(people.provider.post(f"{plan}/reassessment-request", json=ASKING))
    return found


def due(people: make.People, asked: dict[str, Any]) -> list[tuple[str, str]]:
    found = make.ok(people.officer.get(f"/v1/care-services/{asked['care_service_id']}/due-dates"))
    return [(each["due_on"], each["cause"]) for each in found if each["replaced_at"] is None]


def letters(session: Session, template: str) -> list[MessageRequested]:
    return [each for each in told(session, MessageRequested) if each.template == template]


def test_nothing_is_brought_forward_for_a_service_that_is_not_bought_any_more(
    people: make.People, session: Session, asked: dict[str, Any]
) -> None:
    service = Copies(session).care_service(UUID(asked["care_service_id"]))
    assert service is not None
    keep_care_service(session, service.model_copy(update={"version": 2, "is_contracted": False}))
    refused = people.officer.post(f"/v1/reassessment-requests/{asked['id']}/decision", json=ACCEPTING)
    assert refused.json()["bars"] == [
        "The service has ended, or the council does not buy it any more: no assessment is due."
    ]


def test_an_accepted_request_brings_the_next_assessment_forward(
    people: make.People, session: Session, asked: dict[str, Any]
) -> None:
    assert (asked["status"], asked["steps"]) == ("asked", ["accept", "decline"])
    assert due(people, asked) == [("2026-09-02", "follow_up")]
    assert len(letters(session, "early_reassessment_asked")) == 1
    url = f"/v1/reassessment-requests/{asked['id']}/decision"
    decided = make.ok(people.officer.post(url, json=ACCEPTING))
    assert (decided["status"], decided["due_on"]) == ("accepted", "2026-05-04")
    assert decided["decided_name"] == "Oscar Officer"
    assert due(people, asked) == [("2026-05-04", "early_request")]
    [letter] = letters(session, "early_reassessment_decided")
    assert (letter.to.provider_id, letter.personalisation["outcome"]) == (make.PROVIDER, "accepted")
    assert people.manager.post(url, json=ACCEPTING).json()["type"] == "/problems/step-not-allowed"
    [listed] = make.ok(people.provider.get("/v1/reassessment-requests", params={"status": "accepted"}))["items"]
    assert listed["id"] == asked["id"]
    assert make.ok(people.other_provider.get("/v1/reassessment-requests"))["items"] == []


def test_a_declined_request_leaves_the_date_as_it_is(people: make.People, asked: dict[str, Any]) -> None:
    url = f"/v1/reassessment-requests/{asked['id']}/decision"
    declining = {"step": "decline", "reason": "It is for the next assessment to say so."}
    both = people.officer.post(url, json=declining | {"due_on": "2026-05-04"})
    assert both.json()["bars"] == ["A request that is declined brings no day forward."]
    assert make.ok(people.manager.post(url, json=declining))["status"] == "declined"
    assert due(people, asked) == [("2026-09-02", "follow_up")]


@pytest.mark.parametrize(
    ("due_on", "bar"),
    [
        (None, "Say by when the service is to be assessed again."),
        ("2026-03-01", "The day is past."),
        ("2026-09-02", "The next assessment is due on 2 September 2026 anyway."),
    ],
)
def test_accepting_names_an_earlier_day(
    people: make.People, asked: dict[str, Any], due_on: str | None, bar: str
) -> None:
    url = f"/v1/reassessment-requests/{asked['id']}/decision"
    refused = people.officer.post(url, json=ACCEPTING | {"due_on": due_on})
    assert refused.json()["bars"] == [bar]


def test_nobody_asks_before_every_issue_is_verified_and_the_plan_closed(people: make.People, plan: str) -> None:
    close(people, plan, but_leave=1)
    assert people.officer.post(f"{plan}/closure").json()["bars"] == ["Question 1.1.1 is not verified."]
    refused = people.provider.post(f"{plan}/reassessment-request", json=ASKING)
    assert refused.json()["bars"] == ["The plan is not closed: every issue is verified first."]


def test_nobody_asks_twice_nor_while_the_service_is_assessed(
    people: make.People, session: Session, asked: dict[str, Any]
) -> None:
    make.ok(people.officer.post("/v1/assessments", json={"care_service_id": asked["care_service_id"]}))
    again = people.provider.post(f"/v1/remedial-plans/{asked['plan_id']}/reassessment-request", json=ASKING)
    assert again.json()["bars"] == [
        "The service is being assessed.",
        "An early reassessment has been asked for after this plan.",
    ]
    other = people.other_provider.post(f"/v1/remedial-plans/{asked['plan_id']}/reassessment-request", json=ASKING)
    assert other.status_code == 404


def test_what_was_asked_and_answered_stays(people: make.People, session: Session, asked: dict[str, Any]) -> None:
    def refuse(change: str) -> None:
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"{change} WHERE id = '{asked['id']}'"))

    refuse("UPDATE reassessment_request SET reason = 'None at all.'")
    refuse("DELETE FROM reassessment_request")
    make.ok(people.officer.post(f"/v1/reassessment-requests/{asked['id']}/decision", json=ACCEPTING))
    refuse("UPDATE reassessment_request SET due_on = '2030-01-01'")
