from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import make_directory as make
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from assay_contracts.directory.client import DirectoryClient
from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.roles import Role, Scope
from assay_kit.settings import Mode, Settings
from assay_kit.testing import NOON, envelope_for
from directory.dependencies import get_settings
from directory.messages.letters import CannotWrite, day, template_names, write
from directory.tables import FeedEntry, Message

ClientAs = Callable[..., TestClient]


def deliver(client_as: ClientAs, event: MessageRequested) -> None:
    envelope = envelope_for(event, source="risk", event_id=uuid4())
    machine = client_as(scopes=(Scope.EVENTS_DELIVER,))
    response = machine.post("/events", json=envelope.model_dump(mode="json"))
    assert response.status_code == 200, response.text


def requested(to: Recipient, **about: object) -> MessageRequested:
    usual: dict[str, object] = {
        "about": uuid4(),
        "reference": "claim_refused:1",
        "template": "claim_refused",
        "to": to,
        "personalisation": {"name": "Bea", "provider": "Larkfield", "reason": "Not known there"},
        "at": NOON,
    }
    return MessageRequested.model_validate(usual | about)


def test_a_requested_message_goes_to_everybody_of_the_provider_once(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    people = [make.person(session, Role.PROVIDER_USER, provider_id=provider.id) for _ in range(2)]
    make.person(session, Role.PROVIDER_USER, provider_id=make.provider(session).id)
    for _ in range(2):
        deliver(client_as, requested(Recipient(provider_id=provider.id)))

    kept = session.exec(select(Message)).all()
    assert {message.person_id for message in kept} == {person.id for person in people}
    assert len(kept) == 2
    assert {(message.source, message.status) for message in kept} == {("risk", "kept")}
    assert kept[0].subject == "Your request to act for Larkfield"
    assert "Not known there" in kept[0].body


def test_a_request_to_write_is_no_fact_for_the_outside(client_as: ClientAs, session: Session) -> None:
    deliver(client_as, requested(Recipient(role=Role.AUDITOR)))
    assert session.exec(select(FeedEntry)).all() == []


@pytest.mark.parametrize(
    ("about", "status", "why"),
    [
        ({"template": "no_such_letter"}, "failed", "There is no template 'no_such_letter'."),
        ({"personalisation": {}}, "failed", "'provider' is undefined"),
    ],
)
def test_what_cannot_be_written_is_kept_with_the_reason(
    client_as: ClientAs, session: Session, about: dict[str, object], status: str, why: str
) -> None:
    person = make.person(session, Role.AUDITOR)
    deliver(client_as, requested(Recipient(person=str(person.id)), **about))
    [kept] = client_as(Role.ADMINISTRATOR).get("/v1/messages").json()["items"]
    assert kept["status"] == status
    assert why in kept["why"]


@pytest.mark.parametrize(
    "to",
    [
        Recipient(provider_id=uuid4()),
        Recipient(person=str(uuid4())),
        Recipient(person="person:else"),
        Recipient(role=Role.AUDITOR),
    ],
)
def test_a_recipient_nobody_answers_to_is_seen_in_the_outbox(
    client_as: ClientAs, session: Session, to: Recipient
) -> None:
    deliver(client_as, requested(to))
    [kept] = client_as(Role.ADMINISTRATOR).get("/v1/messages", params={"status": "undeliverable"}).json()["items"]
    assert kept["why"] == "Nobody with an open account answers to this recipient."


def test_people_read_their_own_messages_and_administrators_all(client_as: ClientAs, session: Session) -> None:
    reader, other = make.person(session, Role.AUDITOR), make.person(session, Role.COMMISSIONER)
    for number, person in enumerate((reader, other)):
        deliver(client_as, requested(Recipient(person=str(person.id)), reference=f"letter:{number}"))
    own = client_as(Role.AUDITOR, subject=str(reader.id))

    [mine] = own.get("/v1/messages/mine").json()["items"]

    assert mine["recipient"] == reader.name
    assert own.get("/v1/messages").status_code == 403
    admin = client_as(Role.ADMINISTRATOR)
    outbox = admin.get("/v1/messages").json()["items"]
    assert len(outbox) == 2
    assert admin.get(f"/v1/messages/{outbox[0]['id']}").json() == outbox[0]
    [one] = admin.get("/v1/messages", params={"reference": "letter:1"}).json()["items"]
    assert one["person_id"] == str(other.id)


@pytest.fixture
def in_production(app: FastAPI, settings: Settings) -> Iterator[None]:
    app.dependency_overrides[get_settings] = lambda: settings.model_copy(update={"mode": Mode.PRODUCTION})
    yield
    app.dependency_overrides.pop(get_settings, None)


def links_shown(client: TestClient, path: str) -> set[bool]:
    """Whether each message that the reader is shown has its link in it, alone and in its list."""
    shown = client.get(path).json()["items"]
    alone = [client.get(f"/v1/messages/{each['id']}").json() for each in shown] if path == "/v1/messages" else []
    return {"/password?token=" in each["body"] for each in [*shown, *alone]}


@pytest.mark.usefixtures("in_production")
def test_a_link_that_resets_a_password_is_shown_to_nobody_who_is_signed_in(
    client_as: ClientAs, session: Session
) -> None:
    owner = make.person(session, Role.AUDITOR)
    client_as().post("/v1/password-resets", json={"email": owner.email})
    assert links_shown(client_as(Role.ADMINISTRATOR), "/v1/messages") == {False}
    assert links_shown(client_as(Role.AUDITOR, subject=str(owner.id)), "/v1/messages/mine") == {False}


@pytest.mark.usefixtures("in_production")
def test_the_link_of_an_invitation_is_shown_to_whoever_invited_and_to_no_other_administrator(
    client_as: ClientAs,
) -> None:
    inviter, other = (client_as(Role.ADMINISTRATOR, name=name) for name in ("Ann Admin", "Bo Admin"))
    body = {"name": "Eve", "email": "eve@council.example", "roles": ["auditor"]}
    assert inviter.post("/v1/people", json=body).status_code == 201
    assert links_shown(inviter, "/v1/messages") == {True}
    assert links_shown(other, "/v1/messages") == {False}


def test_a_demonstration_shows_every_link_because_nobody_delivers_its_letters(
    client_as: ClientAs, session: Session
) -> None:
    client_as().post("/v1/password-resets", json={"email": make.person(session, Role.AUDITOR).email})
    assert links_shown(client_as(Role.ADMINISTRATOR), "/v1/messages") == {True}


def test_a_service_may_post_a_message_itself(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.COMMISSIONING_MANAGER)
    asked = requested(Recipient(role=Role.COMMISSIONING_MANAGER)).model_dump(
        mode="json", exclude={"about", "at"}, exclude_none=True
    )
    machine = client_as(scopes=(Scope.MESSAGES_WRITE,), name="assessment")
    for _ in range(2):
        assert machine.post("/v1/messages", json=asked).status_code == 202
    [kept] = session.exec(select(Message)).all()
    assert (kept.source, kept.person_id) == ("assessment", person.id)


def test_a_recipient_that_no_token_could_name_is_a_malformed_request(client_as: ClientAs) -> None:
    asked = {"reference": "letter:1", "template": "claim_refused", "to": {"person": "person:\x03"}}
    machine = client_as(scopes=(Scope.MESSAGES_WRITE,), name="assessment")
    assert machine.post("/v1/messages", json=asked).status_code == 422


@pytest.mark.parametrize("name", template_names())
def test_a_template_says_something_to_somebody(name: str) -> None:
    text = write(name, {word: f"[{word}]" for word in WORDS.split()})
    assert text.subject
    assert text.body.startswith("Hello [name],")
    assert len(text.body) > 60
    assert "{" not in text.subject + text.body


# Every word that any template needs.
WORDS = (
    "organisation name invited_by link provider claimant claimant_email statement reason filename description "
    "expires_on answer_by reference due_on accept_by reasons service days rating issues care_service kind extent "
    "limit_text notice_text review_on status owner outcome reason dispute_by section "
    "affirm_by answer answered_on lapses_on closes_on day lot starts_on title what question before after completely "
    "partly not_at_all"
)


def test_there_is_a_letter_for_every_occasion() -> None:
    assert len(template_names()) > 30


def test_a_letter_names_what_the_directory_knows_and_says_days_as_people_do(
    client_as: ClientAs, session: Session
) -> None:
    officer = make.person(session, Role.COMPLIANCE_OFFICER, name="Con Officer")
    service = make.care_service(session, make.provider(session).id, name="North branch")
    words = {"care_service_id": str(service.id), "reasons": "An embargo is in force."}
    to = Recipient(role=Role.COMPLIANCE_OFFICER)
    deliver(client_as, requested(to, template="service_turned_red", personalisation=words))
    [kept] = session.exec(select(Message).where(Message.person_id == officer.id)).all()
    assert kept.subject == "North branch has turned Red"
    assert kept.body.startswith("Hello Con Officer,")
    assert (day("2026-06-30"), day("soon")) == ("30 June 2026", "soon")


def test_every_setting_is_read_by_the_letters_that_it_signs(client_as: ClientAs, session: Session) -> None:
    admin, officer = client_as(Role.ADMINISTRATOR), make.person(session, Role.AUDITOR)
    values = {
        "council.team": "Quality and markets",
        "council.name": "Riverford Council",
        "council.postal_address": "The Hall\nRiverford",
        "council.contact_email": "care@riverford.example",
        "council.contact_phone": "01234 567890",
    }
    keys = {each["key"] for each in admin.get("/v1/settings").json()}
    assert {key for key in keys if key.startswith("council.")} == set(values)
    for key, value in values.items():
        body = {"value": value, "effective_from": "2026-03-02", "reason": "As the council decided"}
        assert admin.put(f"/v1/settings/{key}", json=body).status_code == 200

    deliver(client_as, requested(Recipient(person=str(officer.id))))

    letter = session.exec(select(Message)).one().body
    assert letter.endswith("\n\n" + "\n".join(values.values()) + "\n")


@pytest.mark.parametrize(
    "template",
    [
        "affirmation_reminder",
        "declaration_asked_for",
        "evidence_expiring",
        "evidence_lapsed",
        "invitation_to_tender",
        "membership_suspended",
        "placement_offered",
        "suspension_cause_added",
        "suspension_cause_ended",
        "tender_period_moved",
    ],
)
def test_a_letter_that_asks_a_provider_for_something_says_where_to_do_it(template: str) -> None:
    words = dict.fromkeys(
        ("name", "description", "filename", "reason", "lot", "day", "reference", "starts_on", "title"), "x"
    )
    days = dict.fromkeys(("expires_on", "affirm_by", "closes_on"), "2026-04-01")
    assert "under My services" in write(template, words | days).body


def test_a_template_cannot_reach_outside_its_folder() -> None:
    with pytest.raises(CannotWrite):
        write("../letters", {})


def set_name(client: TestClient, value: object, **about: object) -> tuple[int, dict[str, Any]]:
    body = {"value": value, "effective_from": "2026-03-02", "reason": "As the council decided"} | about
    response = client.put("/v1/settings/council.name", json=body)
    return response.status_code, response.json()


def test_a_setting_has_its_default_until_the_council_decides(client_as: ClientAs) -> None:
    said = client_as(Role.SOCIAL_CARE_ASSESSOR).get("/v1/settings/council.name").json()
    assert (said["value"], said["is_default"], said["version"]) == ("The council", True, 0)
    unset = client_as(Role.AUDITOR).get("/v1/settings/council.contact_phone").json()
    assert unset["value"] is None


def test_a_service_is_told_every_setting_as_it_stands(client_as: ClientAs) -> None:
    assert set_name(client_as(Role.ADMINISTRATOR), "Riverford Council")[0] == 200
    directory = DirectoryClient(client_as(scopes=(Scope.COPIES_READ,), name="risk"), "")
    told = directory.council_settings()
    assert (told["council.name"], told["council.contact_phone"]) == ("Riverford Council", None)


def test_a_setting_holds_from_its_day_and_keeps_its_history(client_as: ClientAs) -> None:
    admin = client_as(Role.ADMINISTRATOR, name="Ann Admin")
    assert set_name(admin, "Riverford Council")[0] == 200
    status, said = set_name(admin, "Riverford City Council", effective_from="2026-04-01")
    assert (status, said["value"], said["version"]) == (200, "Riverford Council", 2)

    for as_at, value in (
        ("2026-03-01", "The council"),
        ("2026-03-02", "Riverford Council"),
        ("2026-04-01", "Riverford City Council"),
    ):
        assert admin.get("/v1/settings/council.name", params={"as_at": as_at}).json()["value"] == value
    history = admin.get("/v1/settings/council.name/history").json()
    assert [each["version"] for each in history] == [2, 1]
    assert history[0]["set_by_name"] == "Ann Admin"
    listed = {each["key"]: each["value"] for each in admin.get("/v1/settings").json()}
    assert listed["council.name"] == "Riverford Council"


@pytest.mark.parametrize("value", [None, 7, "", "a\x00b", ["Riverford"], "x" * 201])
def test_a_setting_refuses_what_its_schema_refuses(client_as: ClientAs, value: object) -> None:
    status, said = set_name(client_as(Role.ADMINISTRATOR), value)
    assert (status, said["type"]) == (409, "/problems/value-refused")
    assert {each["rule"] for each in said["bars"]} == {"value-not-accepted"}


def test_only_administrators_set_and_stale_ones_are_refused(client_as: ClientAs) -> None:
    assert set_name(client_as(Role.COMMISSIONING_MANAGER), "Riverford")[0] == 403
    admin = client_as(Role.ADMINISTRATOR)
    body = {"value": "Riverford", "effective_from": "2026-03-02", "reason": "As the council decided"}
    fresh = admin.put("/v1/settings/council.name", json=body, headers={"If-Match": '"0"'})
    stale = admin.put("/v1/settings/council.name", json=body, headers={"If-Match": '"0"'})
    assert (fresh.status_code, stale.status_code) == (200, 412)
    assert admin.put("/v1/settings/no.such", json=body).status_code == 404
