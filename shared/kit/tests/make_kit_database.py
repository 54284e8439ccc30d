"""A database of its own for a test of the kit, on the run's server."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import Engine, MetaData, make_url

from assay_kit.database import make_engine, server_url
from assay_kit.settings import Settings


@contextmanager
def database_of(settings: Settings, name: str, metadata: MetaData) -> Iterator[Engine]:
    """An engine on a new database with the tables of `metadata`; gone afterwards."""
    database = sql.Identifier(f"{settings.database_prefix}_{name}")
    with psycopg.connect(server_url(settings), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(database)
        )
    url = make_url(server_url(settings)).set(database=f"{settings.database_prefix}_{name}")
    engine = make_engine(url.render_as_string(hide_password=False))
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    with psycopg.connect(server_url(settings), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
