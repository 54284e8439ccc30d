"""The main job's part of this service over HTTP: intelligence turns a service Red, an embargo is placed and lifted."""

from datetime import date
from typing import Any

from make_risk import ClientAs, green_service, rules_of
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import BandChanged, EmbargoImposed, EmbargoLifted, InterventionChanged
from assay_contracts.roles import Role, Scope
from assay_kit.testing import told

LOCATION = "1-900000001"


def decision(n: int, **about: Any) -> dict[str, Any]:
    usual = {
        "source_reference": f"SD-{n}",
        "enquiry_reference": f"SE-{n}",
        "cqc_location_id": LOCATION,
        "decided_on": "2026-02-20",
        "stage": "decision",
        "meets_section_42": True,
        "source_of_risk": "service",
        "type_of_risk": "neglect",
        "adults_count": 1,
    }
    return usual | about


def test_from_green_to_red_to_an_embargo_and_back(session: Session, client_as: ClientAs) -> None:
    service = green_service(session, cqc_location_id=LOCATION)
    machine = client_as(scopes=(Scope.INTELLIGENCE_WRITE,), name="Case management")
    for n in range(4):
        assert machine.post("/v1/safeguarding-decisions", json=decision(n)).status_code == 201
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga Officer")
    assert officer.get(f"/v1/care-services/{service.id}/band").json()["band"] == "amber"
    for n, died in enumerate(("2026-01-10", "2026-02-10")):
        sent = {"source_reference": f"UD-{n}", "cqc_location_id": LOCATION, "died_on": died}
        assert machine.post("/v1/unexpected-deaths", json=sent).status_code == 201
    assert officer.get(f"/v1/care-services/{service.id}/band").json()["band"] == "red"
    assert told(session, BandChanged)[-1].reasons == ("The council holds information in confidence.",)

    proposal = {
        "kind": "embargo",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "extent": "whole",
        "reason": "Four safeguarding decisions and two deaths within a year.",
        "response_due_on": "2026-03-09",
        "review_on": "2026-03-30",
        "conditions": [{"wording": "A medicines audit by an independent pharmacist."}],
    }
    proposed = officer.post("/v1/interventions", json=proposal)
    assert proposed.status_code == 201, proposed.text
    embargo = f"/v1/interventions/{proposed.json()['id']}"
    assert proposed.json()["reference"] == "INT-2026-0001"

    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary Manager")
    authorised = manager.post(f"{embargo}/authorisation", json={"notice_text": "No new placements from today."})
    assert authorised.status_code == 200, authorised.text
    assert authorised.json()["status"] == "issued"
    [imposed] = told(session, EmbargoImposed)
    assert (imposed.care_service_id, imposed.extent, imposed.imposed_on) == (service.id, "whole", date(2026, 3, 2))
    assert told(session, MessageRequested)[-1].to.provider_id == service.provider_id

    reader = client_as(scopes=(Scope.BANDS_READ,), name="Brokerage system")
    [found] = reader.get(f"/v1/locations/{LOCATION}").json()["items"]
    assert (found["care_service_id"], found["band"], found["embargo"]) == (str(service.id), "red", "whole")

    condition = authorised.json()["conditions"][0]["id"]
    refused = manager.post(f"{embargo}/lifting", json={"reason": "The provider has improved."})
    assert (refused.status_code, rules_of(refused)) == (409, ["condition-open"])
    outcome = {"outcome": "met", "reason": "The audit was received and is clean."}
    assert officer.post(f"{embargo}/conditions/{condition}/outcome", json=outcome).status_code == 200
    assert officer.post(f"{embargo}/lifting", json={"reason": "The provider has improved."}).status_code == 403
    assert (
        manager.post(f"{embargo}/lifting", json={"reason": "The provider has improved."}).json()["status"] == "lifted"
    )
    [lifted] = told(session, EmbargoLifted)
    assert lifted.intervention_id == imposed.intervention_id
    assert reader.get(f"/v1/locations/{LOCATION}").json()["items"][0]["embargo"] is None
    assert [each.to_status for each in told(session, InterventionChanged)] == [
        "proposed",
        "authorised",
        "issued",
        "lifted",
    ]

    page = officer.get(f"/v1/care-services/{service.id}").json()
    learnt = [each["detail"]["kind"] for each in reversed(page["timeline"]) if each["object_kind"] == "intelligence"]
    assert learnt == ["safeguarding_decision"] * 4 + ["unexpected_death"] * 2
    steps = [
        (each["object_kind"], each["step"])
        for each in reversed(page["timeline"])
        if each["object_kind"] != "intelligence"
    ]
    assert steps == [
        ("band", "begin"),
        ("band", "turn_green"),
        ("band", "turn_amber"),
        ("band", "turn_red"),
        ("intervention", "propose"),
        ("intervention", "authorise"),
        ("intervention", "issue"),
        ("intervention", "settle_condition"),
        ("intervention", "lift"),
    ]
