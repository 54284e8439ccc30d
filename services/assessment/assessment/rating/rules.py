"""How validated answers become a rating, with every step of the working. Pure and exact.

Source: the council's published rule. Standard % = sum(weight x points) / sum(weight x most points) x 100; a domain
is the weighted mean of its standards, the whole the weighted mean of its domains; bands are applied to exact values;
then the limiters. A standard or domain with nothing applicable has no rating and no weight.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

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
    standards = {code: result for code, (result, _) in results.items()}
    domains = [_domain(framework, domain, standards) for domain in framework.domains]
    percent = _mean((result.exact, result.weight_exact) for result in domains)
    banded = _band(framework, percent)
    overall = list(_overall_bites(framework, asked, answers, domains, banded))
    return RatingTrace(
        framework_version=framework.version,
        service_type=service_type,
        domains=tuple(domains),
        percent=Percent.of(percent),
        banded=banded,
        limiters=(*(bite for _, bites in results.values() for bite in bites), *overall),
        rating=_lowest(banded, overall),
    )


def is_at_or_below(rating: Rating | None, at: Rating) -> bool:
    """Whether `rating` is `at` or worse. What has no rating is neither."""
    return rating is not None and _ORDER.index(rating) <= _ORDER.index(at)


def _band(framework: Framework, percent: Fraction | None) -> Rating | None:
    if percent is None:
        return None
    return next(band.rating for band in framework.bands if percent >= Fraction(band.starts))


def _mean(parts: Iterable[tuple[Fraction | None, Fraction]]) -> Fraction | None:
    """The weighted mean of what has a value; None where nothing has."""
    known = [(value, weight) for value, weight in parts if value is not None]
    if not known:
        return None
    return sum((value * weight for value, weight in known), Fraction(0)) / sum(weight for _, weight in known)


def _line(framework: Framework, question: Question, answer: AnswerRating) -> QuestionLine:
    rating = answer.rating
    weight = Fraction(question.weight)
    points = None if rating is None else framework.points.of(rating)
    return QuestionLine(
        code=question.code,
        answer=answer,
        critical=question.critical,
        weight=str(weight),
        points=points,
        weighted_points=str(weight * points) if points is not None else None,
        weighted_most=str(weight * framework.points.excellent) if points is not None else None,
    )


def _standard(
    framework: Framework, standard: Standard, all_asked: Sequence[Question], answers: Answers
) -> tuple[StandardResult, list[Bite]]:
    codes = {question.code for question in standard.questions}
    asked = [question for question in all_asked if question.code in codes]
    lines = tuple(_line(framework, question, answers[question.code]) for question in asked)
    points = sum((Fraction(line.weighted_points) for line in lines if line.weighted_points), Fraction(0))
    most = sum((Fraction(line.weighted_most) for line in lines if line.weighted_most), Fraction(0))
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
        weight=str(Fraction(standard.weight)),
        questions=lines,
        weighted_points=str(points),
        weighted_most=str(most),
        percent=Percent.of(percent),
        banded=banded,
        rating=_lowest(banded, bites),
    )
    return result, bites


def _domain(framework: Framework, domain: Domain, standards: Mapping[str, StandardResult]) -> DomainResult:
    results = tuple(standards[standard.code] for standard in domain.standards)
    percent = _mean((result.exact, result.weight_exact) for result in results)
    return DomainResult(
        code=domain.code,
        name=domain.name,
        weight=str(Fraction(domain.weight)),
        standards=results,
        percent=Percent.of(percent),
        rating=_band(framework, percent),
    )


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
