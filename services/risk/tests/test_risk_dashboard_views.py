"""The dashboard sorted, narrowed to movers, counted, exported and over time."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_risk import ClientAs, care_service, feeds_heard, green_service, provider, rating
from openpyxl import load_workbook
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded
from assay_contracts.roles import Role
from assay_kit.testing import NOON, hear
from risk.dashboard.errors import PeriodNotShown
from risk.dashboard.history import MOST_DAYS, Every, days_between

LATER = NOON + timedelta(days=10)


@pytest.fixture
def estate(session: Session, at: Any) -> dict[str, Any]:
    """Alder turned red on the tenth day, and Birch, of which too little was known, green; =Aardvark stays green."""
    one, other = provider(session, name="Zenith Care"), provider(session, name="Anchorage Care")
    made = {
        "Alder": green_service(session, one, name="Alder", zones=("North",), client_groups=("autism",)),
        "Aardvark": green_service(session, other, name="=Aardvark", type="residential_care", zones=("South",)),
    }
    at.now = LATER
    feeds_heard(session, LATER)
    rating(session, made["Alder"], "poor", at=LATER, published_on=LATER.date())
    made["Birch"] = care_service(session, one, name="Birch", zones=("North",))
    rating(session, made["Birch"], at=LATER, published_on=LATER.date())
    return made


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["care_service_name"] for row in answer.json()["items"]]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("gravest", ["Alder", "=Aardvark", "Birch"]),
        ("name", ["=Aardvark", "Alder", "Birch"]),
        ("provider", ["=Aardvark", "Alder", "Birch"]),
        ("latest_change", ["Birch", "Alder", "=Aardvark"]),
    ],
)
def test_the_list_is_sorted_as_asked_page_after_page(
    estate: dict[str, Any], client_as: ClientAs, sort: str, expected: list[str]
) -> None:
    reader, found, cursor = client_as(Role.COMMISSIONER), [], None
    for _ in expected:
        asked = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = reader.get("/v1/dashboard", params=asked)
        found += names(page)
        cursor = page.json()["next_cursor"]
    assert (sorted(found), cursor) == (sorted(expected), None)
    if sort != "latest_change":
        assert found == expected
    else:
        assert found[-1] == "=Aardvark"


def test_movers_are_those_whose_band_is_another_one_than_on_that_day(
    estate: dict[str, Any], client_as: ClientAs
) -> None:
    reader = client_as(Role.COMMISSIONER)
    moved = reader.get("/v1/dashboard", params={"moved_since": "2026-03-05"})
    assert names(moved) == ["Alder", "Birch"]
    alder, birch = moved.json()["items"]
    assert (alder["band_before"], alder["band"], alder["direction"]) == ("green", "red", "worsening")
    assert (birch["band_before"], birch["direction"]) == ("not_enough_information", "improving")
    assert names(reader.get("/v1/dashboard", params={"moved_since": "2026-03-12"})) == []
    assert names(reader.get("/v1/dashboard", params={"moved_since": "2026-03-01"})) == []  # nobody had a band then
    assert names(reader.get("/v1/dashboard", params={"moved_since": "2026-03-05", "band": "green"})) == ["Birch"]


@pytest.mark.parametrize(
    ("asked", "green", "red"),
    [
        ({}, 2, 1),
        ({"zone": "North"}, 1, 1),
        ({"client_group": "autism"}, 0, 1),
        ({"care_service_type": "residential_care"}, 1, 0),
        ({"search": "zenith"}, 1, 1),
        ({"is_embargoed": True}, 0, 0),
        ({"moved_since": "2026-03-05"}, 1, 1),
    ],
)
def test_counts_are_narrowed_as_the_list_is(
    estate: dict[str, Any], client_as: ClientAs, asked: dict[str, Any], green: int, red: int
) -> None:
    reader = client_as(Role.COMMISSIONER)
    counts = reader.get("/v1/dashboard-counts", params=asked).json()
    assert (counts["green"], counts["red"]) == (green, red)
    assert sum(counts.values()) == len(names(reader.get("/v1/dashboard", params=asked)))


def test_the_export_has_the_rows_of_the_list_and_no_cell_that_runs(estate: dict[str, Any], client_as: ClientAs) -> None:
    reader = client_as(Role.COMMISSIONER)
    answer = reader.get("/v1/dashboard-export", params={"sort": "name"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="dashboard.csv"' in answer.headers["content-disposition"]
    header, *rows = csv.reader(StringIO(answer.text))
    shown = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(each["Service"], each["Band"], each["Band before"]) for each in shown] == [
        ("'=Aardvark", "green", ""),
        ("Alder", "red", ""),
        ("Birch", "green", ""),
    ]
    narrowed = reader.get("/v1/dashboard-export", params={"band": "red", "moved_since": "2026-03-05"}).text
    assert [row["Band before"] for row in csv.DictReader(StringIO(narrowed))] == ["green"]


def test_the_workbook_says_the_same(estate: dict[str, Any], client_as: ClientAs) -> None:
    answer = client_as(Role.COMMISSIONER).get("/v1/dashboard-export", params={"file": "xlsx", "sort": "name"})
    [sheet] = load_workbook(BytesIO(answer.content)).worksheets
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Service", "=Aardvark", "Alder", "Birch"]
    assert "attachment" in answer.headers["content-disposition"]


def test_the_estate_over_time_counts_where_each_service_stood(
    session: Session, estate: dict[str, Any], client_as: ClientAs
) -> None:
    reader = client_as(Role.COMMISSIONER)
    asked = {"every": "day", "first_day": "2026-03-01", "last_day": "2026-03-12"}
    items = reader.get("/v1/dashboard-history", params=asked).json()["items"]
    counted = {each["on"]: (each["green"], each["red"]) for each in items}
    assert len(counted) == 12
    assert counted["2026-03-01"] == (0, 0)
    assert {counted[f"2026-03-{day:02}"] for day in range(2, 12)} == {(2, 0)}
    assert counted["2026-03-12"] == (2, 1)
    narrowed = reader.get("/v1/dashboard-history", params=asked | {"zone": "North"}).json()["items"]
    assert (narrowed[-1]["green"], narrowed[-1]["red"]) == (1, 1)


def test_a_service_that_ended_leaves_the_history_after_its_last_day(
    session: Session, estate: dict[str, Any], client_as: ClientAs
) -> None:
    gone = estate["Aardvark"]
    care_service(session, **gone.model_dump() | {"version": 2, "ended_on": date(2026, 3, 7)})
    asked = {"every": "day", "first_day": "2026-03-06", "last_day": "2026-03-09"}
    items = client_as(Role.COMMISSIONER).get("/v1/dashboard-history", params=asked).json()["items"]
    assert [each["green"] for each in items] == [2, 2, 1, 1]


def test_an_end_that_is_told_late_takes_a_service_out_from_its_day_on_and_never_below_none(
    session: Session, estate: dict[str, Any], client_as: ClientAs, at: Any
) -> None:
    """Its band turned on the tenth day; its last day was the fifth, which nobody had said."""
    gone = estate["Alder"]
    at.now = LATER + timedelta(days=2)
    ended = gone.model_dump() | {"version": 2, "ended_on": date(2026, 3, 7)}
    hear(session, CareServiceRecorded(at=at.now, care_service=CareServiceRecord(**ended)))
    asked = {"every": "day", "first_day": "2026-03-06", "last_day": "2026-03-13"}
    items = client_as(Role.COMMISSIONER).get("/v1/dashboard-history", params=asked).json()["items"]
    assert [(each["green"], each["red"]) for each in items] == [(2, 0)] * 2 + [(1, 0)] * 4 + [(2, 0)] * 2


def test_a_history_that_is_too_long_is_refused(client_as: ClientAs) -> None:
    asked = {"every": "day", "first_day": "2024-01-01", "last_day": "2026-03-12"}
    assert client_as(Role.COMMISSIONER).get("/v1/dashboard-history", params=asked).status_code == 409


@given(first=st.dates(date(1990, 1, 1), date(2040, 1, 1)), days=st.integers(-5, 3_000), every=st.sampled_from(Every))
def test_a_history_ends_on_its_last_day_and_is_bounded(first: date, days: int, every: Every) -> None:
    last = first + timedelta(days=days)
    try:
        points = days_between(first, last, every)
    except PeriodNotShown:
        return
    assert points == sorted(set(points))
    assert (points[-1], first <= points[0], len(points) <= MOST_DAYS) == (last, True, True)
