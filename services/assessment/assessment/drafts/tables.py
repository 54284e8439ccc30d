"""Who a senior review was handed to after somebody had taken it on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from assay_kit.database import Instant, new_id
from assessment.tables import AssessmentTable


class Handover(AssessmentTable, table=True):
    """A senior review put into somebody's hands by a commissioning manager. Rows are only added; the last stands."""

    __tablename__ = "review_handover"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]), Index(None, "assessment_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    reviewer: str
    reviewer_name: str
    reason: str = Field(sa_type=Text)
    handed_by: str
    handed_name: str
    handed_at: datetime = Field(sa_type=Instant)
