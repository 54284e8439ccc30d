"""The working of a rating in words: a sentence for each step, in the order in which it was done. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from assay_contracts.assessment.ratings import Rating

from .answers import AnswerRating
from .trace import Bite, DomainResult, Percent, QuestionLine, RatingTrace, StandardResult, Weighed

NAMES = {
    AnswerRating.EXCELLENT: "Excellent",
    AnswerRating.GOOD: "Good",
    AnswerRating.REQUIRES_IMPROVEMENT: "Requires improvement",
    AnswerRating.POOR: "Poor",
    AnswerRating.NOT_APPLICABLE: "Not applicable",
}


def named(rating: Rating | AnswerRating | None) -> str:
    return "No rating" if rating is None else NAMES[AnswerRating(rating.value)]


def in_words(trace: RatingTrace) -> list[str]:
    """Standards first, then domains, then the whole, then what limited it."""
    standards = [standard for domain in trace.domains for standard in domain.standards]
    return [
        *(_standard(standard) for standard in standards),
        *(_domain(domain) for domain in trace.domains),
        _mean("The overall percentage", "the domains", trace.domains, trace.percent, trace.banded),
        *(limited(bite) for bite in trace.limiters),
        f"The rating is {named(trace.rating)}." if trace.rating else "Nothing applied, so there is no rating.",
    ]


def limited(bite: Bite) -> str:
    """What a limiter did, and why."""
    because, became = ", ".join(bite.because), f"{named(bite.before)} became {named(bite.after)}"
    return f"{bite.sentence} It applied to {bite.on} because of {because}: {became}."


def shown(percent: Percent | None) -> str:
    """To two places, cut; with the exact value beside it where the two differ."""
    if percent is None:
        return "no percentage"
    is_whole = Fraction(percent.exact) == Fraction(percent.shown)
    return f"{percent.shown}%" if is_whole else f"{percent.shown}% (exactly {percent.exact})"


def _standard(standard: StandardResult) -> str:
    head = f"Standard {standard.code}, {standard.name}"
    if standard.percent is None:
        return f"{head}: nothing in it applies, so it has no rating and no weight."
    lines = "; ".join(_line(line) for line in standard.questions)
    sums = f"{_plain(standard.weighted_points)} of {_plain(standard.weighted_most)} points"
    limits = "" if standard.rating == standard.banded else f", limited to {named(standard.rating)}"
    return f"{head}: {lines}. Together {sums}, which is {shown(standard.percent)}: {named(standard.banded)}{limits}."


def _line(line: QuestionLine) -> str:
    if line.points is None:
        return f"{line.code} {named(line.answer)}, left out"
    return f"{line.code} {named(line.answer)}, {line.points} times weight {_plain(line.weight)}"


def _domain(domain: DomainResult) -> str:
    head = f"Domain {domain.code}, {domain.name}"
    return _mean(head, "its standards", domain.standards, domain.percent, domain.rating)


def _mean(head: str, of: str, parts: Sequence[Weighed], percent: Percent | None, rating: Rating | None) -> str:
    if percent is None:
        return f"{head}: nothing in it applies, so it has no rating and no weight."
    return f"{head}: the weighted mean of {of} ({'; '.join(_parts(parts))}) is {shown(percent)}: {named(rating)}."


def _parts(parts: Iterable[Weighed]) -> Iterator[str]:
    for part in parts:
        if part.percent is not None:
            yield f"{part.code} {part.percent.shown}% times weight {_plain(part.weight)}"


def _plain(exact: str) -> str:
    """A fraction as a decimal where it is one."""
    value = Fraction(exact)
    thousandths = value * 1000
    if thousandths.denominator != 1:
        return exact
    return f"{int(thousandths) / 1000:.3f}".rstrip("0").rstrip(".")
