"""The whole of Assay as an operator runs it: start, kill, start again, stop, reset. On real processes and real time."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import PATIENCE, Copy, is_gone, until

from assay.leftovers import processes_of
from assay.supervision import Supervisor

PRECIOUS = "Precious Care"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def copy() -> Iterator[Copy]:
    """Short paths: a socket's path may have 107 bytes."""
    root = Path(tempfile.mkdtemp(prefix="assay-up-"))
    root.chmod(0o755)
    yield Copy(root)
    shutil.rmtree(root, ignore_errors=True)


def test_assay_starts_survives_what_is_killed_keeps_its_data_and_stops(copy: Copy) -> None:
    with copy.up() as process:
        assert copy.is_ready()
        assert copy.sign_in()
        assert {path.stat().st_mode & 0o777 for path in (copy.home.root / "secrets").iterdir()} == {0o600}

        second = copy.command("up")
        assert second.returncode == 1
        assert f"process {process.pid}" in second.stdout
        refused = copy.command("reset", "--yes")
        assert refused.returncode == 1
        assert copy.home.root.exists()

        states = Supervisor(copy.home).states()
        for name in ("risk", "postgres", "worker"):
            os.kill(states[name].pid, signal.SIGKILL)
        until(lambda: copy.is_back("risk", states["risk"].pid), "risk to be back")
        until(copy.is_ready, "everything to be ready again")
        assert register_a_provider(copy) in providers_of(copy)

        server = copy.server_process()
        process.kill()  # not even the command itself is needed for an orderly end
        until(lambda: not processes_of(copy.home), "everything to end with the command")
        until(lambda: is_gone(server), "the database server to end")

    with copy.up() as process:
        assert providers_of(copy) == [PRECIOUS], "what was made before the command died is there after it"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0

    with copy.up() as process:
        assert providers_of(copy) == [PRECIOUS], "what was made before Ctrl-C is there after it"
        assert "databases" not in copy.said.read_text(), "what is set up already is not set up again"
        server = copy.server_process()

        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE) == 0
        assert processes_of(copy.home) == []
        until(lambda: is_gone(server), "the database server to end", seconds=10)
        assert "data is kept" in copy.said.read_text()

    assert copy.command("reset", "--yes").returncode == 0
    assert not copy.home.root.exists()


def register_a_provider(copy: Copy) -> str:
    wanted = {
        "name": PRECIOUS,
        "legal_form": "sole_trader",
        "has_no_company_number": True,
        "contact_name": "Olive Owner",
        "contact_email": "olive@precious.example",
        "administrator": {"name": "Olive Owner", "email": "olive@precious.example", "password": "three loud words 47"},
    }
    httpx.post(f"{copy.url}/api/directory/v1/registrations", json=wanted, timeout=30).raise_for_status()
    return PRECIOUS


def providers_of(copy: Copy) -> list[str]:
    headers = {"Authorization": f"Bearer {copy.sign_in()}"}
    answer = httpx.get(f"{copy.url}/api/directory/v1/providers", headers=headers, timeout=30).raise_for_status()
    return [each["name"] for each in answer.json()["items"]]


def test_a_taken_port_is_named_and_nothing_is_started(copy: Copy) -> None:
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", copy.port + 4))
        squatter.listen()

        done = copy.command("up")

    assert done.returncode == 1
    assert f"{copy.port + 4} (risk)" in done.stdout
    assert "ASSAY_PORT=" in done.stdout
    assert processes_of(copy.home) == []
