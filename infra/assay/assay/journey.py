"""`assay journey`: the whole main job against a running system, as the people who do it."""

import importlib

from rich.console import Console
from rich.markup import escape

from assay_kit.settings import MissingSecret, Settings


def run(url: str) -> int:
    """0 when every answer was right."""
    settings = Settings()
    try:
        status: int = importlib.import_module("demonstration.main_job").walk(url or settings.issuer)
    except MissingSecret as missing:
        console = Console(highlight=False)
        said = escape(f"Nothing was set up in {settings.home}. {missing}")
        console.print("[bold red]The journey did not begin.[/]", said)
        return 1
    return status
