"""How the tests are shared out among processes: a file stays together, and so does whatever needs the running system.

`xdist_group` has no effect under pytest 9.2 (xdist 3.8 writes the group into an id that pytest no longer reads).
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_ON_THE_RUNNING_SYSTEM = ("tests/browser/", "tests/faults/", "tests/journeys/", "tests/security/")


class ByFile(LoadScopeScheduling):
    """The running system is started once, in one process; contracts keep what they saw in one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_ON_THE_RUNNING_SYSTEM):
            return "running system"
        return nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # in the order of collection: the browser's event loop comes last
    return ByFile(config, log)
