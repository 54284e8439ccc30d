"""`assay setup`: secrets, databases, tables and what the product ships with. Does what is missing and nothing else."""

import contextlib
import importlib
import importlib.util
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from assay import holdings
from assay.holdings import Holding, InTheWay
from assay.home import Home, NotAHome
from assay.leftovers import OURS
from assay.marks import is_marked_done, mark_done, unmark_loaded
from assay.members import DATABASES, SERVICES, package_of
from assay_kit import embedded
from assay_kit.clock import real_now
from assay_kit.database import DatabaseRole, database_url, make_engine
from assay_kit.provisioning import create_database, is_migrated, migrate
from assay_kit.settings import Settings

KNOWN_TO_EVERYBODY = "only-inside-this-network"
"""The database administrator's password in docker-compose.yml, where none is given."""
BEFORE_THE_DEMONSTRATION = datetime(2020, 3, 2, 9, tzinfo=UTC)


def run(*, new_passwords: bool = False) -> int:
    """Set up what is missing; 0 when all is there."""
    console = Console(highlight=False)
    settings = Settings()
    home = Home(settings.home)
    try:
        home.make()
        with _server(settings):
            _clear_the_way(console, settings, home, new_passwords=new_passwords)
            if _is_done(settings, home):
                console.print("  [green]✓[/] databases [dim]already set up[/]")
            else:
                _set_up(console, settings)
                mark_done(settings, home)
            return _refuse_a_movable_clock(console, settings)
    except (InTheWay, NotAHome) as reason:
        console.print("[bold red]Nothing was set up.[/]", escape(str(reason)))
        return 1


def _clear_the_way(console: Console, settings: Settings, home: Home, *, new_passwords: bool) -> None:
    """Refuse other data and another copy's databases; begin again where a demonstration was loaded only in part."""
    if not settings.is_demonstration and settings.database_url:
        _refuse_a_known_password(settings)
    found = holdings.held(settings)
    holdings.refuse_other_data(settings, found)
    if not new_passwords:
        holdings.refuse_other_secrets(settings, found)
    for name in found if new_passwords else ():
        create_database(settings, name)
    if found.get("directory") is not Holding.WHOLE:
        unmark_loaded(home)
    if found.get("directory") is Holding.PART:
        holdings.refuse_what_is_being_loaded(settings)
        console.print("  The demonstration data was loaded only in part last time; beginning again.")
        holdings.drop_what_was_loaded_in_part(settings, found)


def _refuse_a_movable_clock(console: Console, settings: Settings) -> int:
    """Production with a clock that was moved would miss or invent deadlines: 1 where a database holds one."""
    if settings.is_demonstration:
        return 0
    moved = [name for name in SERVICES if _has_a_clock(settings, name)]
    if moved:
        console.print(
            f"[bold red]Assay does not run in production on demonstration data.[/] The databases of {', '.join(moved)} "
            "hold a clock that was moved. Set ASSAY_MODE=demonstration, or give production databases of its own."
        )
    return 1 if moved else 0


def _has_a_clock(settings: Settings, name: str) -> bool:
    address = make_url(database_url(settings, name)).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        return connection.execute("SELECT 1 FROM business_clock").fetchone() is not None


def _refuse_a_known_password(settings: Settings) -> None:
    if make_url(settings.database_url).password == KNOWN_TO_EVERYBODY:
        raise InTheWay(
            "Production needs a database password that is not in the published files: set ASSAY_DATABASE_PASSWORD. A "
            "database volume that was made with the old one keeps it until you change it there, or remove the volume."
        )


@contextlib.contextmanager
def _server(settings: Settings) -> Iterator[None]:
    """The server while we need it: somebody else's, the one `assay up` holds, or one of our own."""
    if settings.database_url or OURS in os.environ:
        yield
        return
    server = embedded.start(settings)
    try:
        yield
    finally:
        embedded.stop(server, settings)


def _is_done(settings: Settings, home: Home) -> bool:
    if not is_marked_done(settings, home):
        return False
    try:
        return all(is_migrated(package_of(name), database_url(settings, name)) for name in DATABASES)
    except OperationalError:  # a database is missing
        return False


def _set_up(console: Console, settings: Settings) -> None:
    columns = (TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    steps = (("database", _database), ("tables", _tables), ("first data", _first_data))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("databases", total=len(DATABASES) * len(steps))
        for what, do in steps:
            for name in DATABASES:
                progress.update(task, description=f"{name}: {what}")
                do(settings, name)
                progress.advance(task)
    console.print(f"  [green]✓[/] databases [dim]{', '.join(DATABASES)}[/]")


def _database(settings: Settings, name: str) -> None:
    create_database(settings, name)
    holdings.mark_unmarked(settings, name)


def _tables(settings: Settings, name: str) -> None:
    migrate(package_of(name), database_url(settings, name, DatabaseRole.OWNER))


def _first_data(settings: Settings, name: str) -> None:
    """What the service ships with, through its own `first_data` module; it adds what is missing and changes nothing."""
    package = package_of(name)
    if importlib.util.find_spec(f"{package}.first_data") is None:
        return
    service = importlib.import_module(f"{package}.main").SERVICE
    put = importlib.import_module(f"{package}.first_data").put_first_data
    engine = make_engine(database_url(settings, name), pool_size=1)
    try:
        with Session(engine, info={"service": service}) as session, session.begin():
            put(session, settings, now=_began(settings))
    finally:
        engine.dispose()


def _began(settings: Settings) -> datetime:
    """When what ships came to be: now, or before anything that the demonstration tells of."""
    return BEFORE_THE_DEMONSTRATION if settings.is_demonstration else real_now()
