"""One copy of the whole system a run, with the short demonstration: journeys, faults and pages are tried on it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Copy

from assay_kit.settings import Settings
from demonstration.driver import House, through_the_gateway
from demonstration.founding import Founders
from demonstration.main_job import Journey
from demonstration.passwords import password


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting the whole system takes its time."""
    for item in items:
        if "running_system" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def running_system() -> Iterator[Copy]:
    """Up and ready, in demonstration mode, with people, schemes, providers and members, but no years of history."""
    root = Path(tempfile.mkdtemp(prefix="assay-house-"))
    root.chmod(0o755)
    copy = Copy(root, ASSAY_MODE="demonstration", ASSAY_DEMONSTRATION="short")
    try:
        with copy.up():
            yield copy
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def journey(running_system: Copy) -> Iterator[Journey]:
    """A walk through the running system that is yet to begin."""
    settings = Settings(home=running_system.home.root, port=running_system.port)
    house = House(through_the_gateway(running_system.url), password=password(settings))
    machine = house.machine("case-management", settings.secret("client-case-management"))
    yield Journey(house, Founders(house, settings), machine, say=print)
    house.close()
