"""How the tests are shared out among processes: a file stays together, and so does whatever needs the running system.

`xdist_group` has no effect under pytest 9.2 (xdist 3.8 writes the group into an id that pytest no longer reads).
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_TWO_COPIES = "tests/journeys/test_demonstration.py"
_ON_THE_RUNNING_SYSTEM = ("tests/faults/", "tests/journeys/", "tests/security/")
_IN_A_BROWSER = "tests/browser/"


class ByFile(LoadScopeScheduling):
    """The running system is started once in a process; contracts keep what they saw in one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_IN_A_BROWSER):
            return "browser"
        if nodeid.startswith(_ON_THE_RUNNING_SYSTEM) and not nodeid.startswith(_TWO_COPIES):
            return "running system"
        return nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # in the order below
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that none waits for them at the end; the browser, which keeps an event loop, last."""

    def place(item: pytest.Item) -> int:
        if item.nodeid.startswith(_IN_A_BROWSER):
            return 2
        return 0 if item.nodeid.startswith(_ON_THE_RUNNING_SYSTEM) else 1

    items.sort(key=place)
