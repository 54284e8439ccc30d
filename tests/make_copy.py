"""A whole copy of Assay of a test's own: real processes, a folder and a row of ports that nobody else has."""

import json
import os
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
    """One copy in the folder `root`, which should be short: a socket's path may have 107 bytes.

    In production mode it has no demonstration data and starts soonest.
    """

    def __init__(self, root: Path, *, mode: str = "production") -> None:
        self.home = Home(root / "home")
        self.port = free_row()
        given = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
        given.pop("DATABASE_URL", None)
        self.environment = given | {
            "ASSAY_HOME": str(self.home.root),
            "ASSAY_PORT": str(self.port),
            "ASSAY_MODE": mode,
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
        """`assay up`, ready; stopped at the end if it is still there."""
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
