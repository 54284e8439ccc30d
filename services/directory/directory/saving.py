"""Saves where a unique constraint may refuse: the caller hears a problem, and the transaction lives on."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.errors import UniqueViolation
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from assay_kit.problems import Problem


@contextmanager
def refusing_doubles(session: Session, problem: Problem) -> Iterator[None]:
    """Change inside the block; what the database refuses as a double is raised as `problem`."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise problem from error
        raise
