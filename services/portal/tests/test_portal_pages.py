"""Pages before services that answer as told: what is shown to whom, what is sent, and what happens when one is down."""

from collections.abc import Callable
from typing import Any

from make_portal import ORG, SERVICE, Browser, FakeServices, care_service, problem, provider, standing

SignIn = Callable[..., Browser]


def _one_service(services: FakeServices) -> None:
    services.says("GET", f"/v1/care-services/{SERVICE}", care_service())
    services.says("GET", f"/v1/providers/{ORG}", {"id": ORG, "name": "Larkfield Care Ltd"})
    services.says(
        "GET",
        f"/v1/care-services/{SERVICE}/rating",
        {"rating": "good", "sentence": "Published.", "published_at": "2026-01-05T10:00:00Z", "next_due_on": None},
    )


def test_home_shows_the_officer_what_needs_them(signed_in_as: SignIn, services: FakeServices) -> None:
    page = signed_in_as("compliance_officer").open("/")
    assert "services are Red" in page.text
    assert 'href="/dashboard?band=red"' in page.text


def test_home_stands_without_a_service_that_is_down(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", "/v1/dashboard-counts", {}, 503)
    page = signed_in_as("compliance_officer").open("/")
    assert page.status_code == 200
    assert "The early warning service is not available at the moment" in page.text


def test_the_dashboard_says_each_band_in_words_and_keeps_its_filters(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    row = {
        "care_service_id": SERVICE,
        "care_service_name": "Larkfield Home Care",
        "care_service_type": "home_care",
        "provider_name": "Larkfield Care Ltd",
        "band": "red",
        "since": "2026-03-01T09:00:00Z",
        "computed_band": "red",
        "is_overridden": False,
        "direction": "worsening",
        "reasons": ["Two unexpected deaths on record."],
        "embargo": "whole",
        "has_default_notice": False,
        "live_interventions": 1,
    }
    services.says("GET", "/v1/dashboard", {"items": [row], "next_cursor": "abc"})
    page = signed_in_as("commissioner").open("/dashboard?band=red&type=home_care&search=lark&embargo=yes&band2=x")
    assert '<strong class="govuk-tag app-band app-band--red">Red</strong>' in page.text
    assert "Two unexpected deaths on record." in page.text
    assert "cursor=abc" in page.text
    asked = next(each for each in services.asked if each.path == "/v1/dashboard")
    assert asked.query["band"] == "red"
    assert asked.query["care_service_type"] == "home_care"
    assert asked.query["search"] == "lark"
    counted = [each for each in services.asked if each.path == "/v1/dashboard-counts"][-1]
    filters = {"care_service_type": "home_care", "search": "lark", "is_embargoed": "true"}
    assert counted.query == filters
    assert asked.query == filters | {"band": "red", "limit": "25"}
    assert asked.headers["authorization"].startswith("Bearer ")
    assert asked.headers["x-request-id"]


def test_who_arranges_care_reads_the_band_and_its_reasons_alone(signed_in_as: SignIn, services: FakeServices) -> None:
    """As the early warning answers them: nothing but these fields."""
    plain = {
        "care_service_id": SERVICE,
        "care_service_name": "Larkfield Home Care",
        "care_service_type": "home_care",
        "zones": ["North"],
        "provider_id": ORG,
        "provider_name": "Larkfield Care Ltd",
        "band": "red",
        "since": "2026-03-01T09:00:00Z",
        "reasons": ["The council holds information in confidence."],
        "embargo": "part",
        "embargo_limits": ["Nobody who needs two carers"],
        "embargo_since": "2026-03-01",
    }
    services.says("GET", "/v1/dashboard", {"items": [plain], "next_cursor": None})
    page = signed_in_as("social_care_assessor").open("/dashboard")
    assert page.status_code == 200
    assert "Partial embargo" in page.text
    assert "Over 90 days" not in page.text
    _one_service(services)
    services.answers["GET", f"/v1/care-services/{SERVICE}"] = (200, care_service() | plain)
    page = signed_in_as("social_care_assessor").open(f"/care-services/{SERVICE}")
    assert page.status_code == 200
    for said in ("The council holds information in confidence.", "Nobody who needs two carers"):
        assert said in page.text
    for kept in ("The ten indicators", "Interventions", "Over 90 days"):
        assert kept not in page.text


def test_a_band_that_does_not_exist_is_not_asked_for(signed_in_as: SignIn, services: FakeServices) -> None:
    assert signed_in_as("adult_care_viewer").open("/dashboard?band=purple").status_code == 200
    asked = next(each for each in services.asked if each.path == "/v1/dashboard")
    assert "band" not in asked.query


def test_a_service_page_shows_why_and_escapes_what_people_typed(signed_in_as: SignIn, services: FakeServices) -> None:
    _one_service(services)
    services.answers["GET", f"/v1/care-services/{SERVICE}"] = (200, care_service() | standing())
    page = signed_in_as("compliance_officer").open(f"/care-services/{SERVICE}")
    assert page.status_code == 200
    assert "Larkfield &lt;b&gt;Home&lt;/b&gt; Care" in page.text
    assert "Two unexpected deaths on record." in page.text
    assert "Propose an intervention" in page.text
    assert "1,364" in page.text


def test_a_viewer_is_offered_no_step(signed_in_as: SignIn, services: FakeServices) -> None:
    _one_service(services)
    said = {"reasons": ["Two unexpected deaths on record."], "embargo": None}
    plain = {"band": "red", "since": "2026-03-01T09:00:00Z"} | said
    services.answers["GET", f"/v1/care-services/{SERVICE}"] = (200, care_service() | plain)
    page = signed_in_as("adult_care_viewer").open(f"/care-services/{SERVICE}")
    assert (page.status_code, "Two unexpected deaths on record." in page.text) == (200, True)
    for step in ("Record intelligence", "Propose an intervention", "Schedule an assessment", "Urgent embargo"):
        assert step not in page.text
    assert not [each for each in services.asked if each.path == "/v1/intelligence"]


def test_what_belongs_to_another_provider_is_not_found(signed_in_as: SignIn) -> None:
    page = signed_in_as("provider_user", org=ORG).open(f"/care-services/{SERVICE}")
    assert page.status_code == 404
    assert "may belong to another organisation" in page.text


def test_an_answer_without_a_field_is_a_fault_and_not_a_blank(signed_in_as: SignIn, services: FakeServices) -> None:
    _one_service(services)
    incomplete = care_service() | standing()
    del incomplete["people_supported"]
    services.answers["GET", f"/v1/care-services/{SERVICE}"] = (200, incomplete)
    assert signed_in_as("compliance_officer").open(f"/care-services/{SERVICE}").status_code == 500


def test_a_proposal_is_sent_and_the_next_page_says_so(signed_in_as: SignIn, services: FakeServices) -> None:
    _one_service(services)
    services.says("POST", "/v1/interventions", {"id": SERVICE}, 201)
    browser = signed_in_as("compliance_officer")
    address = f"/care-services/{SERVICE}/interventions/new"
    browser.open(address)
    answer = browser.client.post(
        address,
        data={
            "csrf": browser.mark(),
            "kind": "embargo",
            "extent": "whole",
            "reason": "Two deaths in a month.",
            "review_on-day": "27",
            "review_on-month": "3",
            "review_on-year": "2026",
            "conditions": "Review care plans\r\n\r\nAppoint a lead",
        },
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/interventions/{SERVICE}?done=proposed"
    (body,) = services.bodies("POST", "/v1/interventions")
    assert body["review_on"] == "2026-03-27"
    assert body["conditions"] == [{"wording": "Review care plans"}, {"wording": "Appoint a lead"}]
    assert body["provider_id"] == ORG


def test_a_refused_proposal_keeps_everything_typed(signed_in_as: SignIn, services: FakeServices) -> None:
    _one_service(services)
    bars = [{"rule": "x", "says": "The review date must be after today"}]
    services.says("POST", "/v1/interventions", problem(409, "No.", bars=bars), 409)
    browser = signed_in_as("compliance_officer")
    address = f"/care-services/{SERVICE}/interventions/new"
    browser.open(address)
    page = browser.send(
        address,
        kind="enhanced_monitoring",
        reason="A reason that is long enough.",
        review_on__day="1",
        review_on__month="1",
        review_on__year="2020",
    )
    assert page.status_code == 409
    assert "<title>Error: Propose an intervention" in page.text
    assert "The review date must be after today" in page.text
    assert "A reason that is long enough." in page.text
    assert 'value="2020"' in page.text


def test_the_public_register_needs_no_one_signed_in(browser: Browser, services: FakeServices) -> None:
    register = {
        "scheme_name": "Home Care and Support",
        "lot_id": SERVICE,
        "lot_name": "Tier 1",
        "as_at": "2024-01-25",
        "members": [{"provider_name": "Alder Care (invented)", "zone": "North", "member_since": "2020-04-01"}],
    }
    services.says("GET", f"/v1/register/lots/{SERVICE}", register)
    page = browser.open(f"/register/{SERVICE}?as_at-day=25&as_at-month=1&as_at-year=2024")
    assert "1 member on 25 January 2024" in page.text
    assert services.asked[-1].query["as_at"] == "2024-01-25"
    wrong = browser.open(f"/register/{SERVICE}?as_at-day=35&as_at-month=1&as_at-year=2024")
    assert wrong.status_code == 422
    assert 'value="35"' in wrong.text


def test_the_register_of_a_day_to_come_is_refused_beside_the_day(browser: Browser, services: FakeServices) -> None:
    today = {"scheme_name": "Home Care", "lot_id": SERVICE, "lot_name": "Tier 1", "as_at": "2026-03-02", "members": []}
    ahead = problem(409, "Today is 2026-03-02; nothing can be known of 2030-01-25.") | {"type": "/problems/day-ahead"}
    answers = iter([(409, ahead), (200, today)])
    services.answers["GET", f"/v1/register/lots/{SERVICE}"] = lambda _: next(answers)
    page = browser.open(f"/register/{SERVICE}?as_at-day=25&as_at-month=1&as_at-year=2030")
    assert page.status_code == 422
    assert "nothing can be known of 2030-01-25" in page.text
    assert 'value="2030"' in page.text
    assert "0 members on 2 March 2026" in page.text


def test_a_service_that_does_not_answer_is_said_plainly(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", "/v1/lot-applications", {}, 503)
    page = signed_in_as("commissioner").open("/lot-applications")
    assert page.status_code == 503
    assert "The applications service does not answer at the moment" in page.text
    assert page.headers["retry-after"]


def test_a_role_without_the_right_is_told_so(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", "/v1/lot-applications", problem(403, "This needs one of: commissioner."), 403)
    services.says("GET", "/v1/schemes", {"items": []})
    page = signed_in_as("adult_care_viewer").open("/lot-applications")
    assert page.status_code == 403
    assert "You do not have access to this" in page.text


def test_lists_show_their_rows(signed_in_as: SignIn, services: FakeServices) -> None:
    message = {
        "id": SERVICE,
        "subject": "You are invited",
        "recipient": "Olive Owner",
        "email": "olive@larkfield.example",
        "source": "directory",
        "made_at": "2026-03-02T10:00:00Z",
        "status": "held",
        "why": None,
    }
    services.says("GET", "/v1/messages", {"items": [message], "next_cursor": None})
    page = signed_in_as("administrator").open("/outbox")
    assert f'href="/outbox/{SERVICE}">You are invited</a>' in page.text


def test_the_menu_marks_where_one_is(signed_in_as: SignIn) -> None:
    page = signed_in_as("compliance_officer").open("/dashboard")
    assert 'aria-current="true"' in page.text
    assert 'href="/assessments"' in page.text
    assert 'href="/outbox"' not in page.text


def test_moving_the_clock_asks_for_the_beginning_of_a_london_day(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("POST", "/v1/demo/clock", {"now": "2026-06-30T23:00:00Z"})
    browser = signed_in_as("administrator")
    assert "2 March 2026 at 12:00pm" in browser.open("/clock").text
    page = browser.send("/clock", day__day="1", day__month="7", day__year="2026")
    assert "The clock has been moved forward" in page.text
    assert services.bodies("POST", "/v1/demo/clock") == [{"to": "2026-07-01T00:00:00+01:00"}]


def test_a_document_is_streamed_on_as_the_body(signed_in_as: SignIn, services: FakeServices) -> None:
    services.says("GET", f"/v1/providers/{ORG}", {"id": ORG, "name": "Larkfield Care Ltd"})
    services.says("POST", "/v1/evidence", {"id": SERVICE}, 201)
    browser = signed_in_as("provider_admin", org=ORG)
    browser.open("/organisation/evidence/new")
    answer = browser.client.post(
        "/organisation/evidence/new",
        data={"csrf": browser.mark(), "kind": "safeguarding_policy", "description": "Our policy"},
        files={"file": ("policy.pdf", b"%PDF-1.7 our policy", "application/pdf")},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    asked = next(each for each in services.asked if each.path == "/v1/evidence" and each.method == "POST")
    assert asked.body == "%PDF-1.7 our policy"
    assert asked.query == {
        "provider_id": ORG,
        "filename": "policy.pdf",
        "kind": "safeguarding_policy",
        "description": "Our policy",
    }


def test_a_form_without_its_document_says_so(signed_in_as: SignIn) -> None:
    browser = signed_in_as("provider_admin", org=ORG)
    browser.open("/organisation/evidence/new")
    page = browser.send("/organisation/evidence/new", kind="safeguarding_policy", description="Our policy")
    assert page.status_code == 422
    assert "Select the document" in page.text
    assert 'value="Our policy"' in page.text


def test_an_offered_place_can_be_accepted(signed_in_as: SignIn, services: FakeServices) -> None:
    membership: dict[str, Any] = {
        "id": SERVICE,
        "lot_name": "Tier 1",
        "zone": "North",
        "status": "offered",
        "offer": {"expires_at": "2026-03-09T23:59:59Z"},
        "affirm_by": None,
        "suspensions": [],
    }
    services.says("GET", f"/v1/providers/{ORG}", provider())
    services.says("GET", f"/v1/providers/{ORG}/timeline", [])
    services.says("GET", "/v1/memberships", {"items": [membership], "next_cursor": None})
    services.says("POST", f"/v1/memberships/{SERVICE}/acceptance", {"id": SERVICE})
    browser = signed_in_as("provider_admin", org=ORG)
    assert "Answer by 9 March 2026" in browser.open("/organisation").text
    page = browser.send(f"/organisation/memberships/{SERVICE}/acceptance")
    assert "You have accepted the place." in page.text
    assert services.bodies("POST", f"/v1/memberships/{SERVICE}/acceptance")
