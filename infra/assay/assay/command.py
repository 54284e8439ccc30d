"""The command line. A command is imported when it is called: a holder or a runner must not carry every service."""

import importlib
from typing import Annotated

import typer

app = typer.Typer(
    name="assay",
    help="Assay: admitting, assessing and watching care providers.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _do(command: str, **options: object) -> None:
    """Call `run` of the module named after the command; what it returns is the exit status."""
    raise typer.Exit(importlib.import_module(f"assay.{command}").run(**options) or 0)


@app.command()
def setup(
    new_passwords: Annotated[
        bool,
        typer.Option("--new-passwords", help="Take over databases whose roles have other passwords."),
    ] = False,
) -> None:
    """Make ASSAY_HOME, secrets, databases, migrations and first data. Can be repeated."""
    _do("setting_up", new_passwords=new_passwords)


@app.command()
def up() -> None:
    """Run everything in the foreground. Ctrl-C stops it and keeps the data."""
    _do("up")


@app.command()
def status() -> None:
    """Show what `assay up` runs here: each program, its state and its address."""
    _do("status")


@app.command()
def serve(
    name: Annotated[str, typer.Argument(help="directory, dps-admission, assessment, risk, portal or gateway")],
) -> None:
    """Become one program that speaks HTTP, with the command that production uses."""
    _do("serve", name=name)


@app.command()
def worker(
    service: Annotated[str, typer.Option(help="Only this service's jobs; all services' by default.")] = "",
) -> None:
    """Run the jobs and deliver the events of every service, or of one."""
    _do("worker", service=service)


@app.command()
def postgres() -> None:
    """Hold the embedded PostgreSQL server until told to stop."""
    _do("postgres")


@app.command()
def demonstrate(
    if_demonstration: Annotated[
        bool, typer.Option("--if-demonstration", help="In production do nothing, instead of refusing.")
    ] = False,
) -> None:
    """Load the demonstration data, once; the services must be running."""
    _do("demonstrate", if_demonstration=if_demonstration)


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if something is out of date.")] = False,
) -> None:
    """Write docs/api, docs/states and the gateway's role table from the code."""
    _do("openapi", check=check)


@app.command()
def journey(
    url: Annotated[str, typer.Option(help="The gateway's address; by default the one of ASSAY_PORT.")] = "",
) -> None:
    """Walk the main job over HTTP against a running system."""
    _do("journey", url=url)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete the data in ASSAY_HOME. Nothing may be running there."""
    _do("reset", yes=yes)


def main() -> None:
    """The console script."""
    app()
