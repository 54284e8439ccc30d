"""What the provider answers is read before anything is decided about the measure, as its letter promises."""

from typing import Any

import pytest
from make_risk import ClientAs, green_service, provider, rules_of
from sqlmodel import Session, select

from assay_contracts.directory import CareServiceRecord
from assay_contracts.roles import Role
from assay_kit.timeline import timeline_entry

WHY = {"reason": "Recorded after the case meeting."}
NOTICE = {"notice_text": "From today, for the reasons given."}
AGAIN = WHY | {"next_review_on": "2026-05-30"}
UNREAD = ["answer-unread"]


def issued(client_as: ClientAs, about: CareServiceRecord, kind: str) -> str:
    wanted = {
        "kind": kind,
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "extent": "whole" if kind == "embargo" else None,
        "skip_reason": "The risk does not allow to wait.",
        "review_on": "2026-03-30",
        **WHY,
    }
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/interventions", json=wanted)
    assert made.status_code == 201, made.text
    path = f"/v1/interventions/{made.json()['id']}"
    authorised = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json=NOTICE)
    assert authorised.json()["status"] == "issued", authorised.text
    return path


def answered(client_as: ClientAs, about: CareServiceRecord, path: str) -> str:
    """The address at which it is recorded that the newest answer was read."""
    own = client_as(Role.PROVIDER_USER, org=about.provider_id, name="Pat")
    made = own.post(f"{path}/representations", json={"wording": "We have hired a manager."})
    assert made.status_code == 200, made.text
    newest = made.json()["representations"][-1]
    assert (newest["read_by_name"], newest["read_at"]) == (None, None)
    return f"{path}/representations/{newest['id']}/reading"


@pytest.mark.parametrize(
    ("kind", "step", "body"),
    [
        ("improvement_plan", "completion", WHY),
        ("improvement_plan", "escalation", WHY),
        ("improvement_plan", "withdrawal", WHY),
        ("improvement_plan", "reviews", AGAIN),
        ("embargo", "lifting", WHY),
        ("embargo", "reviews", AGAIN),
    ],
)
def test_nothing_is_decided_past_an_answer_that_nobody_read(
    session: Session, client_as: ClientAs, kind: str, step: str, body: dict[str, Any]
) -> None:
    service = green_service(session)
    path = issued(client_as, service, kind)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    readings = [answered(client_as, service, path) for _ in range(2)]
    mary.post(readings[0])
    assert rules_of(mary.post(f"{path}/{step}", json=body)) == UNREAD
    assert mary.post(readings[1]).status_code == 200
    assert mary.post(f"{path}/{step}", json=body).status_code == 200


def test_an_urgent_embargo_waits_for_nothing_but_is_confirmed_past_no_answer(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    answered(client_as, service, issued(client_as, service, "improvement_plan"))
    wanted = {"provider_id": str(service.provider_id), "care_service_id": str(service.id), "extent": "whole"}
    mary, mark = (client_as(Role.COMMISSIONING_MANAGER, name=name) for name in ("Mary", "Mark"))
    made = mary.post("/v1/urgent-embargoes", json=wanted | WHY | NOTICE | {"review_on": "2026-03-30"}).json()
    assert made["status"] == "issued"
    path = f"/v1/interventions/{made['id']}"
    reading = answered(client_as, service, path)
    assert rules_of(mark.post(f"{path}/confirmation")) == UNREAD
    assert mark.post(reading).status_code == 200
    assert mark.post(f"{path}/confirmation").json()["confirmed_by_name"] == "Mark"


@pytest.mark.parametrize("is_about_all", [True, False])
@pytest.mark.parametrize("is_named", [True, False])
def test_what_takes_a_measure_further_is_authorised_and_issued_when_each_answer_to_that_was_read(
    session: Session, client_as: ClientAs, is_about_all: bool, is_named: bool
) -> None:
    """Whether the proposal names what it takes further or not, about the service or about its provider as a whole."""
    service = green_service(session)
    plan = issued(client_as, service, "improvement_plan")
    officer, mary = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    wanted = {
        "kind": "default_notice",
        "provider_id": str(service.provider_id),
        "care_service_id": None if is_about_all else str(service.id),
        "escalates_id": plan.rpartition("/")[2] if is_named else None,
        "skip_reason": "No plan for all of them came before.",
        "review_on": "2026-03-30",
    }
    made = officer.post("/v1/interventions", json=wanted | WHY).json()
    path = f"/v1/interventions/{made['id']}"
    reading = answered(client_as, service, plan)
    assert rules_of(mary.post(f"{path}/authorisation", json=NOTICE)) == UNREAD
    officer.post(reading)
    assert mary.post(f"{path}/authorisation", json={}).json()["status"] == "authorised"
    reading = answered(client_as, service, plan)
    assert rules_of(officer.post(f"{path}/issue", json=NOTICE)) == UNREAD
    officer.post(reading)
    assert officer.post(f"{path}/issue", json=NOTICE).json()["status"] == "issued"


def test_what_goes_no_further_and_what_is_about_others_waits_for_no_answer(
    session: Session, client_as: ClientAs
) -> None:
    of = provider(session)
    service, beside = green_service(session, of), green_service(session, of)
    answered(client_as, service, issued(client_as, service, "default_notice"))
    issued(client_as, service, "improvement_plan")
    issued(client_as, service, "embargo")
    issued(client_as, beside, "special_measures_improvement_plan")


def test_who_read_an_answer_is_recorded_once_and_shown(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    path = issued(client_as, service, "improvement_plan")
    reading = answered(client_as, service, path)
    officer, own = (
        client_as(Role.COMPLIANCE_OFFICER, name="Olga"),
        client_as(Role.PROVIDER_USER, org=service.provider_id),
    )
    assert own.post(reading).status_code == 403
    [read] = officer.post(reading).json()["representations"]
    assert (read["read_by_name"], read["read_at"]) == ("Olga", "2026-03-02T12:00:00Z")
    assert own.get(path).json()["representations"] == [read]
    assert rules_of(officer.post(reading)) == ["read-already"]
    steps = session.scalars(select(timeline_entry.c.by_name).where(timeline_entry.c.step == "read_representation"))
    assert list(steps) == ["Olga"]


def test_an_answer_is_read_where_it_was_given(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    one, other = issued(client_as, service, "improvement_plan"), issued(client_as, service, "embargo")
    reading = answered(client_as, service, one)
    elsewhere = reading.replace(one, other)
    refused = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(elsewhere)
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/representation-not-found")
