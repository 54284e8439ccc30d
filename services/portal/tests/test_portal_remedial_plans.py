"""A remedial action plan, as the provider and as the officer see it."""

from collections.abc import Callable
from typing import Any

from make_portal import ORG, Browser, FakeServices

PLAN = "018f0000-0000-7000-8000-000000000003"
ISSUE = "018f0000-0000-7000-8000-000000000004"
ACTION = "018f0000-0000-7000-8000-000000000005"
HERE = f"/remedial-plans/{PLAN}"
SignIn = Callable[..., Browser]


def plan(status: str, *steps: str, is_acted_on: bool = True) -> dict[str, Any]:
    action = {
        "id": ACTION,
        "description": "Train everybody.",
        "owner": "Registered manager",
        "due_on": "2026-04-01",
        "measure": "All are trained.",
        "progress": "under_way",
        "is_overdue": False,
        "notes": [{"note": "Half are.", "noted_name": "Pat", "noted_at": "2026-03-01T10:00:00Z"}],
    }
    issue = {
        "id": ISSUE,
        "question": "1.1.1",
        "question_text": "Are plans kept?",
        "rating": "poor",
        "finding": "Two plans were missing.",
        "outcome": None,
        "actions": [action] if is_acted_on else [],
    }
    return {
        "id": PLAN,
        "assessment_id": PLAN,
        "care_service_id": ISSUE,
        "provider_id": ORG,
        "status": status,
        "steps": list(steps),
        "due_at": "2026-03-16T23:59:59Z",
        "returned_because": None,
        "issues": [issue],
    }


def test_the_provider_writes_and_submits_its_plan(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1{HERE}", plan("awaiting_plan", "submit", is_acted_on=False))
    services.says("POST", f"/v1{HERE}/issues/{ISSUE}/actions", {"id": ACTION}, 201)
    services.says("POST", f"/v1{HERE}/submission", {"id": PLAN})
    browser = signed_in_as("provider_user", org=ORG)
    page = browser.open(HERE)
    assert "Two plans were missing." in page.text
    assert f'href="{HERE}/steps/submission"' in page.text
    assert "Verify" not in page.text
    new = f"{HERE}/issues/{ISSUE}/actions/new"
    assert f'href="{new}"' in page.text
    browser.open(new)
    typed = {"description": "Train everybody.", "owner": "Manager", "measure": "All are trained."}
    browser.send(new, **typed, due_on__day="1", due_on__month="4", due_on__year="2026")
    assert services.bodies("POST", f"/v1{HERE}/issues/{ISSUE}/actions") == [typed | {"due_on": "2026-04-01"}]
    browser.open(f"{HERE}/steps/submission")
    assert browser.send(f"{HERE}/steps/submission").status_code == 200
    assert len(services.bodies("POST", f"/v1{HERE}/submission")) == 1


def test_the_provider_notes_progress_on_an_approved_plan(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1{HERE}", plan("approved", "close", "verify_issue"))
    services.says("POST", f"/v1{HERE}/actions/{ACTION}/progress", {"progress": "done"}, 201)
    browser = signed_in_as("provider_admin", org=ORG)
    page = browser.open(HERE)
    assert "Half are." in page.text
    assert "Close the plan" not in page.text
    address = f"{HERE}/actions/{ACTION}/progress"
    browser.open(address)
    browser.send(address, progress="done", note="All are.")
    assert services.bodies("POST", f"/v1{address}") == [{"progress": "done", "note": "All are."}]


def test_the_officer_returns_approves_verifies_and_closes(signed_in_as: SignIn, services: FakeServices) -> None:
    browser = signed_in_as("compliance_officer")
    services.says("GET", f"/v1{HERE}", plan("submitted", "return", "approve"))
    page = browser.open(HERE)
    assert "Approve the plan" in page.text
    assert "Add an action" not in page.text
    services.says("POST", f"/v1{HERE}/return", {"id": PLAN})
    browser.open(f"{HERE}/steps/return")
    browser.send(f"{HERE}/steps/return", reason="The measure cannot be checked.")
    assert services.bodies("POST", f"/v1{HERE}/return") == [{"reason": "The measure cannot be checked."}]

    services.says("GET", f"/v1{HERE}", plan("approved", "close", "verify_issue"))
    assert "Close the plan" in browser.open(HERE).text
    services.says("POST", f"/v1{HERE}/issues/{ISSUE}/verification", {"id": ISSUE})
    address = f"{HERE}/issues/{ISSUE}/verification"
    browser.open(address)
    browser.send(address, outcome="completely_remedied", reason="All plans were read.")
    assert services.bodies("POST", f"/v1{address}") == [
        {"outcome": "completely_remedied", "reason": "All plans were read."}
    ]


def test_an_assessment_leads_to_its_plan(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", "/v1/remedial-plans", {"items": [plan("approved")], "next_cursor": None})
    page = signed_in_as("provider_user", org=ORG).open("/assessments")
    assert page.status_code == 200
    assert f'href="{HERE}"' in page.text
