"""How far each section of a self-assessment has got, and which of last time's answers may be carried over. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay_contracts.directory.records import CareServiceType
from assessment.frameworks.framework import Framework, Question
from assessment.rating.answers import AnswerRating
from assessment.self_assessments.rules import Answered, bars_to_submission


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer as far as completeness asks about it."""

    rating: AnswerRating | None
    narrative: str
    has_evidence: bool
    is_carried_over: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    """A standard of which something is asked of this service."""

    standard: str
    name: str
    domain: str
    domain_name: str
    questions: Sequence[Question]


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """Counts of questions; `bars` is what keeps the section from being submitted."""

    asked: int
    answered: int
    not_applicable: int
    with_evidence: int
    carried_over: int
    bars: Sequence[str]

    @property
    def is_complete(self) -> bool:
        return not self.bars


def sections(framework: Framework, service_type: CareServiceType) -> Iterator[Section]:
    """The sections asked of services of that type, in the framework's order."""
    for domain in framework.domains:
        for standard in domain.standards:
            asked = [each for each in standard.questions if framework.applies(each, service_type)]
            if asked:
                yield Section(
                    standard=standard.code,
                    name=standard.name,
                    domain=domain.code,
                    domain_name=domain.name,
                    questions=asked,
                )


def completeness(section: Section, given: Mapping[str, Given]) -> Completeness:
    codes = [question.code for question in section.questions]
    there = [given[code] for code in codes if code in given]
    answered = {code: Answered(rating=each.rating, narrative=each.narrative) for code, each in given.items()}
    return Completeness(
        asked=len(codes),
        answered=sum(each.rating is not None for each in there),
        not_applicable=sum(each.rating is AnswerRating.NOT_APPLICABLE for each in there),
        with_evidence=sum(each.has_evidence for each in there),
        carried_over=sum(each.is_carried_over for each in there),
        bars=bars_to_submission(codes, answered),
    )


def to_carry_over(
    asked_now: Sequence[Question],
    asked_then: Sequence[Question],
    *,
    answered_then: Collection[str],
    answered_now: Collection[str],
) -> list[str]:
    """The questions whose last answer may stand in for a new one: asked in the same words, and not yet answered."""
    words = {question.code: question.question for question in asked_then}
    return [
        question.code
        for question in asked_now
        if question.code in answered_then
        and question.code not in answered_now
        and words.get(question.code) == question.question
    ]
