"""What runs on one machine: each program, its command and its port, in the order of starting. Pure."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from assay.members import SERVICES, package_of
from assay_kit.settings import Settings

# The gateway reads proxy headers and bounds requests itself, so it also runs its server itself.
GATEWAY: tuple[str, ...] = (sys.executable, "-m", "gateway")


@dataclass(frozen=True, kw_only=True)
class Program:
    """It is ready when `ready` answers 200 on its port, or the file that it `leaves` in ASSAY_HOME is there."""

    name: str
    command: tuple[str, ...]
    port: int | None = None
    host: str = "127.0.0.1"
    ready: str = ""
    leaves: str = ""
    stop_seconds: int = 15
    priority: int


def postgres() -> Program:
    return Program(name="postgres", command=_assay("postgres"), leaves="postgres.url", stop_seconds=60, priority=1)


def services(settings: Settings) -> list[Program]:
    """The services that own data."""
    return [_web(name, settings, priority=20) for name in SERVICES]


def worker() -> Program:
    return Program(name="worker", command=_assay("worker"), stop_seconds=30, priority=30)


def portal(settings: Settings) -> Program:
    return _web("portal", settings, priority=40)


def gateway(settings: Settings) -> Program:
    """The door: it opens when all behind it is ready."""
    port = settings.port_of("gateway")
    return Program(name="gateway", command=GATEWAY, host=settings.host, port=port, ready="/ready", priority=50)


def everything(settings: Settings) -> list[Program]:
    """All programs in the order of starting; stopping goes the other way."""
    own_server = [] if settings.database_url else [postgres()]
    return [*own_server, *services(settings), worker(), portal(settings), gateway(settings)]


def _assay(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "assay", command)


def _web(name: str, settings: Settings, *, priority: int) -> Program:
    port = settings.port_of(name)
    return Program(
        name=name, command=uvicorn(package_of(name), port=port), port=port, ready="/ready", priority=priority
    )


def uvicorn(package: str, *, port: int, host: str = "127.0.0.1") -> tuple[str, ...]:
    """The production command of everything that speaks HTTP: one process, which more copies multiply."""
    options: Sequence[str] = (
        f"--host={host}",
        f"--port={port}",
        "--factory",
        "--loop=uvloop",
        "--http=httptools",
        "--no-access-log",
        "--log-level=warning",
        "--timeout-keep-alive=75",
        "--timeout-graceful-shutdown=10",
    )
    return (sys.executable, "-m", "uvicorn", f"{package}.main:create_app", *options)
