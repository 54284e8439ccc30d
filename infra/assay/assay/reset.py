"""`assay reset`: deletes the data of one home. Only of a home that Assay made, and only while nothing runs from it."""

import shutil

import typer
from rich.console import Console

from assay.home import AlreadyRunning, Home
from assay.leftovers import end, processes_of
from assay_kit import embedded
from assay_kit.settings import Settings


def run(yes: bool) -> int:
    """Delete the home; 0 when it is gone, 1 when it was kept."""
    settings = Settings()
    home = Home(settings.home)
    console = Console(highlight=False)
    if not home.root.exists():
        console.print(f"There is nothing to delete: {home.root} does not exist.")
        return 0
    if not home.is_ours:
        console.print(f"[bold red]Nothing was deleted.[/] Assay did not make {home.root}.")
        return 1
    if not yes and not typer.confirm(f"Delete everything in {home.root}: databases, evidence, secrets, logs?"):
        console.print("Nothing was deleted.")
        return 1
    home.make()
    try:
        with home.held():
            return _delete(console, settings, home)
    except AlreadyRunning as reason:
        console.print(f"[bold red]Nothing was deleted.[/] {reason}")
        return 1


def _delete(console: Console, settings: Settings, home: Home) -> int:
    end(processes_of(home))
    if (home.root / "postgres" / "postmaster.pid").exists():
        embedded.stop(embedded.start(settings), settings)
    shutil.rmtree(home.root)
    console.print(f"Deleted {home.root}.")
    if settings.database_url:
        console.print("The databases on DATABASE_URL were left as they are.")
    return 0
