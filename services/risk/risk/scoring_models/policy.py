"""What a scoring model says: every threshold, look-back, scale and band rule as data. Pure; no default numbers here.

The numbers that the product ships are `version_1.json`; the council edits them by drafting the next version.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assay_kit.text import WHOLE


class Indicator(StrEnum):
    """The ten, in the order of the council's papers."""

    QUALITY_ASSESSMENT = "quality_assessment"
    CQC_RATING = "cqc_rating"
    FOOD_HYGIENE = "food_hygiene"
    SAFEGUARDING_DECISIONS = "safeguarding_decisions"
    EMBARGO = "embargo"
    DEFAULT_NOTICE = "default_notice"
    UNEXPECTED_DEATHS = "unexpected_deaths"
    CONTRACTING_CONCERNS = "contracting_concerns"
    COMPANY_STATUS = "company_status"
    MANAGER_VACANCY = "manager_vacancy"


class Level(StrEnum):
    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


Days = Annotated[int, Field(ge=1, le=3650), WHOLE]
Value = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Months = Annotated[int, Field(ge=1, le=120), WHOLE]


class Part(BaseModel):
    """A part of a policy: read as it stands, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Part):
    """Counts up to and including `up_to` (none: any count above the step before) stand at `level`."""

    up_to: Annotated[int, Field(ge=0, le=1_000_000), WHOLE] | None
    level: Level


class Ladder(Part):
    """Each step begins where the one before ends; the last has no end (`consistency` sees to both)."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10)]

    def level(self, count: int, *, people: int = 0, per_people: int | None = None) -> Level:
        """The level of `count`. Above `per_people` people the bounds scale by people ÷ `per_people`, rounded up."""
        for step in self.steps:
            if step.up_to is None or count <= scaled(step.up_to, people=people, per_people=per_people):
                return step.level
        raise AssertionError("a ladder has no end")


def scaled(bound: int, *, people: int, per_people: int | None) -> int:
    """`bound` for a service of `people`; exact integer arithmetic, rounded up."""
    if per_people is None or people <= per_people:
        return bound
    return -(-bound * people // per_people)


class Levels(Part):
    """A level for each value that a source may give (`consistency` sees to it that none is left out)."""

    levels: Annotated[
        dict[Value, Level], Field(min_length=1, max_length=40, json_schema_extra={"additionalProperties": False})
    ]


class QualityAssessmentPolicy(Levels):
    stale_after_months: Months


class RegisterPolicy(Levels):
    """`stale_after_days`: how long one reading of a register may be relied on."""

    stale_after_days: Days


class CqcPolicy(RegisterPolicy):
    unrated: Level
    deregistered: Level


class CompanyPolicy(RegisterPolicy):
    overdue_accounts: Level
    strike_off_proposed: Level
    members_voluntary_liquidation: Level


class CountPolicy(Ladder):
    """Events of the last `months`. Zero is only zero while the feed was heard from within `tolerance_days`."""

    months: Months
    tolerance_days: Days
    per_people: Annotated[int, Field(ge=1, le=10_000), WHOLE] | None = None


class LivePolicy(Part):
    """The level while an intervention of that kind is in force."""

    live: Level


class VacancyPolicy(Ladder):
    """Steps count days without a registered manager."""

    stale_after_days: Days


class BandPolicy(Part):
    """Red: any critical, so many serious, or so many points. Amber: any at that level, or so many points. Else Green
    if enough is known."""

    points: dict[Level, Annotated[int, Field(ge=0, le=100), WHOLE]]
    red_serious_count: Annotated[int, Field(ge=1, le=10), WHOLE]
    red_points: Annotated[int, Field(ge=1, le=100), WHOLE]
    amber_from_level: Level
    amber_points: Annotated[int, Field(ge=1, le=100), WHOLE]
    green_needs: Annotated[tuple[Indicator, ...], Field(max_length=10)]
    green_known_percent: Annotated[int, Field(ge=0, le=100), WHOLE]


class Policy(Part):
    """`more`: the parameters of indicators beyond the ten, by key; each knows what its own must be."""

    band: BandPolicy
    quality_assessment: QualityAssessmentPolicy
    cqc_rating: CqcPolicy
    food_hygiene: RegisterPolicy
    safeguarding_decisions: CountPolicy
    embargo: LivePolicy
    default_notice: LivePolicy
    unexpected_deaths: CountPolicy
    contracting_concerns: CountPolicy
    company_status: CompanyPolicy
    manager_vacancy: VacancyPolicy
    more: Annotated[
        dict[Value, dict[str, Any]], Field(max_length=20, json_schema_extra={"additionalProperties": False})
    ] = {}
