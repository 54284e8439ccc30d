"""What callers send and receive about overrides."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from assay_kit.text import Day, Model, Reason
from risk.bands.rules import Band
from risk.intelligence.words import Words
from risk.overrides.rules import Status
from risk.tables import Override


class OverrideWanted(Model):
    """Another band beside the computed one, to the end of `last_day` in London, 28 days ahead at most."""

    care_service_id: UUID
    band: Band
    reason: Reason
    last_day: Day


class OverrideDecision(Model):
    reason: Reason


class OverrideRead(BaseModel):
    id: UUID
    care_service_id: UUID
    provider_id: UUID
    status: Status
    band: Band
    computed_band: Band
    reason: str
    last_day: date
    proposed_by_name: str
    proposed_at: AwareDatetime
    decided_by_name: str | None
    decided_at: AwareDatetime | None
    ended_at: AwareDatetime | None

    @classmethod
    def of(cls, row: Override) -> "OverrideRead":
        return cls.model_validate(row, from_attributes=True)

    def told(self, words: Words) -> "OverrideRead":
        """As it is read by whoever may not see what its reason may argue from."""
        return self.model_copy(update={"reason": words.said(self.care_service_id, self.reason, at=self.proposed_at)})
