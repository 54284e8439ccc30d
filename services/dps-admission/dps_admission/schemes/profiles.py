"""What a procedure profile says: one row of the law or of policy after another. Pure; the content is in the database.

Every clause carries its value, whether it is law or policy, and its source, so that a refusal can name the rule.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from assay_kit.calendar import Calendar
from assay_kit.text import WHOLE

T = TypeVar("T")
Period = Annotated[int, Field(ge=1, le=100), WHOLE]
"""Working days."""


class Regime(StrEnum):
    PCR2015_REG34 = "pcr2015_reg34"
    PCR2015_LIGHT_TOUCH = "pcr2015_light_touch"
    PA2023_DYNAMIC_MARKET = "pa2023_dynamic_market"
    PA2023_LIGHT_TOUCH_FRAMEWORK = "pa2023_light_touch_framework"


class Basis(StrEnum):
    LAW = "law"
    POLICY = "policy"


class AppliedFor(StrEnum):
    """When applications may come in."""

    ANY_TIME = "any_time"
    AS_NOTICE = "as_notice"
    WINDOWS = "windows"


class MemberLimit(StrEnum):
    FORBIDDEN = "forbidden"
    ALLOWED = "allowed"


class Conditions(StrEnum):
    AS_ADVERTISED = "as_advertised"
    MAY_NOT_CHANGE = "may_not_change"


class ExclusionQuestions(StrEnum):
    REGULATION_57 = "regulation_57"
    SCHEDULES_6_AND_7 = "schedules_6_and_7"


class Insurance(StrEnum):
    MAY_BE_CRITERION = "may_be_criterion"
    CHECKED_AT_AWARD = "checked_at_award"


class Removal(StrEnum):
    FOR_CAUSE = "for_cause"
    SECTION_37 = "section_37"
    AS_NOTICE = "as_notice"


class Fee(StrEnum):
    FORBIDDEN = "forbidden"
    NONE = "none"
    NONE_BEFORE_AWARD = "none_before_award"


class OfferOrder(StrEnum):
    ALL_MEMBERS = "all_members"
    TIER_ORDER = "tier_order"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(_Part, Generic[T]):
    value: T
    basis: Basis
    source: str = Field(min_length=1, max_length=300)


class Transition(_Part):
    """SI 2024/716: how long arrangements of the 2015 Regulations may live on."""

    noticed_before: date
    validity_frozen_after: date
    latest_end: date


class LocalPolicy(_Part):
    """The council's own numbers; days are working days unless their name says otherwise."""

    evaluators_at_least: Annotated[int, Field(ge=2, le=9), WHOLE]
    representations_days: Annotated[int, Field(ge=2, le=20), WHOLE]
    representations_days_at_least: Annotated[int, Field(ge=2, le=20), WHOLE]
    clarification_days: Annotated[int, Field(ge=1, le=20), WHOLE]
    offer_days: Annotated[int, Field(ge=1, le=30), WHOLE]
    alert_percent: Annotated[int, Field(ge=50, le=95), WHOLE]
    """How much of the evaluation period has passed when managers are told that a decision is due."""
    draft_life_calendar_days: Annotated[int, Field(ge=7, le=730), WHOLE]
    draft_reminder_calendar_days: Annotated[int, Field(ge=1, le=365), WHOLE] = 14
    """How long before a draft expires its owner is reminded; profiles published before this was asked say nothing."""
    leaving_notice_calendar_days: Annotated[int, Field(ge=0, le=365), WHOLE]
    suspension_review_calendar_days: Annotated[int, Field(ge=7, le=365), WHOLE]
    removal_answer_days: Annotated[int, Field(ge=2, le=60), WHOLE] = 10
    """The least time that a member has to answer the reasons for its removal."""
    removal_notice_calendar_days: Annotated[int, Field(ge=7, le=365), WHOLE] = 90
    """How long after that the notice can be acted on; then it lapses."""
    removal_reminder_calendar_days: Annotated[int, Field(ge=1, le=180), WHOLE] = 14
    """How long before that managers are reminded, and how often of a notice that never lapses."""
    affirmation_months: Annotated[int, Field(ge=1, le=60), WHOLE] = 12
    """How long a declaration holds before the member makes it again."""
    affirmation_reminder_calendar_days: tuple[Annotated[int, Field(ge=1, le=180), WHOLE], ...] = Field(
        default=(28, 14, 3), min_length=1, max_length=10
    )
    """How many days before the last one reminders go out, each once."""


class ProfileContent(_Part):
    regime: Regime
    title: str = Field(min_length=1, max_length=200)
    applications: Clause[AppliedFor]
    evaluation_days: Clause[int]
    prolonged_days: Clause[int]
    member_limit: Clause[MemberLimit]
    conditions: Clause[Conditions]
    renewed_declaration_days: Clause[int]
    exclusion_questions: Clause[ExclusionQuestions]
    insurance: Clause[Insurance]
    removal: Clause[Removal]
    fee: Clause[Fee]
    calendar: Clause[Calendar]
    tender_period_calendar_days: Clause[int | None]
    """None: as the notice says."""
    offer_order: Clause[OfferOrder]
    transition: Clause[Transition] | None = None
    policy: LocalPolicy
