"""What the databases hold and whose they are: a mark that each carries itself, whatever home or setting asks.

The mark is the database's comment. The directory's also says how far a demonstration was loaded.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from assay.members import DATABASES
from assay_kit.database import DatabaseRole, database_name, database_url, server_url
from assay_kit.settings import MissingSecret, Settings

_ONE_LOADS = 0x4153_5360  # advisory lock in the directory's database

Held = Mapping[str, "Holding | None"]
"""Every database that is there and not empty; None for one that carries no mark."""


class Holding(StrEnum):
    PRODUCTION = "Assay: production"
    DEMONSTRATION = "Assay: demonstration"
    PART = "Assay: demonstration, loaded in part"
    WHOLE = "Assay: demonstration, loaded"

    @property
    def is_demonstration(self) -> bool:
        return self is not Holding.PRODUCTION


class InTheWay(RuntimeError):
    """What the databases hold does not go with what was asked. Nothing was changed."""


def held(settings: Settings) -> Held:
    """What is there, by the marks, as the server's administrator sees it."""
    with psycopg.connect(_plain(server_url(settings)), autocommit=True) as server:
        found = _marks(server, settings)
    return {name: holding for name, holding in found.items() if holding or _has_tables(settings, name)}


def held_beside_the_directory(settings: Settings) -> Held:
    """The same without the administrator's password; nothing where the directory is not set up."""
    try:
        with _owner(settings, "directory") as own:
            return _marks(own, settings)
    except (MissingSecret, psycopg.OperationalError):
        return {}


def _marks(connection: "psycopg.Connection[Any]", settings: Settings) -> Held:
    names = {database_name(settings, name): name for name in DATABASES}
    query = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = ANY(%s)"
    known = {each.value: each for each in Holding}
    rows = connection.execute(query, [list(names)]).fetchall()
    return {names[database]: known.get(mark) for database, mark in sorted(rows)}


def mark(settings: Settings, name: str, holding: Holding) -> None:
    database = sql.Identifier(database_name(settings, name))
    with _owner(settings, name) as own:
        own.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(holding.value)))


def mark_unmarked(settings: Settings, name: str) -> None:
    """Say of a database that has just been made, or was there without a mark, what this copy puts into it."""
    if held(settings).get(name) is None:
        mark(settings, name, Holding.DEMONSTRATION if settings.is_demonstration else Holding.PRODUCTION)


def refuse_other_data(settings: Settings, found: Held) -> None:
    """A demonstration is set up on nothing but its own databases, and production never on a demonstration's."""
    if settings.is_demonstration:
        others = [name for name, holding in found.items() if not (holding and holding.is_demonstration)]
        if others:
            raise InTheWay(
                f"The databases of {', '.join(others)} were not made for a demonstration, and are left as they are. "
                "Set ASSAY_MODE=production to run on them, or give the demonstration an ASSAY_HOME of its own "
                "(with DATABASE_URL: an ASSAY_DATABASE_PREFIX too)."
            )
    elif others := [name for name, holding in found.items() if holding and holding.is_demonstration]:
        raise InTheWay(
            f"Assay does not run in production on demonstration data, which the databases of {', '.join(others)} hold. "
            "Set ASSAY_MODE=demonstration, or give production databases of its own."
        )


def refuse_other_secrets(settings: Settings, found: Held) -> None:
    """Databases whose roles have other passwords than this home's are another copy's, which may be running."""
    for name in found:
        for role in DatabaseRole:
            try:
                psycopg.connect(_plain(database_url(settings, name, role)), connect_timeout=10).close()
            except (MissingSecret, psycopg.OperationalError) as error:
                raise InTheWay(
                    f"The database of {name} belongs to another copy of Assay: its {role} role does not accept the "
                    f"secrets of {settings.home}. Give this home that copy's secrets; use an ASSAY_DATABASE_PREFIX of "
                    "its own; or run `assay setup --new-passwords`, after which the other copy can no longer sign in."
                ) from error


def refuse_what_is_being_loaded(settings: Settings) -> None:
    with loading(settings):
        return


@contextmanager
def loading(settings: Settings) -> Iterator[None]:
    """One process loads a demonstration at a time. The server gives the lock back however the process ends."""
    with _owner(settings, "directory") as own:
        row = own.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_LOADS]).fetchone()
        if not (row and row[0]):
            raise InTheWay("Another process is loading the demonstration data at this moment. Wait until it is done.")
        yield


def refuse_what_was_entered(settings: Settings) -> None:
    """Years of demonstration are put over nothing but what Assay ships with."""
    with _owner(settings, "directory") as own:
        if own.execute("SELECT 1 FROM provider LIMIT 1").fetchone():
            raise InTheWay("Somebody has already entered providers, which a demonstration would be mixed with.")


def drop_what_was_loaded_in_part(settings: Settings, found: Held) -> None:
    """The directory's database goes last: it carries the mark by which an interrupted clearing is taken up again."""
    ours = [name for name, holding in found.items() if holding and holding.is_demonstration]
    with psycopg.connect(_plain(server_url(settings)), autocommit=True) as server:
        for name in sorted(ours, key=lambda name: name == "directory"):
            database = sql.Identifier(database_name(settings, name))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def _has_tables(settings: Settings, name: str) -> bool:
    address = make_url(server_url(settings)).set(database=database_name(settings, name))
    query = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
    with psycopg.connect(_plain(address.render_as_string(hide_password=False)), autocommit=True) as server:
        return server.execute(query).fetchone() is not None


def _owner(settings: Settings, name: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(_plain(database_url(settings, name, DatabaseRole.OWNER)), autocommit=True)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
