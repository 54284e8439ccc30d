"""Case files: a Red service has an owner and a review date, or stands on the list that says that it has none."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_risk import ClientAs, green_service, rating, rules_of
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord
from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import do_due, told
from risk.bands.rules import IN_CONFIDENCE
from risk.case_files.rules import Bar, Loose, bars_to_closing, bars_to_reviewing

WHY = {"reason": "As the case meeting decided."}


def red_service(session: Session, **about: Any) -> CareServiceRecord:
    service = green_service(session, **about)
    rating(session, service, "poor", published_on=date(2026, 3, 1))
    return service


def wanted(service: CareServiceRecord, **more: Any) -> dict[str, Any]:
    usual = {"owner": "person:olga", "owner_name": "Olga", "review_on": "2026-03-16", **WHY}
    return {"care_service_id": str(service.id)} | usual | more


def opened(client_as: ClientAs, service: CareServiceRecord, **more: Any) -> str:
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/case-files", json=wanted(service, **more))
    assert made.status_code == 201, made.text
    return f"/v1/case-files/{made.json()['id']}"


def unattended(client_as: ClientAs) -> list[str]:
    answer = client_as(Role.COMMISSIONING_MANAGER, name="Mary").get("/v1/unattended-services")
    assert answer.status_code == 200, answer.text
    return [each["care_service_name"] for each in answer.json()["items"]]


def page_of(client_as: ClientAs, service: CareServiceRecord, role: Role = Role.COMPLIANCE_OFFICER) -> Any:
    answer = client_as(role, name="Reader").get(f"/v1/care-services/{service.id}/case-file")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_service_that_turns_red_is_listed_until_somebody_answers_for_it(
    session: Session, client_as: ClientAs
) -> None:
    red_service(session, name="Alder")
    birch = red_service(session, name="Birch")
    green_service(session, name="Cedar")
    assert sorted(unattended(client_as)) == ["Alder", "Birch"]
    opened(client_as, birch)
    assert unattended(client_as) == ["Alder"]


def test_an_override_to_amber_does_not_take_a_red_service_off_the_list(session: Session, client_as: ClientAs) -> None:
    service = red_service(session, name="Alder")
    amber = {"care_service_id": str(service.id), "band": "amber", "last_day": "2026-03-12"}
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/overrides", json=amber | WHY)
    approved = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"/v1/overrides/{made.json()['id']}/approval")
    assert approved.json()["status"] == "in_force"
    assert unattended(client_as) == ["Alder"]


def test_a_service_that_has_ended_waits_for_nobody(session: Session, client_as: ClientAs) -> None:
    red_service(session, ended_on=date(2026, 4, 1))
    assert len(unattended(client_as)) == 1
    ended = red_service(session, ended_on=date(2026, 3, 1))
    assert str(ended.id) not in str(unattended(client_as))
    assert len(unattended(client_as)) == 1


def test_one_case_file_is_open_at_a_time(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    path = opened(client_as, service)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    again = officer.post("/v1/case-files", json=wanted(service))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/case-file-open")
    assert officer.post(f"{path}/closing", json=WHY).json()["status"] == "closed"
    assert officer.post("/v1/case-files", json=wanted(service)).status_code == 201
    assert officer.post(f"{path}/assignment", json={"owner": "x", "owner_name": "X", **WHY}).status_code == 409


def test_a_file_shows_all_that_is_under_way(session: Session, client_as: ClientAs, at: Any) -> None:
    service = red_service(session)
    path = opened(client_as, service)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    about = {"provider_id": str(service.provider_id), "care_service_id": str(service.id)}
    action = {"wording": "Ask for the training matrix.", "due_on": "2026-03-05"}
    assert officer.post(f"{path}/actions", json=action).status_code == 201
    visit = {"visited_on": "2026-03-01", "is_announced": False, "purpose": "Follow-up", "findings": "Rotas are kept."}
    assert officer.post(f"{path}/visits", json=visit).status_code == 201
    embargo = {
        **about,
        **WHY,
        "extent": "whole",
        "review_on": "2026-03-30",
        "notice_text": "From today.",
        "conditions": [{"wording": "A medicines audit.", "due_on": "2026-03-04"}],
    }
    assert mary.post("/v1/urgent-embargoes", json=embargo).status_code == 201
    entry = {
        **about,
        "kind": "complaint",
        "event_on": "2026-02-20",
        "source": "Letter",
        "narrative": "Late visits.",
        "restricted": False,
        "substantiated": False,
    }
    assert officer.post("/v1/intelligence", json=entry).status_code == 201

    at.now = datetime(2026, 3, 6, 9, tzinfo=UTC)
    page = page_of(client_as, service)
    assert (page["band"], page["file"]["owner_name"], page["file"]["review_on"]) == ("red", "Olga", "2026-03-16")
    assert [(each["wording"], each["is_overdue"]) for each in page["open_actions"]] == [(action["wording"], True)]
    [condition] = page["open_conditions"]
    assert (condition["reference"], condition["is_overdue"]) == (page["interventions"][0]["reference"], True)
    assert [each["findings"] for each in page["visits"]] == ["Rotas are kept."]
    assert [each["narrative"] for each in page["intelligence"]["items"]] == ["Late visits."]
    assert [each["step"] for each in reversed(page["history"])] == ["open", "add_action", "record_visit"]


def test_a_case_without_a_file_says_so(session: Session, client_as: ClientAs) -> None:
    assert page_of(client_as, red_service(session))["file"] is None


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.AUDITOR])
def test_a_file_keeps_restricted_intelligence_from_those_who_may_not_see_it(
    session: Session, client_as: ClientAs, role: Role
) -> None:
    service = green_service(session)
    entry = {
        "kind": "whistleblowing",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-20",
        "source": "Call",
        "restricted": True,
        "substantiated": False,
        "narrative": "The night cook told us.",
    }
    assert client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=entry).status_code == 201
    page = page_of(client_as, service, role)
    assert (page["intelligence"]["items"], page["intelligence"]["notice"]) == ([], IN_CONFIDENCE)
    assert len(page_of(client_as, service)["intelligence"]["items"]) == 1


def test_a_file_shows_what_stands_about_the_provider_as_a_whole(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    entry = {
        "kind": "contracting_concern",
        "provider_id": str(service.provider_id),
        "event_on": "2026-02-20",
        "source": "Call",
        "restricted": True,
        "substantiated": False,
    }
    made = officer.post("/v1/intelligence", json=entry).json()["id"]
    settled = officer.post(f"/v1/intelligence/{made}/outcome", json={"outcome": "substantiated", **WHY}).json()["id"]
    assert [each["id"] for each in page_of(client_as, service)["intelligence"]["items"]] == [settled]
    assert page_of(client_as, service, Role.COMMISSIONER)["intelligence"]["notice"] == IN_CONFIDENCE
    other = green_service(session)
    assert page_of(client_as, other)["intelligence"]["items"] == []
    assert page_of(client_as, other, Role.COMMISSIONER)["intelligence"]["notice"] is None
    found = officer.get("/v1/intelligence", params={"care_service_id": str(service.id)}).json()["items"]
    assert {each["id"] for each in found} == {made, settled}


def test_a_case_closes_only_when_nothing_in_it_is_open(session: Session, client_as: ClientAs) -> None:
    service = red_service(session)
    path = opened(client_as, service)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    officer.post(f"{path}/actions", json={"wording": "Ask for the training matrix."})
    proposal = {
        "kind": "enhanced_monitoring",
        "provider_id": str(service.provider_id),
        "review_on": "2026-03-30",
        **WHY,
    }
    proposed = officer.post("/v1/interventions", json=proposal).json()["id"]
    refused = officer.post(f"{path}/closing", json=WHY)
    assert rules_of(refused) == ["action-open", "intervention-under-way", "still-red"]

    [task] = officer.get("/v1/case-tasks", params={"care_service_id": str(service.id)}).json()["items"]
    assert (task["opened_by_name"], task["due_on"]) == ("Olga", None)
    officer.post(f"/v1/case-tasks/{task['id']}/completion", json={"outcome": "Received and complete."})
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    assert mary.post(f"/v1/interventions/{proposed}/rejection", json=WHY).status_code == 200
    rating(session, service, "good", published_on=date(2026, 3, 2))
    closed = officer.post(f"{path}/closing", json=WHY)
    assert (closed.status_code, closed.json()["status"], closed.json()["closed_by_name"]) == (200, "closed", "Olga")


def test_a_review_that_is_overdue_reaches_the_owner_every_morning_until_it_is_recorded(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    path = opened(client_as, service, review_on="2026-03-10")
    for day, alerts in ((10, 0), (11, 1), (12, 2)):
        at.now = datetime(2026, 3, day, 8, tzinfo=UTC)
        do_due(session, at.now)
        do_due(session, at.now)
        sent = [each for each in told(session, MessageRequested) if each.template == "case_file_past_review"]
        assert [each.to.person for each in sent] == ["person:olga"] * alerts
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    [late] = officer.get("/v1/case-files", params={"is_past_review": True}).json()["items"]
    assert late["days_past_review"] == 2
    review = {"findings": "Two visits found nothing amiss.", "next_review_on": "2026-04-01"}
    read = officer.post(f"{path}/reviews", json=review).json()
    assert (read["review_on"], read["days_past_review"], read["reviewed_by_name"]) == ("2026-04-01", 0, "Olga")
    at.now = datetime(2026, 3, 13, 8, tzinfo=UTC)
    do_due(session, at.now)
    assert len([each for each in told(session, MessageRequested) if each.template == "case_file_past_review"]) == 2
    assert officer.get("/v1/case-files", params={"is_past_review": True}).json()["items"] == []


def test_a_review_is_told_of_in_the_morning_after_a_night_that_told_of_it_late(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    opened(client_as, green_service(session), review_on="2026-03-10")
    for day, hour, alerts in ((12, 3, 1), (12, 8, 2), (12, 9, 2), (13, 8, 3)):
        at.now = datetime(2026, 3, day, hour, tzinfo=UTC)
        do_due(session, at.now)
        sent = [each.template for each in told(session, MessageRequested)]
        assert sent.count("case_file_past_review") == alerts


def test_a_file_is_handed_on_and_found_by_its_owner(session: Session, client_as: ClientAs) -> None:
    path = opened(client_as, green_service(session))
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    handed = officer.post(f"{path}/assignment", json={"owner": "person:otto", "owner_name": "Otto", **WHY})
    assert handed.json()["owner_name"] == "Otto"
    for owner, found in (("person:olga", 0), ("person:otto", 1)):
        assert len(officer.get("/v1/case-files", params={"owner": owner}).json()["items"]) == found


TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("days", "bars"), [(-1, [Bar.REVIEW_NOT_AHEAD]), (0, [Bar.REVIEW_NOT_AHEAD]), (1, []), (367, [Bar.REVIEW_TOO_FAR])]
)
def test_the_next_review_is_ahead_and_within_a_year(days: int, bars: list[Bar]) -> None:
    assert bars_to_reviewing(TODAY + timedelta(days=days), today=TODAY) == bars


@given(st.integers(0, 3), st.integers(0, 3), st.booleans())
def test_a_case_closes_exactly_when_nothing_is_loose(actions: int, interventions: int, is_red: bool) -> None:
    bars = bars_to_closing(Loose(open_actions=actions, interventions_under_way=interventions, is_red=is_red))
    assert bool(bars) == bool(actions or interventions or is_red)


def test_the_dashboard_narrows_to_the_services_that_one_officer_answers_for(
    session: Session, client_as: ClientAs
) -> None:
    alder, birch = red_service(session, name="Alder"), red_service(session, name="Birch")
    opened(client_as, alder)
    of_birch = opened(client_as, birch, owner="person:otto", owner_name="Otto")
    reader, asked = client_as(Role.COMMISSIONER, name="Carla"), {"officer": "person:otto"}
    [row] = reader.get("/v1/dashboard", params=asked).json()["items"]
    assert (row["care_service_name"], row["owner_name"]) == ("Birch", "Otto")
    assert reader.get("/v1/dashboard-counts", params=asked).json()["red"] == 1
    assert "Otto" in reader.get("/v1/dashboard-export", params=asked).text

    handed_on = {"owner": "person:olga", "owner_name": "Olga"} | WHY
    done = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(f"{of_birch}/assignment", json=handed_on)
    assert done.status_code == 200, done.text
    assert reader.get("/v1/dashboard", params=asked).json()["items"] == []


def test_who_answers_for_a_service_is_not_told_to_those_who_read_no_case_files(
    session: Session, client_as: ClientAs
) -> None:
    opened(client_as, red_service(session, name="Alder"))
    for role in (Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER):
        reader = client_as(role, name="Ada")
        [row] = reader.get("/v1/dashboard").json()["items"]
        assert row["care_service_name"] == "Alder"
        assert "owner_name" not in row
        for path in ("dashboard", "dashboard-counts", "dashboard-export"):
            assert reader.get(f"/v1/{path}", params={"officer": "person:olga"}).status_code == 403
        assert "Olga" not in reader.get("/v1/dashboard-export").text
