"""Business code takes the time as an argument. Real time is for security, and for the kit that hands time out."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
# Sign-in, sessions, tokens and the feed's long poll run on real time, which nobody can move.
REAL_TIME = (
    "directory/sign_in",
    "directory/bootstrap",
    "directory/api_clients",
    "directory/feed",
    "directory/clock",
    "portal",
)
CLOCKS = {"now", "utcnow", "today", "real_now"}


def readings(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name)) if name in CLOCKS:
                yield node.lineno
            case ast.Call(func=ast.Name(id="real_now")):
                yield node.lineno


def is_business(path: Path) -> bool:
    inside = path.relative_to(SERVICES).as_posix().split("/", 1)[1]
    return "/tests/" not in path.as_posix() and not inside.startswith((*REAL_TIME, "tests/"))


def test_business_code_never_reads_the_real_clock() -> None:
    files = [path for path in SERVICES.rglob("*.py") if "node_modules" not in path.parts and is_business(path)]
    assert len(files) > 50

    found = [f"{path.relative_to(ROOT)}:{line}" for path in files for line in readings(path)]

    assert found == []
