"""`assay demonstrate`: the demonstration data, once, through the services as they run."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from assay.holdings import (
    Holding,
    InTheWay,
    held_beside_the_directory,
    loading,
    mark,
    refuse_other_data,
    refuse_what_was_entered,
)
from assay.home import Home
from assay.marks import mark_loaded
from assay_kit.settings import Settings

Say = Callable[[str], None]


def run(if_demonstration: bool) -> int:
    """Load what is not loaded yet."""
    console = Console(highlight=False)
    settings = Settings()
    if not settings.is_demonstration and if_demonstration:
        return 0
    if not settings.is_demonstration:
        console.print("[bold red]Nothing was loaded.[/] Demonstration data needs ASSAY_MODE=demonstration.")
        return 1
    try:
        is_new = _load_once(console, settings)
    except InTheWay as reason:
        console.print("[bold red]Nothing was loaded.[/]", escape(str(reason)))
        return 1
    mark_loaded(Home(settings.home))
    console.print(f"  [green]✓[/] demonstration data{'' if is_new else ' [dim]already loaded[/]'}")
    return 0


def _load_once(console: Console, settings: Settings) -> bool:
    """Whether it was loaded now. The mark in the database goes before the first change and after the last."""
    found = held_beside_the_directory(settings)
    refuse_other_data(settings, found)
    match found.get("directory"):
        case Holding.WHOLE:
            return False
        case Holding.DEMONSTRATION:
            pass
        case _:
            raise InTheWay("The databases are not ready for it: run `assay setup` first.")
    with loading(settings):
        refuse_what_was_entered(settings)
        mark(settings, "directory", Holding.PART)
        with _progress(console) as say:
            importlib.import_module("demonstration.load").load(settings, say)
        mark(settings, "directory", Holding.WHOLE)
    return True


@contextmanager
def _progress(console: Console) -> Iterator[Say]:
    """One line that changes on a terminal; elsewhere a line for each year."""
    if console.is_terminal:
        with console.status("Loading the demonstration data") as status:
            yield status.update
        return
    console.print("  Loading the demonstration data")
    said = ""

    def say(what: str) -> None:
        nonlocal said
        year = what[-4:] if what[-4:].isdigit() else what
        if year != said:
            said = year
            console.print(f"  {what}", markup=False)

    yield say
