"""A process of its own carries far more than it may keep."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from make_gateway import ISSUER, TABLE, FakeService, Running, bearer, free_socket

MEGABYTE = 1024 * 1024


@pytest.fixture
def apart(fakes: dict[str, FakeService], tmp_path: Path) -> Iterator[tuple[Running, int]]:
    """`python -m gateway` as it is run for real, and its process id."""
    (tmp_path / "table.json").write_text(json.dumps(TABLE))
    with free_socket() as probe:
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "ASSAY_PORT": str(port),
        "ASSAY_HOME": str(tmp_path),
        "ASSAY_PUBLIC_URL": ISSUER,
        "ASSAY_GATEWAY_METRICS_PORT": "0",
        "ASSAY_GATEWAY_ROLE_TABLE": str(tmp_path / "table.json"),
        "ASSAY_EVIDENCE_LIMIT_BYTES": str(60 * MEGABYTE),
    }
    process = subprocess.Popen([sys.executable, "-m", "gateway"], env=environment, stdout=subprocess.DEVNULL)
    try:
        running = Running(port, fakes)
        until = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{running.url}/health")
                break
            except httpx.ConnectError:
                assert time.monotonic() < until
                assert process.poll() is None
                time.sleep(0.05)
        yield running, process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()


def most_memory(pid: int) -> int:
    """The most memory (bytes) that the process has had in use so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def test_fifty_megabytes_up_and_down_do_not_stay_in_memory(apart: tuple[Running, int]) -> None:
    running, pid = apart
    with httpx.Client(base_url=running.url, timeout=60, headers=bearer("provider_user")) as client:
        assert client.post("/api/directory/v1/evidence", content=b"x" * MEGABYTE).status_code == 200
        before = most_memory(pid)
        chunked = client.post("/api/directory/v1/evidence", content=(bytes(MEGABYTE) for _ in range(50)))
        assert chunked.json() == {"size": 50 * MEGABYTE}
        declared = client.post("/api/directory/v1/evidence", content=bytes(50 * MEGABYTE))
        assert declared.json() == {"size": 50 * MEGABYTE}
        size = 0
        with client.stream("GET", "/api/risk/v1/big?800") as answer:
            for chunk in answer.iter_raw():
                size += len(chunk)
        assert size == 50 * MEGABYTE
        assert most_memory(pid) - before < 12 * MEGABYTE
    assert running.services["directory"].largest_chunk < MEGABYTE
