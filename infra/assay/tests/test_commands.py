"""The command line from outside: what it refuses, and in which words."""

import os
import subprocess
import sys
from pathlib import Path


def assay(*words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "DATABASE_URL"))}
    environment |= {f"ASSAY_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "assay", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command() -> None:
    said = assay("--help").stdout

    for command in ("setup", "up", "status", "worker", "postgres", "openapi", "journey", "reset", "serve"):
        assert command in said


def test_reset_of_a_home_that_is_not_there_is_done(tmp_path: Path) -> None:
    assert assay("reset", "--yes", home=str(tmp_path / "none")).returncode == 0


def test_reset_leaves_a_folder_that_assay_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")

    done = assay("reset", "--yes", home=str(tmp_path))

    assert done.returncode == 1
    assert "did not make" in done.stdout
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_up_refuses_a_folder_that_assay_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")

    done = assay("up", home=str(tmp_path))

    assert done.returncode == 1
    assert "did not start" in done.stdout


def test_demonstration_data_is_refused_in_production(tmp_path: Path) -> None:
    done = assay("demonstrate", home=str(tmp_path), mode="production")

    assert done.returncode == 1
    assert "ASSAY_MODE=demonstration" in done.stdout


def test_a_worker_of_an_unknown_service_is_refused(tmp_path: Path) -> None:
    done = assay("worker", "--service", "market", home=str(tmp_path))

    assert done.returncode == 2
    assert "market" in done.stderr


def test_an_unknown_program_cannot_be_served(tmp_path: Path) -> None:
    done = assay("serve", "market", home=str(tmp_path))

    assert done.returncode == 2
    assert "gateway" in done.stderr


def test_nothing_runs_from_a_home_that_is_not_there(tmp_path: Path) -> None:
    done = assay("status", home=str(tmp_path / "none"))

    assert done.returncode == 1
    assert "Nothing runs" in done.stdout


def test_a_journey_through_a_copy_that_was_never_set_up_says_so(tmp_path: Path) -> None:
    done = assay("journey", home=str(tmp_path / "none"), mode="demonstration")

    assert done.returncode == 1
    assert "Nothing was set up" in done.stdout


def test_what_is_said_of_a_folder_is_said_whatever_it_is_called(tmp_path: Path) -> None:
    """Brackets are no markup."""
    folder = tmp_path / "[" / "bold]"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("precious")

    for command in ("up", "setup"):
        done = assay(command, home=str(folder))
        assert done.returncode == 1
        assert "[/bold]" in done.stdout
