"""How a question set will look and weigh, what is still missing of it, and its answers as JSON Schema. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assay_kit.money import rounded_down

from .content import Kind, Question, QuestionSetContent, Scored
from .rules import POUNDS, TEXT_AT_MOST

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One question as it is previewed: its share of the quality score in per cent, rounded down, where it is scored."""

    question: Question
    part: int
    section: str
    share: str | None


def weighed(content: QuestionSetContent) -> list[Weighed]:
    """Shares are of all scored questions; where some are not asked the others weigh more."""
    gradings = [question.grading for question in content.questions()]
    whole = sum(one.weight for one in gradings if isinstance(one, Scored))
    return [
        Weighed(question=question, part=section.part, section=section.title, share=_share(question, whole))
        for section in content.sections
        for question in section.questions
    ]


def _share(question: Question, whole: int) -> str | None:
    if not isinstance(question.grading, Scored):
        return None
    return str(rounded_down(Fraction(question.grading.weight * 100, whole), 2))


def schema_of(content: QuestionSetContent, *, complete: bool) -> Schema:
    """What `errors_in` accepts, as JSON Schema: of a submission (`complete`), or of a draft, which may leave gaps.

    It does not know words: `x-word-limit` says how many a text may have when it is submitted.
    """
    always = [question for question in content.questions() if question.only_when is None]
    sometimes = [question for question in content.questions() if question.only_when is not None]
    whole = _asked(always, complete=complete)
    rules = [_when(question, content, complete=complete) for question in sometimes]
    known = {question.id: True for question in content.questions()}
    return {
        "$schema": DIALECT,
        "type": "object",
        **whole,
        "properties": known | whole["properties"],
        "additionalProperties": False,
        **({"allOf": rules} if rules else {}),
    }


def _asked(questions: Sequence[Question], *, complete: bool) -> Schema:
    found: Schema = {"properties": {one.id: _answer(one, complete=complete) for one in questions}}
    required = [one.id for one in questions if complete and one.is_required]
    return found | ({"required": required} if required else {})


def _when(question: Question, content: QuestionSetContent, *, complete: bool) -> Schema:
    """If all that it hangs on is answered so, it is asked."""
    return {"if": {"allOf": _conditions(question, content)}, "then": _asked([question], complete=complete)}


def _conditions(question: Question, content: QuestionSetContent) -> list[Schema]:
    if question.only_when is None:
        return []
    wanted = question.only_when
    parent = next(one for one in content.questions() if one.id == wanted.question)
    given: Schema = {"enum": list(wanted.answers)}
    fits = {"anyOf": [given, {"type": "array", "contains": given}]}
    return [{"properties": {parent.id: fits}, "required": [parent.id]}, *_conditions(parent, content)]


def _answer(question: Question, *, complete: bool) -> Schema:
    shape = {"title": question.text, **_SHAPES[question.kind](question)}
    if question.word_limit:
        shape["x-word-limit"] = question.word_limit
    if complete and question.is_required:
        return {"allOf": [shape, {"not": _EMPTY}]}
    return {"anyOf": [shape, _EMPTY]}


_EMPTY: Schema = {"anyOf": [{"enum": [None, []]}, {"type": "string", "pattern": r"^\s*$"}]}


def _yes_no(_: Question) -> Schema:
    return {"type": "boolean"}


def _choice(question: Question) -> Schema:
    return {"type": "string", "enum": list(question.options)}


def _several(question: Question) -> Schema:
    return {"type": "array", "items": {"enum": list(question.options)}, "uniqueItems": True}


def _text(_: Question) -> Schema:
    return {"type": "string", "maxLength": TEXT_AT_MOST, "pattern": r"^[^\u0000]*$"}


def _date(_: Question) -> Schema:
    return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _money(_: Question) -> Schema:
    return {"type": "string", "pattern": f"^{POUNDS.pattern}$"}


def _document(_: Question) -> Schema:
    return {"type": "string", "format": "uuid"}


_SHAPES: Mapping[Kind, Callable[[Question], Schema]] = {
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.SEVERAL: _several,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.DOCUMENT: _document,
}
