"""What two people decide together: nobody is offered a step that is not theirs, and each step has its form."""

from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, Browser, FakeServices

THING, OTHER = "018f0000-0000-7000-8000-000000000002", "018f0000-0000-7000-8000-000000000003"
HERE = f"/assessments/{THING}"
WHY = "Both pages were looked at."
SignIn = Callable[..., Browser]
STEPS = {
    "draft_issued": ["publish", "dispute", "cancel", "propose_correction", "correct_draft"],
    "disputed": ["begin_senior_review", "hand_review_over", "cancel"],
    "senior_review": ["publish", "conclude_senior_review", "hand_review_over", "cancel"],
    "published": ["withdraw", "propose_withdrawal", "refuse_withdrawal"],
    "scheduled": ["begin_self_assessment", "cancel"],
}


def assessment(status: str) -> dict[str, Any]:
    has_draft = status != "scheduled"
    nothing = (
        "import_source", "officer_name", "signed_name", "signed_position", "not_self_assessed", "rating",
        "replacement_id",
    )  # fmt: skip
    return {
        "id": THING,
        "reference": "ASM-2026-0001",
        "care_service_id": OTHER,
        "provider_id": ORG,
        "cause": "annual",
        "status": status,
        "steps": STEPS[status],
        "imported": False,
        "framework_version": None,
        "opens_on": "2026-03-02",
        "answers_due_at": "2026-03-30T22:59:59Z",
        "draft_issued_at": "2026-04-20T12:00:00Z" if has_draft else None,
        "accuracy_closes_at": "2026-05-04T22:59:59Z" if has_draft else None,
        "published_at": "2026-05-10T12:00:00Z" if status == "published" else None,
        "next_due_on": None,
        **dict.fromkeys(nothing),
    }


def given(services: FakeServices, status: str, **more: Any) -> None:
    about = f"/v1{HERE}"
    dispute = {"is_yours": False, "outcome": None} | more
    services.says("GET", about, assessment(status))
    services.says("GET", f"{about}/timeline", {"items": [], "next_before": None})
    services.says("GET", f"{about}/draft", {"dispute": dispute})
    services.says("GET", f"{about}/withdrawal-proposal", {"proposal": more.get("proposal")})
    other = assessment("published") | {"id": OTHER, "reference": "ASM-2026-0002", "rating": "good"}
    services.says("GET", "/v1/assessments", {"items": [other], "next_cursor": None})
    services.says("GET", f"{about}/validated-answers", {"items": [{"question": "1.1.1", "text": "What is done?"}]})


@pytest.mark.parametrize(
    ("status", "role", "more", "offered"),
    [
        ("scheduled", "compliance_officer", {}, {"Call it off"}),
        ("draft_issued", "compliance_officer", {}, {"Publish the rating"}),
        ("draft_issued", "commissioning_manager", {}, {"Publish the rating", "Call it off"}),
        ("disputed", "compliance_officer", {}, set()),
        ("disputed", "compliance_officer", {"is_yours": True}, {"Take the review on", "Call it off"}),
        ("disputed", "commissioning_manager", {}, {"Take the review on", "Hand the review over", "Call it off"}),
        ("senior_review", "compliance_officer", {}, set()),
        ("senior_review", "compliance_officer", {"is_yours": True}, {"Conclude the review", "Call it off"}),
        ("senior_review", "commissioning_manager", {}, {"Hand the review over", "Call it off"}),
        ("senior_review", "commissioning_manager", {"outcome": "upheld"}, {"Publish the rating", "Call it off"}),
        ("published", "compliance_officer", {}, {"Propose to withdraw the rating"}),
    ],
)
def test_nobody_is_offered_a_step_that_is_not_theirs(
    *, signed_in_as: SignIn, services: FakeServices, status: str, role: str, more: dict[str, Any], offered: set[str]
) -> None:
    given(services, status, **more)
    page = signed_in_as(role).open(HERE)
    assert page.status_code == 200
    every = {
        "Take the review on",
        "Hand the review over",
        "Conclude the review",
        "Publish the rating",
        "Call it off",
        "Propose to withdraw the rating",
    }
    assert {each for each in every if each in page.text} == offered


@pytest.mark.parametrize(
    ("is_yours", "role", "offered"),
    [
        (True, "compliance_officer", "Take the proposal back"),
        (False, "commissioning_manager", "Turn the withdrawal down"),
        (False, "compliance_officer", None),
    ],
)
def test_a_proposed_withdrawal_is_shown_and_answered_by_whoever_may(
    *, signed_in_as: SignIn, services: FakeServices, is_yours: bool, role: str, offered: str | None
) -> None:
    given(services, "published", proposal={"is_yours": is_yours, "proposed_name": "Olga", "reason": WHY})
    page = signed_in_as(role).open(HERE)
    assert "Olga proposes to withdraw this rating" in page.text
    assert "Propose to withdraw the rating" not in page.text
    every = ("Take the proposal back", "Turn the withdrawal down")
    assert [each for each in every if each in page.text] == ([offered] if offered else [])


@pytest.mark.parametrize(
    ("address", "typed", "sent_to"),
    [
        (
            "senior-review/handover",
            {"reviewer": "person:sam", "reviewer_name": "Sam", "reason": WHY},
            "senior-review/handover",
        ),
        ("corrections/new", {"question": "1.1.1", "rating": "good", "reason": WHY}, "corrections"),
        (f"corrections/{OTHER}/decision", {"outcome": "agreed", "reason": WHY}, f"corrections/{OTHER}/decision"),
        ("withdrawal-proposal", {"replacement_id": OTHER, "reason": WHY}, "withdrawal-proposal"),
        ("withdrawal-refusal", {"reason": WHY}, "withdrawal-proposal/refusal"),
        ("withdrawal", {"proposal_id": OTHER}, "withdrawal"),
    ],
)
def test_each_step_has_its_form(
    *, signed_in_as: SignIn, services: FakeServices, address: str, typed: dict[str, str], sent_to: str
) -> None:
    given(services, "published", proposal={"id": OTHER, "is_yours": False, "proposed_name": "Olga", "reason": WHY})
    proposed = {"id": OTHER, "question": "1.1.1", "rating": "good", "reason": WHY, "proposed_name": "Olga"}
    services.says("GET", f"/v1{HERE}/corrections", {"items": [proposed | {"is_yours": False}]})
    services.says("POST", f"/v1{HERE}/{sent_to}", {})
    browser = signed_in_as("commissioning_manager")
    assert browser.open(f"{HERE}/{address}").status_code == 200
    browser.send(f"{HERE}/{address}", **typed)
    assert services.bodies("POST", f"/v1{HERE}/{sent_to}") == [typed]


def test_a_withdrawal_that_was_proposed_meanwhile_is_not_approved_unread(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    another = {"id": OTHER, "is_yours": False, "proposed_name": "Olga", "reason": WHY}
    given(services, "published", proposal=another)
    page = signed_in_as("commissioning_manager").send(f"{HERE}/withdrawal", proposal_id=THING)
    assert (page.status_code, "Read what is proposed, then select it" in page.text) == (422, True)
    assert services.bodies("POST", f"/v1{HERE}/withdrawal") == []


@pytest.mark.parametrize(("days", "offered"), [((9, 12, 11), ["ASM-1", "ASM-2"]), ((20, 11, 12), ["ASM-2"])])
def test_where_a_rating_stands_now_only_the_one_that_would_stand_without_it_replaces_it(
    *, signed_in_as: SignIn, services: FakeServices, days: tuple[int, int, int], offered: list[str]
) -> None:
    given(services, "published")
    ratings = [
        assessment("published") | {"id": each, "reference": f"ASM-{n}", "published_at": f"2026-05-{day:02}T12:00:00Z"}
        for n, (each, day) in enumerate(zip((THING, OTHER, ORG), days, strict=True))
    ]
    services.says("GET", "/v1/assessments", {"items": ratings, "next_cursor": None})
    page = signed_in_as("commissioning_manager").open(f"{HERE}/withdrawal-proposal")
    assert [each for each in ("ASM-0,", "ASM-1,", "ASM-2,") if each in page.text] == [f"{each}," for each in offered]
