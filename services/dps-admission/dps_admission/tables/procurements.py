"""Specific procurements under a DPS, and the members invited to each."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.procurements.rules import InvitationAnswer, ProcurementStatus

from .root import DpsTable, empty_list, id_column


class Procurement(DpsTable, table=True):
    """One purchase under a DPS, to which all members of the lot are invited."""

    __tablename__ = "procurement"
    __table_args__ = (
        known("status", ProcurementStatus),
        Index("ix_procurement_open", "closes_at", postgresql_where=text("status = 'open'")),
    )

    id: UUID = id_column()
    reference: str
    scheme_id: UUID = Field(foreign_key="scheme.id")
    lot_id: UUID = Field(foreign_key="lot.id", index=True)
    zone: str | None = None
    title: str
    description: str
    status: ProcurementStatus = Field(default=ProcurementStatus.OPEN, sa_type=String)
    invited_at: datetime = Field(sa_type=Instant)
    closes_on: date
    closes_at: datetime = Field(sa_type=Instant)
    not_invited: list[dict[str, Any]] = empty_list()
    """Members who may take no new placements on the day, and why."""
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the tenders were opened; what was cancelled before that is never opened."""
    outcome_reason: str | None = None
    outcome_at: datetime | None = Field(default=None, sa_type=Instant)
    awarded_to: UUID | None = None
    """The invitation that it was awarded to."""


class Invitation(DpsTable, table=True):
    """A member's invitation to one procurement, and its answer. Until the tender period ends the last answer counts."""

    __tablename__ = "invitation"
    __table_args__ = (
        known("answer", InvitationAnswer),
        UniqueConstraint("procurement_id", "membership_id"),
    )

    id: UUID = id_column()
    procurement_id: UUID = Field(foreign_key="procurement.id")
    membership_id: UUID = Field(foreign_key="membership.id")
    provider_id: UUID = Field(index=True)
    invited_at: datetime = Field(sa_type=Instant)
    answer: InvitationAnswer | None = Field(default=None, sa_type=String)
    statement: str | None = None
    evidence: list[dict[str, Any]] = empty_list()
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answered_by_subject: str | None = None
