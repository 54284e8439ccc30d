"""The whole house on one machine, with all of the demonstration: how long the first start takes, how long the next, and
what it holds when idle.

Memory is the proportional set size (PSS): pages that processes share are counted once, not once for each.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measuring import Result
from running import Copy

FIRST_START_SECONDS = 180
SECOND_START_SECONDS = 20
IDLE_MEGABYTES = 1200
SETTLING_SECONDS = 10


def measure() -> Iterator[Result]:
    root = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    root.chmod(0o755)
    try:
        copy = Copy(root, patience=3 * FIRST_START_SECONDS, ASSAY_MODE="demonstration", ASSAY_DEMONSTRATION="whole")
        began = time.monotonic()
        with copy.up():
            first = time.monotonic() - began
        began = time.monotonic()
        with copy.up():
            second = time.monotonic() - began
            time.sleep(SETTLING_SECONDS)
            megabytes = sum(map(kilobytes_of, everything_of(copy))) / 1024
    finally:
        shutil.rmtree(root, ignore_errors=True)
    yield Result(
        name="house.first_start", value=first, unit="s", against="nothing there", target=FIRST_START_SECONDS,
        more_is_better=False,
    )  # fmt: skip
    yield Result(
        name="house.second_start", value=second, unit="s", against="set up before", target=SECOND_START_SECONDS,
        more_is_better=False,
    )  # fmt: skip
    yield Result(
        name="house.idle_memory", value=megabytes, unit="MB", against="all processes (PSS)", target=IDLE_MEGABYTES,
        more_is_better=False,
    )  # fmt: skip


def everything_of(copy: Copy) -> set[int]:
    """Every process of a running copy: those that carry its mark, and the database's, which hide theirs."""
    server = copy.server_process()
    found = {server}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            is_ours = f"ASSAY_HOME={copy.home.root}".encode() in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if is_ours or parent == server:
            found.add(int(folder.name))
    return found


def kilobytes_of(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
