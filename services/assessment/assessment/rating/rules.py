"""How validated answers become a rating, with every step of the working. Pure and exact.

Source: the council's published rule. Standard % = sum(weight x points) / sum(weight x most points) x 100; a domain
is the weighted mean of its standards, the whole the weighted mean of its domains; bands are applied to exact values;
then the limiters. A standard or domain with nothing applicable has no rating and no weight.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Generic, TypeVar

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType
from assessment.frameworks.framework import (
    CriticalQuestionLimiter,
    Domain,
    DomainsAtLimiter,
    Framework,
    Limiter,
    Question,
    Standard,
    StandardInDomainLimiter,
)

from .answers import AnswerRating
from .trace import Bite, DomainResult, Percent, QuestionLine, RatingTrace, StandardResult

Answers = Mapping[str, AnswerRating]
_Result = TypeVar("_Result")

# From the worst up: a cap is the lower of two.
_ORDER: Sequence[Rating] = (Rating.POOR, Rating.REQUIRES_IMPROVEMENT, Rating.GOOD, Rating.EXCELLENT)


class AnswersMissing(ValueError):
    """Questions that apply and have no answer: nothing is rated from part of an assessment."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__("Not answered: " + ", ".join(codes))
        self.codes = list(codes)


def unanswered(framework: Framework, service_type: CareServiceType, answered: Iterable[str]) -> list[str]:
    """The codes of every applicable question without an answer, in the framework's order."""
    have = set(answered)
    return [q.code for q in framework.questions_for(service_type) if q.code not in have]


def rate(framework: Framework, service_type: CareServiceType, answers: Answers) -> RatingTrace:
    """The rating of a service of that type from its answers by question code, with the working.

    Raises AnswersMissing where an applicable question has no answer. An answer to what does not apply is ignored.
    """
    if missing := unanswered(framework, service_type, answers):
        raise AnswersMissing(missing)

    asked = framework.questions_for(service_type)
    results = {standard.code: _standard(framework, standard, asked, answers) for standard in framework.standards()}
    domains = [_domain(framework, domain, results) for domain in framework.domains]
    percent = _mean((each.percent, _exact(each.result.weight)) for each in domains)
    banded = _band(framework, percent)
    overall = list(_overall_bites(framework, asked, answers, [each.result for each in domains], banded))
    return RatingTrace(
        framework_version=framework.version,
        service_type=service_type,
        domains=tuple(each.result for each in domains),
        percent=Percent.of(percent),
        banded=banded,
        limiters=(*(bite for each in results.values() for bite in each.bites), *overall),
        rating=_lowest(banded, overall),
    )


@dataclass(frozen=True, kw_only=True)
class _Of(Generic[_Result]):
    """What was worked out of a standard or a domain, beside the exact percentage, which the result has as text."""

    result: _Result
    percent: Fraction | None
    bites: Sequence[Bite] = ()


@lru_cache(maxsize=1000)
def _exact(number: Decimal | str) -> Fraction:
    """A number of a framework, exact: few different ones are asked for again and again."""
    return Fraction(number)


@lru_cache(maxsize=10_000)
def _times(weight: Decimal, points: int) -> tuple[Fraction, str]:
    """Exact, and as text."""
    value = _exact(weight) * points
    return value, str(value)


def is_at_or_below(rating: Rating | None, at: Rating) -> bool:
    """Whether `rating` is `at` or worse. What has no rating is neither."""
    return rating is not None and _ORDER.index(rating) <= _ORDER.index(at)


def _band(framework: Framework, percent: Fraction | None) -> Rating | None:
    if percent is None:
        return None
    return next(band.rating for band in framework.bands if percent >= _exact(band.starts))


def _mean(parts: Iterable[tuple[Fraction | None, Fraction]]) -> Fraction | None:
    """The weighted mean of what has a value; None where nothing has."""
    known = [(value, weight) for value, weight in parts if value is not None]
    if not known:
        return None
    return sum((value * weight for value, weight in known), Fraction(0)) / sum(weight for _, weight in known)


def _line(framework: Framework, question: Question, answer: AnswerRating) -> QuestionLine:
    rating = answer.rating
    points = None if rating is None else framework.points.of(rating)
    return QuestionLine(
        code=question.code,
        answer=answer,
        critical=question.critical,
        weight=_times(question.weight, 1)[1],
        points=points,
        weighted_points=None if points is None else _times(question.weight, points)[1],
        weighted_most=None if points is None else _times(question.weight, framework.points.excellent)[1],
    )


def _standard(
    framework: Framework, standard: Standard, all_asked: Sequence[Question], answers: Answers
) -> _Of[StandardResult]:
    codes = {question.code for question in standard.questions}
    asked = [question for question in all_asked if question.code in codes]
    lines = tuple(_line(framework, question, answers[question.code]) for question in asked)
    given = [(q.weight, line.points) for q, line in zip(asked, lines, strict=True) if line.points is not None]
    points = sum((_times(weight, found)[0] for weight, found in given), Fraction(0))
    most = sum((_times(weight, framework.points.excellent)[0] for weight, _ in given), Fraction(0))
    percent = points / most * 100 if most else None
    banded = _band(framework, percent)
    bites = [
        bite
        for limiter in framework.limiters
        if isinstance(limiter, CriticalQuestionLimiter)
        for bite in _bites(limiter, banded, _critical(limiter, asked, answers), f"standard {standard.code}")
    ]
    result = StandardResult(
        code=standard.code,
        name=standard.name,
        weight=str(_exact(standard.weight)),
        questions=lines,
        weighted_points=str(points),
        weighted_most=str(most),
        percent=Percent.of(percent),
        banded=banded,
        rating=_lowest(banded, bites),
    )
    return _Of(result=result, percent=percent, bites=bites)


def _domain(framework: Framework, domain: Domain, standards: Mapping[str, _Of[StandardResult]]) -> _Of[DomainResult]:
    results = [standards[standard.code] for standard in domain.standards]
    percent = _mean((each.percent, _exact(each.result.weight)) for each in results)
    result = DomainResult(
        code=domain.code,
        name=domain.name,
        weight=str(_exact(domain.weight)),
        standards=tuple(each.result for each in results),
        percent=Percent.of(percent),
        rating=_band(framework, percent),
    )
    return _Of(result=result, percent=percent)


def _overall_bites(
    framework: Framework,
    asked: Sequence[Question],
    answers: Answers,
    domains: Sequence[DomainResult],
    banded: Rating | None,
) -> Iterator[Bite]:
    for limiter in framework.limiters:
        match limiter:
            case CriticalQuestionLimiter():
                because = _critical(limiter, asked, answers)
            case StandardInDomainLimiter():
                because = _standards_at(limiter, domains)
            case DomainsAtLimiter():
                because = _domains_at(limiter, domains)
        yield from _bites(limiter, banded, because, "overall")


def _critical(limiter: CriticalQuestionLimiter, asked: Iterable[Question], answers: Answers) -> list[str]:
    return [
        f"question {question.code}"
        for question in asked
        if question.critical and is_at_or_below(answers[question.code].rating, limiter.at)
    ]


def _standards_at(limiter: StandardInDomainLimiter, domains: Iterable[DomainResult]) -> list[str]:
    return [
        f"standard {standard.code}"
        for domain in domains
        if domain.code == limiter.domain
        for standard in domain.standards
        if is_at_or_below(standard.rating, limiter.at)
    ]


def _domains_at(limiter: DomainsAtLimiter, domains: Iterable[DomainResult]) -> list[str]:
    found = [f"domain {domain.code}" for domain in domains if is_at_or_below(domain.rating, limiter.at)]
    return found if len(found) >= limiter.count else []


def _bites(limiter: Limiter, banded: Rating | None, because: Sequence[str], on: str) -> Iterator[Bite]:
    """One bite where the limiter's condition holds and the banded rating is above its cap.

    Each is measured against the banded rating, not after the others: lifting one cap must not hide the next.
    """
    if not because or banded is None or is_at_or_below(banded, limiter.cap):
        return
    yield Bite(
        code=limiter.code,
        sentence=limiter.sentence,
        on=on,
        because=tuple(because),
        before=banded,
        after=limiter.cap,
    )


def _lowest(banded: Rating | None, bites: Iterable[Bite]) -> Rating | None:
    if banded is None:
        return None
    return min((banded, *(bite.after for bite in bites)), key=_ORDER.index)
