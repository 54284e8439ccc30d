"""The whole of Assay as an operator runs it: start, kill, start again, stop, reset. On real processes and real time."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.home import Home
from assay.leftovers import processes_of
from assay.supervision import Supervisor

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PATIENCE = 240
SPAN = 10


def free_row() -> int:
    """A port with the next ones free: what one copy of Assay uses."""
    for first in range(21_000 + os.getpid() % 500 * 20, 60_000, 20):
        if all(port_is_free(port) for port in range(first, first + SPAN)):
            return first
    raise AssertionError("no row of free ports")


def port_is_free(port: int) -> bool:
    with socket.socket() as listener:
        return listener.connect_ex(("127.0.0.1", port)) != 0


class Copy:
    """One copy of Assay in a folder of its own, in production mode: no demonstration data."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root / "home")
        self.port = free_row()
        given = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
        given.pop("DATABASE_URL", None)
        self.environment = given | {
            "ASSAY_HOME": str(self.home.root),
            "ASSAY_PORT": str(self.port),
            "ASSAY_MODE": "production",
        }
        self.said = root / "said"

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "assay", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def up(self) -> Iterator["subprocess.Popen[bytes]"]:
        """`assay up`, ready; killed at the end if it is still there."""
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "assay", "up"], env=self.environment, stdout=said, stderr=said
            )
        try:
            until(lambda: process.poll() is not None or "Ctrl-C stops" in self.said.read_text(), "assay up")
            assert process.poll() is None, self.said.read_text()
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def sign_in(self) -> str:
        """A token for the first administrator, through the gateway."""
        form = {
            "grant_type": "password",
            "username": "administrator@council.example",
            "password": (self.home.root / "secrets" / "administrator-password").read_text(),
        }
        address = f"http://127.0.0.1:{self.port}/api/token"
        with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode(), timeout=20) as answer:
            return str(json.load(answer)["access_token"])

    def server_process(self) -> int:
        """The database server, which must be there."""
        return int((self.home.root / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


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
        until(lambda: is_back(copy, "risk", states["risk"].pid), "risk to be back")
        until(copy.is_ready, "everything to be ready again")
        assert copy.sign_in()

        server = copy.server_process()
        process.kill()  # not even the command itself is needed for an orderly end
        until(lambda: not processes_of(copy.home), "everything to end with the command")
        until(lambda: is_gone(server), "the database server to end")

    with copy.up() as process:
        assert copy.sign_in()
        assert "already set up" in copy.said.read_text()
        server = copy.server_process()

        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE) == 0
        assert processes_of(copy.home) == []
        assert is_gone(server)
        assert "data is kept" in copy.said.read_text()

    assert copy.command("reset", "--yes").returncode == 0
    assert not copy.home.root.exists()


def is_back(copy: Copy, name: str, killed: int) -> bool:
    state = Supervisor(copy.home).states()[name]
    return state.state == "RUNNING" and state.pid not in (0, killed)


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
