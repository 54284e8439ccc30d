"""What callers send and receive about scoring models."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.text import WHOLE, Model, Moment, Name, Reason
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
    """`edition`: the one that was read and tried out. `dry_run_id`: what its approver looked at; it is kept with the
    version. `activates_at`: the moment from which the model holds; null: at once."""

    edition: Edition
    dry_run_id: UUID | None = None
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
    dry_run_id: UUID | None
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
