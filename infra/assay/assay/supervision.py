"""The supervisor that restarts what dies (supervisord): its file, its process, and what it says about its programs."""

import ctypes
import os
import signal
import subprocess
import sys
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport  # type: ignore[import-untyped]  # supervisor ships no types

from assay.home import Home
from assay.programs import Program

_PR_SET_PDEATHSIG = 1

_HEAD = """\
; Written by `assay up`; changes are lost at the next start.
[supervisord]
nodaemon = true
silent = true
identifier = assay
logfile = {logs}/supervisor.log
logfile_maxbytes = 5MB
pidfile = {running}/supervisor.pid
childlogdir = {logs}
loglevel = info
{user}
[unix_http_server]
file = {socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command = {command}
directory = {directory}
autostart = false
autorestart = true
startsecs = 1
startretries = 1000
priority = {priority}
stopsignal = TERM
stopasgroup = false
killasgroup = true
stopwaitsecs = {stop_seconds}
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


@dataclass(frozen=True)
class State:
    """One program as the supervisor sees it: RUNNING, STARTING, BACKOFF, STOPPED, FATAL..."""

    name: str
    state: str
    pid: int
    since: int


def configuration(home: Home, programs: Iterable[Program]) -> str:
    """The supervisor's file."""
    head = _HEAD.format(
        logs=_escaped(str(home.logs)),
        running=_escaped(str(home.running)),
        socket=_escaped(str(home.socket)),
        user="user = root\n" if os.geteuid() == 0 else "",
    )
    return head + "".join(_section(home, program) for program in programs)


def _section(home: Home, program: Program) -> str:
    return _PROGRAM.format(
        name=program.name,
        command=_escaped(" ".join(_quoted(word) for word in program.command)),
        directory=_escaped(str(home.root)),
        priority=program.priority,
        stop_seconds=program.stop_seconds,
        logs=_escaped(str(home.logs)),
    )


def _escaped(text: str) -> str:
    return text.replace("%", "%%").replace(";", "\\;")


def _quoted(word: str) -> str:
    return f'"{word}"' if any(character in word for character in " \t'") else word


def launch(home: Home, programs: Iterable[Program], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start supervisord, away from the terminal's Ctrl-C: only we tell it to stop, and it stops when we are gone."""
    file = home.running / "supervisor.conf"
    file.write_text(configuration(home, programs), encoding="utf-8")
    home.socket.unlink(missing_ok=True)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
    with (home.logs / "supervisor.out").open("wb") as out:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and file
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no thread runs yet
        )


def _end_with_parent() -> None:
    """Have the kernel send SIGTERM when the parent dies, even by kill -9 (prctl(2), Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Talks to a running supervisord over its socket."""

    def __init__(self, home: Home) -> None:
        self._address = f"unix://{home.socket}"

    def _ask(self, method: str, *arguments: Any) -> Any:
        """Call a method, on a connection of its own: a failed one cannot be used again."""
        transport = SupervisorTransport(None, None, self._address)
        try:
            return getattr(xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor, method)(
                *arguments
            )
        finally:
            transport.close()

    def is_up(self) -> bool:
        try:
            return bool(self._ask("getState")["statename"] == "RUNNING")
        except (OSError, xmlrpc.client.Error):
            return False

    def start(self, program: Program) -> None:
        """Ask for a start; what becomes of it is read from `states`."""
        self.start_again(program.name)

    def start_again(self, name: str) -> None:
        """Ask for a start by name."""
        self._ask("startProcess", name, False)

    def stop(self, name: str) -> bool:
        """Stop a program, and keep it stopped until it is started again; whether there was a process to stop."""
        try:
            self._ask("stopProcess", name)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == Faults.NOT_RUNNING:
                return False  # it died by itself, and is not yet back
            raise
        return True

    def states(self) -> dict[str, State]:
        rows = self._ask("getAllProcessInfo")
        return {row["name"]: State(row["name"], row["statename"], row["pid"], row["start"]) for row in rows}
