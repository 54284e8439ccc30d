"""Marks in ASSAY_HOME of what has been done there, by which `assay up` starts sooner with the server of that home.

They decide nothing else: what a database holds it says itself (`holdings`).
"""

import hashlib
import importlib.util
from pathlib import Path

from assay.home import Home
from assay.members import DATABASES, package_of
from assay_kit.settings import Settings

DONE = "set-up"
"""Holds a hash of the code and the settings whose tables and first data are in the databases."""
LOADED = "demonstration-loaded"


def mark_done(settings: Settings, home: Home) -> None:
    (home.root / DONE).write_text(_fingerprint(settings, home), encoding="utf-8")


def is_marked_done(settings: Settings, home: Home) -> bool:
    """Whether the databases were set up by just this code, for just this home and mode."""
    done = home.root / DONE
    return done.exists() and done.read_text(encoding="utf-8") == _fingerprint(settings, home)


def mark_loaded(home: Home) -> None:
    (home.root / LOADED).touch()


def unmark_loaded(home: Home) -> None:
    (home.root / LOADED).unlink(missing_ok=True)


def is_marked_loaded(home: Home) -> bool:
    return (home.root / LOADED).exists()


def _fingerprint(settings: Settings, home: Home) -> str:
    """A hash of every service's files and of the settings that decide what is put into the databases."""
    decisive = (settings.mode, settings.database_url, settings.database_prefix, home.root)
    whole = hashlib.sha256(" ".join(map(str, decisive)).encode())
    for path in sorted(path for name in DATABASES for path in _files(package_of(name))):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _files(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations or () if spec else ()
    found = (path for folder in folders for path in Path(folder).rglob("*"))
    return [path for path in found if path.suffix != ".pyc" and path.is_file()]
