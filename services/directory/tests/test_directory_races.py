"""What two at once do, on a database where commits are real."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import make_directory as make
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.clock import real_now
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import given_keys, token_for
from directory.main import SERVICE
from directory.people.repository import People
from directory.sign_in import actions
from directory.sign_in.actions import Door, Grant, Refusal
from directory.sign_in.repository import SignIns
from directory.sign_in.rules import KEY_KEPT_AFTER, KEY_PUBLISHED_AHEAD, KEY_SIGNS_FOR
from directory.sign_in.signing import SigningKeys
from directory.tables import Person, SigningKey, SignInSession

AT_ONCE = 6


@pytest.fixture
def transaction(own_database: Engine, settings: Settings) -> Callable[[Callable[[Door], object]], object]:
    def run(work: Callable[[Door], object]) -> object:
        with Session(own_database, info={"service": SERVICE}) as session, session.begin():
            keys = SigningKeys(session, settings)
            return work(Door(people=People(session), sign_ins=SignIns(session), keys=keys, settings=settings))

    return run


@pytest.fixture
def person_id(own_database: Engine) -> UUID:
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        return make.person(session, Role.AUDITOR, email="race@council.example").id


Transaction = Callable[[Callable[[Door], object]], object]


def all_at_once(work: Callable[[], object]) -> list[object]:
    start = Barrier(AT_ONCE)

    def begin(_: int) -> object:
        start.wait(10)
        return work()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


def test_of_many_who_bring_one_refresh_token_one_is_served_and_the_session_ends(
    transaction: Transaction, person_id: UUID, own_database: Engine
) -> None:
    at = real_now()
    first = transaction(lambda door: actions.sign_in("race@council.example", make.PASSWORD, door, at=at))
    assert isinstance(first, Grant)
    token = first.refresh_token
    assert token is not None

    answers = all_at_once(lambda: transaction(lambda door: actions.refresh(token, door, at=at)))

    served = [answer for answer in answers if isinstance(answer, Grant)]
    assert len(served) == 1
    assert answers.count(Refusal.INVALID_GRANT) == AT_ONCE - 1
    following = served[0].refresh_token
    assert following is not None
    assert transaction(lambda door: actions.refresh(following, door, at=at)) is Refusal.INVALID_GRANT
    with Session(own_database) as session:
        [family] = session.exec(select(SignInSession).where(SignInSession.person_id == person_id)).all()
        assert family.ended_because == "a refresh token was used again"


def test_wrong_passwords_at_once_are_all_counted(
    transaction: Transaction, person_id: UUID, own_database: Engine
) -> None:
    at = real_now()
    all_at_once(lambda: transaction(lambda door: actions.sign_in("race@council.example", "wrong", door, at=at)))
    with Session(own_database) as session:
        person = session.get_one(Person, person_id)
        # From the fifth on the account rests, and a guess made while it rests is not even counted.
        assert person.failures == 5
        assert person.rests_until is not None


def test_many_who_need_the_first_key_make_one(transaction: Transaction, own_database: Engine) -> None:
    at = real_now()
    keys = all_at_once(lambda: transaction(lambda door: door.keys.current(at=at)["kid"]))
    assert len(Counter(keys)) == 1
    with Session(own_database) as session:
        assert len(session.exec(select(SigningKey)).all()) == 1


def test_keys_rotate_without_a_moment_in_which_a_token_is_not_understood(transaction: Transaction) -> None:
    began = real_now()

    def current(days: float) -> object:
        return transaction(lambda door: door.keys.current(at=began + timedelta(days=days))["kid"])

    def published(days: float) -> list[str]:
        found = transaction(lambda door: door.keys.published(at=began + timedelta(days=days)))
        assert isinstance(found, list)
        return [key["kid"] for key in found]

    first = current(0)
    eve, day = KEY_SIGNS_FOR - KEY_PUBLISHED_AHEAD, timedelta(days=1)
    assert published((eve - timedelta(minutes=1)) / day) == [first]
    both = published(eve / day)
    assert (len(both), current(eve / day)) == (2, first)
    following = current(KEY_SIGNS_FOR / day)
    assert following == both[1] != first
    assert published(KEY_SIGNS_FOR / day) == both
    assert published((KEY_SIGNS_FOR + KEY_KEPT_AFTER) / day) == [following]


def test_a_private_key_lies_sealed_in_the_database(transaction: Transaction, own_database: Engine) -> None:
    def private(door: Door) -> object:
        return door.keys.current(at=real_now())["d"]

    secret = transaction(private)
    with Session(own_database) as session:
        [kept] = session.exec(select(SigningKey)).all()
    assert str(secret) not in kept.sealed_key
    assert "d" not in kept.public_key


@pytest.fixture
def real_client(own_database: Engine, settings: Settings) -> TestClient:
    """The service as it runs: every request has a transaction of its own."""
    app: FastAPI = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    headers = {"Authorization": f"Bearer {token_for(settings, Role.COMMISSIONER)}"}
    return TestClient(app, headers=headers)


def test_two_who_edit_at_once_are_not_both_told_yes(real_client: TestClient) -> None:
    body = make.provider_body()
    path = f"/v1/providers/{real_client.post('/v1/providers', json=body).json()['id']}"
    read = {"If-Match": real_client.get(path).headers["etag"]}
    answers = all_at_once(lambda: real_client.put(path, json=body, headers=read).status_code)
    assert Counter(answers) == {200: 1, 412: AT_ONCE - 1}


def test_two_who_record_one_company_at_once_make_one_provider(real_client: TestClient) -> None:
    body = make.provider_body()
    answers = all_at_once(lambda: real_client.post("/v1/providers", json=body).status_code)
    assert Counter(answers) == {201: 1, 409: AT_ONCE - 1}


def test_administrators_who_close_each_others_accounts_at_once_leave_one(
    own_database: Engine, settings: Settings
) -> None:
    with Session(own_database, info={"service": SERVICE}) as session, session.begin():
        administrators = [make.person(session, Role.ADMINISTRATOR).id for _ in range(AT_ONCE)]
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=own_database)
    client = TestClient(app, headers={"Authorization": f"Bearer {token_for(settings, Role.ADMINISTRATOR)}"})
    to_close, reason = iter(administrators), {"reason": "Left the council in March"}

    answers = all_at_once(lambda: client.post(f"/v1/people/{next(to_close)}/disablement", json=reason).status_code)

    assert Counter(answers) == {200: AT_ONCE - 1, 409: 1}


def test_a_wrong_password_is_remembered_although_it_is_refused(
    real_client: TestClient, own_database: Engine, person_id: UUID
) -> None:
    form = {"grant_type": "password", "username": "race@council.example", "password": "wrong"}
    assert real_client.post("/v1/token", data=form).status_code == 400
    with Session(own_database) as session:
        assert session.get_one(Person, person_id).failures == 1


def test_a_file_goes_in_and_comes_back_in_transactions_of_their_own(
    real_client: TestClient, settings: Settings
) -> None:
    provider_id = real_client.post("/v1/providers", json=make.provider_body()).json()["id"]
    query = {"provider_id": provider_id, "filename": "rota.csv", "kind": "rota", "description": "Rota of March"}
    real_client.headers["Authorization"] = f"Bearer {token_for(settings, Role.PROVIDER_ADMIN, org=provider_id)}"
    kept = real_client.post("/v1/evidence", params=query, content=b"day,name\n1,Ada\n")
    assert kept.status_code == 201, kept.text
    path = f"/v1/evidence/{kept.json()['id']}"
    assert real_client.get(f"{path}/content").content == b"day,name\n1,Ada\n"
    assert real_client.delete(path).status_code == 204
    assert real_client.get(f"{path}/content").status_code == 404
