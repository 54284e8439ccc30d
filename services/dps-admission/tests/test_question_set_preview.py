"""What an author sees of a set before it is published."""

from copy import deepcopy
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_dps import House, answers, content, ok
from sqlmodel import Session

from dps_admission.question_sets.content import QuestionSetContent
from dps_admission.question_sets.preview import schema_of, weighed
from dps_admission.question_sets.rules import errors_in

SET = QuestionSetContent.model_validate_json(
    (files("dps_admission") / "defaults" / "question_set.json").read_text(encoding="utf-8")
)
VALIDATORS = {
    complete: jsonschema_rs.validator_for(schema_of(SET, complete=complete), validate_formats=True)
    for complete in (False, True)
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        ["", "  ", "Some words.", "2027-03-31", "5000000.00", "12.5", "a" * 40_001, "no-date", "1e3", "-1"]
    ),
    st.sampled_from([[], ["unknown"], 5, {"a": 1}]),
    st.sampled_from(sorted({option for question in SET.questions() for option in question.options})),
    st.uuids().map(str),
)
QUESTIONS = sorted(question.id for question in SET.questions())


def judged(given_: dict[str, Any], *, complete: bool) -> bool:
    """By our own rules; words are counted by them alone."""
    return not [one for one in errors_in([SET], given_, complete=complete) if one.code != "too-long"]


@pytest.mark.parametrize("complete", [False, True])
@given(st.dictionaries(st.sampled_from([*QUESTIONS, "unknown_question"]), VALUES, max_size=12))
def test_the_schema_accepts_what_the_rules_accept(complete: bool, some: dict[str, Any]) -> None:
    assert VALIDATORS[complete].is_valid(some) == judged(some, complete=complete)


def test_the_schema_of_submissions_tells_complete_from_incomplete(house: House, session: Session) -> None:
    lot = house.open_lot()
    complete = answers(session, lot)
    validator = jsonschema_rs.validator_for(schema_of(content(session, lot), complete=True), validate_formats=True)
    assert validator.is_valid(complete)
    for question in complete:
        less = {key: value for key, value in complete.items() if key != question}
        assert validator.is_valid(less) == judged(less, complete=True), question


def test_shares_of_the_quality_score_make_a_whole() -> None:
    shares = [float(one.share) for one in weighed(SET) if one.share is not None]
    assert len(shares) > 2
    assert sum(shares) == pytest.approx(100, abs=0.01 * len(shares))


def test_an_author_sees_what_keeps_a_draft_from_being_published(house: House, session: Session) -> None:
    whole = content(session, house.open_lot()).model_dump(mode="json")
    part = deepcopy(whole)
    part["sections"] = [one for one in part["sections"] if one["part"] != 3]
    drafted = ok(house.commissioner().post("/v1/question-sets", json={"name": "Another", "content": part}))
    address = f"/v1/question-sets/{drafted['id']}"
    seen = ok(house.commissioner().get(f"{address}/preview"))
    assert [one["rule"] for one in seen["missing"]] == ["part-missing", "nothing-scored"]
    assert house.commissioner().post(f"{address}/publication").status_code == 409

    ok(house.commissioner().put(address, json={"content": whole}, headers={"If-Match": '"1"'}))
    seen = ok(house.commissioner().get(f"{address}/preview"))
    assert seen["missing"] == []
    assert {one["part"] for one in seen["questions"]} == {1, 2, 3}
    assert seen["schema_of_drafts"]["additionalProperties"] is False
    ok(house.commissioner().post(f"{address}/publication"))
