"""Forms keep everything typed and say what is wrong beside each field."""

import pytest
from starlette.datastructures import FormData

from portal.forms import Field, Kind, fill, read
from portal.plain import plain_reason
from portal.upstream import Refused

DAY = Field(name="review_on", label="Review date", kind=Kind.DAY)
COUNT = Field(name="people", label="Number of people", kind=Kind.WHOLE)
WHY = Field(name="reason", label="Reason", kind=Kind.WORDS)
GROUPS = Field(name="groups", label="Who it is for", kind=Kind.ANY_OF, options=(("a", "A"), ("b", "B")))


def _form(**typed: str | list[str]) -> FormData:
    pairs = [(name.replace("__", "-"), value) for name, value in typed.items()]
    return FormData([(name, each) for name, value in pairs for each in (value if isinstance(value, list) else [value])])


def test_a_day_is_three_boxes_and_one_value() -> None:
    filled = read([DAY], _form(review_on__day="2", review_on__month="3", review_on__year="2026"))
    assert filled.values == {"review_on": "2026-03-02"}
    assert fill([DAY], {"review_on": "2026-03-02"}).typed == {"review_on": ("2", "3", "2026")}


@pytest.mark.parametrize("parts", [("31", "2", "2026"), ("x", "2", "2026"), ("1", "", "2026"), ("1", "2", "26")])
def test_a_day_that_is_none_is_kept_and_refused(parts: tuple[str, str, str]) -> None:
    day, month, year = parts
    filled = read([DAY], _form(review_on__day=day, review_on__month=month, review_on__year=year))
    assert filled.typed["review_on"] == parts
    assert filled.errors[0].href == "#review_on-day"
    assert "must be a real date" in filled.errors[0].text


@pytest.mark.parametrize(("typed", "value"), [("12", 12), ("1,364", 1364), (" 7 ", 7)])
def test_whole_numbers_may_have_commas(typed: str, value: int) -> None:
    assert read([COUNT], _form(people=typed)).values == {"people": value}


@pytest.mark.parametrize("typed", ["1.5", "many", "1e3", "--5", "٣", "9" * 16])
def test_what_is_no_whole_number_is_refused_and_kept(typed: str) -> None:
    filled = read([COUNT], _form(people=typed))
    assert filled.errors
    assert filled.typed["people"] == typed


def test_nothing_chosen_is_a_sentence_with_the_right_verb() -> None:
    filled = read([GROUPS, WHY], _form())
    assert [error.text for error in filled.errors] == ["Select who it is for", "Enter reason"]


def test_text_is_what_people_see_not_what_browsers_send() -> None:
    assert read([WHY], _form(reason="one\r\ntwo ")).values == {"reason": "one\ntwo"}


def test_what_a_service_says_about_a_field_stands_beside_the_field() -> None:
    filled = fill([WHY, COUNT])
    said = [{"field": "reason", "in": "body", "why": "String should have at least 10 characters"}]
    filled.refused(Refused(422, {"detail": "", "errors": said}))
    assert filled.error_of("reason") == "Reason must be 10 characters or more"
    assert filled.errors[0].href == "#reason"


def test_every_bar_of_a_rule_is_said() -> None:
    filled = fill([WHY])
    filled.refused(Refused(409, {"detail": "No.", "bars": [{"rule": "x", "says": "First."}, "Second sentence."]}))
    assert [error.text for error in filled.errors] == ["First.", "Second sentence."]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Field required", "Enter the reason"),
        ("String should have at most 4000 characters", "The reason must be 4000 characters or fewer"),
        ("Input should be greater than or equal to 1", "The reason must be 1 or more"),
        ("Value error, give either one or the other", "give either one or the other"),
        ("Use 10 words or fewer.", "Use 10 words or fewer."),
    ],
)
def test_a_validators_words_become_plain(said: str, plain: str) -> None:
    assert plain_reason("The reason", said) == plain
