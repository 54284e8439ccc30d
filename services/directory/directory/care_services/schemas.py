"""What callers send and receive about care services."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_contracts.directory import CapacityUnit, CareServiceType, ClientGroup
from assay_kit.text import Count, Day, Flag, Model, Name, Reason
from directory.identifiers import CqcId, FhrsId


class CapacityIn(Model):
    """Hours a week for care at home, beds for a care home."""

    amount: Count
    unit: CapacityUnit


class CareServiceIn(Model):
    name: Name
    type: CareServiceType
    client_groups: list[ClientGroup] = Field(default_factory=list, max_length=7)
    zones: list[Name] = Field(default_factory=list, max_length=50)
    capacity: CapacityIn | None = None
    people_supported: Count = 0
    cqc_location_id: CqcId | None = None
    is_regulated: Flag
    prepares_food: Flag
    fhrs_id: FhrsId | None = None
    requires_registered_manager: Flag
    landlord: Name | None = None
    units_in_place: Count | None = None
    units_in_development: Count | None = None
    started_on: Day
    ended_on: Day | None = None
    is_contracted: Flag = False
    first_placement_on: Day | None = None


class NewCareServiceIn(CareServiceIn):
    provider_id: UUID


class SuccessionIn(Model):
    new_location_id: CqcId
    succeeded_on: Day
    reason: Reason


class SuccessionRead(BaseModel):
    former_location_id: str
    new_location_id: str
    succeeded_on: date
    reason: str
    recorded_by: str
    recorded_at: AwareDatetime
