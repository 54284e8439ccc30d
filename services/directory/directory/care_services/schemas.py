"""What callers send and receive about care services."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.directory import CapacityUnit, CareServiceType, ClientGroup
from assay_kit.text import Model, Name, Reason
from directory.identifiers import CqcId, FhrsId

_Count = Annotated[int, Field(ge=0, le=1_000_000)]


class CapacityIn(Model):
    """Hours a week for care at home, beds for a care home."""

    amount: _Count
    unit: CapacityUnit


class CareServiceIn(Model):
    name: Name
    type: CareServiceType
    client_groups: list[ClientGroup] = Field(default_factory=list, max_length=7)
    zones: list[Name] = Field(default_factory=list, max_length=50)
    capacity: CapacityIn | None = None
    people_supported: _Count = 0
    cqc_location_id: CqcId | None = None
    is_regulated: bool
    prepares_food: bool
    fhrs_id: FhrsId | None = None
    requires_registered_manager: bool
    landlord: Name | None = None
    units_in_place: _Count | None = None
    units_in_development: _Count | None = None
    started_on: date
    ended_on: date | None = None
    is_contracted: bool = False
    first_placement_on: date | None = None


class NewCareServiceIn(CareServiceIn):
    provider_id: UUID


class SuccessionIn(Model):
    new_location_id: CqcId
    succeeded_on: date
    reason: Reason


class SuccessionRead(BaseModel):
    former_location_id: str
    new_location_id: str
    succeeded_on: date
    reason: str
    recorded_by: str
    recorded_at: AwareDatetime
