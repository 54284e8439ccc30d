"""Set-up on databases of its own: repeatable, and not in production over a demonstration's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from assay import setting_up
from assay.marks import DONE
from assay.members import DATABASES
from assay_kit.database import database_name, database_url, server_url
from assay_kit.settings import Settings


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings as the environment gives them: a home and databases of this test's own on the run's server."""
    monkeypatch.setenv("DATABASE_URL", server_url(settings))
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_DATABASE_PREFIX", f"{settings.database_prefix}_setting_up")
    monkeypatch.setenv("ASSAY_MODE", "production")
    alone = Settings()
    yield alone
    with psycopg.connect(plain(server_url(alone)), autocommit=True) as server:
        for name in DATABASES:
            database = sql.Identifier(database_name(alone, name))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def count(settings: Settings, name: str, table: str) -> int:
    with psycopg.connect(plain(database_url(settings, name))) as connection:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row
    return int(row[0])


def test_setting_up_twice_makes_everything_once(own: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert setting_up.run() == 0
    clients, people = count(own, "directory", "api_client"), count(own, "directory", "person")
    assert clients >= 4
    assert people == 1
    (own.home / DONE).unlink()

    assert setting_up.run() == 0
    assert setting_up.run() == 0

    assert (count(own, "directory", "api_client"), count(own, "directory", "person")) == (clients, people)
    assert "already set up" in capsys.readouterr().out


def test_production_refuses_databases_with_a_demonstrations_clock(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert setting_up.run() == 0
    with psycopg.connect(plain(database_url(own, "risk"))) as connection:
        now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        connection.execute("INSERT INTO business_clock VALUES (1, %s, %s, true)", [now, now])

    assert setting_up.run() == 1

    assert "risk" in capsys.readouterr().out
