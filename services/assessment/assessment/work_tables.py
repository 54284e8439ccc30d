"""Tables of who does what before a rating is published, of the documents that were submitted, and of answers carried
over from last time. Nothing defaults to the present: instants are passed in."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from assay_kit.database import Instant, new_id

from .tables import AssessmentTable


class AssignedOfficer(AssessmentTable, table=True):
    """An officer who works on an assessment beside the one who leads it. Rows are only added."""

    __tablename__ = "assigned_officer"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    name: str
    assigned_by: str
    assigned_name: str
    assigned_at: datetime = Field(sa_type=Instant)


class OfficerRemoval(AssessmentTable, table=True):
    """Somebody who was taken off an assessment, for good: it stands against whatever made them work on it."""

    __tablename__ = "officer_removal"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    name: str
    reason: str = Field(sa_type=Text)
    removed_by: str
    removed_name: str
    removed_at: datetime = Field(sa_type=Instant)


class Restriction(AssessmentTable, table=True):
    """Until its rating is published a restricted assessment is for those who work on it, and for their seniors."""

    __table_args__ = (
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        Index("uq_restriction_standing", "assessment_id", unique=True, postgresql_where=text("lifted_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    reason: str = Field(sa_type=Text)
    imposed_by: str
    imposed_name: str
    imposed_at: datetime = Field(sa_type=Instant)
    lifted_by: str | None = None
    lifted_name: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)
    lifted_because: str | None = Field(default=None, sa_type=Text)


class Delegation(AssessmentTable, table=True):
    """A section of a self-assessment that one person of the provider answers. The row without `ended_at` stands."""

    __table_args__ = (
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        Index(
            "uq_delegation_standing",
            "assessment_id",
            "standard",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    standard: str
    subject: str
    name: str
    answer_by: date | None = None
    delegated_by: str
    delegated_name: str
    delegated_at: datetime = Field(sa_type=Instant)
    ended_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class SubmittedFile(AssessmentTable, table=True):
    """A document that submitted answers name, as the directory described it then. Rows are only added."""

    __tablename__ = "submitted_file"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    evidence_id: UUID = Field(primary_key=True)
    filename: str
    kind: str
    description: str = Field(sa_type=Text)
    sha256: str
    expires_on: date | None = None


class CarriedAnswer(AssessmentTable, table=True):
    """An answer that was carried over from last time. It is untouched as long as the answer is at `answer_version`."""

    __tablename__ = "carried_answer"
    __table_args__ = (
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        ForeignKeyConstraint(["from_assessment_id"], ["assessment.id"]),
    )

    assessment_id: UUID = Field(primary_key=True)
    question: str = Field(primary_key=True)
    from_assessment_id: UUID
    answer_version: int
    carried_by: str
    carried_at: datetime = Field(sa_type=Instant)
