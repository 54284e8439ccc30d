"""Days, instants, numbers and closed sets as people read them."""

from typing import Any

import pytest

from portal.timeline import merged
from portal.words import criterion, day, moment, number, words


def test_an_instant_is_shown_as_its_day_in_london() -> None:
    assert day("2026-07-01T23:30:00Z") == "2 July 2026"
    assert day("2026-01-01T23:30:00Z") == "1 January 2026"
    assert day("2026-07-01") == "1 July 2026"
    assert day(None) == "Not set"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        ("2026-03-02T15:04:00Z", "2 March 2026 at 3:04pm"),
        ("2026-07-01T23:30:00Z", "2 July 2026 at 12:30am"),
        ("2026-07-01T11:00:00Z", "1 July 2026 at 12:00pm"),
    ],
)
def test_a_moment_is_london_time(instant: str, text: str) -> None:
    assert moment(instant) == text


def test_closed_sets_have_words_and_booleans_are_yes_and_no() -> None:
    assert words("not_enough_information") == "Not enough information"
    assert words("people_who_use_it") == "People who use it"
    assert words(True) == "Yes"
    assert words(None) == "Not known"


def test_whole_numbers_have_commas() -> None:
    assert number(18703) == "18,703"
    assert number("59.96") == "59.96"


def _row(
    kind: str, state: str, at: str, *, step: str = "x", before: str | None = None, sequence: int = 1
) -> dict[str, object]:
    return {
        "sequence": sequence,
        "object_kind": kind,
        "from_status": before,
        "to_status": state,
        "step": step,
        "by_name": "Olu Officer",
        "at": at,
        "reason": None,
        "detail": {},
    }


def test_timelines_of_several_services_become_one_newest_first() -> None:
    entries = merged(
        [_row("assessment", "published", "2026-03-01T10:00:00Z")],
        None,
        [_row("membership", "suspended", "2026-03-02T10:00:00Z"), _row("band", "red", "2026-02-02T10:00:00Z")],
    )
    assert [entry.what for entry in entries] == ["Membership suspended", "Assessment published", "Band: red"]


def test_a_step_that_leaves_the_state_is_named_by_the_step() -> None:
    row = _row("intervention", "issued", "2026-03-02T10:00:00Z", step="settle_condition", before="issued")
    assert merged([row])[0].what == "Intervention: condition settled"


def test_of_steps_at_one_instant_the_effect_is_newer_whatever_its_number() -> None:
    at = "2026-03-02T10:00:00Z"
    risk = [
        _row("intervention", "lifted", at, step="lift", before="issued") | {"sequence": 902},
        _row("intervention", "issued", at, step="issue", before="authorised") | {"sequence": 901},
    ]
    admission = [_row("membership", "suspended", at) | {"sequence": 3}]
    entries = merged(None, risk, admission)
    assert [entry.what for entry in entries] == ["Membership suspended", "Intervention: lifted", "Intervention: issued"]


def test_instants_are_compared_and_not_their_digits() -> None:
    later, sooner = _row("band", "red", "2026-03-02T10:00:00.5Z"), _row("band", "green", "2026-03-02T10:00:00Z")
    assert [entry.what for entry in merged([sooner, later])] == ["Band: red", "Band: green"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"criterion": "about_us", "text": "Who are you?"}, "Who are you?"),
        ({"criterion": "total:quality", "score": "41.0"}, "Quality in all"),
        ({"criterion": "check:insurance_in_force"}, "Check: insurance in force"),
        ({"criterion": "about_us"}, "About us"),
    ],
)
def test_what_a_decision_turns_on_is_said_as_it_was_asked(said: dict[str, Any], name: str) -> None:
    assert criterion(said) == name
