"""What callers send and receive about scoring models."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import WHOLE, Model, Moment, Name, Reason
from risk.bands.rules import Band
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import stage_of
from risk.scoring_models.rules import Status
from risk.tables import ScoringModel
from risk.tables.base import columns_of

Edition = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]


class ModelDraft(Model):
    title: Name
    change_note: Reason
    policy: Policy


class Approval(Model):
    """`edition`: the one that was read and tried out. `activates_at`: the moment from which the model holds; null: at
    once."""

    edition: Edition
    activates_at: Moment | None = None


class TakenBack(Model):
    reason: Reason


class ScoringModelRead(BaseModel):
    id: UUID
    version: int
    status: Status
    edition: int
    title: str
    change_note: str
    policy: Policy
    drafted_by_name: str
    drafted_at: AwareDatetime
    approved_by_name: str | None
    approved_at: AwareDatetime | None
    activates_at: AwareDatetime | None
    effective_from: date | None
    published_at: AwareDatetime | None
    retired_at: AwareDatetime | None
    content_hash: str | None

    @classmethod
    def of(cls, model: ScoringModel) -> "ScoringModelRead":
        return cls(**columns_of(model, "status", "drafted_by", "approved_by"), status=stage_of(model))


class ModelInWords(BaseModel):
    """Markdown."""

    version: int
    text: str


class ScoringModelList(BaseModel):
    items: list[ScoringModelRead] = Field(max_length=200)


class ColourChange(BaseModel):
    """A service that the draft would show in another band, and why."""

    care_service_id: UUID
    care_service_name: str
    provider_id: UUID
    band_now: Band
    band_then: Band
    reasons_now: list[str] = Field(max_length=20)
    reasons_then: list[str] = Field(max_length=20)


class BandCount(BaseModel):
    band: Band
    now: int
    then: int


class DryRun(BaseModel):
    """What a model would do to the estate as it is known at `worked_out_at`, beside the model in force then. Nothing is
    kept. Not `is_in_full`: worked out without all that is held in confidence, for whoever does not see it. `changes`:
    200 of them, the gravest first, then by name. Of a past day: what had been recorded by its end; of services and
    providers the records as they are today."""

    version: int
    compared_with: int
    worked_out_at: AwareDatetime
    services: int
    counts: list[BandCount] = Field(max_length=4)
    change_count: int
    is_in_full: bool
    changes: list[ColourChange] = Field(max_length=200)


class Lead(BaseModel):
    """Where the services that later had an intervention stood so many days before it. `not_there_yet`: not begun."""

    days_before: int
    red: int
    amber: int
    not_enough_information: int
    green: int
    not_there_yet: int


class Alarms(BaseModel):
    """Warnings: services that turned Amber or Red from one sampled day to the next (or were so on the first). An open
    one began less than 90 days ago and nothing has followed yet."""

    sampled_days: list[date] = Field(max_length=13)
    begun: int
    followed: int
    led_to_nothing: int
    open: int


class OutcomeCheck(BaseModel):
    """A model's own track record. Of past days: what had been recorded by their end."""

    version: int
    is_in_full: bool
    first_day: date
    last_day: date
    services_with_interventions: int
    leads: list[Lead] = Field(max_length=3)
    alarms: Alarms
