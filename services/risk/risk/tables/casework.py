"""What officers keep of their own work: case files and visits, files added to entries, imports, reviews of measures."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from risk.case_files.rules import Status
from risk.intelligence.rules import Kind
from risk.tables.base import RiskTable


class CaseFile(RiskTable, table=True):
    """Who answers for a service, and when it is looked at next. One is open at a time."""

    __tablename__ = "case_file"
    __table_args__ = (
        known("status", Status),
        Index("ix_case_file_open", "care_service_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_case_file_owner", "owner", "status"),
        Index("ix_case_file_review_alert", "review_alert_at", postgresql_where=text("status = 'open'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_service_id: UUID
    provider_id: UUID
    status: Status = Field(default=Status.OPEN, sa_type=String)
    owner: str
    owner_name: str
    review_on: date
    review_alert_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_at: datetime = Field(sa_type=Instant)
    opened_by_name: str
    reviewed_at: datetime | None = Field(default=None, sa_type=Instant)
    reviewed_by_name: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by_name: str | None = None
    closing_reason: str | None = None


class Visit(RiskTable, table=True):
    """A visit to a service. Only grows."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_care_service", "care_service_id", "visited_on"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    case_file_id: UUID = Field(foreign_key="case_file.id")
    care_service_id: UUID
    visited_on: date
    is_announced: bool
    purpose: str
    findings: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str
    recorded_by_name: str


class Attachment(RiskTable, table=True):
    """A file added to an entry: seen by whoever sees the entry. Only grows."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("intelligence_id", "sha256"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    intelligence_id: UUID = Field(foreign_key="intelligence.id", index=True)
    filename: str
    media_type: str
    description: str
    size: int
    sha256: str
    added_at: datetime = Field(sa_type=Instant)
    added_by: str
    added_by_name: str


class AttachmentContent(RiskTable, table=True):
    """The bytes, apart from what is known of them: lists never read them."""

    __tablename__ = "attachment_content"

    attachment_id: UUID = Field(primary_key=True, foreign_key="attachment.id")
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class IntelligenceImport(RiskTable, table=True):
    """A file of rows that was taken in whole. Only grows."""

    __tablename__ = "intelligence_import"
    __table_args__ = (
        known("kind", Kind),
        UniqueConstraint("system", "kind", "delivery_reference"),
        Index("ix_intelligence_import_newest", "imported_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: Kind = Field(sa_type=String)
    system: str
    delivery_reference: str
    period_from: date
    period_to: date
    row_count: int
    sha256: str
    recorded: int
    already_held: int
    queued: int
    imported_at: datetime = Field(sa_type=Instant)
    imported_by_name: str


class InterventionReview(RiskTable, table=True):
    """A recorded decision that an intervention goes on, and until when. Only grows."""

    __tablename__ = "intervention_review"
    __table_args__ = (Index("ix_intervention_review_intervention", "intervention_id", "reviewed_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    intervention_id: UUID = Field(foreign_key="intervention.id")
    reason: str
    was_due_on: date
    next_review_on: date
    reviewed_at: datetime = Field(sa_type=Instant)
    reviewed_by: str
    reviewed_by_name: str


class RepresentationReading(RiskTable, table=True):
    """That somebody of the council read an answer of the provider's. Only grows."""

    __tablename__ = "representation_reading"

    representation_id: UUID = Field(primary_key=True, foreign_key="representation.id")
    read_by: str
    read_by_name: str
    read_at: datetime = Field(sa_type=Instant)
