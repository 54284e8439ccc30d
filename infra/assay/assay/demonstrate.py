"""`assay demonstrate`: the demonstration data, once, through the services as they run."""

import importlib
from pathlib import Path

from rich.console import Console

from assay.marks import BEGUN, LOADED
from assay_kit.settings import Settings


def run(if_demonstration: bool) -> int:
    """Load what is not loaded yet."""
    console = Console(highlight=False)
    settings = Settings()
    if not settings.is_demonstration and if_demonstration:
        return 0
    if not settings.is_demonstration:
        console.print("[bold red]Nothing was loaded.[/] Demonstration data needs ASSAY_MODE=demonstration.")
        return 1
    begun, loaded = (Path(settings.home) / name for name in (BEGUN, LOADED))
    if loaded.exists():
        console.print("  [green]✓[/] demonstration data [dim]already loaded[/]")
        return 0
    begun.touch()
    with console.status("Loading the demonstration data") as status:
        importlib.import_module("demonstration.load").load(settings, status.update)
    loaded.touch()
    console.print("  [green]✓[/] demonstration data")
    return 0
