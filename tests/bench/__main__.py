"""`make bench`: every measurement, or one service's (`make bench ONLY=gateway`); a table here and bench/results.json.

A service takes part with a file bench_<service>.py beside this one, whose `measure()` yields results.
"""

import argparse
import importlib
import sys
from pathlib import Path

from measuring import Result, show, write
from rich.console import Console

HERE = Path(__file__).parent
RESULTS = HERE.parents[1] / "bench" / "results.json"


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=names(), help="measure one service")
    only = parser.parse_args().only
    console = Console()
    results: list[Result] = []
    for name in [only] if only else names():
        with console.status(f"Measuring {name}"):
            found = list(importlib.import_module(f"bench_{name}").measure())
        assert found, f"bench_{name} measured nothing"
        assert all(each.name.startswith(f"{name}.") for each in found)
        results += found
    show(results, console)
    write(results, RESULTS)
    console.print(f"Written to {RESULTS}")
    return 1 if any(each.met is False for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
