"""A whole copy of Assay on real processes, for tests that need more than one service."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.home import Home
from assay.supervision import Supervisor

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
    """One copy of Assay in a folder of its own: in production mode, unless `settings` say otherwise."""

    def __init__(self, root: Path, *, patience: float = PATIENCE, **settings: str) -> None:
        root.mkdir(mode=0o755, exist_ok=True)
        self.home = Home(root / "home")
        self.port = free_row()
        self.patience = patience
        given = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
        given.pop("DATABASE_URL", None)
        self.environment = given | {
            "ASSAY_HOME": str(self.home.root),
            "ASSAY_PORT": str(self.port),
            "ASSAY_MODE": "production",
            **settings,
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
            until(lambda: process.poll() is not None or self.is_said("Ctrl-C stops"), "assay up", self.patience)
            assert process.poll() is None, self.said.read_text()
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)

    def is_said(self, what: str) -> bool:
        return what in self.said.read_text()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self, name: str) -> None:
        """End a program as a power cut would, and wait until it runs again and everything answers."""
        killed = Supervisor(self.home).states()[name].pid
        os.kill(killed, signal.SIGKILL)
        until(lambda: self.is_back(name, killed), f"{name} to be back")
        until(self.is_ready, "everything to be ready again")

    def kill_the_database_server(self) -> None:
        """The server itself, with every connection; its holder is left to find out."""
        killed = self.server_process()
        assert killed, "no database server runs"  # 0 would name our own processes
        os.kill(killed, signal.SIGKILL)
        until(lambda: self.server_process() not in (0, killed), "another database server")
        until(self.is_ready, "everything to be ready again")

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """A program is killed and stays down for a while."""
        supervisor = Supervisor(self.home)
        os.kill(supervisor.states()[name].pid, signal.SIGKILL)
        until(lambda: supervisor.stop(name), f"{name} to be stopped and not on its way back")
        try:
            yield
        finally:
            supervisor.start_again(name)
            until(self.is_ready, f"{name} to answer again")

    def is_back(self, name: str, killed: int) -> bool:
        state = Supervisor(self.home).states()[name]
        return state.state == "RUNNING" and state.pid not in (0, killed)

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
        """The database server; 0 between one and the next."""
        try:
            return int((self.home.root / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError):
            return 0


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
