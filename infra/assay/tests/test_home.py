"""ASSAY_HOME: ours or not, free or taken."""

import os
from pathlib import Path

import pytest

from assay.home import LONGEST_SOCKET_PATH, AlreadyRunning, Home, NotAHome


def test_a_new_home_is_made_and_known_as_ours(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")

    home.make()

    assert home.is_ours
    assert home.logs.is_dir()
    assert home.running.stat().st_mode & 0o777 == 0o700


def test_an_empty_folder_becomes_a_home(tmp_path: Path) -> None:
    Home(tmp_path).make()

    assert Home(tmp_path).is_ours


def test_a_folder_with_somebody_elses_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")

    with pytest.raises(NotAHome, match="did not make"):
        Home(tmp_path).make()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_home_can_be_made_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    (home.root / "secrets").mkdir()

    home.make()

    assert (home.root / "secrets").is_dir()


def test_one_copy_runs_from_a_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()

    with home.held(), pytest.raises(AlreadyRunning, match=str(os.getpid())), Home(home.root).held():
        pass


def test_a_home_is_free_again_afterwards(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    with home.held():
        pass

    with home.held():
        assert home.is_ours


def test_the_socket_of_a_home_far_down_a_tree_still_fits(tmp_path: Path) -> None:
    deep = Home(tmp_path / ("x" * 60) / ("y" * 60))

    assert len(os.fsencode(deep.socket)) <= LONGEST_SOCKET_PATH
    assert deep.socket != Home(tmp_path / ("x" * 60) / ("z" * 60)).socket
