"""Long lists in pages: each page begins after the last row of the one before, so that rows which come and go in
between are neither repeated nor skipped, and the thousandth page is as quick as the first.

By hand, not by sqlakeyset: that asks the database twice for a page, and hands a value of the wrong type in a mangled
cursor on to the database, whose error is then ours and not the caller's.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    String,
    TypeDecorator,
    Uuid,
    and_,
    literal,
    or_,
    tuple_,
)
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.types import TypeEngine
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.problems import InvalidRequest

T = TypeVar("T")
U = TypeVar("U")

# The cursor of the first page, for callers (contract tests too) that want always to send one.
START = "W10"  # []

_SHAPE = "^[A-Za-z0-9_-]+$"
_LONGEST = 4000
_LENGTH_OF_MARK = 8
_BIGGEST_INTEGER = 2**63
_LONGEST_NUMBER = 40


class Page(BaseModel, Generic[T]):
    """Some items of a list, and where to go on."""

    items: list[T] = Field(max_length=200)
    next_cursor: str | None = Field(
        default=None, max_length=_LONGEST, description="Send it as `cursor` for the next page; null on the last one."
    )

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        """The same page with every item changed: rows into what callers see."""
        return Page[Any].model_construct(items=[change(item) for item in self.items], next_cursor=self.next_cursor)


@dataclass(frozen=True)
class PageAsked:
    """Which page a caller wants: at most `limit` items, after the place that `cursor` marks."""

    limit: int = 50
    cursor: str | None = None


async def get_page(
    limit: Annotated[int, Query(ge=1, le=200, description="At most this many items.")] = 50,
    cursor: Annotated[
        str | SkipJsonSchema[None],  # not null in the contract: it would be sent as the word
        Query(
            pattern=_SHAPE,
            max_length=_LONGEST,
            json_schema_extra={"format": "cursor"},
            description="`next_cursor` of the page before.",
        ),
    ] = None,
) -> PageAsked:
    return PageAsked(limit, cursor)


# In a route's signature: `page: PageQuery`. Handed on to a repository as it is.
PageQuery = Annotated[PageAsked, Depends(get_page)]


def paginate(session: Session, statement: SelectOfScalar[T], page: PageAsked, *keys: Any) -> Page[T]:
    """The page of `statement` (no ORDER BY of its own) that `page` asks for, ordered by `keys`.

    A key is a column, or an expression with a type (`func.lower(...)` needs `type_=String`), as it is or `.desc()`:
    text, integers, NUMERIC, days, instants or UUIDs, never NULL; all keys together are different for every row, so the
    last is usually the id. Where the keys go the same way an index over them serves every page.

    Answer it from a route with `response_model=Page[SomethingRead]`. A cursor that is mangled, or comes from a list
    that is ordered otherwise, raises InvalidRequest (422) naming `cursor`.
    """
    order = [_Key.of(key) for key in keys]
    if not order:
        raise TypeError("Name at least one key to order by.")
    ordered = statement.order_by(*keys).limit(page.limit + 1).add_columns(*(key.column for key in order))
    if place := _read(page.cursor, order):
        ordered = ordered.where(_after(order, place))
    rows = AnySession.execute(session, ordered).all()
    shown = rows[: page.limit]
    following = _write(order, shown[-1][1:]) if len(rows) > page.limit else None
    return Page[Any].model_construct(items=[row[0] for row in shown], next_cursor=following)


@dataclass(frozen=True)
class _Key:
    column: ColumnElement[Any]
    descending: bool
    kind: type

    @classmethod
    def of(cls, key: Any) -> "_Key":
        """TypeError for a key that cannot order pages."""
        descending = isinstance(key, UnaryExpression) and key.modifier is desc_op
        column = key.element if descending else key
        if getattr(column, "nullable", False):
            raise TypeError(f"{column} may be NULL: rows would be lost between pages. Order by a coalesce() of it.")
        kept = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        kind = kept.python_type
        if kind not in _READ:
            raise TypeError(f"{column} is a {kind.__name__}, which cannot order pages.")
        return cls(column, descending, kind)

    def __str__(self) -> str:
        return f"{self.column}{' desc' if self.descending else ''}"


def _after(order: Sequence[_Key], place: Sequence[Any]) -> ColumnElement[bool]:
    """The rows that come after `place`. Keys of one direction compare as one row, which an index can serve."""
    values = [literal(value, _TYPES[key.kind]) for key, value in zip(order, place, strict=True)]
    if len({key.descending for key in order}) == 1:
        here, there = tuple_(*(key.column for key in order)), tuple_(*values)
        return here < there if order[0].descending else here > there
    return or_(*(_equal_until(order, values, n) for n in range(len(order))))


def _equal_until(order: Sequence[_Key], values: Sequence[ColumnElement[Any]], n: int) -> ColumnElement[bool]:
    same = [key.column == value for key, value in zip(order[:n], values[:n], strict=True)]
    column, value = order[n].column, values[n]
    return and_(*same, column < value if order[n].descending else column > value)


def _fingerprint(order: Sequence[_Key]) -> str:
    """Marks the cursors of one ordering, so that another list's are refused."""
    return hashlib.sha256(", ".join(map(str, order)).encode()).hexdigest()[:_LENGTH_OF_MARK]


def _write(order: Sequence[_Key], values: Sequence[Any]) -> str:
    written = [value.isoformat() if isinstance(value, date) else _as_json(value) for value in values]
    text = json.dumps([_fingerprint(order), *written], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _as_json(value: Any) -> str | int:
    return value if isinstance(value, str | int) else str(value)


def _read(cursor: str | None, order: Sequence[_Key]) -> list[Any]:
    """The keys of the row to go on after; empty for the first page."""
    if cursor is None or cursor == START:
        return []
    try:
        marked, *written = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if marked != _fingerprint(order):
            raise ValueError("of another list")
        return [_READ[key.kind](value) for key, value in zip(order, written, strict=True)]
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        why = "It is not a cursor of this list; start again without one."
        raise InvalidRequest(f"cursor: {why}", errors=[{"field": "cursor", "in": "query", "why": why}]) from error


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not text")
    value.encode()
    return value


def _read_integer(value: Any) -> int:
    if type(value) is not int or abs(value) >= _BIGGEST_INTEGER:
        raise ValueError("not an integer")
    return value


def _read_number(value: Any) -> Decimal:
    number = Decimal(_read_text(value))
    if not number.is_finite() or len(value) > _LONGEST_NUMBER or abs(number.adjusted()) > _LONGEST_NUMBER:
        raise ValueError("not a number")
    return number


def _read_instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(_read_text(value))
    if instant.tzinfo is None:
        raise ValueError("not an instant")
    return instant


_READ: Mapping[type, Callable[[Any], Any]] = {
    str: _read_text,
    int: _read_integer,
    Decimal: _read_number,
    datetime: _read_instant,
    date: lambda value: date.fromisoformat(_read_text(value)),
    UUID: lambda value: UUID(_read_text(value)),
}

# The widest type of each kind: a value that a column cannot hold then lies before or after all of its rows.
_TYPES: Mapping[type, TypeEngine[Any]] = {
    str: String(),
    int: BigInteger(),
    Decimal: Numeric(),
    datetime: DateTime(timezone=True),
    date: Date(),
    UUID: Uuid(),
}
