from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_facts import POLICY, days_ago, enquiries, facts

from risk.bands.rules import IN_CONFIDENCE, Band, Direction, direction, follows_rating_alone, judge, missing
from risk.indicators.reading import Reading, State
from risk.indicators.registry import read_all
from risk.scoring_models.policy import Indicator, Level

RULE = POLICY.band
COUNTED = [Indicator.SAFEGUARDING_DECISIONS, Indicator.UNEXPECTED_DEATHS, Indicator.CONTRACTING_CONCERNS]
OTHERS = [
    Indicator.FOOD_HYGIENE,
    Indicator.COMPANY_STATUS,
    Indicator.MANAGER_VACANCY,
    Indicator.DEFAULT_NOTICE,
    Indicator.EMBARGO,
]


def reading(indicator: Indicator, state: State, level: Level | None, *, confidential: bool = False) -> Reading:
    has_level = state in {State.KNOWN, State.STALE}
    said = level if has_level else None
    return Reading(
        indicator=indicator, state=state, level=said, reason=f"{indicator} {said}.", confidential=confidential
    )


def estate(*levels: Level, states: dict[Indicator, State] | None = None) -> list[Reading]:
    """Ten readings: the given levels first, none for the rest; known unless `states` says otherwise."""
    padded = [*levels, *[Level.NONE] * (10 - len(levels))]
    return [
        reading(indicator, (states or {}).get(indicator, State.KNOWN), level)
        for indicator, level in zip(Indicator, padded, strict=True)
    ]


@pytest.mark.parametrize(
    ("levels", "band"),
    [
        ([], Band.GREEN),
        ([Level.LOW] * 3, Band.GREEN),
        ([Level.LOW] * 4, Band.AMBER),
        ([Level.MODERATE], Band.AMBER),
        ([Level.SERIOUS], Band.AMBER),
        ([Level.MODERATE] * 3 + [Level.LOW], Band.AMBER),  # 7 points
        ([Level.MODERATE] * 4, Band.RED),  # 8 points
        ([Level.LOW] * 8, Band.RED),
        ([Level.SERIOUS] * 2, Band.RED),  # 6 points, but two
        ([Level.CRITICAL], Band.RED),
    ],
)
def test_levels_make_a_band(levels: list[Level], band: Band) -> None:
    assert judge(estate(*levels), RULE).band is band


@pytest.mark.parametrize(
    ("levels", "alone"),
    [
        ([Level.CRITICAL], True),
        ([Level.CRITICAL, Level.LOW, Level.MODERATE], True),
        ([Level.CRITICAL, Level.CRITICAL], False),
        ([Level.CRITICAL, Level.SERIOUS, Level.SERIOUS], False),
        ([Level.MODERATE, Level.SERIOUS, Level.SERIOUS], False),
        ([Level.MODERATE] * 4, False),
    ],
)
def test_red_may_follow_from_the_rating_alone(levels: list[Level], alone: bool) -> None:
    """The first of the ten is the quality assessment."""
    assert follows_rating_alone(estate(*levels), RULE) is alone


@pytest.mark.parametrize("state", [State.STALE, State.NO_DATA])
@pytest.mark.parametrize("indicator", [Indicator.QUALITY_ASSESSMENT, Indicator.CQC_RATING, *COUNTED])
def test_green_needs_the_ratings_and_all_that_is_counted_known_and_fresh(indicator: Indicator, state: State) -> None:
    verdict = judge(estate(states={indicator: state}), RULE)
    assert verdict.band is Band.NOT_ENOUGH_INFORMATION
    assert [each for each in verdict.reasons if each.startswith(indicator)]


def test_green_does_not_need_what_does_not_apply() -> None:
    assert judge(estate(states={Indicator.CQC_RATING: State.NOT_APPLICABLE}), RULE).band is Band.GREEN


@pytest.mark.parametrize(("unknown", "band"), [(3, Band.GREEN), (4, Band.NOT_ENOUGH_INFORMATION)])
def test_green_needs_seventy_percent_known(unknown: int, band: Band) -> None:
    states = dict.fromkeys(OTHERS[:unknown], State.STALE)
    assert judge(estate(states=states), RULE).band is band


def test_seventy_percent_is_of_the_applicable_ones() -> None:
    states = {Indicator.FOOD_HYGIENE: State.NOT_APPLICABLE} | dict.fromkeys(OTHERS[1:4], State.NO_DATA)
    assert judge(estate(states=states), RULE).band is Band.NOT_ENOUGH_INFORMATION  # 6 of 9


def test_a_stale_level_still_counts_towards_red() -> None:
    stale = {Indicator.QUALITY_ASSESSMENT: State.STALE}
    assert judge(estate(Level.CRITICAL, states=stale), RULE).band is Band.RED


def test_the_gravest_reason_comes_first() -> None:
    verdict = judge(estate(Level.LOW, Level.CRITICAL, Level.MODERATE), RULE)
    assert verdict.reasons == ("cqc_rating critical.", "food_hygiene moderate.", "quality_assessment low.")


def test_what_is_confidential_is_said_in_one_fixed_sentence() -> None:
    readings = read_all(facts(enquiries=enquiries(*[days_ago(3)] * 2)), POLICY)
    verdict = judge(readings, RULE)
    assert verdict.reasons == ("2 safeguarding decisions in 12 months.",)
    assert verdict.open_reasons == (IN_CONFIDENCE,)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (Band.RED, None, Direction.NEW),
        (Band.RED, Band.RED, Direction.STEADY),
        (Band.AMBER, Band.RED, Direction.IMPROVING),
        (Band.NOT_ENOUGH_INFORMATION, Band.GREEN, Direction.WORSENING),
        (Band.NOT_ENOUGH_INFORMATION, Band.AMBER, Direction.IMPROVING),
    ],
)
def test_a_service_is_heading_somewhere(now: Band, before: Band | None, expected: Direction) -> None:
    assert direction(now, before=before) is expected


READINGS = st.tuples(
    *[st.builds(reading, st.just(indicator), st.sampled_from(State), st.sampled_from(Level)) for indicator in Indicator]
)
WHICH = st.integers(0, 9)


def changed(readings: tuple[Reading, ...], index: int, **to: object) -> list[Reading]:
    old = readings[index]
    values = {"indicator": old.indicator, "state": old.state, "level": old.level, "reason": old.reason} | to
    return [*readings[:index], Reading(**values), *readings[index + 1 :]]  # type: ignore[arg-type]  # values are mixed


@given(READINGS, WHICH)
def test_raising_a_level_never_improves_a_band(readings: tuple[Reading, ...], index: int) -> None:
    level = readings[index].level
    if level is None:
        return
    bands = [judge(changed(readings, index, level=higher), RULE).band for higher in Level if higher.rank >= level.rank]
    assert all(later.rank >= earlier.rank for earlier, later in pairwise(bands))


@given(READINGS, WHICH)
def test_ageing_never_improves_a_band(readings: tuple[Reading, ...], index: int) -> None:
    if readings[index].state is not State.KNOWN:
        return
    aged = changed(readings, index, state=State.STALE)
    assert judge(aged, RULE).band.rank >= judge(readings, RULE).band.rank


@given(READINGS)
def test_green_is_never_said_over_what_is_missing(readings: tuple[Reading, ...]) -> None:
    verdict = judge(readings, RULE)
    if verdict.band is Band.GREEN:
        assert not missing(readings, RULE)
    if verdict.band is Band.NOT_ENOUGH_INFORMATION:
        assert verdict.reasons


@given(READINGS)
def test_a_band_above_green_always_says_why(readings: tuple[Reading, ...]) -> None:
    verdict = judge(readings, RULE)
    assert verdict.reasons or verdict.band is Band.GREEN
    assert len(verdict.open_reasons) <= len(verdict.reasons)
