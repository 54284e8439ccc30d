"""What the council itself found wrong with its draft."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, text
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from assessment.rating.answers import AnswerRating
from assessment.tables import AssessmentTable

from .rules import CorrectionOutcome


class Correction(AssessmentTable, table=True):
    """One person proposes it, another agrees or not. An agreed one says until when the provider may comment anew."""

    __table_args__ = (
        known("rating", AnswerRating),
        known("outcome", CorrectionOutcome),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_when_decided"),
        CheckConstraint(
            "outcome IS DISTINCT FROM 'agreed' OR (decided_by <> proposed_by AND window_closes_at IS NOT NULL)",
            name="agreed_by_a_second_person",
        ),
        Index("ix_correction_assessment_id", "assessment_id"),
        # one of a question stands at a time
        Index("uq_correction_open", "assessment_id", "question", unique=True, postgresql_where=text("outcome IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    question: str
    rating: AnswerRating = Field(sa_type=String)
    reason: str = Field(sa_type=Text)
    proposed_by: str
    proposed_name: str
    proposed_at: datetime = Field(sa_type=Instant)
    outcome: CorrectionOutcome | None = Field(default=None, sa_type=String)
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = None
    decided_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    window_closes_at: datetime | None = Field(default=None, sa_type=Instant)
