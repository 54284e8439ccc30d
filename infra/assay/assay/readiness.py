"""Waiting until programs answer, and saying why one does not."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from assay.home import Home
from assay.programs import Program
from assay.supervision import State, Supervisor

PATIENCE_SECONDS = 120
_STARTS_BEFORE_GIVING_UP = 3


class DidNotStart(RuntimeError):
    """A program ended again and again, or did not answer in time; the message holds the end of its log."""


def within(host: str) -> str:
    """Where somebody on this machine reaches what listens on `host`; brackets belong to IPv6 in an address."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound, only asked
    return f"[{reached}]" if ":" in reached else reached


def answers(program: Program) -> bool:
    """Whether it answers 200 on its readiness path now."""
    address = f"http://{within(program.host)}:{program.port}{program.ready}"
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


class Wait:
    """Watches programs come up. One that keeps dying ends the wait at once, with the end of its log."""

    def __init__(self, home: Home, supervisor: Supervisor, programs: Iterable[Program]) -> None:
        self._home = home
        self._supervisor = supervisor
        self._missing = {program.name: program for program in programs}
        self._pids: dict[str, set[int]] = {}

    def until_ready(self, *, said: Callable[[str, float], None]) -> None:
        """Return when all are ready; `said` hears of each, with the seconds it took."""
        began = time.monotonic()
        while self._missing:
            states = self._supervisor.states()
            for program in list(self._missing.values()):
                if self._is_up(program, states[program.name]):
                    del self._missing[program.name]
                    said(program.name, time.monotonic() - began)
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise self._failure(next(iter(self._missing)), f"did not answer within {PATIENCE_SECONDS} s")
            time.sleep(0.25)

    def _is_up(self, program: Program, state: State) -> bool:
        if state.pid:
            self._pids.setdefault(program.name, set()).add(state.pid)
        if state.state == "FATAL" or len(self._pids.get(program.name, ())) >= _STARTS_BEFORE_GIVING_UP:
            raise self._failure(program.name, "ends as soon as it starts")
        if program.port:
            return answers(program)
        if program.leaves:
            return (self._home.root / program.leaves).exists()
        return state.state == "RUNNING"

    def _failure(self, name: str, what: str) -> DidNotStart:
        log = self._home.logs / f"{name}.log"
        return DidNotStart(f"{name} {what}. The end of {log}:\n\n{last_lines(log, 25)}")


def last_lines(path: Path, count: int) -> str:
    """The end of a log, or a word that there is none."""
    if not path.exists():
        return "(nothing was logged)"
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]) or "(nothing was logged)"
