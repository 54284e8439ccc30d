import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select, text

from assay_contracts.directory.client import DirectoryClient
from assay_contracts.roles import Role, Scope
from assay_kit.clock import real_now
from assay_kit.settings import Settings
from directory.people.rules import PersonStatus
from directory.sealing import seal_of
from directory.tables import Message, OneTimeLink, Person, SignInSession

ClientAs = Callable[..., TestClient]
REASON = {"reason": "Left the organisation in March"}


def token_in(session: Session, template: str) -> str:
    letter = session.exec(select(Message).where(Message.template == template)).one()
    assert letter.sealed_body is not None
    found = re.search(r"/password\?token=(\S+)", seal_of(Settings()).decrypt(letter.sealed_body).decode())
    assert found is not None
    return found[1]


def signs_in(client_as: ClientAs, email: str, password: str = make.PASSWORD) -> bool:
    form = {"grant_type": "password", "username": email, "password": password}
    return bool(client_as().post("/v1/token", data=form).status_code == 200)


def test_a_colleague_is_invited_sets_a_password_once_and_signs_in(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    client = client_as(Role.PROVIDER_ADMIN, org=provider.id, name="Bea Owner")
    body = {"name": "Dee Manager", "email": "dee@larkfield.example", "roles": ["provider_user"]}

    response = client.post("/v1/people", json=body)

    assert response.status_code == 201, response.text
    assert (response.json()["status"], response.json()["provider_id"]) == ("invited", str(provider.id))
    assert not signs_in(client_as, "dee@larkfield.example")
    asked = {"token": token_in(session, "invitation"), "password": make.PASSWORD}
    assert client_as().post("/v1/passwords", json=asked).status_code == 204
    assert signs_in(client_as, "dee@larkfield.example")
    assert client_as().post("/v1/passwords", json=asked).status_code == 409


def test_a_link_is_dead_after_its_time_and_lies_nowhere_in_clear(client_as: ClientAs, session: Session) -> None:
    client_as(Role.ADMINISTRATOR).post(
        "/v1/people", json={"name": "Eve Officer", "email": "eve@council.example", "roles": ["auditor"]}
    )
    token = token_in(session, "invitation")
    [link] = session.exec(select(OneTimeLink)).all()
    assert token not in link.token_hash
    [kept] = session.execute(text("SELECT row_to_json(message)::text FROM message")).scalars()
    assert "(the link is shown to its recipient alone)" in kept
    assert token not in kept
    link.expires_at = real_now() - timedelta(seconds=1)
    session.flush()
    asked = {"token": token, "password": make.PASSWORD}
    assert client_as().post("/v1/passwords", json=asked).json()["type"] == "/problems/link-not-valid"


@pytest.mark.parametrize(
    ("roles", "bars"),
    [
        ([], ["no-role"]),
        (["commissioner"], ["council-role-in-provider"]),
        (["provider_user", "administrator"], ["council-role-in-provider"]),
    ],
)
def test_a_provider_cannot_give_itself_the_councils_roles(
    client_as: ClientAs, session: Session, roles: list[str], bars: list[str]
) -> None:
    client = client_as(Role.PROVIDER_ADMIN, org=make.provider(session).id)
    response = client.post("/v1/people", json={"name": "Dee", "email": "dee@larkfield.example", "roles": roles})
    assert (response.status_code, make.bars_of(response)) == (409, bars)


def test_nobody_of_the_council_holds_a_providers_role(client_as: ClientAs) -> None:
    body = {"name": "Dee", "email": "dee@council.example", "roles": ["provider_admin"]}
    response = client_as(Role.ADMINISTRATOR).post("/v1/people", json=body)
    assert make.bars_of(response) == ["provider-role-without-provider"]


def test_a_provider_knows_its_own_people_only(client_as: ClientAs, session: Session) -> None:
    own, other = make.provider(session), make.provider(session)
    mine = make.person(session, Role.PROVIDER_USER, provider_id=own.id)
    theirs = make.person(session, Role.PROVIDER_USER, provider_id=other.id)
    client = client_as(Role.PROVIDER_ADMIN, org=own.id)
    change = {"name": "New Name", "roles": ["provider_user"]}

    assert [each["id"] for each in client.get("/v1/people").json()["items"]] == [str(mine.id)]
    assert client.get("/v1/people", params={"provider_id": str(other.id)}).json()["items"] == []
    for person, status in ((mine, 200), (theirs, 404)):
        assert client.get(f"/v1/people/{person.id}").status_code == status
        assert client.put(f"/v1/people/{person.id}", json=change).status_code == status
        assert client.post(f"/v1/people/{person.id}/disablement", json=REASON).status_code == status
        assert client.post(f"/v1/people/{person.id}/enablement", json=REASON).status_code == status
    elsewhere = {
        "name": "Dee",
        "email": "dee@larkfield.example",
        "roles": ["provider_user"],
        "provider_id": str(other.id),
    }
    assert client.post("/v1/people", json=elsewhere).status_code == 404
    invited = client.post("/v1/people", json=elsewhere | {"provider_id": None}).json()
    assert client.post(f"/v1/people/{invited['id']}/invitation").status_code == 204
    assert client.post(f"/v1/people/{theirs.id}/invitation").status_code == 404


def test_closing_an_account_ends_its_sessions(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    assert signs_in(client_as, person.email)

    response = client_as(Role.ADMINISTRATOR).post(f"/v1/people/{person.id}/disablement", json=REASON)

    assert response.json()["status"] == "disabled"
    assert not signs_in(client_as, person.email)
    [family] = session.exec(select(SignInSession).where(SignInSession.person_id == person.id)).all()
    session.refresh(family)
    assert family.ended_because == "account closed"
    assert str(family.id) in client_as().get("/v1/revocations").json()["revoked"]
    client_as(Role.ADMINISTRATOR).post(f"/v1/people/{person.id}/enablement", json=REASON)
    assert signs_in(client_as, person.email)


def test_everybody_of_a_closed_provider_is_signed_out_until_it_opens_again(
    client_as: ClientAs, session: Session
) -> None:
    provider = make.provider(session)
    person = make.person(session, Role.PROVIDER_USER, provider_id=provider.id)
    elsewhere = make.person(session, Role.PROVIDER_USER, provider_id=make.provider(session).id)
    form = {"grant_type": "password", "username": person.email, "password": make.PASSWORD}
    held = client_as().post("/v1/token", data=form).json()["refresh_token"]
    renewing = {"grant_type": "refresh_token", "refresh_token": held}
    assert signs_in(client_as, elsewhere.email)

    staff = client_as(Role.COMMISSIONER)
    assert staff.post(f"/v1/providers/{provider.id}/closure", json=REASON).json()["status"] == "closed"

    [family] = session.exec(select(SignInSession).where(SignInSession.person_id == person.id)).all()
    session.refresh(family)
    assert family.ended_because == "provider closed"
    assert client_as().get("/v1/revocations").json()["revoked"] == [str(family.id)]
    assert client_as().post("/v1/token", data=renewing).status_code == 400
    assert not signs_in(client_as, person.email)
    assert signs_in(client_as, elsewhere.email)
    staff.post(f"/v1/providers/{provider.id}/reopening", json=REASON)
    assert signs_in(client_as, person.email)


def test_who_changed_a_persons_roles_is_kept(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    admin = client_as(Role.ADMINISTRATOR, name="Ann Admin")
    admin.put(f"/v1/people/{person.id}", json={"name": "Another", "roles": ["administrator"]})
    [row, *_] = admin.get("/v1/timeline", params={"object_id": str(person.id)}).json()
    assert (row["step"], row["by_name"], row["to_status"]) == ("change", "Ann Admin", "active")
    roles = {"before": {"roles": ["auditor"]}, "after": {"roles": ["administrator"]}}
    assert row["detail"] == {"changed": ["name", "roles"], **roles}


def test_an_account_without_a_role_is_not_opened_again(client_as: ClientAs, session: Session) -> None:
    claimant = make.person(session, Role.AUDITOR)
    claimant.sqlmodel_update({"roles": [], "status": PersonStatus.DISABLED})
    session.flush()
    refused = client_as(Role.ADMINISTRATOR).post(f"/v1/people/{claimant.id}/enablement", json=REASON)
    assert (refused.status_code, make.bars_of(refused)) == (409, ["no-role"])


def test_other_roles_end_the_sessions_and_another_name_does_not(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    signs_in(client_as, person.email)
    admin = client_as(Role.ADMINISTRATOR)
    renamed = admin.put(f"/v1/people/{person.id}", json={"name": "Cam New", "roles": ["auditor"]})
    assert renamed.headers["etag"] == '"2"'
    assert client_as().get("/v1/revocations").json()["revoked"] == []

    admin.put(f"/v1/people/{person.id}", json={"name": "Cam New", "roles": ["commissioner"]})

    assert len(client_as().get("/v1/revocations").json()["revoked"]) == 1


def test_nobody_changes_their_own_roles_or_closes_their_own_account(client_as: ClientAs, session: Session) -> None:
    admin = make.person(session, Role.ADMINISTRATOR)
    client = client_as(Role.ADMINISTRATOR, subject=str(admin.id))
    wider = {"name": admin.name, "roles": ["administrator", "commissioning_manager"]}
    assert client.put(f"/v1/people/{admin.id}", json=wider).json()["type"] == "/problems/not-yourself"
    closing = client.post(f"/v1/people/{admin.id}/disablement", json=REASON)
    assert closing.json()["type"] == "/problems/not-yourself"


def test_the_last_administrator_stays(client_as: ClientAs, session: Session) -> None:
    last = make.person(session, Role.ADMINISTRATOR)
    client = client_as(Role.ADMINISTRATOR)
    assert client.post(f"/v1/people/{last.id}/disablement", json=REASON).json()["role"] == "administrator"
    make.person(session, Role.ADMINISTRATOR)
    assert client.post(f"/v1/people/{last.id}/disablement", json=REASON).status_code == 200


def test_a_stale_change_of_a_person_is_refused(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as(Role.ADMINISTRATOR)
    body = {"name": "Another", "roles": ["auditor"]}
    stale = client.put(f"/v1/people/{person.id}", json=body, headers={"If-Match": '"7"'})
    assert stale.status_code == 412


def test_an_email_address_is_somebodys_once(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    body = {"name": "Eve", "email": person.email.upper(), "roles": ["auditor"]}
    assert client_as(Role.ADMINISTRATOR).post("/v1/people", json=body).json()["type"] == "/problems/email-taken"


def test_a_forgotten_password_is_reset_by_a_link_and_strangers_learn_nothing(
    client_as: ClientAs, session: Session
) -> None:
    person = make.person(session, Role.AUDITOR)
    signs_in(client_as, person.email)
    stranger = client_as()
    for email in (person.email, person.email, "nobody@council.example"):
        response = stranger.post("/v1/password-resets", json={"email": email})
        assert (response.status_code, response.json()) == (202, None)

    asked = {"token": token_in(session, "password_reset"), "password": "Quite another 77 staple"}
    assert stranger.post("/v1/passwords", json=asked).status_code == 204

    assert not signs_in(client_as, person.email)
    assert signs_in(client_as, person.email, "Quite another 77 staple")
    assert len(stranger.get("/v1/revocations").json()["revoked"]) == 1


def test_a_person_reads_their_own_account_and_changes_their_password(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as(Role.AUDITOR, subject=str(person.id))
    assert client.get("/v1/people/me").json()["email"] == person.email
    change = {"current": "wrong", "new": "Quite another 77 staple"}
    assert client.put("/v1/people/me/password", json=change).status_code == 403
    right = change | {"current": make.PASSWORD}
    assert client.put("/v1/people/me/password", json=right).status_code == 204
    assert signs_in(client_as, person.email, "Quite another 77 staple")


def test_a_token_of_no_account_of_ours_has_no_account(client_as: ClientAs) -> None:
    assert client_as(Role.AUDITOR, subject="person:else").get("/v1/people/me").status_code == 404


def test_people_are_found_by_role(client_as: ClientAs, session: Session) -> None:
    officer = make.person(session, Role.COMPLIANCE_OFFICER, Role.COMMISSIONER)
    make.person(session, Role.AUDITOR)
    found = client_as(Role.COMMISSIONING_MANAGER).get("/v1/people", params={"role": "compliance_officer"}).json()
    assert [each["id"] for each in found["items"]] == [str(officer.id)]
    assert session.exec(select(Person)).all()


def test_a_service_is_told_who_somebody_is_and_whose(client_as: ClientAs, session: Session) -> None:
    provider = make.provider(session)
    person = make.person(session, Role.PROVIDER_USER, provider_id=provider.id)
    directory = DirectoryClient(client_as(scopes=(Scope.COPIES_READ,), name="assessment"), "")
    found = directory.person(str(person.id))
    assert found is not None
    assert (found.name, found.provider_id, found.is_active) == (person.name, provider.id, True)
    person.status = PersonStatus.DISABLED
    session.flush()
    disabled = directory.person(str(person.id))
    assert disabled is not None
    assert not disabled.is_active
    assert directory.person("client:assessment") is None
    assert directory.person(str(uuid4())) is None
    assert client_as(Role.AUDITOR).get(f"/v1/copies/people/{person.id}").status_code == 403
