"""What a page says of an assessment and its report: when it opens, whether its rating stands, what to do about it."""

from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, Browser, FakeServices
from test_portal_reviews import HERE, OTHER, THING
from test_portal_reviews import assessment as at_stage

SignIn = Callable[..., Browser]


def assessment(status: str = "scheduled", **about: Any) -> dict[str, Any]:
    return at_stage(status) | about


def published(**about: Any) -> dict[str, Any]:
    return assessment("published", steps=[], rating="good", **about)


def plan(status: str, due_at: str = "2026-03-16T23:59:59Z", **about: Any) -> dict[str, Any]:
    return {"id": THING, "care_service_id": OTHER, "status": status, "due_at": due_at} | about


def lists(services: FakeServices, path: str, *items: dict[str, Any]) -> None:
    services.says("GET", path, {"items": list(items), "next_cursor": None})


def reads(services: FakeServices, about: dict[str, Any]) -> None:
    services.says("GET", f"/v1{HERE}", about)
    services.says("GET", f"/v1{HERE}/timeline", {"items": []})


def reports(
    services: FakeServices, about: dict[str, Any], note: str | None, dispute: dict[str, Any] | None = None
) -> None:
    reads(services, about)
    trace = {"percent": {"shown": "71.0"}, "banded": "good", "limiters": [], "domains": [], "framework_version": 1}
    draft: dict[str, Any] = {
        "standing": {"rating": "good", "trace": trace},
        "changes": [],
        "dispute": dispute,
        "is_open_for_comment": False,
        "is_open_to_dispute": False,
        "accuracy_closes_at": "2026-01-20T10:00:00Z",
    }
    services.says("GET", f"/v1{HERE}/draft", draft)
    services.says("GET", f"/v1{HERE}/validated-answers", {"items": []})
    services.says("GET", f"/v1{HERE}/accuracy-comments", [])
    services.says("GET", f"/v1{HERE}/report", {"note": note})


def test_every_plan_that_is_open_is_listed_and_none_that_is_closed(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    lists(services, "/v1/remedial-plans", plan("approved"))
    page = signed_in_as("compliance_officer").open("/assessments")
    assert page.text.count(f'href="/remedial-plans/{THING}"') == 4
    asked = [each.query["status"] for each in services.asked if each.path == "/v1/remedial-plans"]
    assert sorted(asked) == ["approved", "awaiting_plan", "returned", "submitted"]


def test_an_assessment_leads_to_its_own_plan(signed_in_as: SignIn, services: FakeServices) -> None:
    reads(services, published())
    lists(services, "/v1/remedial-plans", plan("approved"))
    page = signed_in_as("provider_user", org=ORG).open(HERE)
    assert f'href="/remedial-plans/{THING}"' in page.text
    [asked] = [each.query for each in services.asked if each.path == "/v1/remedial-plans"]
    assert asked["assessment_id"] == THING


@pytest.mark.parametrize(
    ("note", "is_offered"),
    [(None, True), ("Superseded by ASM-2026-0007 (Good), published on 1 March 2026", False)],
)
def test_a_report_says_whether_its_rating_stands_and_offers_only_what_there_is(
    signed_in_as: SignIn, services: FakeServices, note: str | None, is_offered: bool
) -> None:
    reports(services, published(), note)
    page = signed_in_as("provider_user", org=ORG).open(f"{HERE}/report")
    assert page.status_code == 200
    assert ("public-summary.pdf" in page.text) is is_offered
    if note:
        assert f"{note}." in page.text
        assert "govuk-inset-text" in page.text


@pytest.mark.parametrize(
    ("role", "is_yours", "is_offered"),
    [
        ("compliance_officer", None, True),
        ("compliance_officer", False, False),
        ("compliance_officer", True, True),
        ("commissioning_manager", False, True),
    ],
)
def test_a_comment_on_a_disputed_draft_is_its_reviewers_to_decide(
    *, signed_in_as: SignIn, services: FakeServices, role: str, is_yours: bool | None, is_offered: bool
) -> None:
    unsaid = dict.fromkeys(("reason", "outcome", "raised_name", "reviewer_name"))
    dispute = None if is_yours is None else {"is_yours": is_yours, **unsaid}
    reports(services, assessment("draft_issued" if dispute is None else "disputed"), None, dispute)
    said = {"id": OTHER, "question": "1.1.1", "comment": "It is signed.", "made_name": "Pat", "outcome": None}
    services.says("GET", f"/v1{HERE}/accuracy-comments", [said | {"made_at": "2026-03-02T10:00:00Z"}])
    services.says("GET", f"/v1{HERE}/corrections", {"items": []})
    page = signed_in_as(role).open(f"{HERE}/report")
    assert page.status_code == 200
    assert (f"/comments/{OTHER}/decision" in page.text) is is_offered


def test_a_withdrawn_rating_leads_to_the_one_in_its_place(signed_in_as: SignIn, services: FakeServices) -> None:
    reads(services, published(replacement_id=OTHER) | {"status": "withdrawn"})
    page = signed_in_as("compliance_officer").open(HERE)
    assert f'href="/assessments/{OTHER}">Read the assessment that takes its place' in page.text


@pytest.mark.parametrize(("opens_on", "is_open"), [("2026-03-02", True), ("2026-03-03", False)])
def test_a_self_assessment_begins_on_the_day_on_which_it_opens(
    signed_in_as: SignIn, services: FakeServices, opens_on: str, is_open: bool
) -> None:
    """It is 2 March 2026."""
    reads(services, assessment(opens_on=opens_on))
    lists(services, "/v1/assessments", assessment(opens_on=opens_on))
    browser = signed_in_as("provider_user", org=ORG)
    page = " ".join(browser.open(HERE).text.split())
    assert ("Begin the self-assessment" in page) is is_open
    assert ("Opened </dt>" in page) is is_open
    assert ("Opens on </dt>" in page) is not is_open
    assert ("self-assessments to begin" in browser.open("/").text) is is_open
