"""Facts come in and results go out while bands are worked out, on one connection: the server gathers the next facts,
and takes in the results before, while the rules are asked. Nothing else can be asked of it meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice, starmap
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from risk.bands.repository import FACTS, RESULT_COLUMNS, Known, known_of

_FACTS_SENT = str(FACTS.compile(dialect=make_url("postgresql+psycopg://").get_dialect()()))
_ADD_RESULTS = f"COPY band_result ({', '.join(RESULT_COLUMNS)}) FROM STDIN"
_MANY = 50  # of fewer services a statement that is prepared already is quicker
_AT_ONCE = 20
_AHEAD = 100  # by when these are worked out the server has gathered the rest


@contextmanager
def exchange(session: Session) -> Iterator["Exchange"]:
    """What the database says no to is raised as of any other statement, whatever was on its way."""
    try:
        with ExitStack() as opened:
            exchanging = Exchange(session, opened)
            yield exchanging
            exchanging.send()
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


class Exchange:
    def __init__(self, session: Session, opened: ExitStack) -> None:
        self._session = session
        self._opened = opened
        self._is_asking = False
        self._copy: Any = None
        self._held: list[Sequence[Any]] = []

    def known(self, asked: Mapping[str, Any]) -> Iterator[Known]:
        """What is known of the services that are `asked` about, one after the other."""
        few = len(asked["ids"]) < _MANY
        return starmap(known_of, self._session.execute(FACTS, asked).all() if few else self._streamed(asked))

    def add(self, result: Sequence[Any]) -> None:
        """A result as `RESULT_COLUMNS` say, JSON as text."""
        self._held.append(result)
        if not self._is_asking:
            self.send()

    def send(self) -> None:
        if self._held and self._copy is None:
            cursor = self._opened.enter_context(self._driver().cursor())
            self._copy = self._opened.enter_context(cursor.copy(_ADD_RESULTS))
        for result in self._held:
            self._copy.write_row(result)
        self._held.clear()

    def _streamed(self, asked: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        cursor = self._opened.enter_context(self._driver().cursor())
        rows = self._opened.enter_context(closing(cursor.stream(_FACTS_SENT, asked, size=_AT_ONCE)))
        self._is_asking = True
        yield from islice(rows, _AHEAD)
        rest = list(rows)
        self._is_asking = False
        yield from rest

    def _driver(self) -> Any:
        return self._session.connection().connection.driver_connection
