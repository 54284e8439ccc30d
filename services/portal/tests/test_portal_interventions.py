"""Steps on an intervention are offered while they are allowed, and each review that is over is counted and recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, Browser, FakeServices, problem

THING = "018f0000-0000-7000-8000-000000000002"
HERE = f"/interventions/{THING}"
SignIn = Callable[..., Browser]


def intervention(status: str, kind: str = "improvement_plan", **about: Any) -> dict[str, Any]:
    empty = (
        "care_service_id", "extent", "limit_text", "skip_reason", "notice_text", "response_due_on", "continuity_plan",
        "decided_at", "decided_by_name", "issued_at", "issued_by_name", "confirm_by", "confirmed_at", "ended_at",
        "ending_reason", "plan_edition", "plan_written_at",
    )  # fmt: skip
    condition = {"id": ORG, "wording": "Appoint a lead", "due_on": None, "outcome": "open", "outcome_reason": None}
    usual: dict[str, Any] = dict.fromkeys(empty) | {
        "id": THING,
        "reference": "INT-2026-0001",
        "kind": kind,
        "status": status,
        "provider_id": ORG,
        "provider_name": "Larkfield Care Ltd",
        "care_service_name": None,
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


PLAN: dict[str, Any] = {
    "people_affected": 40,
    "replacement": "Two providers of the same zone take over.",
    "starts_on": "2026-03-10",
    "ends_on": "2026-04-30",
    "cqc_told_on": "2026-03-02",
    "health_told_on": "2026-03-03",
    "other_councils_told_on": "2026-03-04",
}


def planned(edition: int, **about: Any) -> dict[str, Any]:
    more = {"plan_edition": edition, "plan_written_at": "2026-03-02T10:00:00Z"}
    return intervention("proposed", "termination_of_contract", continuity_plan=PLAN | about, **more)


def sent_day(name: str, day: str) -> dict[str, str]:
    parts = zip(("year", "month", "day"), day.split("-"), strict=True)
    return {f"{name}__{part}": value for part, value in parts}


def test_the_plan_that_is_read_is_on_the_page_and_its_edition_is_what_is_sent(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    services.says("GET", f"/v1{HERE}", planned(1))
    bar = {"rule": "another-plan", "says": "Another plan stands now."}
    services.says("POST", f"/v1{HERE}/authorisation", problem(409, "Refused", bars=[bar]), 409)
    browser = signed_in_as("commissioning_manager")
    for page in (browser.open(HERE).text, browser.open(f"{HERE}/authorisation").text):
        for shown in ("1, written 2 March 2026", "Two providers of the same zone take over.", "3 March 2026"):
            assert shown in page
    assert 'name="edition" value="1"' in page
    # Meanwhile somebody writes another plan: the page that was read still says which one that was.
    services.says("GET", f"/v1{HERE}", planned(2, replacement="Nobody yet."))
    days = sent_day("review_on", "2026-04-01")
    refused = browser.send(f"{HERE}/authorisation", edition="1", **days).text
    assert "Another plan stands now." in refused
    assert "Nobody yet." in refused
    assert 'name="edition" value="2"' in refused
    services.says("POST", f"/v1{HERE}/authorisation", {"id": THING})
    browser.send(f"{HERE}/authorisation", edition="2", **days)
    bodies = services.bodies("POST", f"/v1{HERE}/authorisation")
    assert bodies == [{"review_on": "2026-04-01", "plan_edition": each} for each in (1, 2)]


def test_what_has_no_plan_is_authorised_without_an_edition(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1{HERE}", intervention("proposed", response_due_on="2026-02-20"))
    services.says("POST", f"/v1{HERE}/authorisation", {"id": THING})
    browser = signed_in_as("commissioning_manager")
    page = browser.open(f"{HERE}/authorisation").text
    assert "The plan for the people affected" not in page
    assert "Left empty, the day stays as it is." in page
    assert 'name="response_due_on-day" type="text" value="20"' in page
    browser.send(f"{HERE}/authorisation", edition="0", **sent_day("review_on", "2026-02-27"))
    assert services.bodies("POST", f"/v1{HERE}/authorisation") == [{"review_on": "2026-02-27"}]


def test_a_plan_follows_the_one_that_was_shown(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1{HERE}", planned(3))
    services.says("PUT", f"/v1{HERE}/continuity-plan", problem(412, "It is now at version 4."), 412)
    browser = signed_in_as("compliance_officer")
    assert 'name="edition" value="3"' in browser.open(f"{HERE}/continuity-plan").text
    services.says("GET", f"/v1{HERE}", planned(4, replacement="Nobody yet."))
    days = [sent_day(name, day) for name, day in PLAN.items() if name.endswith("_on")]
    typed = {"people_affected": "40", "replacement": "One provider."} | {k: v for each in days for k, v in each.items()}
    refused = browser.send(f"{HERE}/continuity-plan", edition="3", **typed)
    [asked] = [each for each in services.asked if each.method == "PUT"]
    assert asked.headers["if-match"] == '"3"'
    assert refused.status_code == 412
    for shown in ("It is now at version 4.", "Nobody yet.", "One provider.", 'name="edition" value="4"'):
        assert shown in refused.text


@pytest.mark.parametrize(("role", "is_offered"), [("compliance_officer", False), ("commissioning_manager", True)])
def test_what_was_authorised_can_be_given_up_by_a_manager(
    signed_in_as: SignIn, services: FakeServices, role: str, is_offered: bool
) -> None:
    services.says("GET", f"/v1{HERE}", intervention("authorised"))
    page = signed_in_as(role).open(HERE).text
    assert (f'href="{HERE}/steps/rejection"' in page) is is_offered
    assert f'href="{HERE}/steps/issue"' in page


def test_what_is_issued_late_is_given_other_days(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1{HERE}", intervention("authorised", response_due_on="2026-02-20"))
    services.says("POST", f"/v1{HERE}/issue", {"id": THING})
    browser = signed_in_as("compliance_officer")
    page = browser.open(f"{HERE}/steps/issue").text
    assert "Left empty, the day stays as it is." in page
    assert 'name="response_due_on-day" type="text" value="20"' in page
    assert 'name="review_on-day" type="text" value="27"' in page
    days = sent_day("response_due_on", "2026-03-10") | sent_day("review_on", "2026-04-01")
    browser.send(f"{HERE}/steps/issue", notice_text="From today.", **days)
    told = {"notice_text": "From today.", "response_due_on": "2026-03-10", "review_on": "2026-04-01"}
    assert services.bodies("POST", f"/v1{HERE}/issue") == [told]


def test_that_an_answer_was_read_is_recorded_from_a_page_that_shows_it(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    answer = {
        "id": ORG,
        "wording": "We have hired a manager.",
        "made_by_name": "Pat",
        "made_at": "2026-03-02T10:00:00Z",
        "read_by_name": None,
        "read_at": None,
    }
    services.says("GET", f"/v1{HERE}", intervention("issued", representations=[answer]))
    services.says("POST", f"/v1{HERE}/representations/{ORG}/reading", {"id": THING})
    reading = f"{HERE}/answers/{ORG}"
    assert reading not in signed_in_as("auditor").open(HERE).text
    browser = signed_in_as("compliance_officer")
    assert f'href="{reading}"' in browser.open(HERE).text
    assert "We have hired a manager." in browser.open(reading).text
    answer |= {"read_by_name": "Olu Officer", "read_at": "2026-03-03T10:00:00Z"}
    page = browser.send(reading).text
    assert len(services.bodies("POST", f"/v1{HERE}/representations/{ORG}/reading")) == 1
    assert "Read by Olu Officer, 3 March 2026" in page
    assert reading not in page


def test_each_line_names_what_it_is_about_without_reading_every_service(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    lines = [
        intervention("issued", care_service_id=THING, care_service_name="Larkfield Home Care"),
        intervention("proposed", reference="INT-2026-0002"),
    ]
    services.says("GET", "/v1/interventions", {"items": lines, "next_cursor": None})
    services.says("GET", f"/v1{HERE}", lines[0])
    browser = signed_in_as("compliance_officer")
    page = browser.open("/interventions").text
    assert '<td class="govuk-table__cell">Larkfield Home Care</td>' in page
    assert '<td class="govuk-table__cell">Larkfield Care Ltd</td>' in page
    assert "INT-2026-0001, Larkfield Home Care" in browser.open(HERE).text
    assert not [each for each in services.asked if each.path in {"/v1/care-services", "/v1/providers"}]
