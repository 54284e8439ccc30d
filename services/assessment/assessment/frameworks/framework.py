"""What an assessment framework is: domains, standards, questions, bands, limiters and policy, as one frozen document.

Pure. The document is read from YAML (`reading.py`) and kept as JSON; the rating rule works on it and on nothing else.
"""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType

Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9._]{0,39}$")]
Title = Annotated[str, StringConstraints(strict=True, min_length=3, max_length=200)]
Sentence = Annotated[str, StringConstraints(strict=True, min_length=10, max_length=1000)]
Weight = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3)]
Days = Annotated[int, Field(ge=1, le=365)]
Months = Annotated[int, Field(ge=1, le=36)]


class LimiterKind(StrEnum):
    CRITICAL_QUESTION = "critical_question"
    STANDARD_IN_DOMAIN = "standard_in_domain"
    DOMAINS_AT = "domains_at"


class Part(BaseModel):
    """A piece of a framework: what the schema does not name is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PublicPolicy(Part):
    """What everybody may read of the policy."""

    self_assessment_days: Days
    factual_accuracy_days: Days
    # After the last answer to a comment: the version that was shipped first did not name it.
    dispute_days: Days = 7
    remedial_plan_days: Days
    reminder_days: tuple[Days, ...] = Field(min_length=1, max_length=10)
    # Before an action of a plan is due: not named in what was shipped first.
    action_reminder_days: tuple[Days, ...] = Field(default=(14, 3), max_length=10)
    next_assessment_months: Months
    follow_up_months: Months
    follow_up_ratings: frozenset[Rating]
    new_service_months: Months
    plan_ratings: frozenset[Rating]
    issue_ratings: frozenset[Rating]


class Policy(PublicPolicy):
    # Bands are the council's own: who knows by how much a Red one brings an assessment forward reads it from the date.
    red_band_days: Days


class Points(Part):
    excellent: Annotated[int, Field(ge=0, le=100)]
    good: Annotated[int, Field(ge=0, le=100)]
    requires_improvement: Annotated[int, Field(ge=0, le=100)]
    poor: Annotated[int, Field(ge=0, le=100)]

    def of(self, rating: Rating) -> int:
        points: int = getattr(self, rating.value)
        return points


class Band(Part):
    rating: Rating
    starts: Annotated[Decimal, Field(alias="from", ge=0, le=100, max_digits=7, decimal_places=4)]

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class CriticalQuestionLimiter(Part):
    """A critical question rated `at` or worse caps its standard and the overall rating."""

    kind: Literal[LimiterKind.CRITICAL_QUESTION]
    code: Code
    at: Rating
    cap: Rating
    sentence: Sentence


class StandardInDomainLimiter(Part):
    """A standard of one domain rated `at` or worse caps the overall rating."""

    kind: Literal[LimiterKind.STANDARD_IN_DOMAIN]
    code: Code
    domain: Code
    at: Rating
    cap: Rating
    sentence: Sentence


class DomainsAtLimiter(Part):
    """That many domains rated `at` or worse cap the overall rating."""

    kind: Literal[LimiterKind.DOMAINS_AT]
    code: Code
    count: Annotated[int, Field(ge=1, le=20)]
    at: Rating
    cap: Rating
    sentence: Sentence


Limiter = Annotated[CriticalQuestionLimiter | StandardInDomainLimiter | DomainsAtLimiter, Field(discriminator="kind")]


class Question(Part):
    code: Code
    question: Sentence
    guidance: Sentence
    evidence: tuple[Title, ...] = Field(min_length=1, max_length=20)
    weight: Weight = Decimal(1)
    critical: bool = False
    applies_to: tuple[Code, ...] = Field(default=(), max_length=20)


class Standard(Part):
    code: Code
    name: Title
    weight: Weight
    questions: tuple[Question, ...] = Field(min_length=3, max_length=30)


class Domain(Part):
    code: Code
    name: Title
    weight: Weight
    standards: tuple[Standard, ...] = Field(min_length=1, max_length=20)


class Framework(Part):
    """A whole framework. Its parts keep the order of the file."""

    name: Title
    version: Annotated[int, Field(ge=1, le=10_000)]
    policy: Policy
    points: Points
    bands: tuple[Band, ...] = Field(min_length=1, max_length=10)
    limiters: tuple[Limiter, ...] = Field(default=(), max_length=20)
    service_groups: dict[Code, tuple[CareServiceType, ...]] = Field(default_factory=dict, max_length=20)
    domains: tuple[Domain, ...] = Field(min_length=1, max_length=20)

    def standards(self) -> Iterator[Standard]:
        for domain in self.domains:
            yield from domain.standards

    def questions(self) -> Iterator[Question]:
        for standard in self.standards():
            yield from standard.questions

    def applies(self, question: Question, service_type: CareServiceType) -> bool:
        """Whether a question is asked of services of that type. No `applies_to` means of all."""
        if not question.applies_to:
            return True
        return any(
            name == service_type or service_type in self.service_groups.get(name, ()) for name in question.applies_to
        )

    def questions_for(self, service_type: CareServiceType) -> list[Question]:
        return [question for question in self.questions() if self.applies(question, service_type)]

    def locate(self, code: str) -> tuple[Standard, Question]:
        """The question of that code and the standard it is in; LookupError where there is none."""
        for standard in self.standards():
            for question in standard.questions:
                if question.code == code:
                    return standard, question
        raise LookupError(f"There is no question {code} in version {self.version}.")
