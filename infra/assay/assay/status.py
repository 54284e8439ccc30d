"""`assay status`: what runs here."""

from rich.console import Console
from rich.table import Table

from assay import programs
from assay.home import Home
from assay.supervision import Supervisor
from assay_kit.settings import Settings


def run() -> int:
    """Print the programs of the running copy; 1 where none runs."""
    settings = Settings()
    home = Home(settings.home)
    supervisor = Supervisor(home)
    console = Console(highlight=False)
    if not supervisor.is_up():
        console.print(f"Nothing runs from {home.root}.")
        return 1
    states = supervisor.states()
    table = Table("program", "state", "process", "port", "log", box=None, header_style="bold")
    for program in programs.everything(settings):
        state = states[program.name]
        log = home.logs / f"{program.name}.log"
        table.add_row(program.name, state.state.lower(), str(state.pid or ""), str(program.port or ""), str(log))
    console.print(table)
    return 0
