"""What callers receive of insight. Differences are exact decimals as text, cut to two places; minus is worse."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Row

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.records import CareServiceType
from assay_kit.money import Exact
from assessment.assessments.rules import Status
from assessment.rating.answers import AnswerRating
from assessment.remedial_actions.rules import PlanStatus
from assessment.tables import Assessment

from .repository import GapBy, Progress
from .rules import Direction, Moved, Other, Question, cut, quartiles


class GapRead(BaseModel):
    """Of one question, provider or officer: `mean_gap` is in points an answer, below nought where providers said
    better of themselves than was found."""

    key: str
    name: str | None
    framework_version: int | None
    assessments: int
    answers: int
    mean_gap: Exact
    agreed_percent: Exact
    lowered: int
    raised: int
    changed_after_draft: int

    @classmethod
    def of(cls, row: Row[Any], *, name: str | None, framework_version: int | None) -> Self:
        return cls(
            key=str(row.key),
            name=name,
            framework_version=framework_version,
            assessments=row.assessments,
            answers=row.answers,
            mean_gap=cut(Fraction(int(row.difference), row.answers)) or Decimal(0),
            agreed_percent=cut(Fraction(row.agreed * 100, row.answers)) or Decimal(0),
            lowered=row.lowered,
            raised=row.raised,
            changed_after_draft=row.changed,
        )


class GapsRead(BaseModel):
    by: GapBy
    items: list[GapRead] = Field(max_length=1000)


class Counts(BaseModel):
    excellent: int = 0
    good: int = 0
    requires_improvement: int = 0
    poor: int = 0
    none: int = Field(default=0, description="Nothing applied, so there is no rating.")


class TypeCounts(BaseModel):
    service_type: CareServiceType
    services: int
    ratings: Counts


class DomainCounts(BaseModel):
    service_type: CareServiceType
    code: str
    name: str
    services: int
    ratings: Counts


class DistributionRead(BaseModel):
    """How the ratings that stand are spread. Imported ratings count by type; of their domains nothing is known."""

    by_service_type: list[TypeCounts] = Field(max_length=20)
    by_domain: list[DomainCounts] = Field(max_length=400)

    @classmethod
    def of(cls, types: Sequence[Row[Any]], domains: Sequence[Row[Any]]) -> Self:
        spread: dict[Any, dict[str, int]] = {}
        names: dict[Any, str] = {}
        for row in types:
            spread.setdefault(row.service_type, {})[row.rating] = row.services
        for row in domains:
            key = (row.service_type, row.code)
            spread.setdefault(key, {})[row.rating] = row.services
            names[key] = row.name
        return cls(
            by_service_type=[
                TypeCounts(service_type=key, services=sum(found.values()), ratings=Counts(**found))
                for key, found in spread.items()
                if key not in names
            ],
            by_domain=[
                DomainCounts(
                    service_type=key[0],
                    code=key[1],
                    name=name,
                    services=sum(spread[key].values()),
                    ratings=Counts(**spread[key]),
                )
                for key, name in names.items()
            ],
        )


class Compared(BaseModel):
    """One of two assessments of a service that are held beside each other."""

    assessment_id: UUID
    reference: str
    imported: bool
    framework_version: int | None
    published_at: AwareDatetime | None
    rating: Rating | None
    percent: Exact | None

    @classmethod
    def of(cls, row: Assessment, rating: Rating | None, percent: Fraction | None, version: int | None) -> Self:
        return cls(
            assessment_id=row.id,
            reference=row.reference,
            imported=row.imported,
            framework_version=version,
            published_at=row.published_at,
            rating=rating,
            percent=cut(percent),
        )


class PartChange(BaseModel):
    code: str
    name: str
    percent_before: Exact | None
    percent: Exact | None
    change: Exact | None
    rating_before: Rating | None
    rating: Rating | None
    direction: Direction

    @classmethod
    def of(cls, moved: Moved) -> Self:
        return cls(
            code=moved.code,
            name=moved.name,
            percent_before=cut(moved.percents[0]),
            percent=cut(moved.percents[1]),
            change=cut(moved.change),
            rating_before=moved.ratings[0],
            rating=moved.ratings[1],
            direction=moved.direction,
        )


class QuestionChange(BaseModel):
    code: str
    text: str
    before: AnswerRating | None
    now: AnswerRating
    direction: Direction

    @classmethod
    def of(cls, question: Question, words: str) -> Self:
        return cls(
            code=question.code, text=words, before=question.before, now=question.now, direction=question.direction
        )


class ComparisonRead(BaseModel):
    """An assessment beside the one before. Questions are matched by code, which under another version of the framework
    may ask something else: `same_framework` says whether they are the same questions."""

    now: Compared
    before: Compared | None
    same_framework: bool
    domains: list[PartChange] = Field(max_length=20)
    standards: list[PartChange] = Field(max_length=400)
    questions: list[QuestionChange] = Field(max_length=1000)


class BenchmarkLine(BaseModel):
    """Where one percentage stands among those of other providers' services. Nothing is shown of fewer than five
    services, or of fewer than three providers."""

    code: str | None = Field(description="The domain; null for the overall percentage.")
    name: str
    percent: Exact | None
    services: int | None
    lower_quartile: Exact | None
    median: Exact | None
    upper_quartile: Exact | None
    is_suppressed: bool

    @classmethod
    def of(cls, code: str | None, name: str, own: Fraction | None, others: Sequence[Other]) -> Self:
        found = quartiles(others)
        lower, middle, upper = found or (None, None, None)
        return cls(
            code=code,
            name=name,
            percent=cut(own),
            services=len(others) if found else None,
            lower_quartile=lower,
            median=middle,
            upper_quartile=upper,
            is_suppressed=found is None,
        )


class BenchmarkRead(BaseModel):
    """An assessment beside the ratings that stand of other providers' services of the same type."""

    assessment_id: UUID
    service_type: CareServiceType
    overall: BenchmarkLine
    domains: list[BenchmarkLine] = Field(max_length=20)


class StatusCount(BaseModel):
    status: Status
    count: int


class PlanCount(BaseModel):
    status: PlanStatus
    count: int


class MonthProgress(BaseModel):
    """`in_time`: published by the day on which the assessment was due; of `were_due` that had one."""

    month: str
    due: int = 0
    overdue: int = 0
    published: int = 0
    were_due: int = 0
    in_time: int = 0


class OfficerProgress(BaseModel):
    subject: str
    name: str | None
    under_way: int
    published: int


class ProgressRead(BaseModel):
    """How the programme of a period goes, and what is late today."""

    first: date
    last: date
    months: list[MonthProgress] = Field(max_length=1200)
    under_way: list[StatusCount] = Field(max_length=20)
    officers: list[OfficerProgress] = Field(max_length=1000)
    plans: list[PlanCount] = Field(max_length=10)
    overdue_assessments: int
    overdue_plans: int
    overdue_actions: int

    @classmethod
    def of(cls, first: date, last: date, found: Progress) -> Self:
        months: dict[str, dict[str, Any]] = {}
        for row in (*found.due, *found.published):
            months.setdefault(row.month, {}).update(row._mapping)
        return cls(
            first=first,
            last=last,
            months=[MonthProgress(**_plain(months[month])) for month in sorted(months)],
            under_way=[StatusCount(**_plain(row._mapping)) for row in found.statuses],
            officers=[OfficerProgress(**_plain(row._mapping)) for row in found.officers],
            plans=[PlanCount(**_plain(row._mapping)) for row in found.plans],
            overdue_assessments=found.overdue.assessments,
            overdue_plans=found.overdue.plans,
            overdue_actions=found.overdue.actions,
        )


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}
