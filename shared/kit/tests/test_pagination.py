"""Every row comes on exactly one page, in order, whatever the order is; a mangled cursor is the caller's mistake."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from make_kit_database import database_of
from sqlalchemy import BigInteger, DateTime, Engine, String, event, func
from sqlmodel import Field, Session, SQLModel, col, select

from assay_kit.database import service_registry
from assay_kit.pagination import START, Page, PageAsked, PageQuery, paginate
from assay_kit.problems import InvalidRequest, answer_with_problems
from assay_kit.settings import Settings


class Shelf(SQLModel, registry=service_registry()):
    pass


class Book(Shelf, table=True):
    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=8)
    copies: int
    loans: int = Field(sa_type=BigInteger)
    price: Decimal = Field(max_digits=12, decimal_places=6)
    bought_on: date
    added_at: datetime = Field(sa_type=DateTime(timezone=True))
    note: str | None = None
    is_lent: bool = False


class BookRead(SQLModel):
    title: str


COUNT = 23
FIRST = datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)


def _book(n: int) -> Book:
    return Book(
        id=UUID(int=(n * 7919) % 10_007),
        title=["Ärger", "b", "B", "ab ", "ü\U0001f600", '"', "\\"][n % 7],
        copies=n % 3,
        loans=n % 2 * 2**40,
        price=Decimal(n % 4) / 3,
        bought_on=date(2026, 1, 1 + n % 5),
        added_at=FIRST + timedelta(microseconds=n // 4),
    )


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    with database_of(settings, "pagination", Shelf.metadata) as engine:
        with Session(engine) as session:
            session.add_all([_book(n) for n in range(COUNT)])
            session.commit()
        yield engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


@pytest.fixture
def client(session: Session) -> TestClient:
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/books", response_model=Page[BookRead])
    def list_books(page: PageQuery) -> Page[Book]:
        return paginate(session, select(Book), page, col(Book.added_at).desc(), Book.id)

    return TestClient(app)


def _walk(session: Session, limit: int, *keys: Any) -> list[Book]:
    found: list[Book] = []
    cursor: str | None = START
    while cursor is not None:
        page = paginate(session, select(Book), PageAsked(limit, cursor), *keys)
        assert len(page.items) <= limit
        assert page.items
        found += page.items
        cursor = page.next_cursor
    return found


ORDERS: list[tuple[Any, ...]] = [
    (Book.id,),
    (col(Book.id).desc(),),
    (Book.title, Book.id),
    (col(Book.title).desc(), col(Book.id).desc()),
    (col(Book.copies).desc(), Book.price, col(Book.id).desc()),
    (Book.price, col(Book.bought_on).desc(), Book.id),
    (col(Book.added_at).desc(), Book.id),
    (Book.loans, Book.bought_on, Book.added_at, Book.id),
    (func.lower(Book.title, type_=String), Book.id),
    (func.coalesce(Book.note, "", type_=String), Book.id),
]


@pytest.mark.parametrize("keys", ORDERS)
@pytest.mark.parametrize("limit", [1, 4, COUNT - 1, COUNT, 200])
def test_every_row_is_on_one_page_and_in_order(session: Session, keys: tuple[Any, ...], limit: int) -> None:
    at_once = session.exec(select(Book).order_by(*keys)).all()
    assert len(at_once) == COUNT
    assert _walk(session, limit, *keys) == list(at_once)


def test_the_last_page_says_that_it_is_the_last(session: Session) -> None:
    assert paginate(session, select(Book), PageAsked(COUNT), Book.id).next_cursor is None
    assert paginate(session, select(Book), PageAsked(COUNT - 1), Book.id).next_cursor is not None


def test_an_empty_list_is_one_empty_page(session: Session) -> None:
    page = paginate(session, select(Book).where(Book.copies > 99), PageAsked(), Book.id)
    assert (page.items, page.next_cursor) == ([], None)


def test_filters_go_on_holding_on_the_next_page(session: Session) -> None:
    few = select(Book).where(Book.copies == 1)
    first = paginate(session, few, PageAsked(2), Book.title, Book.id)
    second = paginate(session, few, PageAsked(200, first.next_cursor), Book.title, Book.id)
    assert {book.copies for book in first.items + second.items} == {1}
    assert len(first.items + second.items) == len(session.exec(few).all())


def test_rows_that_come_in_between_shift_nothing(session: Session) -> None:
    first = paginate(session, select(Book), PageAsked(5), Book.title, Book.id)
    early = _book(0)
    early.id, early.title = UUID(int=10_008), "!"
    session.add(early)
    session.flush()
    second = paginate(session, select(Book), PageAsked(5, first.next_cursor), Book.title, Book.id)
    assert not {book.id for book in first.items} & {book.id for book in second.items}
    session.rollback()


def test_a_page_is_one_question_to_the_database(session: Session, engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    paginate(session, select(Book), PageAsked(5), Book.title, Book.id)
    assert len(asked) == 1


def test_keys_of_one_direction_compare_as_a_row(session: Session, engine: Engine) -> None:
    first = paginate(session, select(Book), PageAsked(5), Book.title, Book.id)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    paginate(session, select(Book), PageAsked(5, first.next_cursor), Book.title, Book.id)
    assert "(book.title, book.id) > (" in asked[0]


def test_rows_can_be_turned_into_what_callers_see(session: Session) -> None:
    page = paginate(session, select(Book), PageAsked(3), Book.id)
    seen = page.map(lambda book: book.title)
    assert seen.items == [book.title for book in page.items]
    assert seen.next_cursor == page.next_cursor


def test_a_route_answers_pages(client: TestClient) -> None:
    titles: list[str] = []
    query: dict[str, Any] = {"limit": 10}
    for expected in (10, 10, 3):
        answered = client.get("/books", params=query)
        assert answered.status_code == 200, answered.text
        assert len(answered.json()["items"]) == expected
        assert set(answered.json()["items"][0]) == {"title"}
        titles += [item["title"] for item in answered.json()["items"]]
        query["cursor"] = answered.json()["next_cursor"]
    assert query["cursor"] is None
    assert len(titles) == COUNT


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", ""])
def test_a_limit_lies_between_1_and_200(client: TestClient, limit: str) -> None:
    refused = client.get("/books", params={"limit": limit})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "limit"


def _cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "mangled",
    [
        *("", "!", "a b", "W10=", "AAAA", "W1", "Zm9v", "A" * 4001),
        *map(_cursor, ("null", "{}", "[1]", '["x"]', "[" * 2900)),
    ],
)
def test_a_mangled_cursor_is_an_invalid_request_that_names_it(client: TestClient, mangled: str) -> None:
    refused = client.get("/books", params={"cursor": mangled})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"][0]["field"] == "cursor"


def test_the_cursor_of_another_list_is_refused(session: Session) -> None:
    elsewhere = paginate(session, select(Book), PageAsked(2), col(Book.id).desc()).next_cursor
    with pytest.raises(InvalidRequest):
        paginate(session, select(Book), PageAsked(2, elsewhere), Book.id)


_WRONG: list[Any] = [
    *(None, 1, 1.5, True, "", "x", "\x00", "\ud800", [], {}),
    *("9" * 50, 10**30, -(2**31) - 1, "NaN", "1e999999"),
]


@with_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.sampled_from(_WRONG) | st.integers() | st.text(), min_size=4, max_size=6))
def test_values_of_the_wrong_type_never_reach_the_database(session: Session, forged: list[Any]) -> None:
    keys = (Book.copies, Book.loans, Book.price, Book.bought_on, Book.added_at, Book.id)
    real = paginate(session, select(Book), PageAsked(1), *keys).next_cursor
    assert real is not None
    cursor = _forge(real, forged)
    with pytest.raises(InvalidRequest):
        paginate(session, select(Book), PageAsked(1, cursor), *keys)


@with_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers() | st.sampled_from(_WRONG))
def test_a_number_too_big_for_its_column_is_the_callers_mistake(session: Session, forged: Any) -> None:
    for key in (Book.copies, Book.loans, Book.price):
        real = paginate(session, select(Book), PageAsked(1), key, Book.id).next_cursor
        assert real is not None
        cursor = _forge(real, [forged, str(UUID(int=1))])
        try:
            paginate(session, select(Book), PageAsked(1, cursor), key, Book.id)
        except InvalidRequest:
            continue


def _forge(real: str, values: list[Any]) -> str:
    mark = json.loads(urlsafe_b64decode(real + "=" * (-len(real) % 4)))[0]
    return _cursor(json.dumps([mark, *values]))


@pytest.mark.parametrize("key", [Book.note, Book.is_lent, col(Book.is_lent).desc()])
def test_a_key_that_would_lose_rows_is_refused_when_it_is_first_used(session: Session, key: Any) -> None:
    with pytest.raises(TypeError, match=r"NULL|cannot order"):
        paginate(session, select(Book), PageAsked(), key, Book.id)


def test_a_list_needs_an_order(session: Session) -> None:
    with pytest.raises(TypeError, match="at least one key"):
        paginate(session, select(Book), PageAsked())


def test_the_contract_bounds_the_list_and_marks_the_cursor(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()
    asked = {each["name"]: each["schema"] for each in contract["paths"]["/books"]["get"]["parameters"]}
    assert (asked["limit"]["minimum"], asked["limit"]["maximum"], asked["limit"]["default"]) == (1, 200, 50)
    assert (asked["cursor"]["type"], asked["cursor"]["format"]) == ("string", "cursor")
    [page] = [said for name, said in contract["components"]["schemas"].items() if name.startswith("Page")]
    assert page["properties"]["items"]["maxItems"] == 200
