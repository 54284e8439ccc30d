"""ASSAY_HOME: where one copy of Assay keeps its data, secrets and logs. Made here, and known by its mark."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = ".made-by-assay"
# sockaddr_un holds 108 bytes; a home far down a tree would not fit.
LONGEST_SOCKET_PATH = 100


class NotAHome(RuntimeError):
    """The folder exists and was not made by Assay."""


class AlreadyRunning(RuntimeError):
    """Another `assay up` runs from the same home."""


class Home:
    """Paths inside ASSAY_HOME and the lock that one running copy holds."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self.logs = self.root / "logs"
        self.running = self.root / "run"
        self.mark = self.root / MARK

    @property
    def is_ours(self) -> bool:
        return self.mark.is_file()

    def make(self) -> None:
        """Make the folder, or accept it if it is ours or empty."""
        if self.root.exists() and not self.is_ours and any(self.root.iterdir()):
            raise NotAHome(
                f"{self.root} holds files that Assay did not make. Set ASSAY_HOME to an empty or a new folder."
            )
        # Under root the embedded PostgreSQL server runs as a user of its own, who must be able to pass through.
        self.root.mkdir(parents=True, exist_ok=True, mode=0o755)
        self.mark.write_text("`assay reset` may delete this folder.\n", encoding="utf-8")
        for folder in (self.logs, self.running):
            folder.mkdir(exist_ok=True, mode=0o700)

    @property
    def socket(self) -> Path:
        """Where the supervisor listens for us."""
        wanted = self.running / "supervisor.sock"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_PATH:
            return wanted
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"assay-{os.getuid()}-{name}.sock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold this home for one running copy. The system gives the lock back however the process ends."""
        with (self.running / "up.lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise AlreadyRunning(
                    f"Assay already runs from {self.root} (process {file.read().strip() or 'unknown'}). "
                    "Stop it with Ctrl-C where it was started, or set ASSAY_HOME and ASSAY_PORT for a second copy."
                ) from None
            file.seek(0)
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            yield
