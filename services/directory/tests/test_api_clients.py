from collections.abc import Callable
from typing import Any

import make_directory as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from assay_contracts.roles import Role, Scope
from directory.bootstrap import ensure_clients
from directory.tables import ApiClient, ApiClientSecret

ClientAs = Callable[..., TestClient]


def body(**about: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "name": "case-management",
        "description": "The council's case management system",
        "scopes": ["activity:write", "feed:read"],
    }
    return usual | about


def signs_in(client_as: ClientAs, secret: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": "case-management", "client_secret": secret}
    return int(client_as().post("/v1/token", data=form).status_code)


def made(client_as: ClientAs) -> dict[str, Any]:
    response = client_as(Role.ADMINISTRATOR).post("/v1/api-clients", json=body())
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    return dict[str, Any](response.json())


def test_a_secret_is_shown_once_and_kept_as_a_hash(client_as: ClientAs, session: Session) -> None:
    said = made(client_as)
    secret = said["secret"]["secret"]
    assert signs_in(client_as, secret) == 200
    assert secret not in session.exec(select(ApiClientSecret.secret_hash)).all()
    again = client_as(Role.ADMINISTRATOR).get(f"/v1/api-clients/{said['client']['id']}")
    assert secret not in again.text


def test_a_secret_is_replaced_while_both_work_and_then_revoked(client_as: ClientAs) -> None:
    said = made(client_as)
    admin, path = client_as(Role.ADMINISTRATOR), f"/v1/api-clients/{said['client']['id']}/secrets"
    second = admin.post(path, json={"lasts_days": 30}).json()
    assert signs_in(client_as, said["secret"]["secret"]) == signs_in(client_as, second["secret"]) == 200

    assert admin.delete(f"{path}/{said['secret']['id']}").status_code == 204

    assert signs_in(client_as, said["secret"]["secret"]) == 401
    assert signs_in(client_as, second["secret"]) == 200
    assert client_as().get("/v1/revocations").json()["revoked"] == [said["secret"]["id"]]


def test_closing_a_client_closes_all_its_secrets(client_as: ClientAs) -> None:
    said = made(client_as)
    admin, path = client_as(Role.ADMINISTRATOR), f"/v1/api-clients/{said['client']['id']}"
    closed = admin.post(f"{path}/disablement").json()
    assert closed["disabled_at"] is not None
    assert signs_in(client_as, said["secret"]["secret"]) == 401
    assert make.bars_of(admin.post(f"{path}/secrets", json={})) == ["disabled"]


def test_a_client_has_at_most_five_secrets(client_as: ClientAs) -> None:
    said = made(client_as)
    admin, path = client_as(Role.ADMINISTRATOR), f"/v1/api-clients/{said['client']['id']}/secrets"
    for _ in range(4):
        assert admin.post(path, json={}).status_code == 201
    assert make.bars_of(admin.post(path, json={})) == ["too-many-secrets"]


@pytest.mark.parametrize("scope", ["events:deliver", "clock:advance", "copies:read", "evidence:rely"])
def test_no_outside_client_gets_a_scope_of_the_house(client_as: ClientAs, scope: str) -> None:
    response = client_as(Role.ADMINISTRATOR).post("/v1/api-clients", json=body(scopes=[scope]))
    assert (response.status_code, make.bars_of(response)) == (409, ["house-scope"])


def test_the_houses_own_clients_are_left_to_set_up(client_as: ClientAs, session: Session) -> None:
    ensure_clients(session, [("worker", "s3cret", [Scope.EVENTS_DELIVER])])
    house = session.exec(select(ApiClient).where(ApiClient.name == "worker")).one()
    admin, path = client_as(Role.ADMINISTRATOR), f"/v1/api-clients/{house.id}"
    change = {"description": "Something else", "scopes": ["feed:read"]}
    for response in (
        admin.put(path, json=change),
        admin.post(f"{path}/secrets", json={}),
        admin.post(f"{path}/disablement"),
    ):
        assert (response.status_code, make.bars_of(response)) == (409, ["house-client"])


def test_scopes_change_with_the_version_that_was_read(client_as: ClientAs) -> None:
    said = made(client_as)
    admin, path = client_as(Role.ADMINISTRATOR), f"/v1/api-clients/{said['client']['id']}"
    change = {"description": "Case management", "scopes": ["feed:read"]}
    assert admin.put(path, json=change, headers={"If-Match": '"1"'}).json()["scopes"] == ["feed:read"]
    assert admin.put(path, json=change, headers={"If-Match": '"1"'}).status_code == 412


def test_names_are_given_once_and_only_administrators_see_clients(client_as: ClientAs) -> None:
    made(client_as)
    again = client_as(Role.ADMINISTRATOR).post("/v1/api-clients", json=body())
    assert again.json()["type"] == "/problems/name-taken"
    assert client_as(Role.COMMISSIONING_MANAGER).get("/v1/api-clients").status_code == 403
    [listed] = client_as(Role.ADMINISTRATOR).get("/v1/api-clients").json()["items"]
    assert listed["name"] == "case-management"


def test_who_gave_a_machine_its_scopes_and_secrets_is_kept(client_as: ClientAs) -> None:
    said = made(client_as)
    path, admin = f"/v1/api-clients/{said['client']['id']}", client_as(Role.ADMINISTRATOR, name="Ann Admin")
    admin.put(path, json={"description": "Only the feed", "scopes": ["feed:read"]})
    secret_id = admin.post(f"{path}/secrets", json={}).json()["id"]
    for _ in range(2):
        admin.delete(f"{path}/secrets/{secret_id}")
        admin.post(f"{path}/disablement")

    rows = client_as(Role.AUDITOR).get("/v1/timeline", params={"kind": "api client"}).json()

    steps = ["disable", "revoke_secret", "give_secret", "change", "give_secret", "create"]
    assert [row["step"] for row in rows] == steps
    assert {row["by_name"] for row in rows[:4]} == {"Ann Admin"}
    assert rows[3]["detail"]["before"]["scopes"] == ["activity:write", "feed:read"]
    assert rows[3]["detail"]["after"]["scopes"] == ["feed:read"]
    assert said["secret"]["secret"] not in str(rows)
