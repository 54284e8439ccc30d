"""The page of one service: what its own provider may know, and lists that are not cut without a word."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, SERVICE, Browser, FakeServices, care_service, provider, standing

HERE = f"/care-services/{SERVICE}"
SignIn = Callable[..., Browser]


@pytest.fixture
def known(services: FakeServices) -> FakeServices:
    services.says("GET", f"/v1/care-services/{SERVICE}", care_service() | standing())
    services.says("GET", f"/v1/providers/{ORG}", {"id": ORG, "name": "Larkfield Care Ltd"})
    return services


def own_band(care_service_id: str) -> dict[str, Any]:
    return {
        "care_service_id": care_service_id,
        "care_service_name": "Larkfield",
        "care_service_type": "home_care",
        "band": "amber",
        "since": "2026-02-01T09:00:00Z",
        "reasons": ["The rating is Requires improvement."],
        "embargo": "part",
        "embargo_limits": ["No more than two new packages a week"],
        "embargo_since": "2026-02-10",
        "has_default_notice": True,
    }


def entry(**about: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("corrected_by_id", "corrects_id", "correction_reason", "narrative", "outcome", "outcome_by_name", "outcome_at")
    )
    usual = {
        "id": ORG,
        "event_on": "2026-01-05",
        "kind": "complaint",
        "restricted": False,
        "is_withdrawal": False,
        "is_outcome": False,
        "source": "Letter",
        "substantiated": True,
        "recorded_by_name": "Olu",
        "recorded_at": "2026-01-06T10:00:00Z",
    }
    return nothing | usual | about


def shows(services: FakeServices, *items: dict[str, Any]) -> None:
    services.says("GET", "/v1/own-care-services", {"are_shown": bool(items), "items": items, "next_cursor": None})


def test_a_provider_sees_the_band_of_its_service_where_the_council_shows_it(
    signed_in_as: SignIn, known: FakeServices
) -> None:
    shows(known, own_band(ORG) | {"reasons": ["Of another service."]}, own_band(SERVICE))
    page = signed_in_as("provider_user", org=ORG).open(HERE).text
    assert "Early warning:" in page
    assert 'app-band--amber">Amber</strong>' in page
    assert "The rating is Requires improvement." in page
    assert "No more than two new packages a week" in page
    assert "A default notice is in force." in page
    assert "Of another service." not in page


def test_a_provider_sees_no_band_where_the_council_shows_none(signed_in_as: SignIn, known: FakeServices) -> None:
    shows(known)
    page = signed_in_as("provider_user", org=ORG).open(HERE)
    assert (page.status_code, "Early warning:" in page.text) == (200, False)


def test_the_council_is_not_asked_for_what_only_a_provider_has(signed_in_as: SignIn, known: FakeServices) -> None:
    shows(known, own_band(SERVICE))
    page = signed_in_as("commissioner").open(HERE)
    assert (page.status_code, page.text.count("Early warning:")) == (200, 1)
    assert not [each for each in known.asked if each.path == "/v1/own-care-services"]


def test_every_assessment_is_listed_and_more_intelligence_is_a_page_away(
    signed_in_as: SignIn, known: FakeServices
) -> None:
    held = {"cause": "annual", "status": "published", "rating": "good"}
    assessments = [held | {"id": ORG, "reference": f"ASM-{number}"} for number in range(12)]
    known.says("GET", "/v1/assessments", {"items": assessments, "next_cursor": None})
    known.says("GET", "/v1/intelligence", {"items": [entry()], "next_cursor": "later", "notice": None})
    browser = signed_in_as("compliance_officer")
    page = browser.open(HERE).text
    assert page.count(">ASM-") == 12
    assert f'href="{HERE}?intelligence=later#intelligence"' in page
    known.says("GET", "/v1/intelligence", {"items": [entry()], "next_cursor": None, "notice": None})
    page = browser.open(f"{HERE}?intelligence=later").text
    asked = [each for each in known.asked if each.path == "/v1/intelligence"]
    assert asked[-1].query["cursor"] == "later"
    assert "First page" in page
    assert "Next page" not in page


def test_what_was_withdrawn_and_what_became_of_a_concern_is_said(signed_in_as: SignIn, known: FakeServices) -> None:
    found = {"outcome_by_name": "Olu", "outcome_at": "2026-01-07T10:00:00Z", "substantiated": False}
    entries = [
        entry(id=SERVICE, is_withdrawal=True, corrects_id=ORG, correction_reason="It was of another service."),
        entry(corrected_by_id=SERVICE),
        entry(id="1", corrected_by_id="2"),
        entry(id="2", outcome="unsubstantiated", is_outcome=True, **found),
        entry(id="3", outcome="open", substantiated=False),
        entry(id="4", kind="other"),
    ]
    known.says("GET", "/v1/intelligence", {"items": entries, "next_cursor": None, "notice": None})
    page = signed_in_as("compliance_officer").open(HERE).text
    table = page[page.index('id="intelligence"') :]
    said = [re.sub(r"<[^>]*>", "|", row) for row in table.split("<tr")[2:8]]
    for row, (tag, outcome) in zip(
        said,
        [
            ("Withdrawal", "Stands no longer: It was of another service."),
            ("Withdrawn", "Substantiated"),
            ("Corrected", "Substantiated"),
            ("Outcome recorded", "Unsubstantiated||Olu, 7 January 2026"),
            ("Complaint|", "Open"),
            ("Other|", "Substantiated"),
        ],
        strict=True,
    ):
        assert tag in row, row
        assert f"|{outcome}|" in row, row


def step(number: int, kind: str = "band", month: int = 1) -> dict[str, Any]:
    """One a minute: a higher number is newer."""
    at = f"2026-{month:02}-05T{10 + number // 60:02}:{number % 60:02}:00Z"
    about = {"object_kind": kind, "from_status": "green", "to_status": f"state-{number}", "step": "turn", "at": at}
    return about | {"sequence": number, "by_name": "Assay", "reason": None, "detail": {}}


def test_nothing_that_happened_is_out_of_reach(signed_in_as: SignIn, known: FakeServices) -> None:
    """The page of a service shows the newest; its history goes back, with what other services keep of the same time."""
    steps = [step(number) for number in reversed(range(70))]
    known.says("GET", f"/v1/care-services/{SERVICE}", care_service() | standing() | {"timeline": steps})
    browser, history = signed_in_as("compliance_officer"), f"{HERE}/history"
    assert f'href="{history}"' in browser.open(HERE).text
    known.says("GET", "/v1/assessments", {"items": [{"id": ORG}], "next_cursor": None})
    of_assessment = [step(number, "assessment") for number in (69, 5)]
    known.says("GET", f"/v1/assessments/{ORG}/timeline", {"items": of_assessment})
    path = f"/v1/care-services/{SERVICE}/timeline"
    known.says("GET", path, {"items": steps[:60], "next_cursor": "further"})
    page = browser.open(history).text
    assert ("Assessment: state-69" in page, "Assessment: state-5<" in page) == (True, False)
    known.says("GET", path, {"items": steps[60:], "next_cursor": None})
    page = browser.open(f"{history}?cursor=further&until=2026-01-05T10:10:00Z").text
    assert [each.query.get("cursor") for each in known.asked if each.path == path] == [None, "further"]
    assert ("Assessment: state-69" in page, "Assessment: state-5<" in page) == (False, True)
    assert ("Band: state-0" in page, "First page" in page, "Next page" in page) == (True, True, False)


def test_a_long_timeline_of_an_assessment_is_read_to_its_end(signed_in_as: SignIn, known: FakeServices) -> None:
    browser = signed_in_as("provider_user", org=ORG)
    known.says("GET", "/v1/assessments", {"items": [{"id": ORG}], "next_cursor": None})
    steps = [step(number, "assessment") for number in range(200, 0, -1)]
    told = iter([{"items": steps}, {"items": [step(0, "assessment") | {"to_status": "begun"}]}])
    known.answers["GET", f"/v1/assessments/{ORG}/timeline"] = lambda _: (200, next(told))
    page = browser.open(f"{HERE}/history").text
    assert ("Assessment: state-200" in page, "Assessment: begun" in page) == (True, True)
    asked = [each.query for each in known.asked if each.path.endswith(f"{ORG}/timeline")]
    assert asked == [{}, {"before": "1"}]


def test_the_history_of_an_organisation_is_a_link_away(signed_in_as: SignIn, known: FakeServices) -> None:
    known.says("GET", f"/v1/providers/{ORG}", provider())
    known.says("GET", f"/v1/providers/{ORG}/timeline", [step(number, "provider") for number in reversed(range(30))])
    browser = signed_in_as("provider_user", org=ORG)
    page = browser.open("/organisation").text
    assert ("state-29" in page, "state-0<" in page, "/organisation?history=all#history" in page) == (True, False, True)
    page = browser.open("/organisation?history=all").text
    assert ("state-0<" in page, "?history=all" in page) == (True, False)
