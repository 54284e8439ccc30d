"""What has been submitted or published stays as it was: the database refuses to change it, and a hash proves it.

Pure text and hashing: no connection, no web. The kit answers 409 where the database has refused (`FROZEN`).
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import singledispatch
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from assay_kit.money import plain_digits

# The SQLSTATE with which a freezing trigger refuses. PostgreSQL uses no class "AS".
FROZEN = "AS001"

_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,50}")
_LARGEST_EXACT_FLOAT = 2**53

# Shared by every trigger of a database; a migration may create it again.
_REFUSE = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = '{FROZEN}',
        MESSAGE = 'A row of ' || TG_TABLE_NAME || ' is frozen: ' || lower(TG_OP) || ' refused by ' || TG_NAME || '.',
        TABLE = TG_TABLE_NAME;
END
$$
""".strip()


def content_hash(value: Any) -> str:
    """SHA-256 (64 hex digits) of `value` as canonical JSON.

    Keys are sorted, text is UTF-8, equal numbers of a kind are written alike (`1.0` is 1; Decimals are text without
    idle zeros, "1.5"), instants are in UTC, sets are sorted: what was hashed before it was saved has the same hash
    when it is read back. Models, dataclasses, enums, UUIDs, dates, Decimals and Fractions are understood; TypeError
    for anything else, ValueError for NaN and for an instant without a time zone.
    """
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def freeze_trigger(
    table: str,
    when: str = "OLD.status <> 'draft'",
    columns: Sequence[str] | None = None,
    *,
    name: str = "frozen",
) -> list[str]:
    """DDL for a migration: rows of `table` for which `when` holds (SQL over OLD) cannot be deleted, nor changed in
    any of `columns` (None: in any column, the status too). `name` tells several freezings of one table apart."""
    return [
        _REFUSE,
        _trigger(table, f"{name}_update", "UPDATE", _and(when, _changes(columns))),
        _trigger(table, f"{name}_delete", "DELETE", when),
    ]


def refuse_update(table: str, when: str, *, name: str) -> list[str]:
    """DDL for a migration: an update of `table` for which `when` holds (SQL over OLD and NEW) is refused."""
    return [_REFUSE, _trigger(table, name, "UPDATE", when)]


def append_only_trigger(table: str) -> list[str]:
    """DDL for a migration: rows of `table` can be added, never changed or deleted."""
    return freeze_trigger(table, when="true", name="append_only")


def refusal(error: BaseException) -> str | None:
    """What a freezing trigger said, where `error` (SQLAlchemy's, or the driver's own) is its refusal."""
    cause: Any = getattr(error, "orig", error)
    return str(cause.diag.message_primary) if getattr(cause, "sqlstate", None) == FROZEN else None


def _trigger(table: str, name: str, operation: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {_identifier(name)} BEFORE {operation} ON {_identifier(table)} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_change()"
    )


def _changes(columns: Sequence[str] | None) -> str:
    if columns is None:
        return "true"
    if not columns:
        raise ValueError("Name the columns to freeze, or None for all of them.")
    return " OR ".join(f"OLD.{_identifier(c)} IS DISTINCT FROM NEW.{_identifier(c)}" for c in columns)


def _and(a: str, b: str) -> str:
    return f"({a}) AND ({b})"


def _identifier(name: str) -> str:
    """`name`, quoted; ValueError unless it is a plain lower-case name."""
    if _IDENTIFIER.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not a plain name of a table, column or trigger.")
    return f'"{name}"'


def _canonical(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """What is plain already is not asked about: most values are, and there may be thousands."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is dict:
        return {key if type(key) is str else _key(key): _plain(entry) for key, entry in value.items()}
    if kind is list or kind is tuple:
        return [_plain(entry) for entry in value]
    return _plainly(value)


@singledispatch
def _plainly(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form.")


@_plainly.register(str)
@_plainly.register(int)
@_plainly.register(type(None))
def _as_it_is(value: Any) -> Any:
    return value


@_plainly.register
def _(value: float) -> float | int:
    """As RFC 8785 writes numbers: 1.0 is 1. PostgreSQL's jsonb keeps the ".0", other writers drop it."""
    return int(value) if value.is_integer() and abs(value) < _LARGEST_EXACT_FLOAT else value


@_plainly.register
def _(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} has no canonical form.")
    return plain_digits(value)


@_plainly.register(Fraction)
@_plainly.register(UUID)
def _as_text(value: Any) -> str:
    return str(value)


@_plainly.register
def _(value: datetime) -> str:
    """ValueError for an instant without a time zone."""
    if value.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return value.astimezone(UTC).isoformat()


@_plainly.register
def _(value: date) -> str:
    return value.isoformat()


@_plainly.register
def _(value: Enum) -> Any:
    return _plain(value.value)


@_plainly.register
def _(value: BaseModel) -> Any:
    return _plain(value.model_dump(mode="python"))


@_plainly.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]  # singledispatch registers bare classes
    return {_key(key): _plain(entry) for key, entry in value.items()}


@_plainly.register(list)
@_plainly.register(tuple)
def _in_order(value: Sequence[Any]) -> list[Any]:
    return [_plain(entry) for entry in value]


@_plainly.register
def _(value: Set) -> list[Any]:  # type: ignore[type-arg]  # as above
    return sorted((_plain(entry) for entry in value), key=_canonical)


def _key(key: Any) -> str:
    plain = _plain(key)
    if not isinstance(plain, str):
        raise TypeError(f"A key must be text, not {type(key).__name__}.")
    return plain
