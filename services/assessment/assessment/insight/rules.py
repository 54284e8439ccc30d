"""What is compared with what, and when there is too little to compare with. Pure and exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import quantiles
from uuid import UUID

from assay_contracts.assessment.ratings import Rating
from assessment.rating.answers import AnswerRating
from assessment.rating.trace import RatingTrace, Weighed

# Fewer others than this, or of fewer owners, are not shown: their figures could be told apart.
FEWEST_COMPARED = 5
FEWEST_OWNERS = 3

_WORST_UP = (Rating.POOR, Rating.REQUIRES_IMPROVEMENT, Rating.GOOD, Rating.EXCELLENT)


class Direction(StrEnum):
    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A part of an assessment then and now. `percents` and `ratings`: (before, now)."""

    code: str
    name: str
    percents: tuple[Fraction | None, Fraction | None]
    ratings: tuple[Rating | None, Rating | None]

    @property
    def change(self) -> Fraction | None:
        """In percentage points."""
        before, now = self.percents
        return None if before is None or now is None else now - before

    @property
    def direction(self) -> Direction:
        return Direction.NOT_COMPARABLE if self.change is None else _direction(self.change)


@dataclass(frozen=True, kw_only=True)
class Other:
    """One percentage of another provider's service."""

    provider_id: UUID
    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a question was answered with, then and now."""

    code: str
    before: AnswerRating | None
    now: AnswerRating

    @property
    def direction(self) -> Direction:
        before, now = self.before.rating if self.before else None, self.now.rating
        if before is None or now is None:
            return Direction.NOT_COMPARABLE
        return _direction(_WORST_UP.index(now) - _WORST_UP.index(before))


def moved(before: RatingTrace, now: RatingTrace) -> tuple[list[Moved], list[Moved]]:
    """The domains, and the standards, of now beside what had the same code before."""
    domains = {domain.code: domain for domain in before.domains}
    standards = {standard.code: standard for domain in before.domains for standard in domain.standards}
    return (
        [_moved(domains.get(domain.code), domain) for domain in now.domains],
        [_moved(standards.get(each.code), each) for domain in now.domains for each in domain.standards],
    )


def questions(before: RatingTrace, now: RatingTrace) -> list[Question]:
    """Every question of now beside the same one before."""
    answered = _answers(before)
    return [Question(code=code, before=answered.get(code), now=answer) for code, answer in _answers(now).items()]


def quartiles(others: Sequence[Other]) -> tuple[Decimal, Decimal, Decimal] | None:
    """The lower quartile, the median and the upper quartile, in whole percent: between what somebody has.

    None for fewer than FEWEST_COMPARED values, or values of fewer than FEWEST_OWNERS providers.
    """
    if len(others) < FEWEST_COMPARED or len({each.provider_id for each in others}) < FEWEST_OWNERS:
        return None
    lower, middle, upper = quantiles([each.percent for each in others], n=4)
    return round(lower, 0), round(middle, 0), round(upper, 0)


def cut(value: Fraction | Decimal | None) -> Decimal | None:
    """To two places, towards nought: no change looks bigger than it is."""
    return None if value is None else Decimal(int(value * 100)) / 100


def _moved(before: Weighed | None, now: Weighed) -> Moved:
    return Moved(
        code=now.code,
        name=now.name,
        percents=(before.exact if before else None, now.exact),
        ratings=(before.rating if before else None, now.rating),
    )


def _answers(trace: RatingTrace) -> Mapping[str, AnswerRating]:
    return {line.code: line.answer for domain in trace.domains for each in domain.standards for line in each.questions}


def _direction(change: Fraction | int) -> Direction:
    if change == 0:
        return Direction.SAME
    return Direction.BETTER if change > 0 else Direction.WORSE
