"""The database itself refuses to change what is frozen, and says so in a way the kit understands."""

from collections.abc import Iterator
from typing import Any

import pytest
from make_kit_database import database_of
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from assay_kit.freeze import FROZEN, append_only_trigger, freeze_trigger, refusal, refuse_update
from assay_kit.settings import Settings

metadata = MetaData()


def _table(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("status", String, nullable=False),
        Column("answers", JSONB),
        Column("note", String),
    )


whole = _table("whole")
part = _table("part")
diary = _table("diary")
DDL = [
    *freeze_trigger("whole"),
    *freeze_trigger("part", "OLD.status <> 'draft'", ["answers"]),
    *refuse_update("part", "OLD.status <> 'draft' AND NEW.status = 'draft'", name="never_a_draft_again"),
    *append_only_trigger("diary"),
]


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    with database_of(settings, "freeze", metadata) as engine:
        with engine.begin() as connection:
            for statement in DDL:
                connection.execute(text(statement))
        yield engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for number, status in enumerate(("draft", "submitted"), 1):
                connection.execute(insert(table).values(id=number, status=status, answers={"a": number}))
        yield connection
        connection.rollback()


def _refusal_of(connection: Connection, statement: Any) -> str | None:
    with pytest.raises(DBAPIError) as refused, connection.begin_nested():
        connection.execute(statement)
    assert refused.value.orig is not None
    assert getattr(refused.value.orig, "sqlstate", None) == FROZEN
    return refusal(refused.value)


def test_a_draft_can_be_changed_and_deleted(connection: Connection) -> None:
    for table in (whole, part):
        changed = update(table).where(table.c.id == 1).values(answers={"a": 9}, note="n")
        assert connection.execute(changed).rowcount == 1
        assert connection.execute(delete(table).where(table.c.id == 1)).rowcount == 1


def test_a_draft_can_be_submitted_with_its_last_change(connection: Connection) -> None:
    submitted = update(whole).where(whole.c.id == 1).values(status="submitted", answers={"a": 9})
    assert connection.execute(submitted).rowcount == 1


@pytest.mark.parametrize("change", [{"status": "closed"}, {"answers": {"a": 3}}, {"answers": None}, {"note": "n"}])
def test_no_column_of_a_frozen_row_can_be_changed(connection: Connection, change: dict[str, Any]) -> None:
    said = _refusal_of(connection, update(whole).where(whole.c.id == 2).values(**change))
    assert said == "A row of whole is frozen: update refused by frozen_update."


def test_other_columns_can_still_change_where_only_some_are_frozen(connection: Connection) -> None:
    submitted = part.c.id == 2
    assert connection.execute(update(part).where(submitted).values(status="closed", note="n")).rowcount == 1
    assert connection.execute(update(part).where(submitted).values(answers={"a": 2})).rowcount == 1  # as it was


@pytest.mark.parametrize("answers", [{"a": 3}, {}, None])
def test_frozen_columns_cannot_change(connection: Connection, answers: Any) -> None:
    said = _refusal_of(connection, update(part).where(part.c.id == 2).values(answers=answers))
    assert said == "A row of part is frozen: update refused by frozen_update."


def test_a_frozen_row_does_not_become_a_draft_again(connection: Connection) -> None:
    said = _refusal_of(connection, update(part).where(part.c.id == 2).values(status="draft"))
    assert said == "A row of part is frozen: update refused by never_a_draft_again."


@pytest.mark.parametrize("table", [whole, part])
def test_a_frozen_row_cannot_be_deleted(connection: Connection, table: Table) -> None:
    said = _refusal_of(connection, delete(table).where(table.c.id == 2))
    assert said == f"A row of {table.name} is frozen: delete refused by frozen_delete."


def test_one_frozen_row_protects_all_that_a_statement_touches(connection: Connection) -> None:
    _refusal_of(connection, update(whole).values(note="all"))
    assert connection.execute(select(whole.c.note)).scalars().all() == [None, None]


@pytest.mark.parametrize("number", [1, 2])
def test_a_diary_only_grows(connection: Connection, number: int) -> None:
    assert _refusal_of(connection, update(diary).where(diary.c.id == number).values(note="n"))
    assert _refusal_of(connection, delete(diary).where(diary.c.id == number))
    connection.execute(insert(diary).values(id=3, status="draft"))
    assert len(connection.execute(select(diary)).all()) == 3


def test_other_errors_are_no_refusal(connection: Connection) -> None:
    with pytest.raises(DBAPIError) as failed, connection.begin_nested():
        connection.execute(insert(diary).values(id=1, status="draft"))
    assert refusal(failed.value) is None
    assert refusal(ValueError("AS001")) is None


@pytest.mark.parametrize("name", ["", "Upper", "a b", 'a"', "a;drop", "9a", "a" * 60])
def test_only_plain_names_are_written_into_ddl(name: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        freeze_trigger(name)
    with pytest.raises(ValueError, match="plain name"):
        freeze_trigger("whole", columns=[name])


def test_freezing_no_column_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="Name the columns"):
        freeze_trigger("whole", columns=[])
