"""A published question set as the fields of our forms, section by section. Pure: one definition, many pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.forms import Field, Kind
from portal.words import words

_KINDS = {
    "yes_no": Kind.YES_NO,
    "choice": Kind.ONE_OF,
    "several": Kind.ANY_OF,
    "text": Kind.WORDS,
    "date": Kind.DAY,
    "money": Kind.AMOUNT,
    "document": Kind.CHOICE,
}


@dataclass(frozen=True)
class Section:
    """One page of questions. `number` counts over all question sets of the application."""

    number: int
    part: int
    title: str
    questions: Sequence[Mapping[str, Any]]

    def asked(self, answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Left out is what depends on an answer that another page has given otherwise."""
        here = {question["id"] for question in self.questions}
        return [each for each in self.questions if _may_be_asked(each, answers, here)]

    def progress(self, answers: Mapping[str, Any]) -> tuple[int, int]:
        """How many of the questions that count now have an answer."""
        counted = [each for each in self.questions if applies(each, answers)]
        return sum(1 for each in counted if answers.get(each["id"]) not in (None, "", [])), len(counted)


def sections_of(contents: Iterable[Mapping[str, Any]]) -> list[Section]:
    """Every section of several question sets; a question that two sets share is asked once."""
    seen: set[str] = set()
    sections: list[Section] = []
    for content in contents:
        for section in content["sections"]:
            fresh = [each for each in section["questions"] if each["id"] not in seen]
            seen |= {each["id"] for each in fresh}
            if fresh:
                sections.append(Section(len(sections) + 1, section["part"], section["title"], fresh))
    return sections


def applies(question: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether the question counts, given the answers so far."""
    only_when = question["only_when"]
    return only_when is None or _among(answers.get(only_when["question"]), only_when["answers"])


def _may_be_asked(question: Mapping[str, Any], answers: Mapping[str, Any], here: set[str]) -> bool:
    only_when = question["only_when"]
    return only_when is None or only_when["question"] in here or applies(question, answers)


def _among(answer: Any, wanted: Sequence[Any]) -> bool:
    given = answer if isinstance(answer, list) else [answer]
    return any(each == one and type(each) is type(one) for each in given for one in wanted)


def fields_for(asked: Sequence[Mapping[str, Any]], *, documents: Sequence[tuple[str, str]]) -> tuple[Field, ...]:
    """The fields of one page. Nothing is required to save: what is missing is said before submission."""
    texts = {each["id"]: each["text"] for each in asked}
    return tuple(_field(each, texts, documents) for each in asked)


def _field(question: Mapping[str, Any], texts: Mapping[str, str], documents: Sequence[tuple[str, str]]) -> Field:
    kind = _KINDS[question["kind"]]
    listed = tuple(documents) if question["kind"] == "document" else tuple((each, each) for each in question["options"])
    return Field(
        name=question["id"],
        label=question["text"] + ("" if question["is_required"] else " (optional)"),
        kind=kind,
        hint=" ".join(_hints(question, texts)),
        options=listed,
        is_required=False,
        rows=12 if (question["word_limit"] or 0) > 200 else 5,
        width="govuk-input--width-10" if kind is Kind.AMOUNT else "",
    )


def _hints(question: Mapping[str, Any], texts: Mapping[str, str]) -> Iterable[str]:
    only_when = question["only_when"]
    if only_when and only_when["question"] in texts:
        wanted = " or ".join(f"“{words(each)}”" for each in only_when["answers"])
        yield f"Only if you answered {wanted} to “{texts[only_when['question']]}”."
    if question["guidance"]:
        yield question["guidance"]
    if question["word_limit"]:
        yield f"No more than {question['word_limit']} words."
    if question["grading"]["kind"] == "scored":
        yield f"Scored from 0 to 5, weight {question['grading']['weight']}."
    if question["kind"] == "date":
        yield "For example, 27 3 2026."
    if question["kind"] == "money":
        yield "In pounds, for example 5000000.00."
    if question["kind"] == "document":
        yield "Choose from your organisation's documents; add a new one under My services first."
