"""The gateway beside its upstream asked directly and beside nginx as a reverse proxy: one machine, one run, one load.

Each has one process. The rounds go in turns, so that whatever else the machine does strikes all of them alike.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from measuring import Load, Result, free_port, load, middle, wait_for

from assay_kit import tokens

HERE = Path(__file__).parent
CONNECTIONS = 16
ROUNDS = 5
SECONDS = 2.0
SERVICES = ("DIRECTORY", "DPS_ADMISSION", "ASSESSMENT", "RISK", "PORTAL")
ISSUER = "http://bench.test"
OPEN, GUARDED = "/api/risk/v1/things", "/api/risk/v1/guarded"
TABLE = {
    "risk": {
        "/v1/things": {"GET": {"rights": "public"}},
        "/v1/guarded": {"GET": {"rights": ["auditor"]}},
    }
}
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log combined buffer=16k flush=1s;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 10000000;
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 64; keepalive_requests 10000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://service; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Request-Id $request_id;
    }}
  }}
}}
"""


def measure() -> Iterator[Result]:
    key = tokens.new_private_key()
    claims = tokens.claims_for(
        issuer=ISSUER, audience="assay", subject="bench", name="bench", minutes=15, roles=["auditor"]
    )
    signed = {"Authorization": f"Bearer {tokens.sign(claims, key)}"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-bench-")))
        upstream = stack.enter_context(_upstream(folder, {"keys": [tokens.public_part(key)]}))
        gateway = stack.enter_context(_gateway(folder, upstream))
        asked: dict[str, tuple[str, dict[str, str]]] = {
            "direct": (f"http://127.0.0.1:{upstream}/v1/things", {}),
            "open": (f"http://127.0.0.1:{gateway}{OPEN}", {}),
            "guarded": (f"http://127.0.0.1:{gateway}{GUARDED}", signed),
        }
        port = stack.enter_context(_nginx(_found("nginx"), folder, upstream))
        asked["nginx"] = (f"http://127.0.0.1:{port}/v1/things", {})
        yield from _compared(_in_turns(asked))


def _in_turns(asked: Mapping[str, tuple[str, dict[str, str]]]) -> dict[str, list[Load]]:
    rounds: dict[str, list[Load]] = {name: [] for name in asked}
    for url, headers in asked.values():
        load(url, connections=2, seconds=1, headers=headers)  # warm up
    for _ in range(ROUNDS):
        for name, (url, headers) in asked.items():
            rounds[name].append(load(url, connections=CONNECTIONS, seconds=SECONDS, headers=headers))
    if failed := {name: count for name, loads in rounds.items() if (count := sum(each.failed for each in loads))}:
        raise RuntimeError(f"Requests failed, so nothing was measured: {failed}")
    return rounds


def _compared(rounds: Mapping[str, list[Load]]) -> Iterator[Result]:
    """Ratios are taken within each round, where the machine was the same; the middle one counts."""

    def ratio(name: str, against: str) -> float:
        pairs = zip(rounds[name], rounds[against], strict=True)
        return median(one.per_second / other.per_second for one, other in pairs)

    found = {name: middle(loads) for name, loads in rounds.items()}
    with_load = f"{CONNECTIONS} connections"
    yield Result(
        name="gateway.throughput",
        value=found["guarded"].per_second,
        unit="requests/s",
        against=f"{with_load}, token checked",
    )
    yield Result(name="gateway.throughput_open", value=found["open"].per_second, unit="requests/s", against=with_load)
    yield Result(
        name="gateway.direct_throughput", value=found["direct"].per_second, unit="requests/s", against=with_load
    )
    yield Result(
        name="gateway.throughput_vs_direct",
        value=ratio("guarded", "direct"),
        unit="ratio",
        against="upstream asked directly",
    )
    yield Result(
        name="gateway.p50_added_ms",
        value=median(one.p50_ms - other.p50_ms for one, other in zip(rounds["guarded"], rounds["direct"], strict=True)),
        unit="ms",
        against="upstream asked directly",
        target=10,
        more_is_better=False,
    )
    yield Result(
        name="gateway.token_cost",
        value=1 - ratio("guarded", "open"),
        unit="share",
        against="the same without a token",
        target=0.2,
        more_is_better=False,
    )
    yield Result(name="gateway.nginx_throughput", value=found["nginx"].per_second, unit="requests/s", against=with_load)
    yield Result(
        name="gateway.throughput_vs_nginx",
        value=ratio("guarded", "nginx"),
        unit="ratio",
        against="nginx, one worker",
        target=0.25,
    )


def _found(program: str) -> str:
    """A comparison that is left out would look like one that was passed."""
    if path := shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return path
    raise RuntimeError(f"There is no {program} on this machine to compare with (apt-get install {program}-light).")


@contextmanager
def _running(command: list[str], port: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _upstream(_: Path, keys: object) -> Iterator[int]:
    port = free_port()
    options = ["--loop=uvloop", "--http=httptools", "--lifespan=off", "--no-access-log", "--log-level=error"]
    command = [sys.executable, "-m", "uvicorn", "answering:app", f"--app-dir={HERE}", f"--port={port}", *options]
    with _running(command, port, {"BENCH_KEYS": json.dumps(keys)}):
        yield port


@contextmanager
def _gateway(folder: Path, upstream: int) -> Iterator[int]:
    """As in production, its log of every request too; only the rate is more than anybody is allowed."""
    port = free_port()
    (folder / "table.json").write_text(json.dumps(TABLE), encoding="utf-8")
    environment = {
        "ASSAY_PORT": str(port),
        "ASSAY_HOST": "127.0.0.1",
        "ASSAY_HOME": str(folder),
        "ASSAY_MODE": "production",
        "ASSAY_PUBLIC_URL": ISSUER,
        "ASSAY_GATEWAY_METRICS_PORT": "0",
        "ASSAY_GATEWAY_ROLE_TABLE": str(folder / "table.json"),
        "ASSAY_GATEWAY_RATE_PER_MINUTE": "1000000000",
        "ASSAY_GATEWAY_PAGE_RATE_PER_MINUTE": "1000000000",
        **{f"ASSAY_URL_{service}": f"http://127.0.0.1:{upstream}" for service in SERVICES},
    }
    with _running([sys.executable, "-m", "gateway"], port, environment):
        yield port


@contextmanager
def _nginx(nginx: str, folder: Path, upstream: int) -> Iterator[int]:
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, upstream=upstream), encoding="utf-8")
    with _running([nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder)], port):
        yield port
