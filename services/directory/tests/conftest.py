from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from paper_house import PaperHouse
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from assay_kit.settings import Settings
from assay_kit.testing import service_fixtures
from directory.clock.routes import get_hands
from directory.dependencies import ShortSessions, get_short_sessions
from directory.main import SERVICE
from directory.sign_in import passwords

engine, app, session, client_of_kit, own_database = service_fixtures(SERVICE)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords hashed with little work: what makes a hash slow is not what these tests are about."""
    with pytest.MonkeyPatch.context() as patch:
        little = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),))
        patch.setattr(passwords, "_HASHER", little)
        patch.setattr(passwords, "_NOBODY", little.hash("nobody"))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_home(settings: Settings) -> Iterator[None]:
    """Files that a test puts into the store lie where the service looks for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(settings.home))
        yield


class SameSession(ShortSessions):
    """Routes that take a transaction for a moment share the test's, as all others do."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def run(self, work: Callable[[Session], Any]) -> Any:
        with self._session.begin_nested():
            answer = work(self._session)
        self._session.expire_all()
        return answer


@pytest.fixture
def client_as(client_of_kit: Callable[..., TestClient], app: FastAPI, session: Session) -> Callable[..., TestClient]:
    app.dependency_overrides[get_short_sessions] = lambda: SameSession(session)
    return client_of_kit


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def still_house(app: FastAPI) -> None:
    """Services that stand still, for calls that move the clock."""
    app.dependency_overrides[get_hands] = PaperHouse().hands
