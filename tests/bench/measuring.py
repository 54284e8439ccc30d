"""What a measurement is, how it is written down, and the load that is made for it."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from assay_kit import embedded
from assay_kit.database import DatabaseRole, database_url, make_engine
from assay_kit.service import Service
from assay_kit.settings import Mode, Settings
from assay_kit.testing import make_database


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measured number. `against` says beside what it was measured; no target means that it is only told."""

    name: str
    value: float
    unit: str
    against: str = ""
    target: float | None = None
    more_is_better: bool = True

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.more_is_better else self.value <= self.target

    def written(self) -> dict[str, object]:
        said = asdict(self)
        del said["more_is_better"]
        return {**said, "value": round(self.value, 4), "met": self.met}


def write(results: Iterable[Result], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([each.written() for each in results], indent=1) + "\n", encoding="utf-8")


def show(results: Iterable[Result], console: Console) -> None:
    table = Table("name", "value", "unit", "against", "target", "met")
    for each in results:
        target = "" if each.target is None else f"{'≥' if each.more_is_better else '≤'} {each.target:g}"
        met = {None: "", True: "[green]yes[/]", False: "[red]no[/]"}[each.met]
        table.add_row(each.name, f"{each.value:,.3g}" if each.value < 100 else f"{each.value:,.0f}", each.unit,
                      each.against, target, met)  # fmt: skip
    console.print(table)


# ---- load ----


@dataclass(frozen=True)
class Load:
    """What a server bore: answers a second, and the median time of one."""

    per_second: float
    p50_ms: float
    failed: int


def load(url: str, *, connections: int, seconds: float, headers: dict[str, str] | None = None) -> Load:
    """So many connections, each asking again as soon as it is answered, for so long: by wrk if it is there."""
    if wrk := shutil.which("wrk"):
        return _by_wrk(wrk, url, connections, seconds, headers or {})
    return asyncio.run(_by_hand(url, connections, seconds, headers or {}))


def middle(loads: list[Load]) -> Load:
    """The median of some runs."""
    return Load(
        median(each.per_second for each in loads),
        median(each.p50_ms for each in loads),
        sum(each.failed for each in loads),
    )


def _by_wrk(wrk: str, url: str, connections: int, seconds: float, headers: dict[str, str]) -> Load:
    said = [argument for name, value in headers.items() for argument in ("-H", f"{name}: {value}")]
    command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", *said, url]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
    per_second = re.search(r"Requests/sec:\s+([\d.]+)", answer)
    half = re.search(r"50%\s+([\d.]+)(us|ms|s)", answer)
    if per_second is None or half is None:
        raise RuntimeError(f"wrk said something else:\n{answer}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", answer)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", answer)
    failed = int(wrong[1]) if wrong else 0
    failed += sum(map(int, broken.groups())) if broken else 0
    return Load(float(per_second[1]), float(half[1]) * {"us": 0.001, "ms": 1, "s": 1000}[half[2]], failed)


async def _by_hand(url: str, connections: int, seconds: float, headers: dict[str, str]) -> Load:
    """Much slower than wrk, and bounded by itself: only ratios mean something."""
    _, _, host, *path = url.split("/", 3)
    name, _, port = host.partition(":")
    lines = [f"GET /{''.join(path)} HTTP/1.1", f"Host: {host}", *(f"{key}: {value}" for key, value in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
    until = time.perf_counter() + seconds
    taken: list[float] = []
    failed = 0

    async def ask_again_and_again() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(name, int(port or 80))
        while (began := time.perf_counter()) < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            failed += not head.startswith(b"HTTP/1.1 2")
            taken.append(time.perf_counter() - began)
        writer.close()

    async with asyncio.timeout(seconds + 30), asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(ask_again_and_again())
    return Load(len(taken) / seconds, median(taken) * 1000, failed)


# ---- servers ----


@contextmanager
def own_database(
    service: Service, *, pool_size: int = 2, role: DatabaseRole = DatabaseRole.RUNTIME, port: int = 8000
) -> Iterator[tuple[Settings, Engine]]:
    """A server and a database of the service for one measurement alone; durable, as in earnest."""
    home = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    home.chmod(0o755)
    settings = Settings(home=home, mode=Mode.DEMONSTRATION, database_url="", port=port)
    server = embedded.start(settings)
    try:
        make_database(settings, service)
        engine = make_engine(database_url(settings, service.name, role), pool_size=pool_size)
        try:
            yield settings, engine
        finally:
            engine.dispose()
    finally:
        embedded.stop(server, settings)
        shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, *, seconds: float = 20) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
