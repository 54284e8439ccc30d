import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from assay_contracts.roles import Role, Scope
from assay_kit import tokens
from assay_kit.clock import real_now
from assay_kit.settings import Settings
from directory.bootstrap import ensure_clients
from directory.people.rules import PersonStatus
from directory.sign_in.repository import SignIns
from directory.tables import RefreshToken, SignInSession

ClientAs = Callable[..., TestClient]


def sign_in(client: TestClient, email: str, password: str = make.PASSWORD) -> dict[str, Any]:
    response = client.post("/v1/token", data={"grant_type": "password", "username": email, "password": password})
    assert response.status_code == 200, response.text
    return dict[str, Any](response.json())


def refresh(client: TestClient, token: str) -> tuple[int, dict[str, str]]:
    response = client.post("/v1/token", data={"grant_type": "refresh_token", "refresh_token": token})
    return response.status_code, response.json()


def verified(client: TestClient, access_token: str, settings: Settings) -> tokens.Claims:
    keys = tokens.key_set(client.get("/v1/jwks.json").json())
    return tokens.verify(access_token, keys, issuer=settings.issuer, audience=settings.audience)


def test_a_person_signs_in_with_a_password_and_the_token_says_who(
    client_as: ClientAs, session: Session, settings: Settings
) -> None:
    provider = make.provider(session)
    person = make.person(session, Role.PROVIDER_ADMIN, provider_id=provider.id, name="Bea Owner")
    client = client_as()

    said = sign_in(client, person.email)
    claims = verified(client, said["access_token"], settings)

    assert (claims.sub, claims.name, claims.org) == (str(person.id), "Bea Owner", str(provider.id))
    assert claims.roles == {"provider_admin"}
    assert claims.exp - claims.iat == 15 * 60
    assert claims.jti
    assert claims.sid
    assert said["expires_in"] == 900


def test_an_address_is_known_whatever_its_case(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR, email="Mixed.Case@council.example")
    sign_in(client_as(), "mixed.CASE@council.example")
    assert person.email == "mixed.case@council.example"


def test_an_unknown_person_and_a_wrong_password_get_the_same_answer(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    form = {"grant_type": "password", "password": "not the password"}

    wrong = client.post("/v1/token", data=form | {"username": person.email})
    unknown = client.post("/v1/token", data=form | {"username": "nobody@council.example"})

    assert wrong.status_code == unknown.status_code == 400
    assert wrong.json() == unknown.json()
    assert wrong.json()["error"] == "invalid_grant"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.headers["cache-control"] == "no-store"


def test_five_wrong_passwords_let_an_account_rest_and_a_right_one_then_waits(
    client_as: ClientAs, session: Session
) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    right = {"grant_type": "password", "username": person.email, "password": make.PASSWORD}
    for _ in range(5):
        assert client.post("/v1/token", data=right | {"password": "wrong"}).status_code == 400

    assert client.post("/v1/token", data=right).status_code == 400
    session.refresh(person)
    assert person.failures == 5
    person.rests_until = real_now() - timedelta(seconds=1)
    session.flush()
    assert client.post("/v1/token", data=right).status_code == 200
    session.refresh(person)
    assert not person.failures
    assert not person.rests_until


@pytest.mark.parametrize("status", [PersonStatus.INVITED, PersonStatus.CLAIMING, PersonStatus.DISABLED])
def test_only_an_active_account_opens(client_as: ClientAs, session: Session, status: PersonStatus) -> None:
    person = make.person(session, Role.AUDITOR)
    person.status = status
    session.flush()
    form = {"grant_type": "password", "username": person.email, "password": make.PASSWORD}
    assert client_as().post("/v1/token", data=form).json()["error"] == "invalid_grant"


def test_a_refresh_token_works_once_and_gives_another(
    client_as: ClientAs, session: Session, settings: Settings
) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    first = sign_in(client, person.email)
    status, second = refresh(client, first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    before, after = (verified(client, each["access_token"], settings) for each in (first, second))
    assert before.sid == after.sid
    assert before.jti != after.jti


def test_a_refresh_token_used_again_ends_the_whole_session(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    first = sign_in(client, person.email)
    _, second = refresh(client, first["refresh_token"])

    status, said = refresh(client, first["refresh_token"])

    assert (status, said["error"]) == (400, "invalid_grant")
    assert refresh(client, second["refresh_token"])[0] == 400
    [family] = session.exec(select(SignInSession).where(SignInSession.person_id == person.id)).all()
    assert client.get("/v1/revocations").json()["revoked"] == [str(family.id)]


def test_refresh_tokens_are_kept_as_hashes_only(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    said = sign_in(client_as(), person.email)
    hashes = session.exec(select(RefreshToken.token_hash)).all()
    assert hashes
    assert said["refresh_token"] not in hashes


def test_an_expired_refresh_token_opens_nothing(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    said = sign_in(client, person.email)
    [kept] = session.exec(select(RefreshToken)).all()
    kept.expires_at = real_now() - timedelta(seconds=1)
    session.flush()
    assert refresh(client, said["refresh_token"])[0] == 400


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
def test_signing_out_with_either_token_ends_the_session(client_as: ClientAs, session: Session, which: str) -> None:
    person = make.person(session, Role.AUDITOR)
    client = client_as()
    said = sign_in(client, person.email)

    assert client.post("/v1/token/revocation", data={"token": said[which]}).status_code == 204

    assert refresh(client, said["refresh_token"])[0] == 400
    assert len(client.get("/v1/revocations").json()["revoked"]) == 1


def test_revoking_what_is_no_token_is_no_error(client_as: ClientAs) -> None:
    assert client_as().post("/v1/token/revocation", data={"token": "nonsense"}).status_code == 204


def test_old_revocations_are_no_longer_told(client_as: ClientAs, session: Session) -> None:
    person = make.person(session, Role.AUDITOR)
    sign_in(client_as(), person.email)
    SignIns(session).end_of(person.id, because="test", at=real_now() - timedelta(hours=2))
    assert client_as().get("/v1/revocations").json() == {"revoked": []}


def client_form(**about: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": "case-management", "client_secret": "s3cret"} | about


def test_a_machine_gets_a_token_with_its_scopes(client_as: ClientAs, session: Session, settings: Settings) -> None:
    ensure_clients(session, [("case-management", "s3cret", [Scope.ACTIVITY_WRITE, Scope.FEED_READ])])
    client = client_as()
    said = client.post("/v1/token", data=client_form()).json()
    claims = verified(client, said["access_token"], settings)
    assert claims.scopes == {"activity:write", "feed:read"}
    assert claims.roles == frozenset()
    assert claims.org is None
    assert claims.name == "case-management"
    assert said["refresh_token"] is None


def test_a_machine_may_ask_for_less_and_never_for_more(client_as: ClientAs, session: Session) -> None:
    ensure_clients(session, [("case-management", "s3cret", [Scope.ACTIVITY_WRITE, Scope.FEED_READ])])
    client = client_as()
    assert client.post("/v1/token", data=client_form(scope="feed:read")).json()["scope"] == "feed:read"
    more = client.post("/v1/token", data=client_form(scope="feed:read clock:advance"))
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


def test_a_machine_may_name_itself_by_basic_authentication(client_as: ClientAs, session: Session) -> None:
    ensure_clients(session, [("case-management", "s3cret", [Scope.FEED_READ])])
    encoded = base64.b64encode(b"case-management:s3cret").decode()
    response = client_as().post(
        "/v1/token", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {encoded}"}
    )
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("about", [{"client_secret": "wrong"}, {"client_id": "nobody"}])
def test_a_machine_with_a_wrong_secret_or_name_is_refused(
    client_as: ClientAs, session: Session, about: dict[str, str]
) -> None:
    ensure_clients(session, [("case-management", "s3cret", [Scope.FEED_READ])])
    response = client_as().post("/v1/token", data=client_form(**about))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"] == 'Basic realm="assay"'


def test_setting_up_again_with_another_secret_closes_the_old_one(client_as: ClientAs, session: Session) -> None:
    ensure_clients(session, [("case-management", "s3cret", [Scope.FEED_READ])])
    ensure_clients(session, [("case-management", "s3cret", [Scope.FEED_READ])])
    client = client_as()
    assert client.post("/v1/token", data=client_form()).status_code == 200
    ensure_clients(session, [("case-management", "another", [Scope.FEED_READ, Scope.BANDS_READ])])
    assert client.post("/v1/token", data=client_form()).status_code == 401
    said = client.post("/v1/token", data=client_form(client_secret="another")).json()
    assert said["scope"] == "bands:read feed:read"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "password", "username": "someone@council.example"}, 400),
        ({"grant_type": "refresh_token"}, 400),
        ({"grant_type": "magic"}, 422),
        ({}, 422),
    ],
)
def test_a_form_with_something_missing_is_refused(client_as: ClientAs, form: dict[str, str], status: int) -> None:
    response = client_as().post("/v1/token", data=form)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("pair", ["reporting\x00:secret", "reporting:sec\x00ret", "x" * 2_000 + ":secret"])
def test_a_client_that_basic_authentication_cannot_name_is_not_known(client_as: ClientAs, pair: str) -> None:
    basic = base64.b64encode(pair.encode()).decode()
    form = {"grant_type": "client_credentials"}
    response = client_as().post("/v1/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
