"""The published rule, in words made from the framework's own data: what is on the page is what is computed. Pure."""

from pydantic import BaseModel, Field

from assay_contracts.assessment.ratings import Rating

from .framework import Framework, Points, PublicPolicy

_NAMES = {
    Rating.EXCELLENT: "Excellent",
    Rating.GOOD: "Good",
    Rating.REQUIRES_IMPROVEMENT: "Requires improvement",
    Rating.POOR: "Poor",
}


class BandRule(BaseModel):
    rating: Rating
    name: str
    at_least_percent: str


class LimiterRule(BaseModel):
    code: str
    sentence: str


class DomainRule(BaseModel):
    code: str
    name: str
    weight: str
    standards: list[str] = Field(max_length=20)
    questions: int


class RulePage(BaseModel):
    """How answers become a rating under one framework version."""

    version: int
    name: str
    points: Points
    bands: list[BandRule] = Field(max_length=10)
    limiters: list[LimiterRule] = Field(max_length=20)
    domains: list[DomainRule] = Field(max_length=20)
    critical_questions: list[str] = Field(max_length=600)
    policy: PublicPolicy
    steps: list[str] = Field(max_length=20)


def rule_page(framework: Framework) -> RulePage:
    return RulePage(
        version=framework.version,
        name=framework.name,
        points=framework.points,
        bands=[
            BandRule(rating=band.rating, name=_NAMES[band.rating], at_least_percent=str(band.starts))
            for band in framework.bands
        ],
        limiters=[LimiterRule(code=each.code, sentence=each.sentence) for each in framework.limiters],
        domains=[
            DomainRule(
                code=domain.code,
                name=domain.name,
                weight=str(domain.weight),
                standards=[f"{standard.code} {standard.name}" for standard in domain.standards],
                questions=sum(len(standard.questions) for standard in domain.standards),
            )
            for domain in framework.domains
        ],
        critical_questions=[
            f"{question.code} {question.question}" for question in framework.questions() if question.critical
        ],
        policy=PublicPolicy.model_validate(framework.policy.model_dump(include=set(PublicPolicy.model_fields))),
        steps=list(_steps(framework)),
    )


def _steps(framework: Framework) -> list[str]:
    points = ", ".join(f"{name} {framework.points.of(rating)}" for rating, name in _NAMES.items())
    bands = ", ".join(f"{band.starts} or more is {_NAMES[band.rating]}" for band in framework.bands)
    most = framework.points.excellent
    return [
        f"Each answer has points: {points}. Not applicable, with a reason, is left out.",
        f"A standard's percentage is the sum of weight times points over the sum of weight times {most}, times 100.",
        "A domain's percentage is the weighted mean of its standards; the overall percentage that of the domains.",
        "A standard or domain in which nothing applies has no rating and no weight.",
        f"Percentages are exact and never rounded before they are compared: {bands}.",
        *(limiter.sentence for limiter in framework.limiters),
    ]
