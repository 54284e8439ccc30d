"""What the dashboard shows."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.timeline import TimelineEntryRead
from risk.bands.rules import Band, Direction
from risk.bands.schemas import BandRead
from risk.interventions.rules import Extent
from risk.interventions.schemas import InterventionLine


class DashboardRow(BaseModel):
    """A service on the dashboard of those who weigh cases. `direction`: how the computed band moved from `band_before`,
    which it had 90 days ago, or on the day since which movers were asked for (null: none yet). `owner_name`: who
    answers for its open case file; null where there is none."""

    care_service_id: UUID
    care_service_name: str
    care_service_type: str
    zones: list[str] = Field(max_length=200)
    provider_id: UUID
    provider_name: str | None
    band: Band
    since: AwareDatetime
    computed_band: Band
    is_overridden: bool
    band_before: Band | None
    direction: Direction
    reasons: list[str] = Field(max_length=20)
    embargo: Extent | None
    embargo_limits: list[str] = Field(max_length=200)
    embargo_since: date | None
    has_default_notice: bool
    live_interventions: int
    owner_name: str | None


class PlainService(BaseModel):
    """A service as it is shown to who arranges care, on every page: the band, since when, why in plain words, and what
    stands in the way of a placement. What is held in confidence is one fixed sentence, and so is that two people set
    the band. Nothing else, in whatever list or file it is asked for."""

    care_service_id: UUID
    care_service_name: str
    care_service_type: str
    zones: list[str] = Field(max_length=200)
    provider_id: UUID
    provider_name: str | None
    band: Band
    since: AwareDatetime
    reasons: list[str] = Field(max_length=20)
    embargo: Extent | None
    embargo_limits: list[str] = Field(max_length=200)
    embargo_since: date | None


class BandCounts(BaseModel):
    green: int = 0
    not_enough_information: int = 0
    amber: int = 0
    red: int = 0


class EstateDay(BaseModel):
    """How many services stood in each computed band at the end of a day in London."""

    on: date
    green: int
    not_enough_information: int
    amber: int
    red: int


class EstateHistory(BaseModel):
    items: list[EstateDay] = Field(max_length=400)


class CareServicePage(BaseModel):
    """Everything about one service on one page, for those who weigh cases. The timeline shows what the reader may see,
    the newest first."""

    care_service_id: UUID
    care_service_name: str
    care_service_type: str
    provider_id: UUID
    provider_name: str | None
    standing: BandRead
    interventions: list[InterventionLine] = Field(max_length=50)
    timeline: list[TimelineEntryRead] = Field(max_length=200)


class PlainLocation(BaseModel):
    """What who arranges care is told of a service at a CQC location."""

    care_service_id: UUID
    care_service_name: str
    care_service_type: str
    provider_id: UUID
    cqc_location_id: str
    band: Band
    since: AwareDatetime
    embargo: Extent | None
    embargo_limits: list[str] = Field(max_length=200)
    embargo_since: date | None


class LocationBand(PlainLocation):
    """What a machine is told of a service at a CQC location, and whoever weighs cases."""

    computed_band: Band


class LocationBands(BaseModel):
    """One location may run several services."""

    items: list[LocationBand | PlainLocation] = Field(max_length=200)
