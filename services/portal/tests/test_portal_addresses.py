"""Where links lead, what an address may name, and what a page says while a service is down."""

from collections.abc import Callable

import pytest
from make_portal import ORG, Browser, FakeServices

THING = "018f0000-0000-7000-8000-000000000002"
AS_A_FILE = {
    "content-disposition": "attachment; filename*=UTF-8''report.pdf",
    "content-security-policy": "sandbox; default-src 'none'",
}
SignIn = Callable[..., Browser]


@pytest.mark.parametrize(
    "address",
    [
        "/assessments/abc",
        "/assessments/abc/report",
        f"/assessments/{THING}/files/draft.pdf",
        "/care-services/1%27or",
        "/interventions/7/answer",
        "/register/abc",
        "/organisation/evidence/abc",
    ],
)
def test_an_address_that_names_nothing_is_not_found_and_no_service_is_asked(
    signed_in_as: SignIn, services: FakeServices, address: str
) -> None:
    browser = signed_in_as("provider_admin", org=ORG)
    asked = len(services.asked)
    page = browser.open(address)
    assert page.status_code == 404
    assert "uuid" not in page.text.lower()
    assert [each.path for each in services.asked[asked:] if "clock" not in each.path] == []


def test_a_document_of_a_service_that_is_down_is_not_available(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1/evidence/{THING}/content", {}, 503)
    page = signed_in_as("provider_admin", org=ORG).open(f"/organisation/evidence/{THING}")
    assert page.status_code == 503
    assert "not available" in page.text


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        (f"/assessments/{THING}/files/report.docx", f"/v1/assessments/{THING}/report.docx"),
        (f"/assessments/{THING}/files/public-summary.pdf", f"/v1/assessments/{THING}/public-summary.pdf"),
        (f"/remedial-plans/{THING}/files/report.pdf", f"/v1/remedial-plans/{THING}/report.pdf"),
    ],
)
def test_a_document_of_an_assessment_is_sent_on_as_a_file(
    signed_in_as: SignIn, services: FakeServices, address: str, asked: str
) -> None:
    browser = signed_in_as("provider_admin", org=ORG)
    assert browser.open(address).status_code == 404, "what the service does not give, nobody gets"
    services.says("GET", asked, {"bytes": "of the file"}, headers=AS_A_FILE | {"X-Inside": "7"})
    sent = browser.open(address)
    assert (sent.status_code, sent.json()) == (200, {"bytes": "of the file"})
    assert {name: sent.headers[name] for name in AS_A_FILE} == AS_A_FILE
    assert "x-inside" not in sent.headers


def test_a_provider_is_led_to_its_interventions_and_may_answer(signed_in_as: SignIn, services: FakeServices) -> None:
    embargo = {
        "id": THING,
        "reference": "INT-2026-0001",
        "kind": "embargo",
        "care_service_id": None,
        "provider_id": ORG,
        "provider_name": "Larkfield Care Ltd",
        "care_service_name": None,
        "status": "issued",
        "proposed_at": "2026-03-01T09:00:00Z",
        "proposed_by_name": "Olu Officer",
        "review_on": "2026-03-27",
        "days_past_review": None,
    }
    services.says("GET", "/v1/interventions", {"items": [embargo], "next_cursor": None})
    services.says("GET", f"/v1/interventions/{THING}", embargo)
    services.says("POST", f"/v1/interventions/{THING}/representations", {"id": THING}, 201)
    browser = signed_in_as("provider_user", org=ORG)
    home = browser.open("/")
    assert 'href="/interventions?stage=issued"' in home.text
    assert 'href="/interventions"' in home.text
    listed = browser.open("/interventions?stage=issued")
    assert listed.status_code == 200
    asked = [each for each in services.asked if each.path == "/v1/interventions"]
    assert asked[-1].query["stage"] == "issued"
    assert f'href="/interventions/{THING}"' in listed.text
    assert "Larkfield Care Ltd" in listed.text
    browser.open(f"/interventions/{THING}/answer")
    browser.send(f"/interventions/{THING}/answer", wording="Both gaps are closed since Monday.")
    (sent,) = services.bodies("POST", f"/v1/interventions/{THING}/representations")
    assert sent == {"wording": "Both gaps are closed since Monday."}


def test_the_banner_shows_no_time_while_the_directory_is_down(
    browser: Browser, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.banner._ASK_AGAIN_SECONDS", -1.0)
    assert "2 March 2026" in browser.open("/cookies").text
    services.says("GET", "/v1/demo/clock", {}, 503)
    assert "2 March 2026" not in browser.open("/cookies").text


def test_intelligence_on_an_enquiry_says_where_the_risk_is_and_whether_it_was_unfounded(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    services.says("GET", f"/v1/care-services/{THING}", {"id": THING, "provider_id": ORG, "name": "Larkfield"})
    services.says("POST", "/v1/intelligence", {"id": THING}, 201)
    browser = signed_in_as("compliance_officer")
    address = f"/care-services/{THING}/intelligence/new"
    browser.open(address)
    browser.send(
        address,
        kind="safeguarding_decision",
        event_on__day="27",
        event_on__month="2",
        event_on__year="2026",
        source="Enquiry",
        substantiated="no",
        restricted="no",
        enquiry_reference="S42-1",
        stage="closed",
        meets_section_42="yes",
        type_of_risk="neglect",
        source_of_risk="other",
        closed_unfounded="yes",
        adults_count="1",
    )
    (body,) = services.bodies("POST", "/v1/intelligence")
    assert (body["enquiry"]["source_of_risk"], body["enquiry"]["closed_unfounded"]) == ("other", True)
