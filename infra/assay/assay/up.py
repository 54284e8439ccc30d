"""`assay up`: everything on one machine, in the order in which it can work, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from rich.console import Console
from rich.markup import escape

from assay import addresses, programs
from assay.home import AlreadyRunning, Home, NotAHome
from assay.leftovers import OURS, end, is_free, processes_of
from assay.marks import is_marked_done, is_marked_loaded
from assay.programs import Program
from assay.readiness import DidNotStart, Wait
from assay.supervision import Supervisor, launch
from assay_kit.settings import Settings

_STOP_SECONDS = 90


class CannotStart(RuntimeError):
    """Something outside stands in the way; the message says what, and what to do."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def run() -> int:
    """Run until stopped; 0 after an orderly stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    console = Console(highlight=False)
    settings = Settings()
    home = Home(settings.home)
    try:
        home.make()
        with home.held():
            _clear_the_way(console, settings, home)
            return Running(console, settings, home).run()
    except (AlreadyRunning, CannotStart, NotAHome) as reason:
        console.print("[bold red]Assay did not start.[/]", escape(str(reason)))
        return 1
    except Stopped:
        return 0


def _stop(_: int, __: FrameType | None) -> None:
    raise Stopped


def _clear_the_way(console: Console, settings: Settings, home: Home) -> None:
    """End what an earlier run of this home left when it was killed; explain whatever else sits on our ports."""
    if left := processes_of(home):
        console.print(f"An earlier run was killed and left {len(left)} processes; ending them.")
        end(left)
    wanted = [program for program in programs.everything(settings) if program.port]
    taken = [f"{program.port} ({program.name})" for program in wanted if not is_free(program.host, program.port or 0)]
    if taken:
        raise CannotStart(
            f"Another program listens on {', '.join(taken)}. Stop it, or choose another row of ports: "
            f"ASSAY_PORT={settings.port + 100} makes Assay use {settings.port + 100} and the ones after it."
        )


class Running:
    """One run, from the first process to the last."""

    def __init__(self, console: Console, settings: Settings, home: Home) -> None:
        self._console = console
        self._settings = settings
        self._home = home
        self._environment = _environment(settings, home)

    def run(self) -> int:
        daemon = launch(self._home, programs.everything(self._settings), self._environment)
        try:
            self._bring_up(daemon)
            return self._watch(daemon)
        except Stopped:
            return 0
        except (CannotStart, DidNotStart) as reason:
            self._console.print("[bold red]Assay did not start.[/]", escape(str(reason)))
            return 1
        finally:
            self._end(daemon)

    def _bring_up(self, daemon: "subprocess.Popen[bytes]") -> None:
        began = time.monotonic()
        supervisor = Supervisor(self._home)
        self._await_supervisor(daemon, supervisor)
        if not self._settings.database_url:
            self._start(supervisor, [programs.postgres()])
        if not self._is_set_up():
            self._do("setup", "preparing the databases")
        behind = [*programs.services(self._settings), programs.worker(), programs.portal(self._settings)]
        self._start(supervisor, behind)
        if self._settings.is_demonstration and not self._is_loaded():
            self._do("demonstrate", "loading the demonstration data")
        self._start(supervisor, [programs.gateway(self._settings)])
        addresses.show(self._console, self._settings, self._home, seconds=time.monotonic() - began)

    def _is_set_up(self) -> bool:
        """Known without a look only for the embedded server: whoever else has a database may have changed it."""
        if self._settings.database_url or (self._settings.is_demonstration and not is_marked_loaded(self._home)):
            return False
        return is_marked_done(self._settings, self._home)

    def _is_loaded(self) -> bool:
        return not self._settings.database_url and is_marked_loaded(self._home)

    def _await_supervisor(self, daemon: "subprocess.Popen[bytes]", supervisor: Supervisor) -> None:
        until = time.monotonic() + 15
        while not supervisor.is_up():
            if daemon.poll() is not None or time.monotonic() > until:
                said = (self._home.logs / "supervisor.out").read_text(encoding="utf-8", errors="replace")
                raise CannotStart(f"The supervisor ended at once:\n\n{said}")
            time.sleep(0.05)

    def _start(self, supervisor: Supervisor, wanted: Sequence[Program]) -> None:
        for program in wanted:
            if program.leaves:
                (self._home.root / program.leaves).unlink(missing_ok=True)
            supervisor.start(program)
        with self._console.status(f"Starting {', '.join(program.name for program in wanted)}"):
            Wait(self._home, supervisor, wanted).until_ready(said=self._say_ready)

    def _say_ready(self, name: str, seconds: float) -> None:
        self._console.print(f"  [green]✓[/] {name} [dim]{seconds:.1f} s[/]")

    def _do(self, command: str, what: str) -> None:
        """Run one of our own commands to its end; it shows its own progress."""
        done = subprocess.run([sys.executable, "-m", "assay", command], env=self._environment, check=False)  # noqa: S603
        if done.returncode:
            raise CannotStart(f"It failed while {what}; see above.")

    def _watch(self, daemon: "subprocess.Popen[bytes]") -> int:
        """Wait for Ctrl-C. The supervisor ending by itself is a failure."""
        daemon.wait()
        self._console.print(f"[bold red]The supervisor ended.[/] See {self._home.logs / 'supervisor.log'}.")
        return 1

    def _end(self, daemon: "subprocess.Popen[bytes]") -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if daemon.poll() is None:
            daemon.terminate()
            with self._console.status("Stopping"):
                daemon.wait(_STOP_SECONDS)
        end(processes_of(self._home))
        self._console.print(f"Stopped. The data is kept in {self._home.root}.")


def _environment(settings: Settings, home: Home) -> dict[str, str]:
    """What every program sees: the settings made explicit, so that none depends on the folder it starts in."""
    return {
        **os.environ,
        OURS: str(home.root),
        "ASSAY_HOME": str(home.root),
        "ASSAY_PORT": str(settings.port),
        "ASSAY_MODE": settings.mode.value,
        "PYTHONUNBUFFERED": "1",
        # Four malloc arenas per core cost memory and bring nothing to processes with one busy thread.
        "MALLOC_ARENA_MAX": "2",
    }
