"""`assay journey`: the whole main job against a running system, as the people who do it."""

import importlib
import sys
from pathlib import Path

from assay_kit.settings import Settings

_JOURNEYS = Path(__file__).parents[3] / "tests" / "journeys"


def run(url: str) -> int:
    """0 when every answer was right. The journey is also a test, so it lives with the tests."""
    settings = Settings()
    sys.path.insert(0, str(_JOURNEYS))
    status: int = importlib.import_module("main_job").walk(url or settings.issuer)
    return status
