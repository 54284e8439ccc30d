"""Where things are, and secrets that are there whole or not at all."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay_kit.settings import MissingSecret, Settings


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def test_services_are_asked_on_the_loopback_wherever_the_gateway_listens(tmp_path: Path) -> None:
    assert Settings(home=tmp_path, host="192.0.2.7", port=9000).service_url("risk") == "http://127.0.0.1:9004"


def test_a_secret_is_made_once_and_for_its_owner_only(own: Settings) -> None:
    made = own.make_secret("directory-sealing")
    assert len(made) > 40
    assert own.make_secret("directory-sealing") == own.secret("directory-sealing") == made
    [file] = (own.home / "secrets").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_whoever_makes_a_secret_at_the_same_moment_gets_the_same(own: Settings) -> None:
    with ThreadPoolExecutor(8) as many:
        made = set(many.map(own.make_secret, ["client-risk"] * 40))
    assert made == {own.secret("client-risk")}
    assert [each.name for each in (own.home / "secrets").iterdir()] == ["client-risk"]


def test_a_secret_that_was_left_empty_is_missing_and_is_made_again(own: Settings) -> None:
    (own.home / "secrets").mkdir()
    (own.home / "secrets" / "client-risk").write_text("\n")
    with pytest.raises(MissingSecret):
        own.secret("client-risk")
    assert len(own.make_secret("client-risk")) > 40


def test_a_secret_whose_writing_was_cut_off_leaves_nothing(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(_: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as cut:
        cut.setattr(os, "fsync", cut_off)
        with pytest.raises(OSError, match="no space"):
            own.make_secret("client-risk")
    assert list((own.home / "secrets").iterdir()) == []
    assert own.make_secret("client-risk")
