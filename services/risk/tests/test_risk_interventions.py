"""Interventions over HTTP: who may, what must be there first, and what waits for somebody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from make_risk import ClientAs, green_service, provider, rules_of
from sqlmodel import Session, select

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed, EmbargoLifted
from assay_contracts.roles import Role
from assay_kit.testing import NOON, do_due, told
from risk.interventions.rules import MOST_ANSWERS
from risk.tables import Representation, ServiceBand

REASON = {"reason": "Recorded after the case meeting."}


def proposal(about: Any, **more: Any) -> dict[str, Any]:
    usual = {
        "kind": "embargo",
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "extent": "whole",
        "reason": "Poor care was seen on two visits.",
        "review_on": "2026-03-30",
    }
    return usual | more


def urgent(about: Any, **more: Any) -> dict[str, Any]:
    wanted = proposal(about, notice_text="No new placements from today.", **more)
    wanted.pop("kind")
    return wanted


def band_of(session: Session, care_service_id: Any) -> str:
    return str(session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == care_service_id)).one())


def templates(session: Session) -> list[str]:
    return [each.template for each in told(session, MessageRequested)]


def test_whoever_proposes_may_not_authorise_nor_reject(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = manager.post("/v1/interventions", json=proposal(service)).json()
    for verb, body in (("authorisation", {"notice_text": "From today."}), ("rejection", REASON)):
        refused = manager.post(f"/v1/interventions/{made['id']}/{verb}", json=body)
        assert (refused.status_code, rules_of(refused)) == (409, ["proposed-by-you"])
    other = client_as(Role.COMMISSIONING_MANAGER, name="Mark")
    assert other.post(f"/v1/interventions/{made['id']}/rejection", json=REASON).json()["status"] == "rejected"
    assert told(session, EmbargoImposed) == []


@pytest.mark.parametrize("role", [Role.COMPLIANCE_OFFICER, Role.COMMISSIONER, Role.AUDITOR, Role.PROVIDER_ADMIN])
def test_only_a_commissioning_manager_authorises(session: Session, client_as: ClientAs, role: Role) -> None:
    service = green_service(session)
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/interventions", json=proposal(service)).json()
    org = service.provider_id if role is Role.PROVIDER_ADMIN else None
    refused = client_as(role, name="Other", org=org).post(
        f"/v1/interventions/{made['id']}/authorisation", json={"notice_text": "From today."}
    )
    assert refused.status_code == 403


def test_authorising_and_issuing_may_be_two_calls(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    made = officer.post("/v1/interventions", json=proposal(service)).json()
    path = f"/v1/interventions/{made['id']}"
    assert officer.post(f"{path}/issue", json={"notice_text": "From today."}).status_code == 409
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert manager.post(f"{path}/authorisation", json={}).json()["status"] == "authorised"
    assert band_of(session, service.id) == "green"
    assert officer.post(f"{path}/issue", json={"notice_text": "From today."}).json()["status"] == "issued"
    assert band_of(session, service.id) == "red"
    assert manager.post(f"{path}/authorisation", json={}).status_code == 409


def test_a_partial_embargo_says_its_limit(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    refused = officer.post("/v1/interventions", json=proposal(service, extent="part"))
    assert (refused.status_code, rules_of(refused)) == (409, ["part-needs-its-limit"])
    wanted = proposal(service, extent="part", limit_text="Nobody who needs two carers")
    made = officer.post("/v1/interventions", json=wanted).json()
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    manager.post(f"/v1/interventions/{made['id']}/authorisation", json={"notice_text": "From today."})
    [imposed] = told(session, EmbargoImposed)
    assert (imposed.extent, imposed.limit_text) == ("part", "Nobody who needs two carers")
    [row] = officer.get("/v1/dashboard", params={"is_embargoed": True}).json()["items"]
    assert (row["embargo"], row["embargo_limits"]) == ("part", ["Nobody who needs two carers"])


def test_two_embargoes_overlap_and_the_service_is_free_when_the_last_has_gone(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    mark = client_as(Role.COMMISSIONING_MANAGER, name="Mark")
    ids = [mary.post("/v1/interventions", json=proposal(service)).json()["id"] for _ in range(2)]
    for each in ids:
        mark.post(f"/v1/interventions/{each}/authorisation", json={"notice_text": "From today."})
    mark.post(f"/v1/interventions/{ids[0]}/lifting", json=REASON)
    assert band_of(session, service.id) == "red"
    mark.post(f"/v1/interventions/{ids[1]}/withdrawal", json=REASON)
    assert band_of(session, service.id) == "green"
    assert [str(each.intervention_id) for each in told(session, EmbargoLifted)] == ids


def test_an_urgent_embargo_is_in_force_at_once_and_escalates_daily_until_another_confirms(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = mary.post("/v1/urgent-embargoes", json=urgent(service))
    assert made.status_code == 201, made.text
    assert (made.json()["status"], made.json()["confirm_by"]) == ("issued", "2026-03-03T23:59:59.999999Z")
    assert band_of(session, service.id) == "red"
    path = f"/v1/interventions/{made.json()['id']}"
    assert rules_of(mary.post(f"{path}/confirmation")) == ["issued-by-you"]

    for day, alerts in ((3, 0), (4, 1), (5, 2)):
        at.now = datetime(2026, 3, day, 9, tzinfo=UTC)
        do_due(session, at.now)
        do_due(session, at.now)
        assert templates(session).count("urgent_embargo_not_confirmed") == alerts
    mark = client_as(Role.COMMISSIONING_MANAGER, name="Mark")
    assert mark.post(f"{path}/confirmation").json()["confirmed_by_name"] == "Mark"
    assert rules_of(mark.post(f"{path}/confirmation")) == ["not-urgent"]
    at.now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    do_due(session, at.now)
    assert templates(session).count("urgent_embargo_not_confirmed") == 2


def test_an_urgent_embargo_escalates_from_the_first_morning_on(session: Session, client_as: ClientAs, at: Any) -> None:
    """The worker comes just after the day on which it was to be confirmed, and at 08:00 again."""
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert mary.post("/v1/urgent-embargoes", json=urgent(green_service(session))).status_code == 201
    for day, hour, alerts in ((4, 0, 1), (4, 8, 2), (4, 9, 2), (5, 8, 3)):
        at.now = datetime(2026, 3, day, hour, tzinfo=UTC)
        do_due(session, at.now)
        assert templates(session).count("urgent_embargo_not_confirmed") == alerts


def test_an_urgent_embargo_does_not_wait_for_the_bank_holidays_to_be_published(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    at.now = datetime(2031, 6, 2, 12, tzinfo=UTC)
    made = client_as(Role.COMMISSIONING_MANAGER).post(
        "/v1/urgent-embargoes", json=urgent(service, review_on="2031-07-01")
    )
    assert (made.status_code, made.json()["confirm_by"]) == (201, "2031-06-03T22:59:59.999999Z")


def test_an_embargo_past_its_review_stays_and_alerts_every_day(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = mary.post("/v1/interventions", json=proposal(service, review_on="2026-03-10")).json()
    mark = client_as(Role.COMMISSIONING_MANAGER, name="Mark")
    mark.post(f"/v1/interventions/{made['id']}/authorisation", json={"notice_text": "From today."})
    for day, alerts in ((10, 0), (11, 1), (12, 2)):
        at.now = datetime(2026, 3, day, 8, tzinfo=UTC)
        do_due(session, at.now)
        assert templates(session).count("intervention_past_review") == alerts
    read = mark.get(f"/v1/interventions/{made['id']}").json()
    assert (read["status"], read["days_past_review"]) == ("issued", 2)
    assert told(session, EmbargoLifted) == []


def test_a_termination_needs_a_continuity_plan_first(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    wanted = proposal(service, kind="termination_of_contract", care_service_id=None, extent=None)
    assert rules_of(officer.post("/v1/interventions", json=wanted)) == ["rung-skipped"]
    wanted |= {"skip_reason": "The company is closing next month."}
    made = officer.post("/v1/interventions", json=wanted).json()
    path = f"/v1/interventions/{made['id']}"
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    authorise = {"notice_text": "The contract ends on 30 April."}
    refused = manager.post(f"{path}/authorisation", json=authorise)
    assert (refused.status_code, rules_of(refused)) == (409, ["needs-a-continuity-plan"])
    plan = {
        "people_affected": 40,
        "replacement": "Two providers of the same zone take over by round.",
        "starts_on": "2026-03-10",
        "ends_on": "2026-04-30",
        "cqc_told_on": "2026-03-02",
        "health_told_on": "2026-03-02",
        "other_councils_told_on": "2026-03-02",
    }
    backwards = officer.put(f"{path}/continuity-plan", json=plan | {"ends_on": "2026-03-01"})
    assert rules_of(backwards) == ["plan-ends-before-start"]
    first = officer.put(f"{path}/continuity-plan", json=plan)
    assert (first.json()["continuity_plan"], first.json()["plan_edition"], first.headers["etag"]) == (plan, 1, '"1"')
    sooner = plan | {"ends_on": "2026-03-11"}
    assert officer.put(f"{path}/continuity-plan", json=sooner, headers={"If-Match": '"1"'}).status_code == 200
    assert officer.put(f"{path}/continuity-plan", json=plan, headers={"If-Match": '"1"'}).status_code == 412
    for read in (None, 1):  # the plan that stands now was not read
        unread = manager.post(f"{path}/authorisation", json=authorise | {"plan_edition": read})
        assert rules_of(unread) == ["another-plan"]
    assert manager.post(f"{path}/authorisation", json=authorise | {"plan_edition": 2}).json()["status"] == "issued"


def test_a_default_notice_on_a_provider_reaches_all_its_services(session: Session, client_as: ClientAs) -> None:
    of = provider(session)
    one, two = green_service(session, of), green_service(session, of)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    wanted = proposal(one, kind="default_notice", care_service_id=None, extent=None, skip_reason="Fraud was found.")
    made = officer.post("/v1/interventions", json=wanted).json()
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    manager.post(f"/v1/interventions/{made['id']}/authorisation", json={"notice_text": "Remedy this by 1 April."})
    assert [band_of(session, each.id) for each in (one, two)] == ["red", "red"]
    provider_user = client_as(Role.PROVIDER_USER, org=of.id, name="Pat")
    for each in (one, two):
        page = officer.get(f"/v1/care-services/{each.id}").json()
        assert [found["id"] for found in page["interventions"]] == [made["id"]]
        assert made["id"] in {step["object_id"] for step in page["timeline"] if step["object_kind"] == "intervention"}
        found = provider_user.get("/v1/interventions", params={"care_service_id": str(each.id)}).json()["items"]
        assert [line["id"] for line in found] == [made["id"]]
    assert officer.post(f"/v1/interventions/{made['id']}/completion", json=REASON).json()["status"] == "met"
    assert [band_of(session, each.id) for each in (one, two)] == ["green", "green"]


def test_a_provider_sees_what_it_was_told_and_answers(session: Session, client_as: ClientAs) -> None:
    service, stranger = green_service(session), provider(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    made = officer.post("/v1/interventions", json=proposal(service)).json()
    path = f"/v1/interventions/{made['id']}"
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat")
    other = client_as(Role.PROVIDER_USER, org=stranger.id, name="Paul")
    answer = {"wording": "We have hired a new manager."}
    assert own.get(path).status_code == 404  # a proposal is not told
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    manager.post(f"{path}/authorisation", json={"notice_text": "No new placements from today."})
    read = own.get(path)
    assert read.status_code == 200, read.text
    assert read.json()["reason"] == "No new placements from today."
    assert "two visits" not in read.text
    assert [each["id"] for each in own.get("/v1/interventions").json()["items"]] == [made["id"]]
    made_answer = own.post(f"{path}/representations", json=answer)
    assert [each["wording"] for each in made_answer.json()["representations"]] == [answer["wording"]]
    assert "representations_made" in templates(session)

    assert other.get(path).status_code == 404
    assert other.get("/v1/interventions", params={"care_service_id": str(service.id)}).json()["items"] == []
    assert other.post(f"{path}/representations", json=answer).status_code == 404
    assert other.get("/v1/interventions").json()["items"] == []


def test_a_provider_reads_no_reason_that_the_councils_people_give(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = mary.post("/v1/urgent-embargoes", json=urgent(service, conditions=[{"wording": "Train the team."}])).json()
    path = f"/v1/interventions/{made['id']}"
    settled = {"outcome": "met", "reason": "A whistleblower says that it is done."}
    assert mary.post(f"{path}/conditions/{made['conditions'][0]['id']}/outcome", json=settled).status_code == 200
    assert mary.post(f"{path}/lifting", json={"reason": "The whistleblower was heard."}).status_code == 200
    read = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat").get(path)
    assert "histleblower" not in read.text
    [condition] = read.json()["conditions"]
    assert (condition["outcome"], condition["outcome_reason"], read.json()["ending_reason"]) == ("met", None, None)
    assert "histleblower" in mary.get(path).text


def test_no_answer_is_taken_that_could_not_be_shown(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    made = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post("/v1/urgent-embargoes", json=urgent(service)).json()
    for number in range(MOST_ANSWERS - 1):
        about = {"intervention_id": made["id"], "made_by": "person:pat", "made_by_name": "Pat"}
        session.add(Representation(**about, wording=f"Answer {number}", made_at=NOON))
    session.flush()
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat")
    path = f"/v1/interventions/{made['id']}/representations"
    last = own.post(path, json={"wording": "The last one."})
    assert [each["wording"] for each in last.json()["representations"]][-1] == "The last one."
    assert len(last.json()["representations"]) == MOST_ANSWERS
    refused = own.post(path, json={"wording": "One more."})
    assert (refused.status_code, rules_of(refused)) == (409, ["answered-too-often"])


def test_a_stranger_is_asked_to_sign_in_even_with_malformed_json(client_as: ClientAs) -> None:
    stranger = client_as()
    assert stranger.post("/v1/interventions", content=b"{not json").status_code == 401
    assert stranger.get("/v1/dashboard").status_code == 401


def test_bad_input_is_named_by_field(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    refused = officer.post("/v1/interventions", json=proposal(service, kind="closure", colour="red"))
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["errors"]} == {"kind", "colour"}


def test_a_service_of_another_provider_is_refused(session: Session, client_as: ClientAs) -> None:
    service, other = green_service(session), provider(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    refused = officer.post("/v1/interventions", json=proposal(service, provider_id=str(other.id)))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-about-that-provider")


def test_an_embargo_still_stands_after_a_year_unless_it_is_lifted(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = mary.post("/v1/urgent-embargoes", json=urgent(service)).json()
    at.now = NOON + timedelta(days=366)
    do_due(session, at.now)
    assert band_of(session, service.id) == "red"
    assert mary.get(f"/v1/interventions/{made['id']}").json()["status"] == "issued"
