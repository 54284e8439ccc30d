"""References follow each other without gaps, by prefix and London year, whoever asks at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from make_kit_database import database_of
from sqlalchemy import Engine, delete
from sqlmodel import Session

from assay_kit.references import next_reference, reference_counter
from assay_kit.settings import Settings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    with database_of(settings, "references", reference_counter.metadata) as engine:
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        session.connection().execute(delete(reference_counter))
        session.commit()
        yield session


def test_references_are_numbered_from_one(session: Session) -> None:
    assert [next_reference(session, "APP", NOW) for _ in range(3)] == [
        "APP-2026-0001",
        "APP-2026-0002",
        "APP-2026-0003",
    ]


def test_each_prefix_and_each_year_counts_for_itself(session: Session) -> None:
    assert next_reference(session, "APP", NOW) == "APP-2026-0001"
    assert next_reference(session, "ASMT", NOW) == "ASMT-2026-0001"
    assert next_reference(session, "APP", NOW.replace(year=2027)) == "APP-2027-0001"
    assert next_reference(session, "APP", NOW) == "APP-2026-0002"


def test_the_year_is_londons(session: Session) -> None:
    assert next_reference(session, "APP", datetime(2025, 12, 31, 23, 59, tzinfo=UTC)) == "APP-2025-0001"
    # No year begins in British Summer Time, but a clock elsewhere may already show another one.
    assert next_reference(session, "APP", datetime.fromisoformat("2026-01-01T08:00+09:00")) == "APP-2025-0002"


def test_a_transaction_that_fails_leaves_no_gap(session: Session) -> None:
    next_reference(session, "APP", NOW)
    session.commit()
    next_reference(session, "APP", NOW)
    session.rollback()
    assert next_reference(session, "APP", NOW) == "APP-2026-0002"


def test_after_9999_references_grow_longer(session: Session) -> None:
    session.connection().execute(reference_counter.insert().values(prefix="APP", year=2026, last=9999))
    assert next_reference(session, "APP", NOW) == "APP-2026-10000"


def test_many_who_ask_at_once_get_a_number_each(session: Session, engine: Engine) -> None:
    def ask(_: int) -> str:
        with Session(engine) as own, own.begin():
            return next_reference(own, "APP", NOW)

    with ThreadPoolExecutor(8) as people:
        given = list(people.map(ask, range(40)))
    assert sorted(given) == [f"APP-2026-{n:04d}" for n in range(1, 41)]


@pytest.mark.parametrize("prefix", ["", "A", "app", "TOOLONGER", "A-B", "AP1", "APP\n"])
def test_a_prefix_is_a_few_capitals(session: Session, prefix: str) -> None:
    with pytest.raises(ValueError, match="capital letters"):
        next_reference(session, prefix, NOW)
