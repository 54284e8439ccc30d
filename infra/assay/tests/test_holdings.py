"""What a database holds it says itself: no mode, no home and no interrupted start makes Assay destroy other data."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from make_copy import As, count, enter_a_provider, own_databases, plain

from assay import demonstrate, holdings, setting_up
from assay.holdings import Holding
from assay.home import Home
from assay.marks import DONE, LOADED
from assay_kit.database import DatabaseRole, database_name, database_url, server_url
from assay_kit.settings import Settings


@pytest.fixture
def own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """Two databases of the five stand for all."""
    for module in (holdings, setting_up):
        monkeypatch.setattr(module, "DATABASES", ("directory", "risk"))
    monkeypatch.setattr(setting_up, "SERVICES", ("directory", "risk"))
    with own_databases(settings, tmp_path, monkeypatch) as own:
        yield own


@pytest.fixture
def no_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading that is killed at its first step."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("demonstration.load.load", killed)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_a_start_in_demonstration_mode_leaves_a_productions_data_as_it_is(
    own: As, capsys: pytest.CaptureFixture[str]
) -> None:
    production = own()
    assert setting_up.run() == 0
    enter_a_provider(production)

    for _ in range(2):
        own(mode="demonstration")
        assert setting_up.run() == 1
        assert demonstrate.run(if_demonstration=False) == 1
        assert "not made for a demonstration" in said(capsys)

    own()
    assert setting_up.run() == 0
    assert count(production, "directory", "provider") == 1
    assert count(production, "risk", "business_clock") == 0


def test_databases_without_a_mark_are_not_a_demonstrations(own: As, capsys: pytest.CaptureFixture[str]) -> None:
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    enter_a_provider(copy)
    (copy.home / LOADED).unlink(missing_ok=True)
    unmark(copy, "directory")

    assert setting_up.run() == 1

    assert "directory were not made" in said(capsys)
    assert count(copy, "directory", "provider") == 1


def test_a_demonstration_loaded_in_part_is_begun_again(
    own: As, no_load: None, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    with pytest.raises(KeyboardInterrupt):
        demonstrate.run(if_demonstration=False)
    enter_a_provider(copy)
    assert demonstrate.run(if_demonstration=False) == 1, "what was begun is not loaded on"

    assert setting_up.run() == 0

    assert "beginning again" in said(capsys)
    assert count(copy, "directory", "provider") == 0
    assert holdings.held(copy)["directory"] is Holding.DEMONSTRATION


def test_a_demonstration_that_is_being_loaded_is_not_dropped(
    own: As, no_load: None, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    enter_a_provider(copy)

    holdings.mark(copy, "directory", Holding.PART)
    with holdings.loading(copy):
        assert setting_up.run() == 1

    assert "at this moment" in said(capsys)
    assert count(copy, "directory", "provider") == 1


def test_a_demonstration_is_loaded_once_whatever_the_home_remembers(
    own: As, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loads: list[Settings] = []

    def load(settings: Settings, say: demonstrate.Say) -> None:
        loads.append(settings)
        for day in ("1 April 2020", "2 April 2020", "4 April 2022"):
            say(f"Telling what happened up to {day}")

    monkeypatch.setattr("demonstration.load.load", load)
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    assert demonstrate.run(if_demonstration=False) == 0
    (copy.home / LOADED).unlink()

    assert demonstrate.run(if_demonstration=False) == 0

    assert len(loads) == 1
    told = said(capsys)
    assert "already loaded" in told
    assert told.count("up to") == 2, "off a terminal a line for each year"


def test_a_demonstration_is_not_mixed_with_what_somebody_entered(
    own: As, no_load: None, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    enter_a_provider(copy)

    assert demonstrate.run(if_demonstration=False) == 1

    assert "already entered providers" in said(capsys)
    assert holdings.held(copy)["directory"] is Holding.DEMONSTRATION


def test_production_refuses_what_was_made_for_a_demonstration(own: As, capsys: pytest.CaptureFixture[str]) -> None:
    own(mode="demonstration")
    assert setting_up.run() == 0

    own(mode="production")

    assert setting_up.run() == 1
    assert "does not run in production on demonstration data" in said(capsys)


def test_a_second_home_does_not_lock_the_first_out_of_its_databases(
    own: As, capsys: pytest.CaptureFixture[str]
) -> None:
    first = own(home="first")
    assert setting_up.run() == 0

    own(home="second")
    assert setting_up.run() == 1

    assert "belongs to another copy" in said(capsys)
    assert count(first, "directory", "person") == 1


def test_a_second_home_takes_over_when_told_to(own: As) -> None:
    first = own(home="first")
    assert setting_up.run() == 0

    second = own(home="second")
    Home(second.home).make()
    (second.home / "secrets").mkdir()
    shutil.copy(first.home / "secrets" / "directory-sealing", second.home / "secrets")
    assert setting_up.run(new_passwords=True) == 0

    assert count(second, "directory", "person") == 1
    with pytest.raises(psycopg.OperationalError):
        count(first, "directory", "person")


def test_a_set_up_that_was_interrupted_is_taken_up_again(own: As) -> None:
    copy = own(mode="demonstration")
    assert setting_up.run() == 0
    (copy.home / DONE).unlink()
    with psycopg.connect(plain(server_url(copy)), autocommit=True) as server:
        server.execute(f"DROP DATABASE {database_name(copy, 'risk')} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {database_name(copy, 'risk')} TEMPLATE template0")
        server.execute(f"ALTER DATABASE {database_name(copy, 'risk')} OWNER TO {database_name(copy, 'risk')}_owner")

    assert setting_up.run() == 0

    assert holdings.held(copy)["risk"] is Holding.DEMONSTRATION


def unmark(copy: Settings, name: str) -> None:
    with psycopg.connect(plain(database_url(copy, name, DatabaseRole.OWNER)), autocommit=True) as server:
        server.execute(f"COMMENT ON DATABASE {database_name(copy, name)} IS NULL")
