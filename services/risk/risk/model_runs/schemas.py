"""What callers send and receive about trials of scoring models."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import WHOLE, Day, Model
from risk.bands.rules import Band

Version = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]


class DryRunWanted(Model):
    """`on`: as it was known at the end of this day in London; null, or today: as it is now."""

    version: Version
    on: Day | None = None


class OutcomeCheckWanted(Model):
    """A period of a year at most, that ended before today."""

    version: Version
    first_day: Day
    last_day: Day


class BandCount(BaseModel):
    band: Band
    now: int
    then: int


class RunRead(BaseModel):
    """How far a run has come: `done_count` of `service_count` services, in `working_seconds` of real time.
    `failed_count`: of those, how many could not be worked out, and are counted nowhere else. `edition`: the one of the
    model that was tried. Not `is_in_full`: worked out without all that is held in confidence, for whoever does not see
    it. `failure`: why it ended early, because none could be."""

    id: UUID
    version: int
    edition: int
    is_in_full: bool
    asked_by_name: str
    asked_at: AwareDatetime
    service_count: int
    done_count: int
    failed_count: int
    working_seconds: float
    failure: str | None
    finished_at: AwareDatetime | None


class DryRun(RunRead):
    """What a model would do to the estate as it is known at `worked_out_at`, beside the model in force then. Of a past
    day: what had been recorded by its end; of services and providers the records as they are today."""

    compared_with: int
    on: date
    worked_out_at: AwareDatetime
    services: int
    counts: list[BandCount] = Field(max_length=4)
    change_count: int


class ColourChange(BaseModel):
    """A service that the model would show in another band, and why."""

    care_service_id: UUID
    care_service_name: str
    provider_id: UUID
    band_now: Band
    band_then: Band
    reasons_now: list[str] = Field(max_length=40)
    reasons_then: list[str] = Field(max_length=40)


class Lead(BaseModel):
    """Where the services that later had an intervention stood so many days before it. `not_there_yet`: not begun."""

    days_before: int
    red: int
    amber: int
    not_enough_information: int
    green: int
    not_there_yet: int


class Alarms(BaseModel):
    """Warnings: services that turned Amber or Red from one day's end to the next (or were so on the first) while no
    intervention was in force. An open one began less than 90 days ago and nothing has followed yet."""

    begun: int
    followed: int
    led_to_nothing: int
    open: int


class OutcomeCheck(RunRead):
    """A model's own track record, without the council's own measures: an intervention does not find itself. Of past
    days: what had been recorded by their end."""

    first_day: date
    last_day: date
    services_with_interventions: int
    leads: list[Lead] = Field(max_length=3)
    alarms: Alarms
