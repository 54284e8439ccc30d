"""What callers send and receive about corrections."""

from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from assay_kit.identity import Principal
from assay_kit.text import Model, Reason
from assessment.drafts.schemas import Question
from assessment.rating.answers import AnswerRating

from .rules import MOST_CORRECTIONS, CorrectionOutcome
from .tables import Correction


class Proposing(Model):
    """The finding as it should have been, and why. The reason goes to the provider, once another person agrees."""

    question: Question
    rating: AnswerRating
    reason: Reason


class DecidingCorrection(Model):
    outcome: Literal[CorrectionOutcome.AGREED, CorrectionOutcome.REFUSED]
    reason: Reason


class CorrectionRead(BaseModel):
    id: UUID
    question: str
    rating: AnswerRating
    reason: str
    proposed_name: str
    proposed_at: AwareDatetime
    is_yours: bool = Field(description="Whether whoever asks proposed it.")
    outcome: CorrectionOutcome | None
    outcome_reason: str | None
    decided_name: str | None
    decided_at: AwareDatetime | None
    window_closes_at: AwareDatetime | None = Field(description="Until when the provider may comment anew.")

    @classmethod
    def of(cls, row: Correction, *, by: Principal) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**own, is_yours=row.proposed_by == by.subject)


class CorrectionsRead(BaseModel):
    items: list[CorrectionRead] = Field(max_length=MOST_CORRECTIONS)
