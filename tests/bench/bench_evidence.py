"""A 50 MB upload to the directory as it is served: how much more memory its process needs meanwhile."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from measuring import Result, free_port, own_database, wait_for
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit import tokens
from assay_kit.settings import Settings
from directory.main import SERVICE

sys.path.append(str(Path(__file__).parents[2] / "services" / "directory" / "tests"))
import make_directory as make

MEGABYTE = 1024 * 1024
SIZE, MOST_MEGABYTES = 50 * MEGABYTE, 30
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def measure() -> Iterator[Result]:
    with _directory() as (process, url, headers, provider_id):
        _upload(url, headers, provider_id, MEGABYTE)  # what is loaded once is not counted
        before = _kilobytes(process, "VmRSS")
        _forget_the_peak(process)
        began = time.perf_counter()
        _upload(url, headers, provider_id, SIZE)
        seconds = time.perf_counter() - began
        peak = _kilobytes(process, "VmHWM")
    yield Result(
        name="evidence.upload_memory", value=(peak - before) / 1024, unit="MB", against="50 MB in one file",
        target=MOST_MEGABYTES, more_is_better=False,
    )  # fmt: skip
    yield Result(name="evidence.upload", value=SIZE / MEGABYTE / seconds, unit="MB/s", against="50 MB in one file")


def _upload(url: str, headers: dict[str, str], provider_id: UUID, size: int) -> None:
    def body() -> Iterator[bytes]:
        yield PDF
        left = size - len(PDF)
        while left > 0:
            yield b" " * min(left, 64 * 1024)
            left -= 64 * 1024

    about = {"provider_id": str(provider_id), "filename": "large.pdf", "kind": "policy", "description": "A policy"}
    answer = httpx.post(f"{url}/v1/evidence", params=about, content=body(), headers=headers, timeout=120)
    answer.raise_for_status()
    if answer.json()["size"] != size:
        raise RuntimeError(f"{answer.json()['size']} bytes were kept of {size}, so nothing was measured.")


def _kilobytes(process: int, what: str) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def _forget_the_peak(process: int) -> None:
    """VmHWM begins again from the present."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


@contextmanager
def _directory() -> Iterator[tuple[int, str, dict[str, str], UUID]]:
    """The directory in a process of its own, on a database of its own, and somebody of a provider."""
    with own_database(SERVICE, port=free_port()) as (settings, engine):
        with Session(engine, info={"service": SERVICE}) as session, session.begin():
            provider_id = make.provider(session).id
        with _serving(settings) as (process, key):
            yield process, f"http://127.0.0.1:{settings.port}", _signed_in(settings, key, provider_id), provider_id


@contextmanager
def _serving(settings: Settings) -> Iterator[tuple[int, dict[str, Any]]]:
    key = tokens.new_private_key()
    environment = {
        "ASSAY_HOME": str(settings.home),
        "ASSAY_MODE": "demonstration",
        "ASSAY_PORT": str(settings.port),
        "BENCH_KEYS": json.dumps({"keys": [tokens.public_part(key)]}),
    }
    options = [f"--app-dir={Path(__file__).parent}", f"--port={settings.port}", "--log-level=error", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "--factory", "keeping:create_app", *options]
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        wait_for(settings.port)
        yield process.pid, key
    finally:
        process.terminate()
        process.wait(timeout=20)


def _signed_in(settings: Settings, key: dict[str, Any], provider_id: UUID) -> dict[str, str]:
    claims = tokens.claims_for(
        issuer=settings.issuer,
        audience=settings.audience,
        subject="person:bench",
        name="Bench",
        minutes=15,
        org=str(provider_id),
        roles=[Role.PROVIDER_USER.value],
    )
    return {"Authorization": f"Bearer {tokens.sign(claims, key)}"}
