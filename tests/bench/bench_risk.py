"""Early warning beside its night: how long the refresh of an estate takes, of services that nothing is missing of."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import Result
from sqlmodel import Session

from assay_kit import embedded
from assay_kit.database import database_url, make_engine
from assay_kit.settings import Mode, Settings
from assay_kit.testing import make_database
from risk.bands.nights import next_refresh, refresh_estate
from risk.main import SERVICE

sys.path.append(str(Path(__file__).parents[2] / "services" / "risk" / "tests"))
from make_risk import green_service

ESTATE = 200
SECONDS = 5


def measure() -> Iterator[Result]:
    with _database() as settings:
        engine = make_engine(database_url(settings, SERVICE.name), pool_size=1)
        try:
            with Session(engine, info={"service": SERVICE}) as session:
                for _ in range(ESTATE):
                    green_service(session)
                session.commit()
                seconds = _refresh(session)
        finally:
            engine.dispose()
    yield Result(
        name="risk.estate_refresh", value=seconds, unit="s", against=f"{ESTATE} services", target=SECONDS,
        more_is_better=False,
    )  # fmt: skip


def _refresh(session: Session) -> float:
    """One night, chunk by chunk as the worker does it."""
    night = next_refresh(session)
    if night is None:
        raise RuntimeError("Nothing is due, so nothing was measured.")
    began, refreshed = time.perf_counter(), 0
    while count := refresh_estate(session, night):
        session.commit()
        refreshed += count
    seconds = time.perf_counter() - began
    if refreshed < ESTATE:
        raise RuntimeError(f"Only {refreshed} of {ESTATE} services were refreshed, so nothing was measured.")
    return seconds


@contextmanager
def _database() -> Iterator[Settings]:
    """A server and a database of early warning for this measurement alone; durable, as in earnest."""
    home = Path(tempfile.mkdtemp(prefix="assay-bench-"))
    home.chmod(0o755)
    settings = Settings(home=home, mode=Mode.DEMONSTRATION, database_url="")
    server = embedded.start(settings)
    try:
        make_database(settings, SERVICE)
        yield settings
    finally:
        embedded.stop(server, settings)
        shutil.rmtree(home, ignore_errors=True)
