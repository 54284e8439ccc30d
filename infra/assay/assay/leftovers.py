"""What an earlier run left behind when it was killed, and whether our ports are free. Ends only our own processes."""

import os
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

from assay.home import Home

OURS = "ASSAY_SUPERVISED_FROM"
"""Environment variable that marks every process of a running copy with its home."""


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def processes_of(home: Home) -> list[int]:
    """Processes that were started for this home and still run (Linux: read from /proc; elsewhere none are found).

    The database server itself is left out: its holder stops it in good order, and a new holder adopts it.
    """
    wanted = f"{OURS}={home.root}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            continue
        is_server = os.path.basename(command).startswith(b"postgres")
        if wanted in environment and not is_server and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return sorted(found)


def end(processes: Iterable[int], *, within_seconds: float = 30) -> list[int]:
    """Ask each to stop; after the time kill it. Returns those that were still there."""
    waiting = set(processes)
    for process in waiting:
        _signal(process, signal.SIGTERM)
    until = time.monotonic() + within_seconds
    while waiting and time.monotonic() < until:
        time.sleep(0.1)
        waiting = {process for process in waiting if _lives(process)}
    for process in waiting:
        _signal(process, signal.SIGKILL)
    return sorted(waiting)


def _signal(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _lives(process: int) -> bool:
    try:
        state = (
            Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
        )
    except OSError:
        return False
    return state != "Z"
