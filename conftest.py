"""How the tests are shared out among processes: a file stays together, and so does whatever needs the running system.

`xdist_group` has no effect under pytest 9.2 (xdist 3.8 writes the group into an id that pytest no longer reads).
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from assay_kit.garbage import settle

_A_COPY_OF_ITS_OWN = ("tests/journeys/test_demonstration.py", "tests/journeys/test_assessment_cycle.py")
_ON_THE_RUNNING_SYSTEM = ("tests/faults/", "tests/journeys/", "tests/security/", "tests/browser/")


class ByFile(LoadScopeScheduling):
    """The running system is started once in a run; contracts keep what they saw in one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_ON_THE_RUNNING_SYSTEM) and not nodeid.startswith(_A_COPY_OF_ITS_OWN):
            return "running system"
        return nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # in the order below
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """A fifth of the time otherwise: what is collected stays to the end, and need not be looked through each time."""
    settle()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that none waits for them at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_ON_THE_RUNNING_SYSTEM))
