"""What was typed is kept while a service does not answer: on the form, or on the page that says that there is none."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from make_portal import ORG, Browser, FakeServices, problem

from assay_kit.settings import Settings
from portal.upstream import Api, Down

THING = "018f0000-0000-7000-8000-000000000002"
BUSY = "The service is busy; try again in a moment."
SignIn = Callable[..., Browser]

QUESTION: dict[str, Any] = {
    "id": "about_us",
    "text": "Who are you?",
    "guidance": None,
    "kind": "text",
    "options": [],
    "is_required": True,
    "word_limit": None,
    "only_when": None,
    "grading": {"kind": "information"},
}
APPLICATION = {
    "id": THING,
    "reference": "APP-2026-0001",
    "scheme_id": THING,
    "version": 3,
    "answers": {},
    "choices": [{"lot_id": THING, "zone": None, "price": None, "care_service_ids": [], "question_set_id": THING}],
}
ASSESSMENT = {
    "id": THING,
    "reference": "ASM-2026-0001",
    "care_service_id": THING,
    "provider_id": ORG,
    "framework_version": 1,
}
FRAMEWORK = {
    "content": {
        "domains": [
            {
                "name": "Safe",
                "standards": [{"code": "1.1", "name": "Care plans", "questions": [{"code": "1.1.1"}]}],
            }
        ]
    }
}
ANSWER = {
    "question": "1.1.1",
    "text": "Are plans kept?",
    "critical": False,
    "guidance": "Look at plans.",
    "typical_evidence": ["Plans"],
    "rating": None,
    "narrative": "",
    "version": 0,
    "evidence_ids": [],
    "saved_name": None,
}
FINDING = ANSWER | {
    "own_rating": "good",
    "own_narrative": "They are.",
    "agrees": False,
    "evidence_kinds": [],
    "reason": None,
    "good_practice": None,
    "validated_name": None,
    "officer_name": None,
}


def down(services: FakeServices, method: str, path: str) -> None:
    services.says(method, path, problem(503, BUSY), 503)


def test_a_form_keeps_what_was_typed_and_says_what_the_service_said(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    services.says("GET", f"/v1/care-services/{THING}", {"id": THING, "provider_id": ORG, "name": "Larkfield"})
    down(services, "POST", "/v1/interventions")
    browser = signed_in_as("compliance_officer")
    address = f"/care-services/{THING}/interventions/new"
    browser.open(address)
    day = {"review_on__day": "1", "review_on__month": "9", "review_on__year": "2026"}
    page = browser.send(address, kind="enhanced_monitoring", reason="A reason of my own.", **day)
    assert page.status_code == 503
    assert "<title>Error: Propose an intervention" in page.text
    assert BUSY in page.text
    assert "A reason of my own." in page.text


def test_a_document_that_cannot_be_scanned_leaves_its_description_on_the_form(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    said = "The file could not be checked for malware, so it was not kept; try again in a moment."
    services.says("POST", "/v1/evidence", problem(503, said), 503)
    browser = signed_in_as("provider_admin", org=ORG)
    address = "/organisation/evidence/new"
    browser.open(address)
    page = browser.client.post(
        address,
        data={"csrf": browser.mark(), "kind": "safeguarding_policy", "description": "Our policy"},
        files={"file": ("policy.pdf", b"%PDF-1.7", "application/pdf")},
    )
    assert page.status_code == 503
    assert said in page.text
    assert 'value="Our policy"' in page.text


def _draft(services: FakeServices) -> tuple[str, ...]:
    services.says("GET", f"/v1/applications/{THING}", APPLICATION)
    services.says("GET", f"/v1/question-sets/{THING}", _question_set())
    return ("provider_user", f"/applications/{THING}/questions/1", "PUT", f"/v1/applications/{THING}/draft", "about_us")


def _self_assessment(services: FakeServices) -> tuple[str, ...]:
    _assessed(services, answers=[ANSWER])
    here = f"assessments/{THING}/answers/1.1"
    return ("provider_user", f"/{here}", "PUT", f"/v1/{here}.1", "narrative-1.1.1")


def _validation(services: FakeServices) -> tuple[str, ...]:
    _assessed(services, findings=[FINDING])
    saved = f"/v1/assessments/{THING}/validated-answers/1.1.1"
    return ("compliance_officer", f"/assessments/{THING}/validation/1.1", "PUT", saved, "reason-1.1.1")


def _scores(services: FakeServices) -> tuple[str, ...]:
    here = f"/lot-applications/{THING}"
    criterion = {
        "question": "about_us",
        "text": "Who are you?",
        "method": "score",
        "weight": 1,
        "minimum": 2,
        "happened_on": None,
    }
    services.says("GET", f"/v1{here}", {"id": THING, "application_id": THING, "question_set_id": THING})
    services.says("GET", f"/v1/applications/{THING}", APPLICATION)
    services.says("GET", f"/v1/question-sets/{THING}", _question_set())
    services.says("GET", f"/v1{here}/evaluation", {"criteria": [criterion], "sheets": [], "out_of_time": []})
    return ("commissioner", f"{here}/scores", "PUT", f"/v1{here}/scores", "comment-about_us")


def _question_set() -> dict[str, Any]:
    return {"content": {"sections": [{"part": 1, "title": "About you", "questions": [QUESTION]}]}}


def _assessed(services: FakeServices, *, answers: list[Any] | None = None, findings: list[Any] | None = None) -> None:
    services.says("GET", f"/v1/assessments/{THING}", ASSESSMENT)
    services.says("GET", "/v1/frameworks/1", FRAMEWORK)
    services.says("GET", f"/v1/assessments/{THING}/answers", {"items": answers or []})
    services.says("GET", f"/v1/assessments/{THING}/validated-answers", {"items": findings or []})


@pytest.mark.parametrize("set_up", [_draft, _self_assessment, _validation, _scores])
def test_a_page_of_questions_keeps_what_was_typed(
    signed_in_as: SignIn, services: FakeServices, set_up: Callable[[FakeServices], tuple[str, ...]]
) -> None:
    role, address, method, saved_at, box = set_up(services)
    browser = signed_in_as(role, org=ORG if role.startswith("provider") else None)
    assert browser.open(address).status_code == 200
    down(services, method, saved_at)
    page = browser.send(address, **{box: "Twenty years of care."})
    assert page.status_code == 503
    assert BUSY in page.text
    assert "Twenty years of care.</textarea>" in page.text


def test_where_not_even_the_form_can_be_drawn_its_words_can_be_sent_again(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    _draft(services)
    services.says("PUT", f"/v1/applications/{THING}/draft", APPLICATION)
    browser = signed_in_as("provider_user", org=ORG)
    address = f"/applications/{THING}/questions/1"
    browser.open(address)
    down(services, "GET", f"/v1/applications/{THING}")
    page = browser.send(address, about_us='Twenty "good" years', then="next")
    assert page.status_code == 503
    assert "What you entered is kept on this page." in page.text
    assert '<input type="hidden" name="about_us" value="Twenty &#34;good&#34; years">' in page.text
    assert page.text.count('name="csrf"') == page.text.count("<form") == 2, "its own, and the one to sign out"

    services.says("GET", f"/v1/applications/{THING}", APPLICATION)
    browser.send(address, about_us='Twenty "good" years', then="next")
    (sent,) = services.bodies("PUT", f"/v1/applications/{THING}/draft")
    assert sent["answers"] == {"about_us": 'Twenty "good" years'}


def test_a_page_that_was_only_asked_for_offers_nothing_to_send(signed_in_as: SignIn, services: FakeServices) -> None:
    down(services, "GET", "/v1/lot-applications")
    page = signed_in_as("commissioner").open("/lot-applications")
    assert page.status_code == 503
    assert "Send it again" not in page.text
    assert "Try again in a minute." in page.text


@pytest.mark.parametrize(
    ("error", "is_unsure"),
    [(httpx.ConnectError("no"), False), (httpx.ReadTimeout("slow"), True), (httpx.RemoteProtocolError("cut"), True)],
)
def test_what_may_have_been_done_is_not_said_to_have_failed(
    settings: Settings, error: httpx.TransportError, is_unsure: bool
) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise error

    async def propose() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(broken)) as client:
            await Api(client, settings, request_id="r", token=None).post("risk", "/v1/interventions", {})

    with pytest.raises(Down) as caught:
        asyncio.run(propose())
    assert ("Look whether it was done" in caught.value.sentence) is is_unsure
