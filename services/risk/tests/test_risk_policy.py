import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_facts import POLICY
from pydantic import ValidationError

from risk.scoring_models.consistency import faults_of, faults_of_ladder
from risk.scoring_models.policy import Indicator, Ladder, Level, Policy, scaled
from risk.scoring_models.shipped import FILE


def steps(*pairs: tuple[int | None, str]) -> dict[str, Any]:
    return {"steps": [{"up_to": up_to, "level": level} for up_to, level in pairs]}


def changed(part: str, change: dict[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(FILE.read_text())
    policy[part] |= change
    return policy


def test_the_shipped_model_says_something_of_each_indicator() -> None:
    assert set(Policy.model_fields) - {"band", "more"} == set(Indicator)


def test_a_model_is_the_same_after_it_was_stored() -> None:
    assert Policy.model_validate(POLICY.model_dump(mode="json")) == POLICY


@pytest.mark.parametrize(
    ("ladder", "why"),
    [
        (steps((0, "none"), (3, "low")), "the last step must have no upper bound"),
        (steps((0, "none"), (None, "low"), (None, "serious")), "only the last step"),
        (steps((2, "none"), (2, "low"), (None, "serious")), "must rise"),
        (steps((3, "none"), (2, "low"), (None, "serious")), "must rise"),
        (steps((0, "serious"), (None, "low")), "may not have a lower level"),
    ],
)
def test_ranges_have_neither_gap_nor_overlap(ladder: dict[str, Any], why: str) -> None:
    assert any(why in fault for fault in faults_of_ladder(Ladder.model_validate(ladder)))


def test_the_shipped_model_hangs_together() -> None:
    assert faults_of(POLICY) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"points": {"none": 0, "low": 1, "moderate": 2}}, "give points"),
        ({"points": {"none": 0, "low": 3, "moderate": 2, "serious": 3}}, "may not have fewer points"),
        ({"amber_points": 9}, "Amber may not begin above Red"),
        ({"amber_from_level": "none"}, "Amber may not begin at level none"),
        ({"green_needs": ["cqc_rating"]}, "Green needs the quality assessment, the CQC rating and all that is counted"),
        ({"green_needs": ["quality_assessment", "cqc_rating"]}, "and all that is counted"),
        ({"green_known_percent": 49}, "Green needs half of the applicable indicators"),
    ],
)
def test_a_band_rule_that_contradicts_itself_is_refused(change: dict[str, Any], why: str) -> None:
    [fault] = faults_of(Policy.model_validate(changed("band", change)))
    assert fault.field == "band"
    assert why in fault.why


EVERY_WORD: dict[str, dict[str, str]] = {
    name: json.loads(FILE.read_text())[name]["levels"]
    for name in ("quality_assessment", "cqc_rating", "food_hygiene", "company_status")
}


@pytest.mark.parametrize(("part", "word"), [(part, word) for part, levels in EVERY_WORD.items() for word in levels])
def test_a_word_that_a_model_leaves_out_or_misspells_is_refused(part: str, word: str) -> None:
    """It would pass for what nobody has said, and so for Green."""
    without = {each: level for each, level in EVERY_WORD[part].items() if each != word}
    for levels in (without, without | {f"{word}s": "critical"}, EVERY_WORD[part] | {"awaiting": "none"}):
        [fault] = faults_of(Policy.model_validate(changed(part, {"levels": levels})))
        assert (fault.field, fault.why[:12]) == (f"{part}.levels", "give a level")


@pytest.mark.parametrize(
    ("part", "change", "whys"),
    [
        ("quality_assessment", {"poor": "none"}, ["a worse word may not", "the worst word may not"]),
        ("quality_assessment", {"requires_improvement": "none", "poor": "none"}, ["the worst word may not"]),
        ("quality_assessment", {"good": "serious"}, ["a worse word may not"]),
        ("cqc_rating", {"inadequate": "low"}, ["a worse word may not"]),
        ("food_hygiene", {"0": "none"}, ["a worse word may not", "the worst word may not"]),
        ("food_hygiene", {"pass": "serious"}, ["a worse word may not"]),
        ("company_status", {"dissolved": "none"}, ["the worst word may not"]),
        ("company_status", {"active": "serious", "liquidation": "moderate"}, ["a worse word may not"]),
    ],
)
def test_a_worse_word_has_no_lower_level_and_the_worst_is_of_concern(
    part: str, change: dict[str, str], whys: list[str]
) -> None:
    found = faults_of(Policy.model_validate(changed(part, {"levels": EVERY_WORD[part] | change})))
    assert [fault.field for fault in found] == [f"{part}.levels"] * len(whys)
    assert [fault.why[: len(why)] for fault, why in zip(found, whys, strict=True)] == whys


def test_a_deregistered_service_is_of_concern_whatever_a_model_says() -> None:
    [fault] = faults_of(Policy.model_validate(changed("cqc_rating", {"deregistered": "none"})))
    assert fault.field == "cqc_rating.deregistered"


@pytest.mark.parametrize(
    ("part", "change", "why"),
    [
        ("band", {"surprise": 1}, "not permitted"),
        ("band", {"red_points": True}, "whole number"),
        ("unexpected_deaths", {"steps": []}, "at least 1"),
        ("cqc_rating", {"levels": {"a\x00b": "none"}}, "should match pattern"),
    ],
)
def test_what_is_no_policy_at_all_is_not_read(part: str, change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Policy.model_validate(changed(part, change))


@pytest.mark.parametrize(
    ("people", "bound", "expected"),
    [(0, 1, 1), (50, 1, 1), (51, 1, 2), (100, 1, 2), (101, 1, 3), (120, 3, 8), (60, 3, 4), (400, 0, 0)],
)
def test_bounds_scale_above_fifty_people_rounded_up(people: int, bound: int, expected: int) -> None:
    assert scaled(bound, people=people, per_people=50) == expected


def test_bounds_without_a_scale_stay() -> None:
    assert scaled(3, people=5_000, per_people=None) == 3


@given(st.integers(0, 200), st.integers(0, 2_000))
def test_each_count_has_a_level_and_more_is_never_better(count: int, people: int) -> None:
    ladder = POLICY.safeguarding_decisions
    one = ladder.level(count, people=people, per_people=ladder.per_people)
    more = ladder.level(count + 1, people=people, per_people=ladder.per_people)
    assert one in Level
    assert more.rank >= one.rank
