"""`assay journey`: the whole main job against a running system, as the people who do it."""

import importlib
import sys
from pathlib import Path

from rich.console import Console

from assay_kit.settings import MissingSecret, Settings

_JOURNEYS = Path(__file__).parents[3] / "tests" / "journeys"


def run(url: str) -> int:
    """0 when every answer was right. The journey is also a test, so it lives with the tests."""
    settings = Settings()
    sys.path.insert(0, str(_JOURNEYS))
    try:
        status: int = importlib.import_module("main_job").walk(url or settings.issuer)
    except MissingSecret as missing:
        console = Console(highlight=False)
        console.print(f"[bold red]The journey did not begin.[/] Nothing was set up in {settings.home}. {missing}")
        return 1
    return status
