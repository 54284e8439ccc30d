"""Published versions are frozen, signed and dated; the one in force on a day is found, whatever came later."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_kit_database import database_of
from sqlalchemy import Engine, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Field, Session, SQLModel

from assay_kit.database import service_registry
from assay_kit.freeze import refusal
from assay_kit.identity import Principal
from assay_kit.settings import Settings
from assay_kit.versions import (
    HoldsFromThePast,
    Versioned,
    VersionFrozen,
    VersionNotPublished,
    VersionStatus,
    ensure_draft,
    frozen_versions,
    in_force,
    is_genuine,
    publish,
    retire,
    versioned_checks,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ADA = Principal(subject="person:ada", name="Ada")
CONTENT: dict[str, Any] = {"questions": ["Is care safe?"], "weights": [1.0]}


class Shelf(SQLModel, registry=service_registry()):
    pass


class Rulebook(Shelf, Versioned, table=True):
    __table_args__ = (*versioned_checks(),)

    id: int | None = Field(default=None, primary_key=True)
    rules: dict[str, Any] = Field(sa_type=JSONB)


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    with database_of(settings, "versions", Shelf.metadata) as engine:
        with engine.begin() as connection:
            for statement in frozen_versions("rulebook", ["rules"]):
                connection.execute(text(statement))
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def _draft() -> Rulebook:
    return Rulebook(rules=CONTENT)


def _published(version: int = 1, *, holds_from: date = TODAY) -> Rulebook:
    record = Rulebook(rules=CONTENT, version=version)
    publish(record, content=CONTENT, by=ADA, now=datetime(2020, 1, 1, tzinfo=UTC), effective_from=holds_from)
    return record


def test_publishing_signs_dates_and_hashes() -> None:
    record = _draft()
    publish(record, content=CONTENT, by=ADA, now=NOW)
    assert record.status == VersionStatus.PUBLISHED
    assert (record.published_by, record.published_at, record.effective_from) == ("person:ada", NOW, TODAY)
    assert is_genuine(record, {"weights": [1], "questions": ["Is care safe?"]})
    assert not is_genuine(record, {**CONTENT, "weights": [2]})


def test_a_version_holds_from_the_london_day() -> None:
    record = _draft()
    publish(record, content=CONTENT, by=ADA, now=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert record.effective_from == date(2026, 7, 1)


def test_a_version_may_begin_later_but_not_earlier() -> None:
    publish(_draft(), content=CONTENT, by=ADA, now=NOW, effective_from=date(2026, 4, 1))
    with pytest.raises(HoldsFromThePast):
        publish(_draft(), content=CONTENT, by=ADA, now=NOW, effective_from=date(2026, 3, 1))


def test_what_is_published_is_not_published_again_nor_edited() -> None:
    record = _published()
    with pytest.raises(VersionFrozen) as refused:
        publish(record, content=CONTENT, by=ADA, now=NOW)
    assert refused.value.status == 409
    with pytest.raises(VersionFrozen):
        ensure_draft(record)
    ensure_draft(_draft())


def test_only_a_published_version_is_retired() -> None:
    record = _published()
    with pytest.raises(VersionNotPublished):
        retire(_draft(), now=NOW)
    retire(record, now=NOW)
    assert (record.status, record.retired_at) == (VersionStatus.RETIRED, NOW)
    with pytest.raises(VersionNotPublished):
        retire(record, now=NOW)
    with pytest.raises(VersionFrozen):
        ensure_draft(record)


def test_the_version_in_force_is_the_one_that_began_last() -> None:
    first, second = _published(1, holds_from=date(2024, 4, 1)), _published(2, holds_from=date(2026, 4, 1))
    versions = [second, first, _draft()]
    assert in_force(versions, date(2024, 3, 31)) is None
    assert in_force(versions, date(2024, 4, 1)) is first
    assert in_force(versions, date(2026, 3, 31)) is first
    assert in_force(versions, date(2026, 4, 1)) is second


def test_of_two_that_begin_on_one_day_the_later_version_holds() -> None:
    first, second = _published(1), _published(2)
    assert in_force([second, first], TODAY) is second


def test_a_retired_version_held_until_then() -> None:
    first, second = _published(1, holds_from=date(2024, 4, 1)), _published(2, holds_from=date(2025, 4, 1))
    retire(second, now=NOW)
    assert in_force([first, second], date(2026, 3, 1)) is second
    assert in_force([first, second], TODAY) is first


@given(st.lists(st.dates(date(2020, 1, 2), date(2028, 1, 1)), max_size=8), st.dates(date(2020, 1, 2), date(2028, 1, 1)))
def test_a_version_in_force_has_begun_and_none_later_has(days: list[date], on: date) -> None:
    versions = [_published(n, holds_from=day) for n, day in enumerate(days, 1)]
    found = in_force(versions, on)
    begun = [day for day in days if day <= on]
    assert (found.effective_from if found else None) == max(begun, default=None)


def test_the_database_takes_a_draft_a_publication_and_a_retirement(session: Session) -> None:
    record = _draft()
    session.add(record)
    session.flush()
    record.rules = {"changed": True}
    session.flush()
    publish(record, content=record.rules, by=ADA, now=NOW)
    session.flush()
    retire(record, now=NOW)
    session.flush()
    session.refresh(record)
    assert (record.status, record.published_at, record.content_hash) == ("retired", NOW, record.content_hash)
    assert is_genuine(record, record.rules)


@pytest.mark.parametrize(
    "change",
    [
        {"rules": {"changed": True}},
        {"version": 2},
        {"effective_from": date(2027, 1, 1)},
        {"published_by": "person:eve"},
        {"content_hash": "0" * 64},
        {"status": "draft"},
    ],
)
def test_the_database_refuses_to_change_what_is_published(session: Session, change: dict[str, Any]) -> None:
    record = _published()
    session.add(record)
    session.flush()
    for name, value in change.items():
        setattr(record, name, value)
    with pytest.raises(DBAPIError) as refused:
        session.flush()
    assert refusal(refused.value)


def test_the_database_keeps_what_was_published(session: Session) -> None:
    record = _published()
    session.add(record)
    session.flush()
    session.delete(record)
    with pytest.raises(DBAPIError) as refused:
        session.flush()
    assert refusal(refused.value)


@pytest.mark.parametrize(
    "half",
    [
        {"status": "published"},
        {"published_by": "person:ada"},
        {"version": 0},
        {"status": "unknown"},
        {"retired_at": NOW},
    ],
)
def test_the_database_takes_nothing_half_published(session: Session, half: dict[str, Any]) -> None:
    session.add(Rulebook(rules=CONTENT, **half))
    with pytest.raises(IntegrityError):
        session.flush()


def test_versions_of_a_service_are_in_its_own_metadata() -> None:
    assert "rulebook" in Shelf.metadata.tables
    assert "rulebook" not in SQLModel.metadata.tables
