"""A provider's own pages: documents renewed, places kept and answered for, and who is offered which step."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from make_portal import ORG, Browser, FakeServices, provider

THING = "018f0000-0000-7000-8000-000000000002"
OLD = "018f0000-0000-7000-8000-000000000003"
NOON = "2026-03-01T12:00:00Z"
SUSPENSION = "018f0000-0000-7000-8000-000000000004"
SignIn = Callable[..., Browser]


def document(**about: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": THING,
        "filename": "insurance.pdf",
        "kind": "employers_liability_insurance",
        "description": "Employer's liability 2026",
        "expires_on": "2026-06-30",
        "lapsed_at": None,
    }
    return usual | about


def membership(**about: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "id": THING,
        "lot_name": "Tier 1",
        "zone": "North",
        "status": "active",
        "offer": None,
        "affirm_by": "2026-04-01",
        "suspensions": [],
    }
    return usual | about


def suspended(cause: str, **about: Any) -> dict[str, Any]:
    said = {"id": SUSPENSION, "cause": cause, "started_at": "2026-02-01T09:00:00Z", "review_on": "2026-05-01"}
    return membership(status="suspended", suspensions=[said], **about)


def procurement(**about: Any) -> dict[str, Any]:
    own: dict[str, Any] = {
        "id": OLD,
        "answer": None,
        "statement": None,
        "evidence": [],
        "answered_at": None,
        "is_awarded": False,
    }
    usual: dict[str, Any] = {
        "id": THING,
        "reference": "PRO-2026-0001",
        "title": "Home care in North",
        "description": "Four hundred hours a week.",
        "zone": "North",
        "status": "open",
        "invited_at": "2026-03-01T09:00:00Z",
        "closes_on": "2026-03-20",
        "closes_at": "2026-03-20T23:59:59Z",
        "own_invitation": own,
        "outcome_reason": None,
    }
    return usual | about


OFFER = {
    "id": THING,
    "reference": "PLA-2026-0001",
    "service_type": "home_care",
    "client_group": "older_people",
    "zone": "North",
    "hours_a_week": "14",
    "starts_on": "2026-03-09",
    "answer_by": "2026-03-04T12:00:00Z",
    "answer": None,
    "answered_at": None,
    "is_recorded_by_council": False,
}


def lists(services: FakeServices, path: str, *items: dict[str, Any]) -> None:
    services.says("GET", path, {"items": list(items), "next_cursor": None})


@pytest.fixture
def settled(services: FakeServices) -> FakeServices:
    services.says("GET", f"/v1/providers/{ORG}", provider())
    services.says("GET", f"/v1/providers/{ORG}/timeline", [])
    return services


def test_a_document_is_renewed_from_the_list(signed_in_as: SignIn, settled: FakeServices) -> None:
    lists(settled, "/v1/evidence", document())
    settled.says("GET", f"/v1/evidence/{THING}", document())
    settled.says("POST", "/v1/evidence", {"id": OLD}, 201)
    browser = signed_in_as("provider_user", org=ORG)
    address = f"/organisation/evidence/new?renews={THING}"
    assert f'href="{address}"' in browser.open("/organisation").text
    assert next(each for each in settled.asked if each.path == "/v1/evidence").query["only_newest"] == "true"

    form = browser.open(address).text
    assert "Renew a document</h1>" in form
    assert 'value="Employer&#39;s liability 2026"' in form
    assert '<option value="employers_liability_insurance" selected>' in form
    typed = {"csrf": browser.mark(), "kind": "employers_liability_insurance", "description": "The one of 2027"}
    sent = {"file": ("next.pdf", b"%PDF-1.7", "application/pdf")}
    page = browser.client.post(address, data=typed, files=sent)
    assert "The new edition of the document has been added." in page.text
    asked = next(each for each in settled.asked if (each.method, each.path) == ("POST", "/v1/evidence"))
    assert (asked.query["renews"], asked.query["description"]) == (THING, "The one of 2027")


def test_what_renews_nothing_is_not_found(signed_in_as: SignIn) -> None:
    browser = signed_in_as("provider_user", org=ORG)
    assert browser.open("/organisation/evidence/new?renews=abc").status_code == 404
    assert browser.open(f"/organisation/evidence/new?renews={THING}").status_code == 404


def test_an_application_offers_documents_that_hold_and_keeps_the_one_that_was_chosen(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    lapsed = document(id=SUSPENSION, description="Lapsed", lapsed_at="2026-02-01T00:00:00Z")
    lists(services, "/v1/evidence", document(), lapsed)
    services.says("GET", f"/v1/evidence/{OLD}", document(id=OLD, description="Of last year"))
    question: dict[str, Any] = {
        "id": "insurance",
        "text": "Your insurance?",
        "guidance": None,
        "kind": "document",
        "options": [],
        "is_required": True,
        "word_limit": None,
        "only_when": None,
        "grading": {"kind": "information"},
    }
    services.says(
        "GET",
        f"/v1/applications/{THING}",
        {
            "id": THING,
            "reference": "APP-2026-0001",
            "answers": {"insurance": OLD},
            "choices": [{"question_set_id": THING}],
        },
    )
    content = {"sections": [{"part": 1, "title": "Insurance", "questions": [question]}]}
    services.says("GET", f"/v1/question-sets/{THING}", {"content": content})
    page = signed_in_as("provider_user", org=ORG).open(f"/applications/{THING}/questions/1").text
    assert services.asked[-1].path == f"/v1/evidence/{OLD}"
    assert next(each for each in services.asked if each.path == "/v1/evidence").query["only_newest"] == "true"
    assert f'<option value="{THING}">' in page
    assert f'<option value="{SUSPENSION}">' not in page
    assert f'<option value="{OLD}" selected>Of last year (insurance.pdf): has been renewed, choose another' in page


def test_a_member_renews_its_declaration(signed_in_as: SignIn, settled: FakeServices) -> None:
    lists(settled, "/v1/memberships", membership())
    lists(settled, "/v1/evidence", document())
    settled.says("GET", f"/v1/memberships/{THING}", membership())
    settled.says("POST", f"/v1/memberships/{THING}/affirmations", {"id": THING}, 201)
    address = f"/organisation/memberships/{THING}/affirmation"
    page = signed_in_as("provider_user", org=ORG).open("/organisation").text
    assert "Renew it by 1 April 2026." in page
    assert address not in page

    browser = signed_in_as("provider_admin", org=ORG)
    assert f'href="{address}"' in browser.open("/organisation").text
    assert 'value="Sam Porter"' in browser.open(address).text
    unconfirmed = browser.send(address, declared_by="Sam Porter", statement="Nothing has changed.")
    assert "Confirm that what you were admitted on is still true and complete" in unconfirmed.text
    browser.send(address, declared_by="Sam Porter", is_true_and_complete="yes", evidence_ids=THING)
    (body,) = settled.bodies("POST", f"/v1/memberships/{THING}/affirmations")
    assert body == {"declared_by": "Sam Porter", "is_true_and_complete": True, "evidence_ids": [THING]}


def test_a_suspension_says_why_and_what_would_lift_it(signed_in_as: SignIn, settled: FakeServices) -> None:
    lists(settled, "/v1/memberships", suspended("embargo"))
    page = signed_in_as("provider_admin", org=ORG).open("/organisation").text
    assert "Embargo on new placements, since 1 February 2026." in page
    assert "It goes when the embargo is lifted. It is looked at again on 1 May 2026." in page
    assert f"/organisation/suspensions/{SUSPENSION}/evidence" not in page


def test_a_late_document_is_put_forward_once(signed_in_as: SignIn, settled: FakeServices) -> None:
    remedies: list[dict[str, Any]] = []
    lists(settled, "/v1/memberships", suspended("late_document"))
    settled.says("GET", f"/v1/memberships/{THING}/upkeep", {"remedies": remedies})
    settled.says("POST", f"/v1/suspensions/{SUSPENSION}/remedies", {"id": THING}, 201)
    lists(settled, "/v1/evidence", document())
    browser = signed_in_as("provider_admin", org=ORG)
    address = f"/organisation/suspensions/{SUSPENSION}/evidence"
    assert f'href="{address}"' in browser.open("/organisation").text
    browser.open(address)
    remedies.append({"suspension_cause_id": SUSPENSION, "verified_at": None})
    page = browser.send(address, statement="Here is the policy.", evidence_ids=THING)
    assert settled.bodies("POST", f"/v1/suspensions/{SUSPENSION}/remedies") == [
        {"statement": "Here is the policy.", "evidence_ids": [THING]}
    ]
    assert "What was put forward waits to be verified." in page.text
    assert address not in page.text


def test_a_declaration_that_waits_to_be_verified_is_not_asked_for_again(
    signed_in_as: SignIn, settled: FakeServices
) -> None:
    lists(settled, "/v1/memberships", suspended("lapsed_declaration"))
    waits = {"suspension_cause_id": SUSPENSION, "verified_at": None}
    browser = signed_in_as("provider_admin", org=ORG)
    settled.says("GET", f"/v1/memberships/{THING}/upkeep", {"remedies": [waits | {"verified_at": "2026-02-20T00:00Z"}]})
    assert f"/organisation/memberships/{THING}/affirmation" in browser.open("/organisation").text
    settled.says("GET", f"/v1/memberships/{THING}/upkeep", {"remedies": [waits]})
    assert f"/organisation/memberships/{THING}/affirmation" not in browser.open("/organisation").text


def test_only_an_administrator_is_offered_to_add_a_service(signed_in_as: SignIn, settled: FakeServices) -> None:
    assert "/organisation/care-services/new" in signed_in_as("provider_admin", org=ORG).open("/organisation").text
    page = signed_in_as("provider_user", org=ORG).open("/organisation").text
    assert "/organisation/care-services/new" not in page
    assert "An administrator of your organisation adds services." in page


def test_who_invites_reads_what_each_role_may_do(signed_in_as: SignIn) -> None:
    """Both write and submit; only an administrator binds the organisation."""
    page = signed_in_as("provider_admin", org=ORG).open("/organisation/people/new").text
    assert "Draft applications, write self-assessments, and answer the council" in page
    assert "All of that, and declare, apply, tender, accept places, add services and colleagues" in page


def test_an_administrator_of_the_provider_submits_its_application(signed_in_as: SignIn, services: FakeServices) -> None:
    about = {"id": THING, "reference": "APP-2026-0001", "scheme_id": THING, "status": "draft", "version": 1}
    days = {"started_at": NOON, "submitted_at": None, "expires_at": NOON}
    given = {"answers": {}, "choices": [{"question_set_id": THING}], "lot_applications": []}
    services.says("GET", f"/v1/applications/{THING}", about | days | given)
    lists(services, f"/v1/schemes/{THING}/lots")
    question = {"id": "about_us", "text": "Who are you?", "kind": "text", "only_when": None}
    sections = {"sections": [{"part": 1, "title": "About you", "questions": [question]}]}
    services.says("GET", f"/v1/question-sets/{THING}", {"content": sections})
    colleague = signed_in_as("provider_user", org=ORG).open(f"/applications/{THING}").text
    assert "An administrator of your organisation declares and submits, or withdraws." in colleague
    assert f"/applications/{THING}/submission" not in colleague
    assert f"/applications/{THING}/withdrawal" not in colleague
    owner = signed_in_as("provider_admin", org=ORG).open(f"/applications/{THING}").text
    assert f'href="/applications/{THING}/submission"' in owner
    assert f'href="/applications/{THING}/withdrawal"' in owner


def test_a_placement_is_answered(signed_in_as: SignIn, services: FakeServices) -> None:
    lists(services, "/v1/placement-offers", OFFER | {"id": OLD, "answer": "declined"}, OFFER)
    services.says("POST", f"/v1/placement-offers/{THING}/answer", OFFER)
    address = f"/organisation/placement-offers/{THING}/answer"
    colleague = signed_in_as("provider_user", org=ORG).open("/organisation/offers").text
    assert "An administrator of your organisation answers by 4 March 2026 at 12:00pm" in colleague
    assert address not in colleague

    browser = signed_in_as("provider_admin", org=ORG)
    assert 'href="/organisation/offers"' in browser.open("/").text
    page = browser.open("/organisation/offers").text
    assert f'href="{address}">Answer by 4 March 2026 at 12:00pm' in page
    assert OLD not in page
    assert "Home care, for older people, in North, 14 hours a week, from 9 March 2026." in browser.open(address).text
    browser.send(address, is_accepted="no", reason="We have no driver there.")
    assert services.bodies("POST", f"/v1/placement-offers/{THING}/answer") == [
        {"is_accepted": False, "reason": "We have no driver there."}
    ]


def test_an_offer_that_has_gone_is_said_to_have_gone(signed_in_as: SignIn) -> None:
    page = signed_in_as("provider_admin", org=ORG).open(f"/organisation/placement-offers/{THING}/answer")
    assert page.status_code == 409
    assert "This offer does not wait for an answer any more." in page.text


def test_an_invitation_to_tender_is_answered(signed_in_as: SignIn, services: FakeServices) -> None:
    lists(services, "/v1/procurements", procurement())
    lists(services, "/v1/evidence", document())
    services.says("GET", f"/v1/procurements/{THING}", procurement())
    services.says("POST", f"/v1/invitations/{OLD}/answer", procurement())
    here = f"/organisation/procurements/{THING}"
    colleague = signed_in_as("provider_user", org=ORG)
    assert f'href="{here}"' in colleague.open("/organisation/offers").text
    assert f"{here}/answer" not in colleague.open(here).text

    browser = signed_in_as("provider_admin", org=ORG)
    page = browser.open(here).text
    assert "Four hundred hours a week." in page
    assert f'href="{here}/answer"' in page
    browser.open(f"{here}/answer")
    browser.send(f"{here}/answer", answer="tendered", statement="We offer it at £24.", evidence_ids=THING)
    browser.send(f"{here}/answer", answer="declined", statement="We have nobody free.", evidence_ids=THING)
    assert services.bodies("POST", f"/v1/invitations/{OLD}/answer") == [
        {"answer": "tendered", "statement": "We offer it at £24.", "evidence_ids": [THING]},
        {"answer": "declined", "statement": "We have nobody free.", "evidence_ids": []},
    ]


def test_home_counts_what_waits_for_an_answer(signed_in_as: SignIn, services: FakeServices) -> None:
    lists(services, "/v1/placement-offers", OFFER)
    answered = procurement(own_invitation={"answer": "declined"})
    lists(services, "/v1/procurements", procurement(), answered, procurement(status="closed"))
    page = " ".join(signed_in_as("provider_admin", org=ORG).open("/").text.split())
    assert counted(page, "placements to answer") == counted(page, "invitations to tender to answer") == "1"


def counted(page: str, words: str) -> str:
    counts: list[str] = re.findall(r'app-tile__count">(\d+)', page[: page.index(words)])
    return counts[-1]


@pytest.mark.parametrize("address", ["", "/new", f"/{THING}", f"/{THING}/withdrawal", f"/{THING}/lots"])
def test_the_council_works_on_applications_in_its_own_list(
    signed_in_as: SignIn, services: FakeServices, address: str
) -> None:
    services.says("GET", "/v1/schemes", {"items": []})
    services.says("GET", f"/v1/applications/{THING}", {"id": THING})
    browser = signed_in_as("commissioner")
    page = browser.open(f"/applications{address}")
    if address:
        assert page.status_code == 403
    else:
        assert page.url.path == "/lot-applications"
    assert "My applications" not in page.text


def test_a_refusal_says_each_criterion_as_it_was_asked_with_its_score(
    signed_in_as: SignIn, services: FakeServices
) -> None:
    failed = {"criterion": "about_us", "text": "Who are you?", "score": 1, "threshold": 2, "reason": "Too short."}
    total = {"criterion": "total:quality", "score": "41.5", "threshold": "60", "reason": "Below what is needed."}
    decision = {"kind": "refuse", "reason": "Not now.", "criteria": [failed, total], "by_name": "M", "at": NOON}
    part = {"id": OLD, "lot_id": THING, "zone": None, "status": "refused", "decided_at": NOON, "due_on": "2026-03-01"}
    application = {
        "id": THING,
        "reference": "APP-2026-0001",
        "scheme_id": THING,
        "status": "decided",
        "started_at": NOON,
        "submitted_at": NOON,
        "answers": {},
        "choices": [],
        "lot_applications": [part | {"prolonged_because": None}],
    }
    services.says("GET", f"/v1/applications/{THING}", application)
    lot = {"id": THING, "name": "Tier 1", "quality_threshold": "60.00"}
    services.says("GET", f"/v1/schemes/{THING}/lots", {"items": [lot]})
    services.says("GET", f"/v1/lot-applications/{OLD}/decisions", {"items": [decision], "representations": []})
    services.says("GET", f"/v1/lot-applications/{OLD}/clarifications", {"items": []})
    page = signed_in_as("provider_user", org=ORG).open(f"/applications/{THING}").text
    assert ">Who are you?</dt>" in page
    assert "<strong>Score:</strong> 1; at least 2 is needed." in page
    assert ">Quality in all</dt>" in page
    assert "<strong>Score:</strong> 41.5 per cent; at least 60.00 per cent is needed." in page
    assert "about us" not in page.lower()
    assert f"/applications/{THING}/withdrawal" not in page
