"""What callers send and receive about memberships."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_kit.money import Percent
from assay_kit.text import Line, Model, Name, Reason
from assay_kit.timeline import TimelineEntryRead

from .rules import Cause, EmbargoExtent, MembershipStatus


class OpeningMembershipIn(Model):
    """An opening balance: a member since before Assay, or one that day one's import brings in."""

    provider_id: UUID
    zone: Name | None = None
    care_service_ids: list[UUID] = Field(min_length=1, max_length=50)
    quality: Percent | None = None
    source: Line
    reason: Reason


class SuspensionIn(Model):
    cause: Literal[Cause.LAPSED_DECLARATION, Cause.LATE_DOCUMENT, Cause.COUNCIL_DECISION]
    reason: Reason


class MembershipReasonIn(Model):
    reason: Reason


class EffectsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    edit_own_details: bool
    apply_elsewhere: bool
    existing_placements: bool | None
    new_placements: bool
    on_register: bool


class CauseRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    cause: Cause
    reference: UUID | None
    started_at: AwareDatetime
    review_on: date | None


class OfferRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    made_at: AwareDatetime
    expires_at: AwareDatetime


class LimitRead(BaseModel):
    """An embargo on a delivering service, as shortlists must show it."""

    model_config = ConfigDict(from_attributes=True)

    intervention_id: UUID
    care_service_id: UUID
    extent: EmbargoExtent
    limit_text: str | None


class MembershipRead(BaseModel):
    id: UUID
    provider_id: UUID
    provider_name: str | None
    scheme_id: UUID
    scheme_name: str
    lot_id: UUID
    lot_name: str
    zone: str | None
    status: MembershipStatus
    is_imported: bool
    care_service_ids: list[UUID] = Field(max_length=50)
    admitted_at: AwareDatetime
    active_from: AwareDatetime | None
    affirm_by: date | None
    leaves_on: date | None
    ended_at: AwareDatetime | None
    effects: EffectsRead
    suspensions: list[CauseRead] = Field(max_length=200)
    offer: OfferRead | None
    limits: list[LimitRead] = Field(max_length=200)


class WaitingRead(BaseModel):
    """One place of the waiting list, in the published order."""

    position: int
    membership_id: UUID
    provider_id: UUID
    zone: str | None
    quality: Percent
    submitted_at: AwareDatetime
    is_passed_over: bool


class WaitingList(BaseModel):
    order: str
    items: list[WaitingRead] = Field(max_length=10_000)


class RoundCallRead(BaseModel):
    """Until when the round that is called takes in what was received; what comes later belongs to the next."""

    lot_id: UUID
    received_until: AwareDatetime


class RoundRead(BaseModel):
    items: list[MembershipRead] = Field(max_length=10_000)


class MembershipTimeline(BaseModel):
    """The newest steps first. Why a membership is suspended is shown to its provider and the council only."""

    items: list[TimelineEntryRead] = Field(max_length=200)
