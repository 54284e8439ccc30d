"""Proposals to withdraw a published rating, and what became of each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from assay_kit.database import Instant, new_id
from assessment.tables import AssessmentTable


class Withdrawal(AssessmentTable, table=True):
    """One stands for an assessment at a time: one that was refused, or taken back, makes room for another."""

    __table_args__ = (
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        ForeignKeyConstraint(["replacement_id"], ["assessment.id"]),
        CheckConstraint("approved_by <> proposed_by", name="by_a_second_person"),
        CheckConstraint("approved_at IS NULL OR refused_at IS NULL", name="one_answer"),
        Index("uq_withdrawal_standing", "assessment_id", unique=True, postgresql_where=text("refused_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    replacement_id: UUID
    reason: str = Field(sa_type=Text)
    proposed_by: str
    proposed_name: str
    proposed_at: datetime = Field(sa_type=Instant)
    approved_by: str | None = None
    approved_name: str | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    refused_by: str | None = None
    refused_name: str | None = None
    refused_at: datetime | None = Field(default=None, sa_type=Instant)
    refused_because: str | None = Field(default=None, sa_type=Text)
