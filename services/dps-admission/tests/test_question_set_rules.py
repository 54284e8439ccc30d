import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dps_admission.question_sets.content import ExclusionGround, Kind, Question, QuestionSetContent, Scored
from dps_admission.question_sets.rules import (
    bars_to_content,
    bars_to_publishing,
    error_in_answer,
    errors_in,
    questions_asked,
)

SHIPPED = QuestionSetContent.model_validate_json(
    (files("dps_admission") / "defaults" / "question_set.json").read_text(encoding="utf-8")
)


def content(*questions: dict[str, Any]) -> QuestionSetContent:
    section = {"part": 1, "title": "About you", "questions": list(questions)}
    return QuestionSetContent.model_validate({"sections": [section]})


def question(**about: Any) -> Question:
    return Question.model_validate({"id": "q", "text": "What?", "kind": "text"} | about)


YES_NO = {"id": "owned", "text": "Owned?", "kind": "yes_no"}
BY_WHOM = {"id": "owner", "text": "By whom?", "kind": "text", "only_when": {"question": "owned", "answers": [True]}}
SINCE = {"id": "since", "text": "Since?", "kind": "date", "only_when": {"question": "owner", "answers": ["Acme"]}}


def test_the_shipped_set_can_be_published_and_has_all_three_parts() -> None:
    assert bars_to_content(SHIPPED) == []
    assert bars_to_publishing(SHIPPED) == []
    assert {section.part for section in SHIPPED.sections} == {1, 2, 3}
    grounds = [one.grading for one in SHIPPED.questions() if isinstance(one.grading, ExclusionGround)]
    assert {(one.exclusion, one.years) for one in grounds} == {
        ("mandatory", 5), ("mandatory", None), ("discretionary", 3), ("discretionary", None),
    }  # fmt: skip
    scored = [one.grading for one in SHIPPED.questions() if isinstance(one.grading, Scored)]
    assert sum(one.weight for one in scored) == 100


def test_a_set_without_its_parts_is_not_published() -> None:
    said = [bar.rule for bar in bars_to_publishing(content(YES_NO))]
    assert said == ["part-missing", "part-missing", "no-exclusion-grounds", "nothing-scored"]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["owned"]),
        ({"owned": False}, ["owned"]),
        ({"owned": True}, ["owned", "owner"]),
        ({"owned": 1}, ["owned"]),
        ({"owned": True, "owner": "Acme"}, ["owned", "owner", "since"]),
        ({"owned": False, "owner": "Acme"}, ["owned"]),
    ],
)
def test_a_question_is_asked_where_all_that_it_hangs_on_is(answers: dict[str, Any], asked: list[str]) -> None:
    chain = content(YES_NO, BY_WHOM, SINCE)
    assert [one.id for one in questions_asked(chain, answers)] == asked


def test_a_submission_leaves_no_gap_and_a_draft_may() -> None:
    chain = content(YES_NO, BY_WHOM)
    assert errors_in([chain], {"owned": True}, complete=False) == []
    assert [(e.question, e.code) for e in errors_in([chain], {"owned": True}, complete=True)] == [("owner", "missing")]
    assert errors_in([chain], {"owned": False}, complete=True) == []


def test_answers_to_questions_that_are_not_there_are_refused() -> None:
    [error] = errors_in([content(YES_NO)], {"owned": True, "else": 1}, complete=False)
    assert (error.question, error.code) == ("else", "unknown-question")


def test_two_sets_share_the_answer_to_a_shared_question() -> None:
    two = [content(YES_NO), content(YES_NO, BY_WHOM)]
    [error] = errors_in(two, {"owned": "yes"}, complete=False)
    assert error.code == "wrong-shape"


OPTIONS = ["One", "Two"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.YES_NO, [True, False], ["yes", 1, 0]),
        (Kind.CHOICE, ["One"], ["Three", ["One"], True]),
        (Kind.SEVERAL, [["One"], ["One", "Two"]], [["One", "One"], "One", [1]]),
        (Kind.TEXT, ["Words."], [1, True, ["Words."], "a\x00b", "x" * 40_001]),
        (Kind.DATE, ["2026-02-28"], ["2026-02-29", "28/02/2026", "2026-W01-1", 20260228, True]),
        (Kind.MONEY, ["5000000", "0.01"], ["-1", "1.001", "NaN", "Infinity", "10000000000", 5, [1]]),
        (Kind.DOCUMENT, ["0190f5f0-0000-7000-8000-000000000000"], ["a file", 1, None, ["x"]]),
    ],
)
def test_an_answer_has_the_shape_of_its_kind(kind: Kind, good: list[Any], bad: list[Any]) -> None:
    options = OPTIONS if kind in (Kind.CHOICE, Kind.SEVERAL) else []
    one = question(kind=kind, options=options)
    assert [error_in_answer(one, answer, complete=True) for answer in good] == [None] * len(good)
    assert all(error_in_answer(one, answer, complete=False) for answer in bad)


def test_the_word_limit_binds_at_submission() -> None:
    limited = question(word_limit=10)
    assert error_in_answer(limited, "word " * 10, complete=True) is None
    error = error_in_answer(limited, "word " * 11, complete=True)
    assert error is not None
    assert error.code == "too-long"
    assert error_in_answer(limited, "word " * 11, complete=False) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(answers=st.dictionaries(st.sampled_from([one.id for one in SHIPPED.questions()]), json_values, max_size=20))
def test_any_json_at_all_is_judged_without_falling_over(answers: dict[str, Any]) -> None:
    errors = errors_in([SHIPPED], answers, complete=True)
    assert len({(error.question, error.code) for error in errors}) == len(errors)
    assert json.dumps([error.document() for error in errors])


UNLIMITED = {"kind": "scored", "weight": 1, "descriptors": ["x"] * 6}


@pytest.mark.parametrize(
    "broken",
    [
        (YES_NO, YES_NO),
        (BY_WHOM, YES_NO),
        ({"id": "a", "text": "?", "kind": "choice"},),
        ({"id": "a", "text": "?", "kind": "text", "options": ["One"]},),
        (
            {
                "id": "a",
                "text": "?",
                "kind": "text",
                "grading": {"kind": "scored", "weight": 1, "descriptors": ["x"] * 6},
            },
        ),
        (
            {
                "id": "a",
                "text": "?",
                "kind": "yes_no",
                "grading": {
                    "kind": "exclusion",
                    "law": "regulation_57",
                    "exclusion": "mandatory",
                    "years": 5,
                    "event_date": "b",
                    "self_cleaning": "c",
                },
            },
        ),
    ],
)
def test_an_inconsistent_set_is_refused(broken: tuple[dict[str, Any], ...]) -> None:
    assert bars_to_content(content(*broken))
