"""A set-up of a test's own: its home, and databases of its own on the run's server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from assay.members import DATABASES
from assay_kit.database import database_name, database_url, server_url
from assay_kit.settings import Settings

As = Callable[..., Settings]
"""`mode=`, `home=`: the environment's settings from now on."""


@contextmanager
def own_databases(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    def as_given(*, mode: str = "production", home: str = "home") -> Settings:
        monkeypatch.setenv("ASSAY_HOME", str(folder / home))
        monkeypatch.setenv("ASSAY_MODE", mode)
        return Settings()

    monkeypatch.setenv("DATABASE_URL", server_url(settings))
    monkeypatch.setenv("ASSAY_DATABASE_PREFIX", f"{settings.database_prefix}_setting_up")
    alone = as_given()
    yield as_given
    with psycopg.connect(plain(server_url(alone)), autocommit=True) as server:
        for name in DATABASES:
            database = sql.Identifier(database_name(alone, name))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def count(settings: Settings, name: str, table: str) -> int:
    with psycopg.connect(plain(database_url(settings, name))) as connection:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row
    return int(row[0])


def enter_a_provider(settings: Settings) -> None:
    """Something that somebody would miss."""
    with psycopg.connect(plain(database_url(settings, "directory"))) as connection:
        connection.execute(
            """
            INSERT INTO provider (id, version, name, legal_form, has_no_company_number, status, registered_at,
                                  contact_name, contact_email)
            VALUES (gen_random_uuid(), 1, 'Precious Care', 'sole_trader', true, 'active', now(),
                    'Olive Owner', 'olive@precious.example')
            """
        )
