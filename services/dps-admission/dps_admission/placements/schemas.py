"""What callers send and receive about placements, shortlists and offers. Nothing here says whose need it is."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay_contracts.directory import CareServiceType, ClientGroup
from assay_kit.text import WHOLE, Day, Flag, Model, Name, Reason
from dps_admission.schemes.rules import Tier

from .rules import Line, PlacementAnswer, PlacementStatus


class PlacementIn(Model):
    service_type: CareServiceType
    client_group: ClientGroup | None = None
    zone: Name | None = None
    hours_a_week: Annotated[int, Field(ge=1, le=1_000), WHOLE] | None = None
    needs_specialist: Flag = False
    starts_on: Day
    answer_within_hours: Annotated[int, Field(ge=1, le=240), WHOLE] = 48


class PlacementOfferIn(Model):
    """To a member of a lot, or to a contracted care home; `reason` where it is not the next in order."""

    membership_id: UUID | None = None
    care_service_id: UUID | None = None
    reason: Reason | None = None


class PlacementAnswerIn(Model):
    is_accepted: Flag
    reason: Reason | None = None


class PlacementClosingIn(Model):
    reason: Reason


class PlacementOfferRead(BaseModel):
    """An offer, with the need that it is for."""

    id: UUID
    placement_id: UUID
    reference: str
    service_type: CareServiceType
    client_group: ClientGroup | None
    zone: str | None
    hours_a_week: Decimal | None
    starts_on: date
    membership_id: UUID | None
    care_service_id: UUID | None
    provider_id: UUID
    provider_name: str | None
    out_of_turn_because: str | None
    """The council's own; a provider is not shown it, nor who of the council did what."""
    made_at: AwareDatetime
    made_by: str | None
    answer_by: AwareDatetime
    answer: PlacementAnswer | None
    answer_reason: str | None
    answered_at: AwareDatetime | None
    answered_by: str | None
    is_recorded_by_council: bool
    """The council wrote down what the provider said elsewhere."""


class PlacementRead(BaseModel):
    id: UUID
    reference: str
    service_type: CareServiceType
    client_group: ClientGroup | None
    zone: str | None
    hours_a_week: Decimal | None
    needs_specialist: bool
    starts_on: date
    answer_within_hours: int
    status: PlacementStatus
    created_at: AwareDatetime
    created_by: str


class PlacementWithOffers(PlacementRead):
    offers: list[PlacementOfferRead] = Field(max_length=1_000)


class ServiceOnShortlist(BaseModel):
    """A service that would deliver. No rating: it is new and not yet assessed, which counts neither for nor against."""

    care_service_id: UUID
    name: str
    rating: str | None
    rated_on: date | None
    band: str | None
    has_ended: bool
    is_embargoed: bool
    limits: list[str] = Field(max_length=50)


class ExclusionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    rule: str
    says: str
    source: str


class CandidateRead(BaseModel):
    """One who could be asked, at its place in the order; `position` null: it is left out, and `excluded` says why."""

    line: Line
    position: int | None
    membership_id: UUID | None
    care_service_id: UUID | None
    provider_id: UUID
    provider_name: str | None
    lot_name: str | None
    tier: Tier | None
    zone: str | None
    last_offered_at: AwareDatetime | None
    answer: PlacementAnswer | None
    is_asked: bool
    is_next: bool
    services: list[ServiceOnShortlist] = Field(max_length=50)
    excluded: list[ExclusionRead] = Field(max_length=20)


class Shortlist(BaseModel):
    placement_id: UUID
    order: str
    members: list[CandidateRead] = Field(max_length=10_000)
    care_homes: list[CandidateRead] = Field(max_length=10_000)
