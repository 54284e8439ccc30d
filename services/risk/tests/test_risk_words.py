"""What officers wrote of a service while something was held in confidence is read by those who see that."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from make_risk import ClientAs, green_service, provider
from sqlalchemy import insert
from sqlmodel import Session

from assay_contracts.roles import Role, Scope
from assay_kit.testing import NOON
from assay_kit.timeline import timeline_entry
from risk.bands.rules import IN_CONFIDENCE

BEFORE, SINCE = "The visits were late all month.", "The night cook told us about the second death."
OTHERS = [Role.COMMISSIONER, Role.AUDITOR]


def learnt(client_as: ClientAs, service: Any, **about: Any) -> None:
    entry = {
        "kind": "whistleblowing",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-10",
        "source": "Telephone call",
        "restricted": True,
        "substantiated": True,
    }
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=entry | about)
    assert made.status_code == 201, made.text


def planned(officer: TestClient, about: dict[str, str], words: str) -> str:
    """A termination on which nobody has decided: proposed before anything, its continuity plan written now."""
    ending = {"kind": "termination_of_contract", "reason": words, "skip_reason": words, "review_on": "2026-03-30"}
    made = officer.post("/v1/interventions", json=about | ending | {"conditions": [{"wording": words}]})
    assert made.status_code == 201, made.text
    told = dict.fromkeys(("cqc_told_on", "health_told_on", "other_councils_told_on"), "2026-03-02")
    plan = {"people_affected": 4, "replacement": words, "starts_on": "2026-03-10", "ends_on": "2026-04-30"} | told
    path = f"/v1/interventions/{made.json()['id']}"
    written = officer.put(f"{path}/continuity-plan", json=plan)
    assert written.json()["continuity_plan"]["replacement"] == words, written.text
    return path


def written(client_as: ClientAs, service: Any, words: str) -> list[str]:
    """Everything that an officer may write of a service; the addresses at which it is read."""
    officer, mary = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    about = {"provider_id": str(service.provider_id), "care_service_id": str(service.id)}
    plan = {"kind": "improvement_plan", "reason": words, "skip_reason": words, "review_on": "2026-03-30"}
    made = officer.post("/v1/interventions", json=about | plan | {"conditions": [{"wording": "A new rota."}]}).json()
    path = f"/v1/interventions/{made['id']}"
    mary.post(f"{path}/authorisation", json={"notice_text": "A plan is due.", "reason": words})
    said = {"reason": words}
    officer.post(f"{path}/reviews", json=said | {"next_review_on": "2026-04-10"})
    officer.post(f"{path}/conditions/{made['conditions'][0]['id']}/outcome", json=said | {"outcome": "met"})
    assert officer.post(f"{path}/completion", json=said).json()["ending_reason"] == words
    override = about | {"band": "red", "reason": words, "last_day": "2026-03-20"}
    del override["provider_id"]
    proposed = officer.post("/v1/overrides", json=override).json()
    assert mary.post(f"/v1/overrides/{proposed['id']}/approval").json()["status"] == "in_force"
    owner = {"owner": "person:olga", "owner_name": "Olga", "review_on": "2026-03-30", "reason": words}
    case = officer.post("/v1/case-files", json={"care_service_id": str(service.id)} | owner).json()
    visit = {"visited_on": "2026-03-01", "is_announced": True, "purpose": words, "findings": words}
    assert officer.post(f"/v1/case-files/{case['id']}/visits", json=visit).status_code == 201
    assert officer.post(f"/v1/case-files/{case['id']}/actions", json={"wording": words}).status_code == 201
    page, ending = f"/v1/care-services/{service.id}", planned(officer, about, words)
    limit = {"kind": "embargo", "extent": "part", "limit_text": words, "reason": words, "review_on": "2026-03-30"}
    part = officer.post("/v1/interventions", json=about | limit).json()["id"]
    listed = f"/v1/interventions?care_service_id={service.id}"
    pages = [page, f"{page}/band", f"{page}/case-file"]
    return [path, ending, f"/v1/interventions/{part}", listed, "/v1/overrides", *pages]


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("of_its_provider", [False, True])
def test_words_written_while_something_is_held_in_confidence_are_the_fixed_sentence_to_others(
    session: Session, client_as: ClientAs, at: Any, role: Role, of_its_provider: bool
) -> None:
    service = green_service(session)
    learnt(client_as, service, **({"care_service_id": None} if of_its_provider else {}))
    at.now = NOON + timedelta(hours=1)
    paths = written(client_as, service, SINCE)
    officer, reader = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(role, name="Reader")
    for path in paths:
        assert SINCE in officer.get(path).text, path
        answer = reader.get(path)
        assert answer.status_code == 200, path
        assert SINCE not in answer.text, path
        assert IN_CONFIDENCE in answer.text, path


@pytest.mark.parametrize("role", OTHERS)
def test_words_written_before_stay_open(session: Session, client_as: ClientAs, at: Any, role: Role) -> None:
    service, elsewhere = green_service(session), green_service(session, provider(session))
    learnt(client_as, elsewhere)
    paths = written(client_as, service, BEFORE)
    at.now = NOON + timedelta(hours=1)
    learnt(client_as, service)
    for path in paths:
        assert BEFORE in client_as(role, name="Reader").get(path).text, path


def test_what_a_provider_was_told_is_open_from_then_on(session: Session, client_as: ClientAs, at: Any) -> None:
    service = green_service(session)
    learnt(client_as, service)
    at.now = NOON + timedelta(hours=1)
    officer, reader = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(Role.COMMISSIONER, name="Carl")
    about = {"provider_id": str(service.provider_id), "care_service_id": str(service.id), "kind": "embargo"}
    limit = {"extent": "part", "limit_text": SINCE, "reason": BEFORE, "review_on": "2026-03-30"}
    wanted = about | limit | {"conditions": [{"wording": SINCE}]}
    path = f"/v1/interventions/{officer.post('/v1/interventions', json=wanted).json()['id']}"

    def read() -> set[tuple[str, str]]:
        one, case = reader.get(path).json(), reader.get(f"/v1/care-services/{service.id}/case-file").json()
        [line], [page] = reader.get("/v1/interventions").json()["items"], case["interventions"]
        conditions = {(each["limit_text"], one["conditions"][0]["wording"]) for each in (one, line, page)}
        return conditions | {(line["limit_text"], each["wording"]) for each in case["open_conditions"]}

    assert read() == {(IN_CONFIDENCE, IN_CONFIDENCE)}
    client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json={"notice_text": "A limit."})
    assert read() == {(SINCE, SINCE)}


def test_words_about_a_provider_as_a_whole_follow_what_is_held_of_any_of_its_services(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    of = provider(session)
    service, sister = green_service(session, of), green_service(session, of, name="Another")
    learnt(client_as, service)
    at.now = NOON + timedelta(hours=1)
    wide: dict[str, Any] = {
        "provider_id": str(of.id),
        "kind": "improvement_plan",
        "reason": SINCE,
        "review_on": "2026-03-30",
    }
    wide |= {"conditions": [{"wording": SINCE}]}
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    made = officer.post("/v1/interventions", json=wide | {"skip_reason": SINCE}).json()["id"]
    assert client_as(Role.COMMISSIONER).get(f"/v1/interventions/{made}").json()["reason"] == IN_CONFIDENCE
    assert officer.get(f"/v1/interventions/{made}").json()["reason"] == SINCE
    for page in (f"/v1/care-services/{each.id}{more}" for each in (service, sister) for more in ("", "/case-file")):
        assert SINCE in officer.get(page).text
        assert SINCE not in client_as(Role.COMMISSIONER).get(page).text


def test_a_plan_is_dated_by_when_it_was_written_not_by_its_proposal(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service, officer = green_service(session), client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    path = planned(officer, {"provider_id": str(service.provider_id), "care_service_id": str(service.id)}, BEFORE)
    plan = officer.get(path).json()["continuity_plan"]
    at.now = NOON + timedelta(hours=1)
    learnt(client_as, service)

    def shown() -> str:
        return str(client_as(Role.COMMISSIONER).get(path).json()["continuity_plan"]["replacement"])

    assert shown() == BEFORE
    at.now = NOON + timedelta(hours=2)
    again = officer.put(f"{path}/continuity-plan", json=plan | {"replacement": SINCE}, headers={"If-Match": '"1"'})
    assert again.status_code == 200
    assert shown() == IN_CONFIDENCE


def test_words_written_while_something_restricted_waits_to_be_placed_are_not_open(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    of, location = provider(session), {"cqc_location_id": "1-900000001"}
    one = green_service(session, of, **location)
    green_service(session, of, name="Another", **location)
    sent = {"source_reference": "UD-1", "died_on": "2026-02-10", "restricted": True}
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    queued = machine.post("/v1/unexpected-deaths", json=sent | location).json()["intake_item_id"]
    at.now = NOON + timedelta(hours=1)
    paths = written(client_as, one, SINCE)
    at.now = NOON + timedelta(hours=2)

    def readable() -> list[str]:
        return [path for path in paths if SINCE in client_as(Role.COMMISSIONER).get(path).text]

    assert readable() == []
    placing = {"care_service_id": str(one.id), "reason": "It happened there."}
    placed = client_as(Role.COMPLIANCE_OFFICER).post(f"/v1/intake-items/{queued}/placement", json=placing)
    assert placed.status_code == 200, placed.text
    assert readable() == []
    assert SINCE in client_as(Role.COMPLIANCE_OFFICER, name="Olga").get(paths[0]).text


def test_what_a_reader_may_not_know_of_takes_no_room_on_the_timeline(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    about = {"provider_id": str(service.provider_id), "care_service_id": str(service.id)}
    plan = {"kind": "enhanced_monitoring", "reason": BEFORE, "review_on": "2026-03-30"}
    assert officer.post("/v1/interventions", json=about | plan).status_code == 201
    step = {"to_status": "standing", "step": "record", "by_subject": "person:olga", "by_name": "Olga"}
    later = {"object_kind": "intelligence", "object_id": service.id, "at": NOON + timedelta(hours=1)}
    of = {"provider_id": service.provider_id, "care_service_id": service.id, "detail": {"restricted": True}}
    session.execute(insert(timeline_entry), [step | later | of] * 250)

    def kinds(role: Role) -> set[str]:
        page = client_as(role, name="Reader").get(f"/v1/care-services/{service.id}").json()
        return {each["object_kind"] for each in page["timeline"]}

    assert kinds(Role.COMPLIANCE_OFFICER) == {"intelligence"}
    assert kinds(Role.COMMISSIONER) == {"band", "intervention"}


@pytest.mark.parametrize("role", [Role.COMPLIANCE_OFFICER, Role.COMMISSIONER])
def test_the_timeline_goes_back_to_the_first_step_whatever_happened_at_the_same_instant(
    session: Session, client_as: ClientAs, role: Role
) -> None:
    service = green_service(session)
    of = {"provider_id": service.provider_id, "care_service_id": service.id}
    step = {"to_status": "open", "step": "visit", "by_subject": "person:olga", "by_name": "Olga", **of}
    later = {"object_kind": "case file", "object_id": service.id, "at": NOON + timedelta(hours=1)}
    session.execute(insert(timeline_entry), [step | later] * 250)
    reader, path = client_as(role, name="Reader"), f"/v1/care-services/{service.id}/timeline"
    seen, asked = [], {"limit": 100}
    while page := reader.get(path, params=asked).json():
        seen += [each["sequence"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert (len(seen), len(set(seen))) == (252, 252)
    assert reader.get(path, params={"limit": 1, **asked}).json()["items"][0]["sequence"] in seen
    assert reader.get(path.replace(str(service.id), str(service.provider_id))).status_code == 404
