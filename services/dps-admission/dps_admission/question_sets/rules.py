"""Whether answers fit a question set, and whether a set may be published. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from dps_admission.bars import Bar
from dps_admission.schemes.profiles import ExclusionQuestions

from .content import (
    ABOUT_INSURANCE,
    ExclusionGround,
    InformationOnly,
    Kind,
    Purpose,
    Question,
    QuestionSetContent,
    Scored,
    Section,
)

TEXT_AT_MOST = 40_000
"""Characters, whatever the word limit says: five thousand words fit twice."""
POUNDS = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
PARTS = (1, 2, 3)
EXCLUSIONS = 2
"""The part that asks about grounds of exclusion."""

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class AnswerError:
    question: str
    code: str
    says: str

    def document(self) -> dict[str, str]:
        return asdict(self)


def bars_to_content(content: QuestionSetContent) -> list[Bar]:
    """What does not hang together, in a draft already: answers could not be judged by it."""
    bars, ids = [], [question.id for question in content.questions()]
    for question_id, times in Counter(ids).items():
        if times > 1:
            bars.append(Bar("id-twice", f"{question_id}: every question needs an id of its own."))
    before: set[str] = set()
    for question in content.questions():
        bars += _bars_to_question(question, before=before, ids=set(ids))
        before.add(question.id)
    return bars


def _bars_to_question(question: Question, *, before: Set[str], ids: Set[str]) -> list[Bar]:
    has_choice, grading = question.kind in (Kind.CHOICE, Kind.SEVERAL), question.grading
    is_scored, is_ground = isinstance(grading, Scored), isinstance(grading, ExclusionGround)
    named = {grading.event_date, grading.self_cleaning} if isinstance(grading, ExclusionGround) else set()
    hangs_on = question.only_when.question if question.only_when else None
    tests = (
        (has_choice != bool(question.options), "options", "options belong to choice and several, and to no other"),
        (is_scored and question.kind != Kind.TEXT, "scored-not-text", "a scored question is a text"),
        (is_scored and question.word_limit is None, "no-word-limit", "a scored question has a word limit"),
        (is_ground and question.kind != Kind.YES_NO, "ground-not-yes-no", "an exclusion ground is yes or no"),
        (not named <= ids, "ground-incomplete", "its date or statement is not a question here"),
        (hangs_on is not None and hangs_on not in before, "dependency", "it depends on no question before it"),
    )
    return [Bar(rule, f"{question.id}: {says}.") for applies, rule, says in tests if applies]


def bars_to_publishing(content: QuestionSetContent) -> list[Bar]:
    bars = bars_to_content(content)
    present = {section.part for section in content.sections}
    for part in PARTS:
        if part not in present:
            bars.append(Bar("part-missing", f"Part {part} has no questions."))
    if not any(isinstance(q.grading, ExclusionGround) for q in content.questions()):
        bars.append(Bar("no-exclusion-grounds", "Part 2 asks about no ground of exclusion."))
    if not any(isinstance(q.grading, Scored) for q in content.questions()):
        bars.append(Bar("nothing-scored", "No question is scored, so no quality threshold can be applied."))
    return bars


@dataclass(frozen=True, kw_only=True)
class Asks:
    """What of a set the law of a procedure looks at."""

    judges_insurance: bool = False
    """Nobody is admitted without an answer about insurance, or an evaluator judges one."""
    exclusion_laws: frozenset[ExclusionQuestions] = frozenset()
    """The laws that its exclusion grounds are of."""
    judges_debarment: bool = False
    """Everybody is asked whether it is on the debarment list, and somebody judges the answer."""


def asks_of(content: QuestionSetContent) -> Asks:
    questions = list(content.questions())
    insurance = [question for question in questions if question.purpose in ABOUT_INSURANCE]
    debarment = [question for question in questions if question.purpose == Purpose.DEBARMENT_LIST]
    return Asks(
        judges_insurance=any(one.is_required or _is_judged(one) for one in insurance),
        exclusion_laws=frozenset(one.grading.law for one in questions if isinstance(one.grading, ExclusionGround)),
        judges_debarment=any(one.is_required and one.only_when is None and _is_judged(one) for one in debarment),
    )


def _is_judged(question: Question) -> bool:
    return not isinstance(question.grading, InformationOnly)


def under_the_2023_act(content: QuestionSetContent, exclusions: Sequence[Section]) -> QuestionSetContent:
    """The same set with no question about insurance, and with the 2023 Act's own grounds of exclusion."""
    kept = [
        section.model_copy(
            update={"questions": [one for one in section.questions if one.purpose not in ABOUT_INSURANCE]}
        )
        for section in content.sections
        if section.part != EXCLUSIONS
    ]
    sections = sorted([*kept, *exclusions], key=lambda section: section.part)
    return QuestionSetContent(sections=[section for section in sections if section.questions])


def is_asked(question: Question, answers: Answers, content: QuestionSetContent) -> bool:
    """A dependent question is asked when the one it hangs on is asked too and has one of the answers."""
    if question.only_when is None:
        return True
    wanted = question.only_when
    parent = next(q for q in content.questions() if q.id == wanted.question)
    if not is_asked(parent, answers, content):
        return False
    given = answers.get(wanted.question)
    chosen = given if isinstance(given, list) else [given]
    return any(one == other and type(one) is type(other) for one in chosen for other in wanted.answers)


def questions_asked(content: QuestionSetContent, answers: Answers) -> list[Question]:
    return [question for question in content.questions() if is_asked(question, answers, content)]


def documents_in(contents: Sequence[QuestionSetContent], answers: Answers) -> set[UUID]:
    """The evidence that answers to questions asked name."""
    asked = (question for content in contents for question in questions_asked(content, answers))
    return {UUID(answers[one.id]) for one in asked if one.kind is Kind.DOCUMENT and answers.get(one.id)}


def errors_in(contents: Sequence[QuestionSetContent], answers: Answers, *, complete: bool) -> list[AnswerError]:
    """Every error in answers to one or several sets; a draft (`complete` false) may leave gaps."""
    errors: dict[tuple[str, str], AnswerError] = {}
    known = {question.id for content in contents for question in content.questions()}
    found = [AnswerError(one, "unknown-question", "No such question is asked.") for one in answers if one not in known]
    for content in contents:
        found += _errors_in_one(content, answers, complete=complete)
    for error in found:
        errors.setdefault((error.question, error.code), error)
    return list(errors.values())


def _errors_in_one(content: QuestionSetContent, answers: Answers, *, complete: bool) -> list[AnswerError]:
    errors = []
    for question in questions_asked(content, answers):
        answer = answers.get(question.id)
        if _is_empty(answer):
            if complete and question.is_required:
                errors.append(AnswerError(question.id, "missing", "Answer this question."))
        elif says := error_in_answer(question, answer, complete=complete):
            errors.append(says)
    return errors


def _is_empty(answer: Any) -> bool:
    return answer is None or answer == [] or (isinstance(answer, str) and not answer.strip())


def error_in_answer(question: Question, answer: Any, *, complete: bool) -> AnswerError | None:
    """The first thing wrong with one answer that is not empty. A draft may be over its word limit for a while."""
    says = _SHAPES[question.kind](question, answer)
    if says:
        return AnswerError(question.id, "wrong-shape", says)
    if complete and question.word_limit and len(str(answer).split()) > question.word_limit:
        return AnswerError(question.id, "too-long", f"Use {question.word_limit} words or fewer.")
    return None


def _yes_no(_: Question, answer: Any) -> str | None:
    return None if isinstance(answer, bool) else "Answer yes or no (true or false)."


def _choice(question: Question, answer: Any) -> str | None:
    is_one = isinstance(answer, str) and answer in question.options
    return None if is_one else "Choose one of the options."


def _several(question: Question, answer: Any) -> str | None:
    are_some = isinstance(answer, list) and all(isinstance(one, str) and one in question.options for one in answer)
    return None if are_some and len(set(answer)) == len(answer) else "Choose from the options, each once."


def _text(_: Question, answer: Any) -> str | None:
    if not isinstance(answer, str) or "\x00" in answer:
        return "Answer in words."
    return None if len(answer) <= TEXT_AT_MOST else f"Use {TEXT_AT_MOST} characters or fewer."


def _date(_: Question, answer: Any) -> str | None:
    return None if isinstance(answer, str) and as_date(answer) else "Give a date such as 2026-03-31."


def _money(_: Question, answer: Any) -> str | None:
    return None if isinstance(answer, str) and as_pounds(answer) is not None else 'Give pounds such as "5000000.00".'


def _document(_: Question, answer: Any) -> str | None:
    try:
        UUID(answer)
    except (ValueError, TypeError, AttributeError):
        return "Give the id of a document that you have uploaded."
    return None


_SHAPES: Mapping[Kind, Callable[[Question, Any], str | None]] = {
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.SEVERAL: _several,
    Kind.TEXT: _text,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.DOCUMENT: _document,
}


def as_date(answer: Any) -> date | None:
    try:
        day = date.fromisoformat(answer)
    except (ValueError, TypeError):
        return None
    return day if day.isoformat() == answer else None  # week dates are a spelling that pages do not offer


def as_pounds(answer: Any) -> Decimal | None:
    """Exact pounds and pence, not negative, under ten thousand million, in digits as pages write them."""
    is_plain = isinstance(answer, str) and POUNDS.fullmatch(answer) is not None
    return Decimal(answer) if is_plain else None


def answer_to(purpose: str, content: QuestionSetContent, answers: Answers) -> tuple[Question, Any] | None:
    """The question that serves a purpose, and its answer; None when it is not asked."""
    for question in questions_asked(content, answers):
        if question.purpose == purpose:
            return question, answers.get(question.id)
    return None
