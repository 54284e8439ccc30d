"""Set-up on databases of its own: repeatable, and not in production over a demonstration's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from make_copy import As, count, own_databases, plain

from assay import setting_up
from assay.marks import DONE
from assay_kit.database import database_url
from assay_kit.settings import Settings


@pytest.fixture
def own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    with own_databases(settings, tmp_path, monkeypatch) as own:
        yield own


def test_setting_up_twice_makes_everything_once(own: As, capsys: pytest.CaptureFixture[str]) -> None:
    copy = own()
    assert setting_up.run() == 0
    clients, people = count(copy, "directory", "api_client"), count(copy, "directory", "person")
    assert clients >= 4
    assert people == 1
    (copy.home / DONE).unlink()

    assert setting_up.run() == 0
    assert setting_up.run() == 0

    assert (count(copy, "directory", "api_client"), count(copy, "directory", "person")) == (clients, people)
    assert "already set up" in capsys.readouterr().out


def test_production_refuses_the_password_that_everybody_can_read(
    own: As, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres:{setting_up.KNOWN_TO_EVERYBODY}@localhost/postgres")
    own()

    assert setting_up.run() == 1

    assert "ASSAY_DATABASE_PASSWORD" in capsys.readouterr().out


def test_production_refuses_databases_with_a_demonstrations_clock(own: As, capsys: pytest.CaptureFixture[str]) -> None:
    copy = own()
    assert setting_up.run() == 0
    with psycopg.connect(plain(database_url(copy, "risk"))) as connection:
        now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        connection.execute("INSERT INTO business_clock VALUES (1, %s, %s, true)", [now, now])

    assert setting_up.run() == 1

    assert "risk" in capsys.readouterr().out
