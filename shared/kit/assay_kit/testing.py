"""A pytest plugin: one embedded server a run, a database per service and worker, and a client that is anybody.

In a service's conftest: `engine, app, session, client_as, own_database = service_fixtures(SERVICE)`.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy import Engine, make_url, select
from sqlmodel import Session

from assay_kit import embedded, tokens
from assay_kit.clock import get_now
from assay_kit.database import DatabaseRole, database_name, database_url, make_engine, new_id, open_session, server_url
from assay_kit.events import Envelope, Event, event_log, receive
from assay_kit.keys import GivenKeys
from assay_kit.provisioning import create_database, migrate
from assay_kit.service import Service, create_service
from assay_kit.settings import Mode, Settings

E = TypeVar("E", bound=Event)

FirstData = Callable[..., None]
"""A service's `put_first_data(session, settings, *, now)`."""

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant at which tests happen unless they say otherwise: Monday 2 March 2026."""

_HOME = "ASSAY_TEST_HOME"
_server: Any = None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "slow: starts the whole system")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With several workers the controller holds the server, and tells each worker where it is."""
    node.workerinput["assay_test_home"] = str(_home())


def pytest_unconfigure(config: pytest.Config) -> None:
    global _server  # noqa: PLW0603 - the server is the run's
    if _server is not None:
        embedded.stop(_server, Settings(home=Path(os.environ[_HOME])))
        shutil.rmtree(os.environ[_HOME], ignore_errors=True)
        _server = None


def _home() -> Path:
    global _server  # noqa: PLW0603 - the server is the run's
    if _server is None:
        home = Path(tempfile.mkdtemp(prefix="assay-test-"))
        home.chmod(0o755)
        os.environ[_HOME] = str(home)
        _server = embedded.start(Settings(home=home), durable=False)
    return Path(os.environ[_HOME])


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings of this worker's own: databases are named after it."""
    given = getattr(request.config, "workerinput", None)
    home = Path(given["assay_test_home"]) if given else _home()
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return Settings(home=home, mode=Mode.DEMONSTRATION, database_prefix=f"assay_{worker}", database_url="")


@cache
def signing_key() -> dict[str, Any]:
    return tokens.new_private_key()


def given_keys(settings: Settings) -> GivenKeys:
    """Keys that accept what `token_for` signs."""
    public = tokens.key_set({"keys": [tokens.public_part(signing_key())]})
    return GivenKeys(public, issuer=settings.issuer, audience=settings.audience)


def token_for(
    settings: Settings,
    *roles: str,
    org: UUID | None = None,
    scopes: tuple[str, ...] = (),
    name: str = "Someone",
    subject: str | None = None,
) -> str:
    """An access token for anybody one likes. Different names are different people unless `subject` says otherwise."""
    claims = tokens.claims_for(
        issuer=settings.issuer,
        audience=settings.audience,
        subject=subject or f"person:{name.lower().replace(' ', '-')}",
        name=name,
        minutes=60,
        org=str(org) if org else None,
        roles=[str(role) for role in roles],
        scopes=scopes,
    )
    return tokens.sign(claims, signing_key())


@pytest.fixture(scope="session")
def one_loop() -> Iterator[BlockingPortal]:
    """Where every client's requests run: a thread and an event loop of its own for each costs more than its answer."""
    with start_blocking_portal() as portal:
        yield portal


def make_database(settings: Settings, service: Service) -> None:
    """A migrated database for `service` on the run's server."""
    create_database(settings, service.name)
    migrate(service.package, database_url(settings, service.name, DatabaseRole.OWNER))


def service_fixtures(service: Service, *, first_data: FirstData = lambda *_, **__: None, **more: Any) -> Any:
    """The fixtures `engine, app, session, client_as, own_database` of a service; assign them in its conftest.

    `engine`: the migrated database as the runtime role, with `first_data` in it if that is given.
    `session`: everything undone when the test ends.
    `client_as(*roles, org=, scopes=, name=, subject=)`: a client whose requests share that session, at the time `at`.
    `own_database()`: an engine on a copy of the database in which commits are real (for races and due work).
    """

    @pytest.fixture(scope="session")
    def engine(settings: Settings) -> Iterator[Engine]:
        make_database(settings, service)
        engine = make_engine(database_url(settings, service.name))
        with Session(engine, info={"service": service}) as own, own.begin():
            first_data(own, settings, now=NOON)
        yield engine
        engine.dispose()

    @pytest.fixture(scope="session")
    def app(engine: Engine, settings: Settings) -> FastAPI:
        return create_service(service, settings, keys=given_keys(settings), engine=engine, **more)

    @pytest.fixture
    def session(engine: Engine) -> Iterator[Session]:
        with engine.connect() as connection, connection.begin() as outer:
            with Session(
                connection, join_transaction_mode="create_savepoint", info={"service": service}, expire_on_commit=False
            ) as session:
                yield session
            outer.rollback()

    @pytest.fixture
    def client_as(
        app: FastAPI, session: Session, settings: Settings, at: Callable[[], datetime], one_loop: BlockingPortal
    ) -> Iterator[Callable[..., TestClient]]:
        def same_transaction() -> Iterator[Session]:
            with session.begin_nested():
                yield session

        app.dependency_overrides[open_session] = same_transaction
        app.dependency_overrides[get_now] = at

        def client(*roles: str, **who: Any) -> TestClient:
            headers = {"Authorization": f"Bearer {token_for(settings, *roles, **who)}"} if roles or who else {}
            made = TestClient(app, headers=headers, raise_server_exceptions=True)
            made.portal = one_loop
            return made

        yield client
        app.dependency_overrides.clear()

    @pytest.fixture
    def own_database(settings: Settings, engine: Engine) -> Iterator[Engine]:
        engine.dispose()
        name = f"{database_name(settings, service.name)}_own"
        with _administrator(settings) as server:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(database_name(settings, service.name))))
        own = make_engine(
            make_url(database_url(settings, service.name)).set(database=name).render_as_string(hide_password=False)
        )
        yield own
        own.dispose()
        with _administrator(settings) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    return engine, app, session, client_as, own_database


def _administrator(settings: Settings) -> "psycopg.Connection[Any]":
    return psycopg.connect(server_url(settings), autocommit=True)


class Time:
    """Business time in a test: `at.now` can be set; called, it answers."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def at() -> Time:
    return Time()


def told(session: Session, event: type[E]) -> list[E]:
    """Every event of a kind that the service has told, in order."""
    rows = session.execute(
        select(event_log.c.body).where(event_log.c.type == event.TYPE).order_by(event_log.c.sequence)
    )
    return [event.model_validate(body) for (body,) in rows]


def envelope_for(event: Event, *, source: str, event_id: UUID) -> Envelope:
    """An event as its subscriber receives it."""
    return Envelope(
        id=event_id,
        source=f"/{source}",
        type=event.TYPE,
        subject=event.aggregate,
        time=event.at,
        data=event.model_dump(mode="json"),
    )


def hear(
    session: Session, event: Event, *, source: str = "", event_id: UUID | None = None, now: datetime | None = None
) -> None:
    """Receive an event as it comes from another service: at `now`, or at once."""
    envelope = envelope_for(event, source=source or event.TYPE.partition(".")[0], event_id=event_id or new_id())
    receive(session, envelope, session.info["service"], now=now or event.at)
    session.flush()


def do_due(session: Session, now: datetime) -> int:
    """Do what is due in the test's own transaction; asserts that it comes to an end."""
    service: Service = session.info["service"]
    done = 0
    for work in service.due:
        for _ in range(1_000):
            batch = work.do(session, now)
            done += batch
            if not batch:
                break
        else:
            raise AssertionError(f"{work.name} never comes to an end")
    return done
