"""The table of the ten indicators, row by row, edge by edge."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_facts import POLICY, TODAY, YESTERDAY, answer, cqc, days_ago, enquiries, facts, known, occurrences, read

from risk.indicators.facts import (
    CompanyReading,
    CqcRating,
    Feed,
    FoodReading,
    LiveIntervention,
    Rating,
    ReadOn,
    Vacancy,
)
from risk.indicators.months import months_before
from risk.indicators.reading import State, read_from
from risk.indicators.registry import INDICATORS, read_all
from risk.scoring_models.policy import Indicator, Level

NO_DATA = (State.NO_DATA, None)
NOT_APPLICABLE = (State.NOT_APPLICABLE, None)


def test_there_are_ten_and_each_answers() -> None:
    readings = read_all(facts(), POLICY)
    assert [reading.indicator for reading in readings] == list(Indicator)
    assert {reading.level for reading in readings} == {Level.NONE}


# ---------------------------------------------------------------- 1 quality assessment


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ("excellent", known(Level.NONE)),
        ("good", known(Level.NONE)),
        ("requires_improvement", known(Level.MODERATE)),
        ("poor", known(Level.CRITICAL)),
        (None, NO_DATA),
    ],
)
def test_the_quality_assessment_gives_a_level(rating: str | None, expected: tuple[State, Level | None]) -> None:
    last = Rating(rating=rating, published_on=days_ago(30))
    assert answer(Indicator.QUALITY_ASSESSMENT, assessment=last) == expected


@pytest.mark.parametrize(
    ("published_on", "state"),
    [(date(2024, 12, 2), State.KNOWN), (date(2024, 12, 1), State.STALE)],
)
def test_an_assessment_older_than_fifteen_months_is_stale_and_keeps_its_level(published_on: date, state: State) -> None:
    last = Rating(rating="poor", published_on=published_on)
    assert answer(Indicator.QUALITY_ASSESSMENT, assessment=last) == (state, Level.CRITICAL)


def test_a_new_service_has_no_assessment() -> None:
    assert answer(Indicator.QUALITY_ASSESSMENT, assessment=None) == NO_DATA


# ---------------------------------------------------------------- 2 CQC rating


@pytest.mark.parametrize(
    ("rating", "level"),
    [
        ("outstanding", Level.NONE),
        ("good", Level.NONE),
        ("requires_improvement", Level.MODERATE),
        ("inadequate", Level.CRITICAL),
    ],
)
def test_the_cqc_rating_gives_a_level(rating: str, level: Level) -> None:
    rated = cqc(CqcRating(rating=rating, rated_on=days_ago(99)))
    assert answer(Indicator.CQC_RATING, cqc=rated) == known(level)


def test_a_rating_that_a_model_says_nothing_of_is_supposed_to_be_the_worst() -> None:
    levels = {word: level for word, level in POLICY.cqc_rating.levels.items() if word != "inadequate"}
    policy = POLICY.model_copy(update={"cqc_rating": POLICY.cqc_rating.model_copy(update={"levels": levels})})
    rated = facts(cqc=cqc(CqcRating(rating="inadequate", rated_on=days_ago(99))))
    assert INDICATORS[Indicator.CQC_RATING].read(rated, policy).level is Level.CRITICAL


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"cqc": cqc()}, known(Level.LOW)),
        ({"cqc": cqc(is_registered=False)}, known(Level.CRITICAL)),
        ({"cqc": cqc(is_registered=False, successors=("1-22",))}, NO_DATA),
        ({"is_regulated": False, "cqc": None}, NOT_APPLICABLE),
        ({"cqc": None, "cqc_read": None}, NO_DATA),
        ({"cqc_read": ReadOn(on=days_ago(92))}, known(Level.NONE)),
        ({"cqc_read": ReadOn(on=days_ago(93))}, (State.STALE, Level.NONE)),
    ],
)
def test_registration_counts_before_any_rating(about: dict[str, Any], expected: tuple[State, Level | None]) -> None:
    assert answer(Indicator.CQC_RATING, **about) == expected


OLD, NEW = date(2023, 5, 18), date(2025, 9, 2)


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        # the later place speaks
        (
            [CqcRating(rating="good", rated_on=OLD), CqcRating(rating="inadequate", rated_on=NEW, group="Anything")],
            "inadequate",
        ),
        (
            [CqcRating(rating="good", rated_on=NEW), CqcRating(rating="inadequate", rated_on=OLD, group="Anything")],
            "good",
        ),
        # of several groups the one of the contracted type
        (
            [
                CqcRating(rating="inadequate", rated_on=NEW, group="Residential homes"),
                CqcRating(rating="good", rated_on=OLD, group="Homecare agencies"),
            ],
            "good",
        ),
        # else the worst, whenever
        (
            [
                CqcRating(rating="requires_improvement", rated_on=OLD, group="Residential homes"),
                CqcRating(rating="good", rated_on=NEW, group="Nursing homes"),
            ],
            "requires_improvement",
        ),
        # on the same day the worse
        (
            [CqcRating(rating="good", rated_on=NEW), CqcRating(rating="inadequate", rated_on=NEW, group="Anything")],
            "inadequate",
        ),
    ],
)
def test_the_rating_that_speaks_is_chosen_across_both_places(ratings: list[CqcRating], expected: str) -> None:
    reading = read(Indicator.CQC_RATING, cqc=cqc(*ratings))
    assert reading.working["rating"] == expected


def test_the_reason_says_which_group_and_whether_inherited() -> None:
    rating = CqcRating(rating="good", rated_on=NEW, group="Homecare agencies", is_inherited=True)
    reason = read(Indicator.CQC_RATING, cqc=cqc(rating)).reason
    assert reason == (
        "CQC rated it Good on 2 September 2025 (service group: Homecare agencies), "
        "inherited from the previous registration."
    )


# ---------------------------------------------------------------- 3 food hygiene


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("5", known(Level.NONE)),
        ("4", known(Level.NONE)),
        ("3", known(Level.LOW)),
        ("2", known(Level.MODERATE)),
        ("1", known(Level.MODERATE)),
        ("0", known(Level.SERIOUS)),
        ("exempt", NOT_APPLICABLE),
        ("awaiting", NO_DATA),
    ],
)
def test_the_food_hygiene_rating_gives_a_level(value: str, expected: tuple[State, Level | None]) -> None:
    assert answer(Indicator.FOOD_HYGIENE, food=FoodReading(value=value)) == expected


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"prepares_food": False}, NOT_APPLICABLE),
        ({"has_food_id": False}, NO_DATA),
        ({"food": None, "food_read": None}, NO_DATA),
        ({"food_read": ReadOn(on=days_ago(93))}, (State.STALE, Level.NONE)),
    ],
)
def test_food_hygiene_applies_where_food_is_prepared(
    about: dict[str, Any], expected: tuple[State, Level | None]
) -> None:
    assert answer(Indicator.FOOD_HYGIENE, **about) == expected


# ---------------------------------------------------------------- 5, 6 the council's own measures


@pytest.mark.parametrize("extent", ["whole", "part"])
def test_an_embargo_is_critical_whole_or_part(extent: str) -> None:
    in_force = (LiveIntervention(since=days_ago(3), extent=extent),)
    reading = read(Indicator.EMBARGO, embargoes=in_force)
    assert (reading.state, reading.level) == known(Level.CRITICAL)
    assert reading.reason.lower().startswith(("whole embargo", "partial embargo"))


def test_a_live_default_notice_is_critical() -> None:
    in_force = (LiveIntervention(since=days_ago(3)),)
    assert answer(Indicator.DEFAULT_NOTICE, default_notices=in_force) == known(Level.CRITICAL)


# ---------------------------------------------------------------- 9 company


@pytest.mark.parametrize(
    ("company", "expected"),
    [
        (CompanyReading(status="active"), known(Level.NONE)),
        (CompanyReading(status="active", has_insolvency_history=True), known(Level.NONE)),
        (CompanyReading(status="active", accounts_overdue=True), known(Level.MODERATE)),
        (CompanyReading(status="active", status_detail="active-proposal-to-strike-off"), known(Level.MODERATE)),
        (
            CompanyReading(status="liquidation", liquidation_cases=("members-voluntary-liquidation",)),
            known(Level.SERIOUS),
        ),
        (
            CompanyReading(
                status="liquidation",
                liquidation_cases=("creditors-voluntary-liquidation", "members-voluntary-liquidation"),
            ),
            known(Level.CRITICAL),
        ),
        (CompanyReading(status="liquidation"), known(Level.CRITICAL)),
        *[
            (CompanyReading(status=status), known(Level.CRITICAL))
            for status in (
                "administration",
                "receivership",
                "insolvency-proceedings",
                "voluntary-arrangement",
                "dissolved",
                "closed",
                "converted-closed",
                "removed",
            )
        ],
        (CompanyReading(status=None), NO_DATA),
        (CompanyReading(status=None, accounts_overdue=True), known(Level.MODERATE)),
    ],
)
def test_the_company_gives_a_level(company: CompanyReading, expected: tuple[State, Level | None]) -> None:
    assert answer(Indicator.COMPANY_STATUS, company=company) == expected


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"is_company": False}, NOT_APPLICABLE),
        ({"company": None, "company_read": None}, NO_DATA),
        ({"company_read": ReadOn(on=days_ago(93))}, (State.STALE, Level.NONE)),
    ],
)
def test_a_company_is_known_from_its_register(about: dict[str, Any], expected: tuple[State, Level | None]) -> None:
    assert answer(Indicator.COMPANY_STATUS, **about) == expected


# ---------------------------------------------------------------- 10 registered manager


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, Level.NONE), (27, Level.NONE), (28, Level.LOW), (90, Level.LOW), (91, Level.MODERATE), (900, Level.MODERATE)],
)
def test_a_vacancy_weighs_by_its_length(days: int, level: Level) -> None:
    assert answer(Indicator.MANAGER_VACANCY, vacancies=(Vacancy(since=days_ago(days)),)) == known(level)
    absent = cqc(manager_absent_since=days_ago(days))
    assert answer(Indicator.MANAGER_VACANCY, cqc=absent) == known(level)
    unnamed = {"cqc": cqc(names_manager=False), "cqc_read": ReadOn(on=YESTERDAY, names_no_manager_since=days_ago(days))}
    assert answer(Indicator.MANAGER_VACANCY, **unnamed) == known(level)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"requires_registered_manager": False}, NOT_APPLICABLE),
        ({}, known(Level.NONE)),
        ({"cqc": None, "cqc_read": None}, NO_DATA),
        ({"cqc": cqc(names_manager=None)}, NO_DATA),
        (
            {"cqc": cqc(names_manager=None), "vacancies": (Vacancy(since=days_ago(99), filled_on=days_ago(9)),)},
            known(Level.NONE),
        ),
        (
            {"cqc": None, "cqc_read": None, "vacancies": (Vacancy(since=days_ago(99), filled_on=days_ago(9)),)},
            known(Level.NONE),
        ),
        # the register runs late: an officer's word that the post was filled since answers its sign
        (
            {
                "cqc": cqc(manager_absent_since=days_ago(120)),
                "vacancies": (Vacancy(since=days_ago(120), filled_on=days_ago(9)),),
            },
            known(Level.NONE),
        ),
        # but not a sign that is later still
        (
            {
                "cqc": cqc(manager_absent_since=days_ago(40)),
                "vacancies": (Vacancy(since=days_ago(120), filled_on=days_ago(60)),),
            },
            known(Level.LOW),
        ),
        # the earliest sign that stands
        (
            {"cqc": cqc(manager_absent_since=days_ago(10)), "vacancies": (Vacancy(since=days_ago(100)),)},
            known(Level.MODERATE),
        ),
        # an old reading still counts, as stale
        (
            {"cqc": cqc(manager_absent_since=days_ago(200)), "cqc_read": ReadOn(on=days_ago(93))},
            (State.STALE, Level.MODERATE),
        ),
    ],
)
def test_who_says_that_the_post_is_vacant(about: dict[str, Any], expected: tuple[State, Level | None]) -> None:
    assert answer(Indicator.MANAGER_VACANCY, **about) == expected


# ---------------------------------------------------------------- what holds of all


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 2), 12, date(2025, 3, 2)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 15), 15, date(2024, 10, 15)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@given(st.integers(0, 700))
def test_ageing_alone_never_lowers_a_level_while_nothing_new_is_heard(days: int) -> None:
    """Feeds silent, registers unread: whatever day it gets to be, no level falls."""
    troubled = facts(
        deaths=occurrences(days_ago(300)),
        concerns=occurrences(*[days_ago(200)] * 4),
        enquiries=enquiries(days_ago(360), days_ago(2)),
        vacancies=(Vacancy(since=days_ago(20)),),
        assessment=Rating(rating="requires_improvement", published_on=days_ago(100)),
        last_heard=dict.fromkeys(Feed, days_ago(14)),
    )
    later = troubled.model_copy(update={"on": date.fromordinal(TODAY.toordinal() + days)})
    ranks = [
        [reading.level.rank if reading.level else -1 for reading in read_all(each, POLICY)]
        for each in (troubled, later)
    ]
    assert all(now >= before for before, now in zip(*ranks, strict=True) if days > 0) or days == 0


def test_the_same_facts_give_the_same_answer_after_they_were_stored() -> None:
    given_facts = facts(enquiries=enquiries(days_ago(9)), deaths=occurrences(days_ago(4)))
    stored = type(given_facts).model_validate(given_facts.model_dump(mode="json"))
    assert read_all(stored, POLICY) == read_all(given_facts, POLICY)


def test_what_a_register_says_is_read_the_same_whatever_the_working_holds() -> None:
    """The same answer is made once for many services; a list in the working cannot be looked up by."""
    about: dict[str, Any] = {"read_on": TODAY, "on": TODAY, "stale_after_days": 92}
    one = read_from("cqc_rating", Level.LOW, "It was read.", **about, rating="good")
    assert one is read_from("cqc_rating", Level.LOW, "It was read.", **about, rating="good")
    of_list = read_from("cqc_rating", Level.LOW, "It was read.", **about, rating=["good"])
    assert (of_list.working["rating"], of_list.said) == (["good"], one.said)
