"""What the page of one lot application offers to whom: a new evaluation, a late conflict, note of what has changed."""

from collections.abc import Callable
from typing import Any

import pytest
from make_portal import Browser, FakeServices

THING = "018f0000-0000-7000-8000-000000000002"
MARK = "018f0000-0000-7000-8000-000000000003"
HERE = f"/lot-applications/{THING}"
NOON = "2026-03-02T12:00:00Z"
QUALITY = {"quality_shown": "80.00", "threshold": "60", "criteria": []}
PASSING = {"passes": True, "made_by": "Col", "made_at": NOON, "content": QUALITY}
ME = "person:commissioner@people.test"
NOBODY: dict[str, Any] = {
    "criteria": [],
    "assignments": [],
    "to_settle": [],
    "keeps_report_from_completion": [],
    "changed_since": [],
}
SignIn = Callable[..., Browser]


def shown(services: FakeServices, status: str, *, evaluation: dict[str, Any], report: dict[str, Any] | None) -> None:
    about = {"lot_id": THING, "application_id": THING, "question_set_id": THING, "provider_id": THING, "zone": None}
    times = {"received_at": NOON, "due_on": "2026-03-16", "prolonged_because": None, "price": None, "round": 1}
    services.says("GET", f"/v1{HERE}", {"id": THING, "status": status} | about | times)
    services.says("GET", f"/v1/applications/{THING}", {"reference": "APP-2026-0001", "answers": {}})
    lot = {"name": "Tier 1", "quality_threshold": "60.00", "price_unit": None}
    services.says("GET", f"/v1/lots/{THING}", lot)
    services.says("GET", f"/v1{HERE}/evaluation", NOBODY | evaluation)
    services.says("GET", f"/v1{HERE}/checks", {"items": []})
    services.says("GET", f"/v1{HERE}/decisions", {"items": [], "representations": []})
    services.says("GET", f"/v1{HERE}/clarifications", {"items": []})
    services.says("GET", f"/v1/question-sets/{THING}", {"content": {"sections": []}})
    services.says("GET", "/v1/care-services", {"items": [], "next_cursor": None})
    services.says("GET", "/v1/providers", {"items": [], "next_cursor": None})
    if report is not None:
        services.says("GET", f"/v1{HERE}/report", report)


def test_a_report_that_passes_can_be_sent_back(signed_in_as: SignIn, services: FakeServices) -> None:
    shown(services, "evaluating", evaluation={}, report=PASSING)
    page = signed_in_as("commissioning_manager").open(HERE).text
    assert f'href="{HERE}/decision"' in page
    assert f'href="{HERE}/reconsideration"' in page
    shown(services, "clarifying", evaluation={}, report=PASSING)
    assert f'href="{HERE}/reconsideration"' not in signed_in_as("commissioning_manager").open(HERE).text


@pytest.mark.parametrize(("status", "is_told"), [("evaluating", False), ("minded_to_refuse", True)])
def test_who_sends_a_case_back_knows_whether_the_provider_reads_why(
    signed_in_as: SignIn, services: FakeServices, status: str, is_told: bool
) -> None:
    shown(services, status, evaluation={}, report=PASSING)
    page = signed_in_as("commissioning_manager").open(f"{HERE}/reconsideration").text
    assert ("The provider reads it" in page) is is_told


def test_what_has_changed_is_shown_and_a_manager_takes_note_of_it(signed_in_as: SignIn, services: FakeServices) -> None:
    change = {"kind": "exclusion_ground", "changed_on": "2026-03-01", "said": "A director was convicted."}
    change |= {"reported_by": "Olive", "reported_at": NOON}
    mark = {"id": MARK, "status": "open", "reason": None}
    shown(services, "evaluating", evaluation={"changed_since": [{"change": change, "mark": mark}]}, report=PASSING)
    note = f"{HERE}/changes/{MARK}"
    seen = signed_in_as("commissioner").open(HERE).text
    assert "A director was convicted." in seen
    assert f'href="{note}"' not in seen, "who cannot decide is not offered it"
    browser = signed_in_as("commissioning_manager")
    assert f'href="{note}"' in browser.open(HERE).text
    services.says("POST", f"/v1/changed-decisions/{MARK}/acknowledgement", {"id": MARK})
    browser.open(note)
    browser.send(note, reason="Of another company.")
    assert services.bodies("POST", f"/v1/changed-decisions/{MARK}/acknowledgement") == [
        {"reason": "Of another company."}
    ]


def test_who_learns_of_a_conflict_late_declares_it_until_the_decision(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    browser = signed_in_as("commissioner")
    mine = {
        "person": ME,
        "name": "Sam",
        "part": "evaluator",
        "conflict": "none",
        "finished_at": NOON,
    }
    for status, is_offered in (("minded_to_refuse", True), ("admitted", False)):
        shown(services, status, evaluation={"assignments": [mine]}, report=PASSING)
        assert (f'href="{HERE}/conflict"' in browser.open(HERE).text) is is_offered
    services.says("POST", f"/v1{HERE}/declaration", NOBODY)
    browser.open(f"{HERE}/conflict")
    browser.send(f"{HERE}/conflict", detail="My sister works there.")
    [sent] = services.bodies("POST", f"/v1{HERE}/declaration")
    assert sent == {"has_conflict": True, "detail": "My sister works there."}


def test_who_settled_a_check_and_learns_of_a_conflict_declares_it(signed_in_as: SignIn, services: FakeServices) -> None:
    browser = signed_in_as("commissioner")
    check = {"id": MARK, "kind": "price", "outcome": "failed", "reason": "Above the ceiling."}
    check |= {"finding": "pass", "finding_reason": "The ceiling was raised."}
    mine = {"person": ME, "name": "Sam", "part": "evaluator", "conflict": "conflicted", "finished_at": None}
    for found_by, assignments, is_offered in ((ME, [], True), ("person:col", [], False), (ME, [mine], False)):
        shown(services, "evaluating", evaluation={"assignments": assignments}, report=PASSING)
        services.says("GET", f"/v1{HERE}/checks", {"items": [check | {"found_by_subject": found_by}]})
        assert (f'href="{HERE}/conflict"' in browser.open(HERE).text) is is_offered
