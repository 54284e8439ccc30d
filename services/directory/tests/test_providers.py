from collections.abc import Callable
from uuid import uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from assay_contracts.directory import ProviderRecorded
from assay_contracts.roles import Role, Scope
from assay_kit.testing import told
from directory.people.rules import PersonStatus
from directory.tables import Message, Person

ClientAs = Callable[..., TestClient]


def test_a_newcomer_registers_and_can_sign_in_at_once(client_as: ClientAs, session: Session) -> None:
    account = make.account_body(name="Bea Owner")
    body = make.provider_body(company_number="6400") | {"administrator": account}

    response = client_as().post("/v1/registrations", json=body)

    assert response.status_code == 201, response.text
    said = response.json()
    assert said["provider"]["company_number"] == "00006400"
    assert said["provider"]["status"] == "registering"
    assert said["administrator"]["roles"] == ["provider_admin"]
    assert said["administrator"]["provider_id"] == said["provider"]["id"]
    form = {"grant_type": "password", "username": account["email"], "password": account["password"]}
    assert client_as().post("/v1/token", data=form).status_code == 200
    [event] = told(session, ProviderRecorded)
    assert (event.provider.name, event.provider.version) == ("Larkfield Care Ltd", 1)
    [welcome] = session.exec(select(Message)).all()
    assert welcome.template == "registration_received"
    assert "Larkfield Care Ltd is registered" in welcome.subject


@pytest.mark.parametrize(
    ("about", "bars"),
    [
        ({"company_number": None}, ["company-number-unanswered"]),
        ({"has_no_company_number": True}, ["company-number-answered-twice", "company-without-number"]),
        ({"company_number": None, "has_no_company_number": True}, ["company-without-number"]),
    ],
)
def test_the_company_number_must_be_answered(client_as: ClientAs, about: dict[str, object], bars: list[str]) -> None:
    response = client_as(Role.COMMISSIONER).post("/v1/providers", json=make.provider_body(**about))
    assert response.status_code == 409
    assert make.bars_of(response) == bars


def test_no_company_number_is_an_answer(client_as: ClientAs) -> None:
    body = make.provider_body(legal_form="sole_trader", company_number=None, has_no_company_number=True)
    response = client_as(Role.COMPLIANCE_OFFICER).post("/v1/providers", json=body)
    assert response.status_code == 201
    assert response.json()["status"] == "active"


@pytest.mark.parametrize(
    "about",
    [
        {"company_number": "123456789"},
        {"company_number": "ABC12345"},
        {"cqc_provider_id": "2-101"},
        {"charity_number": "12"},
        {"name": ""},
        {"name": "a\x00b"},
        {"contact_email": "nobody"},
        {"rating": "good"},
    ],
)
def test_bad_input_is_refused_with_the_field_named(client_as: ClientAs, about: dict[str, object]) -> None:
    response = client_as(Role.COMMISSIONER).post("/v1/providers", json=make.provider_body(**about))
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == list(about)


def test_one_company_is_recorded_once(client_as: ClientAs) -> None:
    client = client_as(Role.COMMISSIONER)
    assert client.post("/v1/providers", json=make.provider_body(company_number="SC1234")).status_code == 201
    again = client.post("/v1/providers", json=make.provider_body(company_number="sc001234"))
    assert again.status_code == 409
    assert again.json()["type"] == "/problems/already-recorded"


def test_a_registration_with_a_weak_password_says_everything_wrong_with_it(client_as: ClientAs) -> None:
    body = make.provider_body() | {"administrator": make.account_body(password="password1")}
    response = client_as().post("/v1/registrations", json=body)
    assert response.status_code == 409
    assert make.bars_of(response) == ["too-short", "common"]
    assert "password1" not in response.text


def test_an_edit_of_what_somebody_else_has_saved_is_refused(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    client = client_as(Role.COMMISSIONER)
    body = make.provider_body(company_number=provider.company_number, name="Larkfield Care and Support Ltd")
    read = client.get(f"/v1/providers/{provider.id}").headers["etag"]

    first = client.put(f"/v1/providers/{provider.id}", json=body, headers={"If-Match": read})
    second = client.put(f"/v1/providers/{provider.id}", json=body, headers={"If-Match": read})

    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert second.status_code == 412
    [event] = told(session, ProviderRecorded)
    assert (event.provider.version, event.provider.name) == (2, "Larkfield Care and Support Ltd")


def test_a_provider_sees_itself_only(client_as: ClientAs, session: Session) -> None:
    own, other = make.provider(session), make.provider(session, name="Thornbury Homes Ltd")
    client = client_as(Role.PROVIDER_USER, org=own.id)

    assert [each["id"] for each in client.get("/v1/providers").json()["items"]] == [str(own.id)]
    assert client.get(f"/v1/providers/{own.id}").status_code == 200
    assert client.get(f"/v1/providers/{own.id}/timeline").status_code == 200
    for path in (f"/v1/providers/{other.id}", f"/v1/providers/{other.id}/timeline"):
        assert client.get(path).status_code == 404
    officer = client_as(Role.ADULT_CARE_VIEWER)
    assert len(officer.get("/v1/providers").json()["items"]) == 2


def test_a_provider_keeps_its_own_contact_and_nobody_elses(client_as: ClientAs, session: Session) -> None:
    own, other = make.provider(session), make.provider(session)
    client = client_as(Role.PROVIDER_ADMIN, org=own.id)
    contact = {"contact_name": "Cy Clerk", "contact_email": "new@larkfield.example"}

    assert client.put(f"/v1/providers/{own.id}/contact", json=contact).json()["contact_name"] == "Cy Clerk"
    assert client.put(f"/v1/providers/{other.id}/contact", json=contact).status_code == 404
    assert client.put(f"/v1/providers/{own.id}", json=make.provider_body()).status_code == 403


def test_a_provider_is_confirmed_closed_and_opened_again_on_its_timeline(client_as: ClientAs) -> None:
    body = make.provider_body() | {"administrator": make.account_body()}
    provider_id = client_as().post("/v1/registrations", json=body).json()["provider"]["id"]
    client = client_as(Role.COMMISSIONER, name="Con Officer")
    reason = {"reason": "Checked against the public registers"}

    for step, status in (("confirmation", "active"), ("closure", "closed"), ("reopening", "active")):
        response = client.post(f"/v1/providers/{provider_id}/{step}", json=reason)
        assert (response.status_code, response.json()["status"]) == (200, status)
    assert client.post(f"/v1/providers/{provider_id}/confirmation", json=reason).status_code == 409

    rows = client.get(f"/v1/providers/{provider_id}/timeline").json()
    steps = [row["step"] for row in rows if row["object_kind"] == "provider"]
    assert steps == ["reopen", "close", "confirm", "register"]


def claim(client_as: ClientAs, **about: object) -> tuple[str, dict[str, str]]:
    account = make.account_body(name="Clem Claimant")
    body = {
        "provider_name": "Larkfield Care",
        "company_number": None,
        "cqc_provider_id": None,
        "statement": "I am the new finance director; ask Ada.",
        "claimant": account,
    } | about
    response = client_as().post("/v1/provider-claims", json=body)
    assert response.status_code == 202, response.text
    assert set(response.json()) == {"id", "status"}
    return response.json()["id"], account


def test_a_claimant_sees_nothing_until_staff_confirm(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session, cqc_provider_id="1-101635")
    claim_id, account = claim(client_as, cqc_provider_id="1-101635")
    form = {"grant_type": "password", "username": account["email"], "password": account["password"]}
    assert client_as().post("/v1/token", data=form).status_code == 400
    [letter] = session.exec(select(Message)).all()
    assert (letter.template, letter.email) == ("claim_made", provider.contact_email)

    confirmation = {"confirmed_with": "Ada Larkfield, by telephone on the registered number"}
    response = client_as(Role.COMMISSIONER).post(f"/v1/provider-claims/{claim_id}/confirmation", json=confirmation)

    assert response.status_code == 200, response.text
    assert client_as().post("/v1/token", data=form).status_code == 200
    person = session.exec(select(Person).where(Person.email == account["email"])).one()
    assert (person.provider_id, person.roles) == (provider.id, ["provider_admin"])
    again = client_as(Role.COMMISSIONER).post(f"/v1/provider-claims/{claim_id}/confirmation", json=confirmation)
    assert again.status_code == 409


def test_a_claim_that_matches_nothing_is_answered_the_same_and_needs_a_provider(
    client_as: ClientAs, session: Session
) -> None:
    claim_id, _ = claim(client_as, company_number="99999999")
    client = client_as(Role.COMMISSIONER)
    confirmation = {"confirmed_with": "Ada Larkfield, by telephone on the registered number"}
    response = client.post(f"/v1/provider-claims/{claim_id}/confirmation", json=confirmation)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/claim-without-provider")
    provider = make.provider(session)
    named = confirmation | {"provider_id": str(provider.id)}
    assert client.post(f"/v1/provider-claims/{claim_id}/confirmation", json=named).status_code == 200
    [listed] = client.get("/v1/provider-claims", params={"status": "confirmed"}).json()["items"]
    assert listed["provider_id"] == str(provider.id)


def test_a_claim_does_not_say_whether_its_address_has_an_account_but_tells_its_owner_once_a_day(
    client_as: ClientAs, session: Session
) -> None:
    owner = make.person(session, Role.AUDITOR)
    body = {"provider_name": "Larkfield Care", "statement": "It is ours", "claimant": make.account_body()}
    new = client_as().post("/v1/provider-claims", json=body)
    taken = body | {"claimant": make.account_body(email=owner.email)}
    for _ in range(2):
        held = client_as().post("/v1/provider-claims", json=taken)
        assert (held.status_code, held.json()["status"]) == (new.status_code, new.json()["status"])
        assert held.json().keys() == new.json().keys()

    claims = client_as(Role.COMMISSIONER).get("/v1/provider-claims").json()["items"]
    assert [each["id"] for each in claims] == [new.json()["id"]]
    [letter] = session.exec(select(Message).where(Message.person_id == owner.id)).all()
    assert letter.template == "account_exists"


def test_a_refused_claim_closes_the_account_and_says_why(client_as: ClientAs, session: Session) -> None:
    claim_id, account = claim(client_as)
    body = {"reason": "The registered contact does not know this person"}
    assert client_as(Role.COMMISSIONER).post(f"/v1/provider-claims/{claim_id}/refusal", json=body).status_code == 200
    person = session.exec(select(Person).where(Person.email == account["email"])).one()
    assert person.status == PersonStatus.DISABLED
    [letter] = session.exec(select(Message).where(Message.person_id == person.id)).all()
    assert body["reason"] in letter.body


def test_another_service_asks_for_a_copy(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    machine = client_as(scopes=(Scope.COPIES_READ,))
    said = machine.get(f"/v1/copies/providers/{provider.id}").json()
    assert (said["id"], said["version"]) == (str(provider.id), 1)
    assert machine.get(f"/v1/copies/providers/{uuid4()}").status_code == 404
    assert client_as(Role.COMMISSIONER).get(f"/v1/copies/providers/{provider.id}").status_code == 403


def test_who_changed_the_registered_contact_is_kept_and_not_the_contact(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    contact = {"contact_name": "Mal Taker", "contact_email": "mal@elsewhere.example"}
    owner = client_as(Role.PROVIDER_ADMIN, org=provider.id, name="Bea Owner")
    assert owner.put(f"/v1/providers/{provider.id}/contact", json=contact).status_code == 200
    [row, *_] = owner.get(f"/v1/providers/{provider.id}/timeline").json()
    assert (row["step"], row["by_name"]) == ("edit", "Bea Owner")
    assert row["detail"] == {"changed": ["contact_email", "contact_name"], "before": {}, "after": {}}
