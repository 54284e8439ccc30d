"""How an intervention goes on and ends: reviews, escalation, closing rules, letters, embargoes that overlap."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_risk import ClientAs, green_service, provider, rules_of
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoLifted
from assay_contracts.roles import Role
from assay_kit.testing import do_due, told
from risk.interventions.rules import RUNGS, Escalated, Kind, goes_further

WHY = {"reason": "Recorded after the case meeting."}
NOTICE = {"notice_text": "From today, for the reasons given."}


def proposal(about: CareServiceRecord, kind: str = "embargo", **more: Any) -> dict[str, Any]:
    usual = {
        "kind": kind,
        "provider_id": str(about.provider_id),
        "care_service_id": str(about.id),
        "extent": "whole" if kind == "embargo" else None,
        "skip_reason": "The risk does not allow to wait.",
        "review_on": "2026-03-30",
        **WHY,
    }
    return usual | more


def issued(client_as: ClientAs, about: CareServiceRecord, kind: str = "embargo", **more: Any) -> str:
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    made = officer.post("/v1/interventions", json=proposal(about, kind, **more))
    assert made.status_code == 201, made.text
    path = f"/v1/interventions/{made.json()['id']}"
    authorised = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json=NOTICE)
    assert authorised.json()["status"] == "issued", authorised.text
    return path


def templates(session: Session) -> list[str]:
    return [each.template for each in told(session, MessageRequested)]


def stands(client_as: ClientAs, service: CareServiceRecord) -> tuple[str | None, list[str], str | None]:
    read = client_as(Role.COMMISSIONER, name="Carl").get(f"/v1/care-services/{service.id}/band").json()
    return read["embargo"], read["embargo_limits"], read["embargo_since"]


# ---------------------------------------------------------------- reviews


def test_a_review_says_why_it_goes_on_and_ends_nothing(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    path = issued(client_as, service, review_on="2026-03-10")
    at.now = datetime(2026, 3, 11, 8, tzinfo=UTC)
    do_due(session, at.now)
    assert templates(session).count("intervention_past_review") == 1
    review = {"reason": "Two conditions are not met yet.", "next_review_on": "2026-04-10"}
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert rules_of(officer.post(f"{path}/reviews", json=review)) == ["needs-a-commissioning-manager"]
    read = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/reviews", json=review).json()
    assert (read["status"], read["review_on"], read["days_past_review"]) == ("issued", "2026-04-10", 0)
    [kept] = read["reviews"]
    assert (kept["was_due_on"], kept["reviewed_by_name"], kept["reason"]) == ("2026-03-10", "Mary", review["reason"])
    assert templates(session)[-1] == "intervention_reviewed"
    at.now = datetime(2026, 3, 12, 8, tzinfo=UTC)
    do_due(session, at.now)
    assert templates(session).count("intervention_past_review") == 1
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat").get(path).json()
    assert [each["reason"] for each in own["reviews"]] == [None]
    assert told(session, EmbargoLifted) == []


def test_a_review_waits_for_what_became_of_each_condition_whose_day_is_over(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    conditions = [{"wording": "An audit.", "due_on": "2026-03-05"}, {"wording": "Training.", "due_on": "2026-05-01"}]
    path = issued(client_as, green_service(session), conditions=conditions)
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    review = {**WHY, "next_review_on": "2026-04-10"}
    at.now = datetime(2026, 3, 6, 8, tzinfo=UTC)
    assert rules_of(mary.post(f"{path}/reviews", json=review)) == ["condition-overdue"]
    first = mary.get(path).json()["conditions"][0]["id"]
    mary.post(f"{path}/conditions/{first}/outcome", json={"outcome": "not_met", **WHY})
    assert mary.post(f"{path}/reviews", json=review).status_code == 200
    assert rules_of(mary.post(f"{path}/reviews", json=review | {"next_review_on": "2026-03-06"})) == [
        "review-not-ahead"
    ]


def test_what_the_provider_does_not_answer_in_time_is_told_once(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    issued(client_as, service, response_due_on="2026-03-09")
    answered = issued(client_as, service, response_due_on="2026-03-09")
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat")
    assert own.post(f"{answered}/representations", json={"wording": "We have hired a manager."}).status_code == 200
    for day, alerts in ((9, 0), (10, 1), (11, 1)):
        at.now = datetime(2026, 3, day, 8, tzinfo=UTC)
        do_due(session, at.now)
        assert templates(session).count("intervention_not_answered") == alerts


# ---------------------------------------------------------------- escalation and ending


def test_a_further_measure_names_what_it_escalates(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    first = issued(client_as, service, "improvement_plan")
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    taken = {"escalates_id": first.rpartition("/")[2]}
    made = officer.post("/v1/interventions", json=proposal(service, "default_notice", **taken)).json()
    assert made["escalates_id"] == taken["escalates_id"]
    assert officer.post(f"{first}/escalation", json=WHY).json()["status"] == "escalated"
    assert officer.get("/v1/case-tasks").json()["items"] == []
    refused = officer.post("/v1/interventions", json=proposal(service, "default_notice", **taken))
    assert rules_of(refused) == ["not-escalating"]  # it is no longer in force
    unknown = proposal(service, "default_notice", escalates_id=str(service.id))
    assert officer.post("/v1/interventions", json=unknown).json()["type"] == "/problems/unknown-subject"


def test_what_is_escalated_without_a_further_measure_leaves_an_action_on_each_case(
    session: Session, client_as: ClientAs
) -> None:
    of = provider(session)
    one, two = green_service(session, of), green_service(session, of)
    path = issued(client_as, one, "default_notice", care_service_id=None)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    reference = officer.post(f"{path}/escalation", json=WHY).json()["reference"]
    tasks = officer.get("/v1/case-tasks").json()["items"]
    assert {each["care_service_id"] for each in tasks} == {str(one.id), str(two.id)}
    assert {each["wording"] for each in tasks} == {f"{reference} was escalated: propose the next step."}


def band_of(client_as: ClientAs, service: CareServiceRecord) -> str:
    read = client_as(Role.COMMISSIONER, name="Carl").get(f"/v1/care-services/{service.id}/band")
    return str(read.json()["band"])


def test_a_default_notice_that_was_escalated_keeps_the_service_red_until_what_took_it_further_is_met(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    notice = issued(client_as, service, "default_notice")
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    kind = "special_measures_improvement_plan"
    further = officer.post(
        "/v1/interventions", json=proposal(service, kind, escalates_id=notice.rpartition("/")[2])
    ).json()
    path = f"/v1/interventions/{further['id']}"
    assert officer.post(f"{notice}/escalation", json=WHY).json()["counts_until"] is None
    assert band_of(client_as, service) == "red"
    client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json=NOTICE)
    assert band_of(client_as, service) == "red"
    assert officer.post(f"{path}/completion", json=WHY).json()["status"] == "met"
    assert band_of(client_as, service) == "green"


@pytest.mark.parametrize("ending", ["rejection", "withdrawal"])
def test_an_escalated_notice_counts_on_where_the_next_step_came_to_nothing(
    session: Session, client_as: ClientAs, ending: str
) -> None:
    service = green_service(session)
    notice = issued(client_as, service, "default_notice")
    officer, mary = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    wanted = proposal(service, "special_measures_improvement_plan", escalates_id=notice.rpartition("/")[2])
    path = f"/v1/interventions/{officer.post('/v1/interventions', json=wanted).json()['id']}"
    if ending == "withdrawal":
        mary.post(f"{path}/authorisation", json=NOTICE)
    reference = officer.post(f"{notice}/escalation", json=WHY).json()["reference"]
    assert officer.get("/v1/case-tasks").json()["items"] == []
    assert mary.post(f"{path}/{ending}", json=WHY).status_code == 200
    assert band_of(client_as, service) == "red"
    [task] = officer.get("/v1/case-tasks").json()["items"]
    assert task["wording"] == f"{reference} was escalated: propose the next step."


@pytest.mark.parametrize("ending", ["withdrawal", "completion"])
def test_a_next_step_that_is_over_already_takes_nothing_further(
    session: Session, client_as: ClientAs, ending: str
) -> None:
    service = green_service(session)
    notice = issued(client_as, service, "default_notice")
    further = issued(client_as, service, "special_measures_improvement_plan", escalates_id=notice.rpartition("/")[2])
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert officer.post(f"{further}/{ending}", json=WHY).status_code == 200
    reference = officer.post(f"{notice}/escalation", json=WHY).json()["reference"]
    [task] = officer.get("/v1/case-tasks").json()["items"]
    assert task["wording"] == f"{reference} was escalated: propose the next step."


@pytest.mark.parametrize(("ending", "refused"), [("withdrawal", ["rung-skipped"]), ("completion", [])])
def test_a_step_that_should_not_have_been_taken_is_no_rung(
    session: Session, client_as: ClientAs, ending: str, refused: list[str]
) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    plan = issued(client_as, service, "improvement_plan")
    assert officer.post(f"{plan}/{ending}", json=WHY).status_code == 200
    answer = officer.post("/v1/interventions", json=proposal(service, "default_notice", skip_reason=None))
    assert (rules_of(answer) if refused else answer.json()["status"]) == (refused or "proposed")


def test_another_manager_says_that_an_escalated_notice_stands_no_longer(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    mary, mark = (client_as(Role.COMMISSIONING_MANAGER, name=name) for name in ("Mary", "Mark"))
    made = mary.post("/v1/interventions", json=proposal(service, "default_notice")).json()
    path = f"/v1/interventions/{made['id']}"
    mark.post(f"{path}/authorisation", json=NOTICE)
    assert mark.post(f"{path}/standing-down", json=WHY).status_code == 409  # it was not escalated
    mark.post(f"{path}/escalation", json=WHY)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert officer.post(f"{path}/standing-down", json=WHY).status_code == 403
    assert rules_of(mary.post(f"{path}/standing-down", json=WHY)) == ["proposed-by-you"]
    assert band_of(client_as, service) == "red"
    assert mark.post(f"{path}/standing-down", json=WHY).json()["counts_until"] == "2026-03-02T12:00:00Z"
    assert band_of(client_as, service) == "green"
    assert rules_of(mark.post(f"{path}/standing-down", json=WHY)) == ["stands-no-longer"]


@given(st.sampled_from(Kind), st.sampled_from(Kind), st.booleans(), st.booleans())
def test_a_step_up_is_higher_on_the_ladder_and_about_what_is_in_force(
    kind: Kind, than: Kind, is_in_force: bool, is_about_the_same: bool
) -> None:
    further = goes_further(kind, Escalated(kind=than, is_in_force=is_in_force, is_about_the_same=is_about_the_same))
    assert not further or (is_in_force and is_about_the_same)
    if further and kind in RUNGS:
        assert RUNGS[kind] > RUNGS.get(than, 0)
    assert not further or kind is not than


def test_nothing_is_met_while_a_condition_is_found_not_met(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    path = issued(client_as, service, "improvement_plan", conditions=[{"wording": "A medicines audit."}])
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert rules_of(officer.post(f"{path}/completion", json=WHY)) == ["condition-open"]
    condition = officer.get(path).json()["conditions"][0]["id"]
    officer.post(f"{path}/conditions/{condition}/outcome", json={"outcome": "not_met", **WHY})
    assert rules_of(officer.post(f"{path}/completion", json=WHY)) == ["condition-not-met"]
    assert officer.post(f"{path}/escalation", json=WHY).json()["status"] == "escalated"


def test_a_termination_waits_until_all_who_must_know_were_told(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    made = officer.post("/v1/interventions", json=proposal(service, "termination_of_contract")).json()
    path = f"/v1/interventions/{made['id']}"
    plan = {
        "people_affected": 40,
        "replacement": "Two providers take over.",
        "starts_on": "2026-03-10",
        "ends_on": "2026-04-30",
        "cqc_told_on": "2026-03-02",
        "health_told_on": "2026-03-02",
        "other_councils_told_on": "2026-03-04",
    }
    assert officer.put(f"{path}/continuity-plan", json=plan).status_code == 200
    read = NOTICE | {"plan_edition": 1}
    assert rules_of(manager.post(f"{path}/authorisation", json=read)) == ["not-told-yet"]
    at.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert manager.post(f"{path}/authorisation", json=read).json()["status"] == "issued"


# ---------------------------------------------------------------- embargoes that overlap


def test_a_whole_embargo_over_a_partial_one_shows_and_lifting_it_leaves_the_partial_one(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    part = issued(client_as, service, extent="part", limit_text="Nobody who needs two carers")
    limits = ["Nobody who needs two carers"]
    assert stands(client_as, service) == ("part", limits, "2026-03-02")
    at.now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    whole = issued(client_as, service)
    assert stands(client_as, service) == ("whole", limits, "2026-03-02")
    band = client_as(Role.COMMISSIONER, name="Carl").get(f"/v1/care-services/{service.id}/band").json()
    assert band["result"]["reasons"] == ["Whole embargo on new placements in force since 4 March 2026."]
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert mary.post(f"{whole}/lifting", json=WHY).json()["status"] == "lifted"
    assert stands(client_as, service) == ("part", limits, "2026-03-02")
    assert mary.post(f"{part}/lifting", json=WHY).json()["status"] == "lifted"
    assert stands(client_as, service) == (None, [], None)
    assert len(told(session, EmbargoLifted)) == 2


# ---------------------------------------------------------------- letters


def test_the_letter_is_there_from_issue_on_for_the_council_and_the_provider(
    session: Session, client_as: ClientAs, directory: FakeDirectory
) -> None:
    directory.settings = {"council.name": "Northmoor Council", "council.contact_email": "care@northmoor.example"}
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat")
    made = officer.post("/v1/interventions", json=proposal(service, conditions=[{"wording": "An audit."}])).json()
    path = f"/v1/interventions/{made['id']}"
    refused = officer.get(f"{path}/letter.pdf")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-letter-yet")
    assert own.get(f"{path}/letter.pdf").status_code == 404  # of a proposal it is told nothing
    client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json=NOTICE)
    for reader in (officer, own):
        letter = reader.get(f"{path}/letter.pdf")
        assert (letter.status_code, letter.headers["content-type"]) == (200, "application/pdf"), letter.text[:200]
        assert letter.content.startswith(b"%PDF")
        assert letter.headers["content-disposition"] == f'attachment; filename="{made["reference"]}.pdf"'
    stranger = client_as(Role.PROVIDER_USER, org=provider(session).id, name="Paul")
    assert stranger.get(f"{path}/letter.pdf").status_code == 404


def test_the_letter_of_an_ending_is_there_once_it_has_ended(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    path = issued(client_as, service)
    own = client_as(Role.PROVIDER_USER, org=service.provider_id, name="Pat")
    assert own.get(f"{path}/ending-letter.pdf").status_code == 409
    client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/lifting", json=WHY)
    letter = own.get(f"{path}/ending-letter.pdf")
    assert (letter.status_code, letter.content[:4]) == (200, b"%PDF")
    assert own.get(f"{path}/letter.pdf").content != letter.content


@pytest.mark.parametrize("kind", ["enhanced_monitoring", "improvement_plan", "default_notice"])
def test_every_kind_has_its_letter(session: Session, client_as: ClientAs, kind: str) -> None:
    path = issued(client_as, green_service(session), kind, response_due_on=date(2026, 3, 20).isoformat())
    assert client_as(Role.AUDITOR, name="Audrey").get(f"{path}/letter.pdf").content.startswith(b"%PDF")
