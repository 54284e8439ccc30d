"""No file grows past what can be read in one sitting."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400


def python_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = (ROOT / line for line in listed.stdout.splitlines() if "migrations/versions" not in line)
    return [path for path in paths if path.exists()]


def test_no_file_is_longer_than_400_lines() -> None:
    files = python_files()
    assert len(files) > 100

    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}

    assert {path: lines for path, lines in long.items() if lines > LONGEST_FILE} == {}
