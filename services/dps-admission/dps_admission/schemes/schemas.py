"""What callers send and receive about schemes, lots and procedure profiles."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_contracts.directory import CareServiceType, ClientGroup
from assay_kit.money import Money, Percent
from assay_kit.text import WHOLE, Day, Flag, Line, Model, Name, Reason
from assay_kit.versions import VersionStatus

from .profiles import LocalPolicy, Period, ProfileContent, Regime
from .rules import ChangeRationale, LotStatus, SchemeStatus, Tier

TenderDays = Annotated[int, Field(ge=1, le=365), WHOLE]
Places = Annotated[int, Field(ge=1, le=1000)]


class WindowIn(Model):
    opens_on: Day
    closes_on: Day


class SchemeIn(Model):
    name: Name
    profile_id: UUID
    notice_reference: Name | None = None
    noticed_on: Day | None = None
    award_on: Day | None = None
    go_live_on: Day | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    windows: list[WindowIn] = Field(default_factory=list, max_length=50)
    tender_period_calendar_days: TenderDays | None = None
    """The least that the notice gives members to tender; needed where all of them are invited and no law says it."""
    is_open_framework: Flag = False
    """As the notice said: one of several frameworks that are awarded one after another (2023 Act, section 49)."""
    applicant_fee: Money | None = None
    """Accepted only so that the refusal can name the law."""


class ValidityIn(Model):
    valid_until: Day
    rationale: ChangeRationale
    reason: Reason


class ProfileIn(Model):
    """The next version of a regime's profile: the council's own numbers, and periods where they are policy."""

    regime: Regime
    policy: LocalPolicy
    evaluation_days: Period | None = None
    prolonged_days: Period | None = None
    renewed_declaration_days: Period | None = None


class NewProfileIn(Model):
    """Go over to a later version of the profile."""

    profile_id: UUID
    rationale: ChangeRationale
    reason: Reason


class WhyIn(Model):
    reason: Reason


class LotIn(Model):
    name: Name
    tier: Tier | None = None
    zones: list[Name] = Field(default_factory=list, max_length=50)
    places: Places | None = None
    quality_threshold: Percent = Field(default="60", validate_default=True)
    service_type: CareServiceType
    client_groups: list[ClientGroup] = Field(default_factory=list, max_length=7)
    regulated_activity: Name | None = None
    price_ceiling: Money | None = None
    price_unit: Line | None = None
    question_set_id: UUID | None = None


class ProfileRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    regime: Regime
    version: int
    status: VersionStatus
    title: str
    effective_from: date
    content: ProfileContent
    content_hash: str


class WindowRead(BaseModel):
    opens_on: date
    closes_on: date


class LotRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    scheme_id: UUID
    version: int
    name: str
    status: LotStatus
    tier: Tier | None
    zones: list[str] = Field(max_length=50)
    places: int | None
    quality_threshold: Percent
    service_type: CareServiceType
    client_groups: list[ClientGroup] = Field(max_length=7)
    regulated_activity: str | None
    price_ceiling: Money | None
    price_unit: str | None
    question_set_id: UUID | None


class SchemeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    version: int
    profile_id: UUID
    status: SchemeStatus
    notice_reference: str | None
    noticed_on: date | None
    award_on: date | None
    go_live_on: date | None
    valid_from: date | None
    valid_until: date | None
    windows: list[WindowRead] = Field(max_length=50)
    tender_period_calendar_days: int | None
    is_open_framework: bool
    created_at: AwareDatetime


class SchemeChangeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    field: str
    before: str | None
    after: str | None
    rationale: ChangeRationale
    reason: str
    at: AwareDatetime


class LotList(BaseModel):
    items: list[LotRead] = Field(max_length=200)


class ProfileList(BaseModel):
    items: list[ProfileRead] = Field(max_length=200)


class SchemeChangeList(BaseModel):
    items: list[SchemeChangeRead] = Field(max_length=200)
