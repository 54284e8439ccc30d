"""Every database's migrations: one line of them, up from nothing, and nothing forgotten."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import make_url

from assay.members import DATABASES, package_of
from assay_kit.database import DatabaseRole, database_name, database_url, make_engine, server_url
from assay_kit.provisioning import configuration_of, create_database, is_migrated, migrate
from assay_kit.settings import Settings


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[Settings]:
    """Settings for databases of this module's own, which nobody has touched yet."""
    alone = settings.model_copy(update={"database_prefix": f"{settings.database_prefix}_architecture"})
    yield alone
    address = make_url(server_url(alone)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        for name in DATABASES:
            database = sql.Identifier(database_name(alone, name))
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))


def test_there_are_databases_to_look_at() -> None:
    assert len(DATABASES) >= 5


@pytest.mark.parametrize("name", DATABASES)
def test_there_is_one_newest_revision(name: str) -> None:
    scripts = ScriptDirectory.from_config(configuration_of(package_of(name)))

    assert len(scripts.get_heads()) == 1


@pytest.mark.parametrize("name", DATABASES)
def test_migrations_lead_from_nothing_to_the_tables_in_the_code(name: str, own: Settings) -> None:
    create_database(own, name)
    owner = database_url(own, name, DatabaseRole.OWNER)
    package = package_of(name)

    migrate(package, owner)

    assert is_migrated(package, database_url(own, name))
    engine = make_engine(owner, pool_size=1)
    try:
        with engine.connect() as connection:
            configuration = configuration_of(package)
            configuration.attributes["connection"] = connection
            command.check(configuration)
    finally:
        engine.dispose()
