"""The working of a rating, as it is stored, hashed, shown and recomputed. Exact values are fractions as text."""

from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType

from .answers import AnswerRating

Exact = Annotated[str, Field(pattern=r"^\d+(/\d+)?$", max_length=4000, examples=["625/8"])]


class Working(BaseModel):
    model_config = ConfigDict(frozen=True)


class Percent(Working):
    """`exact` decides; `shown` is cut, never rounded up, to two places, so that 62.999 is not shown as 63."""

    exact: Exact
    shown: Annotated[str, Field(pattern=r"^\d+\.\d\d$", max_length=10)]

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.exact)

    @classmethod
    def of(cls, value: Fraction | None) -> Self | None:
        if value is None:
            return None
        hundredths = int(value * 100)
        return cls(exact=str(value), shown=f"{hundredths // 100}.{hundredths % 100:02d}")


class QuestionLine(Working):
    code: str
    answer: AnswerRating
    critical: bool
    weight: Exact
    points: int | None
    weighted_points: Exact | None
    weighted_most: Exact | None


class Weighed(Working):
    """Something with a weight in what is above it, and a percentage unless nothing in it applies."""

    code: str
    name: str
    weight: Exact
    percent: Percent | None
    rating: Rating | None

    @property
    def exact(self) -> Fraction | None:
        return None if self.percent is None else Fraction(self.percent.exact)

    @property
    def weight_exact(self) -> Fraction:
        return Fraction(self.weight)


class StandardResult(Weighed):
    questions: tuple[QuestionLine, ...] = Field(max_length=30)
    weighted_points: Exact
    weighted_most: Exact
    banded: Rating | None


class DomainResult(Weighed):
    standards: tuple[StandardResult, ...] = Field(max_length=20)


class Bite(Working):
    """A limiter that lowered a rating: on what, because of what, from which to which."""

    code: str
    sentence: str
    on: str
    because: tuple[str, ...] = Field(max_length=600)
    before: Rating
    after: Rating


class RatingTrace(Working):
    """Inputs, every step, every limiter that bit, and the rating (null where nothing applied)."""

    framework_version: int
    service_type: CareServiceType
    domains: tuple[DomainResult, ...] = Field(max_length=20)
    percent: Percent | None
    banded: Rating | None
    limiters: tuple[Bite, ...] = Field(max_length=600)
    rating: Rating | None
