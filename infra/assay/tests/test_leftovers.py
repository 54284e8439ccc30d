"""What a killed run left is found by its mark and ended; nothing else is touched."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay.home import Home
from assay.leftovers import OURS, end, is_free, processes_of

SLEEP = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP


@contextmanager
def a_process(mark: Path, program: str = SLEEP) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, OURS: str(mark)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_processes_of_a_home_are_found_and_others_are_not(tmp_path: Path) -> None:
    home, other = Home(tmp_path / "one"), Home(tmp_path / "two")

    with a_process(home.root) as ours, a_process(other.root):
        assert processes_of(home) == [ours.pid]


def test_a_process_that_listens_is_ended_softly(tmp_path: Path) -> None:
    with a_process(tmp_path) as process:
        stubborn = end([process.pid], within_seconds=10)

        assert stubborn == []
        assert process.wait(5) == -15


def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    with a_process(tmp_path, STUBBORN) as process:
        began = time.monotonic()

        assert end([process.pid], within_seconds=0.3) == [process.pid]
        assert process.wait(5) == -9
        assert time.monotonic() - began < 5


def test_a_process_that_is_gone_already_is_no_trouble() -> None:
    gone = subprocess.Popen(["/bin/true"])
    gone.wait()

    assert end([gone.pid]) == []


def test_a_taken_port_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        assert not is_free("127.0.0.1", port)

    assert is_free("127.0.0.1", port)
