"""Who exists, as told whole by the directory. `version` grows by one with each change; the greater is the newer."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from assay_kit.money import Money


class CareServiceType(StrEnum):
    HOME_CARE = "home_care"
    SUPPORTED_LIVING = "supported_living"
    RESIDENTIAL_CARE = "residential_care"
    NURSING_CARE = "nursing_care"
    EXTRA_CARE = "extra_care"
    DAY_OPPORTUNITIES = "day_opportunities"
    COMMUNITY_SUPPORT = "community_support"


class ClientGroup(StrEnum):
    OLDER_PEOPLE = "older_people"
    LEARNING_DISABILITY = "learning_disability"
    AUTISM = "autism"
    MENTAL_HEALTH = "mental_health"
    PHYSICAL_DISABILITY = "physical_disability"
    SENSORY = "sensory"
    UNPAID_CARERS = "unpaid_carers"


class CapacityUnit(StrEnum):
    HOURS_PER_WEEK = "hours_per_week"
    BEDS = "beds"


class Commissioner(StrEnum):
    COUNCIL = "council"
    INTEGRATED_CARE_BOARD = "integrated_care_board"


class ProviderStatus(StrEnum):
    REGISTERING = "registering"  # has an account, not yet confirmed by staff
    ACTIVE = "active"
    CLOSED = "closed"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class ProviderRecord(Record):
    """A legal entity. Identifiers are None where the answer is that there is none."""

    id: UUID
    version: int
    name: str
    legal_form: str
    company_number: str | None = None
    charity_number: str | None = None
    cqc_provider_id: str | None = None
    status: ProviderStatus
    registered_at: AwareDatetime


class Capacity(Record):
    amount: int
    unit: CapacityUnit


class CareServiceRecord(Record):
    """What is assessed and scored. One CQC location may run several; an unregulated one has none.

    `started_on` and `ended_on` are its first and its last day: on both it is delivered.
    """

    id: UUID
    version: int
    provider_id: UUID
    name: str
    type: CareServiceType
    client_groups: tuple[ClientGroup, ...] = ()
    zones: tuple[str, ...] = ()
    capacity: Capacity | None = None
    people_supported: int = 0
    cqc_location_id: str | None = None
    previous_cqc_location_ids: tuple[str, ...] = ()
    is_regulated: bool
    prepares_food: bool
    fhrs_id: int | None = None
    requires_registered_manager: bool
    landlord: str | None = None
    units_in_place: int | None = None
    units_in_development: int | None = None
    is_contracted: bool = True
    started_on: date
    first_placement_on: date | None = None
    ended_on: date | None = None

    def has_ended(self, on: date) -> bool:
        """Whether the day is after its last."""
        return self.ended_on is not None and self.ended_on < on


class ContractRate(Record):
    """Pounds for one unit (`hour`, `night`, ...) from a day on; without a service, for all of the contract."""

    care_service_id: UUID | None
    unit: str
    amount: Money
    starts_on: date


class PersonRecord(Record):
    """Who the subject of a token is. `provider_id` is None for the council's own people."""

    subject: str
    name: str
    provider_id: UUID | None
    is_active: bool


class ContractRecord(Record):
    id: UUID
    version: int
    reference: str
    provider_id: UUID
    care_service_ids: tuple[UUID, ...]
    commissioner: Commissioner
    is_spot: bool
    starts_on: date
    ends_on: date | None
    rates: tuple[ContractRate, ...] = ()


class ActivityRecord(Record):
    """People and hours of one service for one commissioner in one month (`month` is its first day)."""

    care_service_id: UUID
    provider_id: UUID
    commissioner: Commissioner
    month: date
    people: int
    hours: Decimal
    recorded_at: AwareDatetime
