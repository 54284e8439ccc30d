"""What `assay up` says when all is ready: where to go and who to be."""

import importlib

from rich.console import Console
from rich.table import Table

from assay.home import Home
from assay_kit.settings import Settings


def show(console: Console, settings: Settings, home: Home, *, seconds: float) -> None:
    """Print the addresses and the sign-ins."""
    address = settings.issuer
    console.print(f"\n[bold green]Assay is ready[/] after {seconds:.0f} s.\n")
    where = Table(box=None, show_header=False, padding=(0, 2))
    where.add_row("Pages", address)
    where.add_row("API and its documentation", f"{address}/api/docs")
    where.add_row("Data, secrets and logs", str(home.root))
    console.print(where)
    console.print()
    if settings.is_demonstration:
        _sign_ins(console, settings)
    else:
        console.print(f"Sign in as {settings.administrator_email}; the password is in {home.root}/secrets.")
    console.print("\nCtrl-C stops everything and keeps the data.\n")


def _sign_ins(console: Console, settings: Settings) -> None:
    people = importlib.import_module("demonstration.sign_ins").sign_ins(settings)
    console.print(
        f"Sign-ins of the demonstration; the password of all is [bold]{people[0].password}[/]\n", soft_wrap=True
    )
    widths = [max(len(getattr(person, column)) for person in people) for column in ("email", "role")]
    for person in people:
        console.print(f"  {person.email:{widths[0]}}  {person.role:{widths[1]}}  {person.name}", soft_wrap=True)
