"""Connections, transactions and the words tables are made of. PostgreSQL 18 only.

Every service has a database of its own and two roles: an owner that migrates and a runtime role with DML only, so that
what the database freezes stays frozen whatever the service's own code does.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import CheckConstraint, DateTime, Engine, MetaData, create_engine, make_url
from sqlalchemy.orm import registry
from sqlmodel import Session

from assay_kit.problems import Unavailable
from assay_kit.settings import Settings
from assay_kit.slots import Slots

Instant = DateTime(timezone=True)

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Nothing waits for ever: not for a lock, not for a statement, not for a client that went away inside a transaction.
_LIMITS = "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s"
CONNECTION: Mapping[str, Any] = {"options": _LIMITS, "connect_timeout": 5, "application_name": "assay"}
"""What every connection of ours is opened with."""


class DatabaseRole(StrEnum):
    OWNER = "owner"
    RUNTIME = "runtime"


def service_registry() -> registry:
    """A registry, and so metadata, of a service's own: several services may live in one process."""
    return registry(metadata=MetaData(naming_convention=_NAMING))


def known(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The column holds a member of `values`, by its value."""
    listed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"known_{column}")


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): the first 48 bits are milliseconds of real time, so new rows land side by side."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds & (1 << 48) - 1) << 80 | 7 << 76 | secrets.randbits(12) << 64
    return UUID(int=number | 0b10 << 62 | secrets.randbits(62))


def database_name(settings: Settings, service: str) -> str:
    return f"{settings.database_prefix}_{service.replace('-', '_')}"


def role_name(settings: Settings, service: str, role: DatabaseRole) -> str:
    return f"{database_name(settings, service)}_{role}"


def server_url(settings: Settings) -> str:
    """The PostgreSQL server as its administrator: DATABASE_URL, else the embedded server of ASSAY_HOME."""
    if settings.database_url:
        return settings.database_url
    address = settings.home / "postgres.url"
    if not address.exists():
        raise Unavailable(f"Set DATABASE_URL, or start the embedded server first (there is no {address}).")
    return address.read_text(encoding="utf-8").strip()


def database_url(settings: Settings, service: str, role: DatabaseRole = DatabaseRole.RUNTIME) -> str:
    """Where a service finds its database, as `role`. ASSAY_DATABASE_URL_<SERVICE>[_OWNER] override it."""
    shouted = service.upper().replace("-", "_") + ("_OWNER" if role is DatabaseRole.OWNER else "")
    if given := os.environ.get(f"ASSAY_DATABASE_URL_{shouted}"):
        return given
    url = make_url(server_url(settings)).set(
        drivername="postgresql+psycopg",
        database=database_name(settings, service),
        username=role_name(settings, service, role),
        password=settings.secret(f"database-{service}-{role}"),
    )
    return url.render_as_string(hide_password=False)


def make_engine(url: str, *, pool_size: int = 10, wait_seconds: float = 5.0) -> Engine:
    """An engine with a fixed pool and limits on every wait."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=dict(CONNECTION),
    )


async def admit_request(request: Request) -> AsyncIterator[None]:
    """Admit no more requests at once than the pool has connections; a bounded wait ends in 503.

    Without it the framework's forty threads queue for ten connections, and every one of them times out together.
    """
    slots: Slots = request.app.state.slots
    settings: Settings = request.app.state.settings
    try:
        await asyncio.wait_for(slots.acquire(), settings.pool_wait_seconds)
    except TimeoutError as error:
        raise Unavailable("Too many requests at once; try again in a moment.") from error
    try:
        yield
    finally:
        slots.release()


AdmittedDep = Annotated[None, Depends(admit_request, scope="function")]


def open_session(request: Request, _: AdmittedDep) -> Iterator[Session]:
    """One request, one transaction: committed here or nowhere."""
    with Session(request.app.state.engine, info={"service": request.app.state.service}) as session, session.begin():
        yield session


# "function" scope: commit before the response leaves, so that a failed commit is never a 200.
SessionDep = Annotated[Session, Depends(open_session, scope="function")]
