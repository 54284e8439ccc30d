"""What callers send and receive about scoring models."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import Model, Name, Reason
from assay_kit.versions import VersionStatus
from risk.bands.rules import Band
from risk.scoring_models.policy import Policy
from risk.tables import ScoringModel


class ModelDraft(Model):
    title: Name
    change_note: Reason
    policy: Policy


class ScoringModelRead(BaseModel):
    id: UUID
    version: int
    status: VersionStatus
    edition: int
    title: str
    change_note: str
    policy: Policy
    drafted_by_name: str
    drafted_at: AwareDatetime
    approved_by_name: str | None
    effective_from: date | None
    published_at: AwareDatetime | None
    retired_at: AwareDatetime | None
    content_hash: str | None

    @classmethod
    def of(cls, model: ScoringModel) -> "ScoringModelRead":
        return cls.model_validate(model, from_attributes=True)


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
    """What a model would do to the estate as it is known today. Nothing is kept. `changes`: the first 200 by name."""

    version: int
    compared_with: int
    worked_out_at: AwareDatetime
    services: int
    counts: list[BandCount] = Field(max_length=4)
    change_count: int
    changes: list[ColourChange] = Field(max_length=200)
