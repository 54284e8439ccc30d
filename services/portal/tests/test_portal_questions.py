"""One question set drives the pages: order, dependence, progress and the kind of each field."""

from typing import Any

from portal.applications.questions import applies, fields_for, sections_of
from portal.forms import Kind


def _question(name: str, kind: str = "yes_no", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "text": f"Question {name}?",
        "guidance": None,
        "kind": kind,
        "options": [],
        "is_required": True,
        "word_limit": None,
        "only_when": None,
        "grading": {"kind": "information"},
    } | more


INSURED = _question("is_insured")
LEVEL = _question("level", "money", only_when={"question": "is_insured", "answers": [True]})
ABOUT = _question("about", "text", word_limit=300, grading={"kind": "scored", "weight": 3})
CONTENT = {
    "sections": [
        {"part": 1, "title": "Insurance", "questions": [INSURED, LEVEL]},
        {"part": 3, "title": "Quality", "questions": [ABOUT]},
    ]
}


def test_a_question_that_two_sets_share_is_asked_once() -> None:
    assert [section.title for section in sections_of([CONTENT, CONTENT])] == ["Insurance", "Quality"]


def test_a_dependent_question_counts_only_for_the_answer_it_depends_on() -> None:
    assert applies(LEVEL, {"is_insured": True})
    assert not applies(LEVEL, {"is_insured": False})
    assert not applies(LEVEL, {"is_insured": "true"})
    section = sections_of([CONTENT])[0]
    assert section.progress({"is_insured": False}) == (1, 1)
    assert section.progress({"is_insured": True}) == (1, 2)


def test_a_page_offers_what_depends_on_a_question_of_the_same_page_and_says_when() -> None:
    section = sections_of([CONTENT])[0]
    fields = fields_for(section.asked({}), documents=[])
    assert [field.name for field in fields] == ["is_insured", "level"]
    assert "Only if you answered “Yes”" in fields[1].hint
    assert fields[1].kind is Kind.AMOUNT


def test_what_depends_on_another_page_is_asked_only_when_it_applies() -> None:
    split = {
        "sections": [
            {"part": 1, "title": "One", "questions": [INSURED]},
            {"part": 1, "title": "Two", "questions": [LEVEL]},
        ]
    }
    second = sections_of([split])[1]
    assert second.asked({"is_insured": False}) == []
    assert second.asked({"is_insured": True}) == [LEVEL]


def test_the_word_limit_and_weight_are_said_before_anybody_types() -> None:
    (field,) = fields_for([ABOUT], documents=[])
    assert "No more than 300 words." in field.hint
    assert "weight 3" in field.hint
