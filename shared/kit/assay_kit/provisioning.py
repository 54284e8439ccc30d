"""Makes a service's database, its two roles and its tables. Only the set-up command runs this."""

import importlib.resources
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from psycopg import sql
from sqlalchemy import MetaData, create_engine, make_url, text
from sqlalchemy.schema import SchemaItem

from assay_kit import freeze
from assay_kit.database import DatabaseRole, database_name, make_engine, role_name, server_url
from assay_kit.settings import Settings

_ONE_MIGRATES = 0x4153_5359  # advisory lock: "ASSY"

# Jobs that share a lock run one after the other, but the queue wakes its workers only for new jobs: the next of a row
# would wait for the polling interval. Wake them when a job with a lock is done (and so deleted), too.
_WAKE_FOR_THE_NEXT = (
    """
    CREATE FUNCTION wake_for_the_next_job() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify(
            'procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text
        );
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE TRIGGER wake_for_the_next_job AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.lock IS NOT NULL) EXECUTE FUNCTION wake_for_the_next_job()
    """,
)


def create_database(settings: Settings, service: str) -> None:
    """Make the database and the roles of a service, or bring them to what they should be. Repeatable."""
    passwords = {role: settings.make_secret(f"database-{service}-{role}") for role in DatabaseRole}
    database = sql.Identifier(database_name(settings, service))
    owner, runtime = (sql.Identifier(role_name(settings, service, role)) for role in DatabaseRole)
    with psycopg.connect(_plain(server_url(settings)), autocommit=True) as server:
        for role, password in passwords.items():
            _ensure_role(server, role_name(settings, service, role), password)
        if not server.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database_name(settings, service)]
        ).fetchone():
            # A managed server's administrator is no superuser: it must be a member of a role to give it a database.
            server.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
                    "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
                ).format(database, owner)
            )
        server.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, runtime))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    _grant_use(settings, service, owner, runtime)


def _grant_use(settings: Settings, service: str, owner: sql.Identifier, runtime: sql.Identifier) -> None:
    address = make_url(server_url(settings)).set(
        drivername="postgresql",
        database=database_name(settings, service),
        username=role_name(settings, service, DatabaseRole.OWNER),
        password=settings.secret(f"database-{service}-owner"),
    )
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as own:
        own.execute("SET client_min_messages = error")
        own.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(runtime))
        for rights, things in (
            ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
            ("USAGE, SELECT", "SEQUENCES"),
            ("EXECUTE", "FUNCTIONS"),
        ):
            own.execute(
                sql.SQL(
                    f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA public GRANT {rights} ON {things} TO {{}}"
                ).format(owner, runtime)
            )


def _ensure_role(server: "psycopg.Connection[Any]", name: str, password: str) -> None:
    found = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if found else "CREATE")
    server.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(name), sql.Literal(password)))


def migrate(package: str, owner_url: str, *, revision: str = "head") -> None:
    """Bring a service's tables to `revision`. One process migrates; others wait for it."""
    engine = make_engine(owner_url, pool_size=1)
    try:
        with engine.connect() as connection:
            connection.execute(text("SET lock_timeout = 0; SET statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_MIGRATES})
            connection.commit()
            configuration = configuration_of(package)
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, revision)
            connection.commit()
    finally:
        engine.dispose()


def is_migrated(package: str, url: str) -> bool:
    """Whether the database stands at the newest revision."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            stands = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return stands == ScriptDirectory.from_config(configuration_of(package)).get_current_head()


def configuration_of(package: str) -> Config:
    """Alembic's configuration of a service, found by its package."""
    configuration = Config()
    with importlib.resources.as_file(importlib.resources.files(package) / "migrations") as folder:
        configuration.set_main_option("script_location", str(Path(folder)))
    return configuration


def run_migrations(context: Any, metadata: MetaData) -> None:
    """The whole of a service's `migrations/env.py`."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_is_ours,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def install_kit(connection: Any) -> None:
    """What autogenerate cannot write: the job queue's schema, and logs that only grow. Once, in the first revision."""
    connection.connection.driver_connection.execute(SchemaManager.get_schema())
    for statement in _WAKE_FOR_THE_NEXT:
        connection.exec_driver_sql(statement)
    for table in ("timeline_entry", "event_log"):
        for statement in freeze.append_only_trigger(table):
            connection.exec_driver_sql(statement)


def _is_ours(_: SchemaItem, name: str | None, *__: object) -> bool:
    return not (name or "").startswith(("procrastinate", "idx_procrastinate"))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
