"""Steps on an intervention are offered while they are allowed, and each review that is over is counted and recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, Browser, FakeServices

THING = "018f0000-0000-7000-8000-000000000002"
HERE = f"/interventions/{THING}"
SignIn = Callable[..., Browser]


def intervention(status: str, kind: str = "improvement_plan", **about: Any) -> dict[str, Any]:
    empty = (
        "care_service_id", "extent", "limit_text", "skip_reason", "notice_text", "response_due_on", "continuity_plan",
        "decided_at", "decided_by_name", "issued_at", "issued_by_name", "confirm_by", "confirmed_at", "ended_at",
        "ending_reason", "plan_edition",
    )  # fmt: skip
    condition = {"id": ORG, "wording": "Appoint a lead", "due_on": None, "outcome": "open", "outcome_reason": None}
    usual: dict[str, Any] = dict.fromkeys(empty) | {
        "id": THING,
        "reference": "INT-2026-0001",
        "kind": kind,
        "status": status,
        "provider_id": ORG,
        "reason": "Two audits failed.",
        "review_on": "2026-02-27",
        "days_past_review": 3,
        "proposed_by_name": "Olu Officer",
        "proposed_at": "2026-01-05T10:00:00Z",
        "conditions": [condition],
        "representations": [],
        "reviews": [],
    }
    return usual | about


@pytest.mark.parametrize(
    ("status", "plan", "review", "outcome"),
    [("proposed", True, False, False), ("issued", False, True, True), ("lifted", False, False, False)],
)
def test_steps_are_offered_while_they_are_allowed(  # noqa: PLR0917 - what pytest passes, by name
    signed_in_as: SignIn, services: FakeServices, status: str, plan: bool, review: bool, outcome: bool
) -> None:
    services.says("GET", f"/v1{HERE}", intervention(status, "termination_of_contract"))
    page = signed_in_as("compliance_officer").open(HERE)
    assert page.status_code == 200
    assert (f'href="{HERE}/continuity-plan"' in page.text) is plan
    assert (f'href="{HERE}/review"' in page.text) is review
    assert (f'href="{HERE}/conditions/{ORG}"' in page.text) is outcome


@pytest.mark.parametrize(("role", "is_offered"), [("compliance_officer", False), ("commissioning_manager", True)])
def test_that_an_embargo_goes_on_is_a_managers_to_say(
    signed_in_as: SignIn, services: FakeServices, role: str, is_offered: bool
) -> None:
    services.says("GET", f"/v1{HERE}", intervention("issued", "embargo"))
    assert (f'href="{HERE}/review"' in signed_in_as(role).open(HERE).text) is is_offered


def test_a_review_is_recorded_and_shown(signed_in_as: SignIn, services: FakeServices) -> None:
    reviews: list[dict[str, Any]] = []
    services.says("GET", f"/v1{HERE}", intervention("issued", reviews=reviews))
    services.says("POST", f"/v1{HERE}/reviews", {"id": THING})
    browser = signed_in_as("compliance_officer")
    assert "Its review date is 27 February 2026." in browser.open(f"{HERE}/review").text
    reviews.append(
        {
            "reviewed_at": "2026-03-02T10:00:00Z",
            "reviewed_by_name": "Olu Officer",
            "next_review_on": "2026-04-01",
            "reason": "Half is done.",
        }
    )
    day = {"next_review_on__day": "1", "next_review_on__month": "4", "next_review_on__year": "2026"}
    page = browser.send(f"{HERE}/review", reason="Half is done.", **day)
    assert services.bodies("POST", f"/v1{HERE}/reviews") == [
        {"next_review_on": "2026-04-01", "reason": "Half is done."}
    ]
    assert "it goes on, and is looked at again on 1 April 2026. Half is done." in page.text


def test_of_interventions_past_their_review_every_one_is_counted(signed_in_as: SignIn, services: FakeServices) -> None:
    """The newest come first, so that the late ones are on the last page."""

    def answer(_: object) -> tuple[int, Any]:
        query = services.asked[-1].query
        if query.get("stage") != "issued":
            return 200, {"items": [], "next_cursor": None}
        late = [{"days_past_review": 3}] if "cursor" in query else [{"days_past_review": 0}]
        return 200, {"items": late, "next_cursor": None if "cursor" in query else "more"}

    services.answers["GET", "/v1/interventions"] = answer
    page = " ".join(signed_in_as("compliance_officer").open("/").text.split())
    before = page[: page.index("interventions past their review date")]
    assert before.rpartition('app-tile__count">')[2].startswith("1</span>")
