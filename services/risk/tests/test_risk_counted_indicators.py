"""Indicators 4, 7 and 8: what is counted, within a window, while its feed is alive."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_facts import TODAY, answer, days_ago, enquiries, known, occurrences, read

from risk.indicators.facts import Enquiry, Feed
from risk.indicators.reading import State
from risk.indicators.safeguarding_decisions import standing
from risk.scoring_models.policy import Indicator, Level


@pytest.mark.parametrize(
    ("count", "level"),
    [(0, Level.NONE), (1, Level.LOW), (2, Level.MODERATE), (3, Level.MODERATE), (4, Level.SERIOUS), (9, Level.SERIOUS)],
)
def test_safeguarding_decisions_count(count: int, level: Level) -> None:
    assert answer(Indicator.SAFEGUARDING_DECISIONS, enquiries=enquiries(*[days_ago(9)] * count)) == known(level)


@pytest.mark.parametrize(
    ("people", "count", "level"),
    [
        (50, 2, Level.MODERATE),
        (51, 2, Level.LOW),
        (51, 3, Level.MODERATE),
        (51, 4, Level.MODERATE),
        (51, 5, Level.SERIOUS),
        (100, 6, Level.MODERATE),
        (100, 7, Level.SERIOUS),
        (100, 0, Level.NONE),
    ],
)
def test_a_large_service_is_measured_by_its_size(people: int, count: int, level: Level) -> None:
    about = {"people_supported": people, "enquiries": enquiries(*[days_ago(9)] * count)}
    assert answer(Indicator.SAFEGUARDING_DECISIONS, **about) == known(level)


@pytest.mark.parametrize(
    ("on", "level"),
    [(TODAY, Level.LOW), (date(2025, 3, 3), Level.LOW), (date(2025, 3, 2), Level.NONE), (date(2026, 3, 3), Level.NONE)],
)
def test_the_window_is_twelve_months_to_today(on: date, level: Level) -> None:
    assert answer(Indicator.SAFEGUARDING_DECISIONS, enquiries=enquiries(on)) == known(level)


def entry(reference: str, on: date, *, counts: bool = True, closed_unfounded: bool = False) -> Enquiry:
    return Enquiry(reference=reference, on=on, counts=counts, closed_unfounded=closed_unfounded)


@pytest.mark.parametrize(
    ("entries", "dates"),
    [
        ([entry("A", days_ago(9)), entry("A", days_ago(5))], [days_ago(5)]),
        ([entry("A", days_ago(9)), entry("B", days_ago(5))], [days_ago(9), days_ago(5)]),
        ([entry("A", days_ago(9)), entry("A", days_ago(5), closed_unfounded=True)], []),
        ([entry("A", days_ago(5)), entry("A", days_ago(5), closed_unfounded=True)], []),
        ([entry("A", days_ago(9), closed_unfounded=True), entry("A", days_ago(5))], [days_ago(5)]),
        ([entry("A", days_ago(9)), entry("A", days_ago(5), counts=False)], [days_ago(9)]),
        ([entry("A", days_ago(9), counts=False)], []),
    ],
)
def test_an_enquiry_counts_once_unless_closed_unfounded(entries: list[Enquiry], dates: list[date]) -> None:
    assert [each.on for each in standing(entries)] == dates


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from("ABC"),
        st.dates(date(2025, 1, 1), date(2025, 1, 4)),
        counts=st.booleans(),
        closed_unfounded=st.booleans(),
    ),
    max_size=8,
)


@given(ENTRIES, st.randoms())
def test_the_order_in_which_entries_arrive_does_not_matter(entries: list[Enquiry], random: Any) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert standing(shuffled) == standing(entries)
    assert standing([*entries, *entries]) == standing(entries)


@pytest.mark.parametrize(
    ("count", "level"), [(0, Level.NONE), (1, Level.MODERATE), (2, Level.SERIOUS), (5, Level.SERIOUS)]
)
def test_unexpected_deaths_count_whatever_the_size(count: int, level: Level) -> None:
    about = {"deaths": occurrences(*[days_ago(9)] * count), "people_supported": 900}
    assert answer(Indicator.UNEXPECTED_DEATHS, **about) == known(level)


@pytest.mark.parametrize(
    ("count", "level"),
    [
        (0, Level.NONE),
        (1, Level.NONE),
        (2, Level.LOW),
        (3, Level.LOW),
        (4, Level.MODERATE),
        (5, Level.MODERATE),
        (6, Level.SERIOUS),
    ],
)
def test_contracting_concerns_count(count: int, level: Level) -> None:
    assert answer(Indicator.CONTRACTING_CONCERNS, concerns=occurrences(*[days_ago(9)] * count)) == known(level)


COUNTED = [Indicator.SAFEGUARDING_DECISIONS, Indicator.UNEXPECTED_DEATHS, Indicator.CONTRACTING_CONCERNS]


@pytest.mark.parametrize("indicator", COUNTED)
@pytest.mark.parametrize(
    ("heard", "expected"),
    [(days_ago(14), known(Level.NONE)), (days_ago(15), (State.STALE, Level.NONE))],
)
def test_zero_is_only_zero_while_the_feed_is_alive(
    indicator: Indicator, heard: date, expected: tuple[State, Level | None]
) -> None:
    assert answer(indicator, last_heard={Feed(indicator.value): heard}) == expected


@pytest.mark.parametrize("indicator", COUNTED)
def test_of_a_feed_never_heard_nothing_is_known(indicator: Indicator) -> None:
    assert answer(indicator, last_heard={}) == (State.NO_DATA, None)


def test_while_the_feed_is_silent_nothing_leaves_the_window() -> None:
    deaths = occurrences(date(2025, 2, 20))  # 12 months and some days ago
    silent = {Feed.UNEXPECTED_DEATHS: date(2026, 2, 10)}
    assert answer(Indicator.UNEXPECTED_DEATHS, deaths=deaths) == known(Level.NONE)
    assert answer(Indicator.UNEXPECTED_DEATHS, deaths=deaths, last_heard=silent) == (State.STALE, Level.MODERATE)
    assert answer(Indicator.UNEXPECTED_DEATHS, deaths=deaths, last_heard={}) == (State.STALE, Level.MODERATE)


def test_what_is_counted_in_confidence_is_marked() -> None:
    assert not read(Indicator.SAFEGUARDING_DECISIONS).confidential
    assert read(Indicator.SAFEGUARDING_DECISIONS, enquiries=enquiries(days_ago(9))).confidential
    assert not read(Indicator.UNEXPECTED_DEATHS, deaths=occurrences(days_ago(9))).confidential
    assert read(Indicator.UNEXPECTED_DEATHS, deaths=occurrences(days_ago(9), restricted=True)).confidential
