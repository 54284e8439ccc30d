"""A provider's request to be assessed again early."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from assessment.tables import AssessmentTable

from .rules import RequestStatus


class ReassessmentRequest(AssessmentTable, table=True):
    """After a plan was closed, once: what was asked stays as it was, and so does the answer."""

    __tablename__ = "reassessment_request"
    __table_args__ = (
        known("status", RequestStatus),
        CheckConstraint("(decided_at IS NULL) = (status = 'asked')", name="decided_when_decided"),
        CheckConstraint("(due_on IS NOT NULL) = (status = 'accepted')", name="due_when_accepted"),
        UniqueConstraint("plan_id"),
        ForeignKeyConstraint(["plan_id"], ["remedial_plan.id"]),
        Index(None, "provider_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    plan_id: UUID
    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    status: RequestStatus = Field(default=RequestStatus.ASKED, sa_type=String)
    reason: str = Field(sa_type=Text)
    asked_by: str
    asked_name: str
    asked_at: datetime = Field(sa_type=Instant)
    due_on: date | None = None
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = None
    decided_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
