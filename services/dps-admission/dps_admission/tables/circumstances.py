"""Changes of circumstances, and the decisions and memberships that they touch."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.circumstances.rules import ChangedStatus, ChangeKind

from .root import DpsTable, empty_list, id_column


class CircumstanceChange(DpsTable, table=True):
    """What a provider reported, or another service told, that is not as it was. Never changed."""

    __tablename__ = "circumstance_change"
    __table_args__ = (
        known("kind", ChangeKind),
        Index("ix_circumstance_change_provider", "provider_id", "reported_at"),
    )

    id: UUID = id_column()
    provider_id: UUID
    kind: ChangeKind = Field(sa_type=String)
    care_service_id: UUID | None = None
    """The one service that it is about; None: all of them."""
    source_id: UUID | None = None
    """The assessment or the evidence, where another service told it."""
    said: str
    changed_on: date
    evidence: list[dict[str, Any]] = empty_list()
    reported_at: datetime = Field(sa_type=Instant)
    reported_by: str
    reported_by_subject: str


class ChangedDecision(DpsTable, table=True):
    """A decision marked "changed since". An opening balance has no decision behind it: its membership is marked.

    So is a lot application that is still open, which has made no membership.
    """

    __tablename__ = "changed_decision"
    __table_args__ = (
        known("status", ChangedStatus),
        CheckConstraint("membership_id IS NOT NULL OR lot_application_id IS NOT NULL", name="about_something"),
        UniqueConstraint("change_id", "membership_id"),
        UniqueConstraint("change_id", "lot_application_id"),
        Index("ix_changed_decision_open", "marked_at", "id", postgresql_where=text("status = 'open'")),
    )

    id: UUID = id_column()
    change_id: UUID = Field(foreign_key="circumstance_change.id")
    provider_id: UUID
    membership_id: UUID | None = Field(default=None, foreign_key="membership.id", index=True)
    lot_application_id: UUID | None = Field(default=None, foreign_key="lot_application.id", index=True)
    decision_id: UUID | None = Field(default=None, foreign_key="decision.id")
    status: ChangedStatus = Field(default=ChangedStatus.OPEN, sa_type=String)
    marked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    reason: str | None = None
