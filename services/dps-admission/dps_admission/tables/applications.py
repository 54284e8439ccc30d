"""Applications, their lot applications, checks and clarifications."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, String, UniqueConstraint, text
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.applications.checks import CheckKind, CheckOutcome
from dps_admission.applications.rules import ApplicationStatus, LotApplicationStatus
from dps_admission.evaluations.rules import Finding

from .root import DpsTable, empty_dict, empty_list, id_column

_OPEN_LOT_APPLICATION = "status IN ('evaluating', 'clarifying', 'minded_to_refuse')"


class Application(DpsTable, table=True):
    """One provider's application to one scheme, for one or more of its lots and zones."""

    __tablename__ = "application"
    __table_args__ = (
        known("status", ApplicationStatus),
        Index("ix_application_drafts", "expires_at", postgresql_where=text("status = 'draft'")),
        Index(
            "ix_application_reminders",
            "remind_at",
            postgresql_where=text("status = 'draft' AND reminded_at IS NULL"),
        ),
    )

    id: UUID = id_column()
    reference: str = Field(unique=True)
    provider_id: UUID = Field(index=True)
    scheme_id: UUID = Field(foreign_key="scheme.id", index=True)
    status: ApplicationStatus = Field(default=ApplicationStatus.DRAFT, sa_type=String)
    version: int = 1
    answers: dict[str, Any] = empty_dict()
    choices: list[dict[str, Any]] = empty_list()
    evidence: list[dict[str, Any]] = empty_list()
    """The documents that the answers name, each with its hash, kept at submission."""
    content_hash: str | None = None
    previous_id: UUID | None = Field(default=None, foreign_key="application.id")
    started_at: datetime = Field(sa_type=Instant)
    started_by: str
    saved_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    remind_at: datetime | None = Field(default=None, sa_type=Instant)
    reminded_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_by: str | None = None
    declared_by: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class LotApplication(DpsTable, table=True):
    __tablename__ = "lot_application"
    __table_args__ = (
        known("status", LotApplicationStatus),
        UniqueConstraint("application_id", "lot_zone_id"),
        Index(
            "uq_lot_application_one_open",
            "provider_id",
            "lot_id",
            "zone",
            unique=True,
            postgresql_where=text(_OPEN_LOT_APPLICATION),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_lot_application_due", "due_at", postgresql_where=text(_OPEN_LOT_APPLICATION)),
    )

    id: UUID = id_column()
    application_id: UUID = Field(foreign_key="application.id", index=True)
    provider_id: UUID
    lot_id: UUID = Field(foreign_key="lot.id", index=True)
    lot_zone_id: UUID = Field(foreign_key="lot_zone.id")
    zone: str | None = None
    question_set_id: UUID = Field(foreign_key="question_set.id")
    care_service_ids: list[str] = empty_list()
    price: Decimal | None = Field(default=None, sa_type=Numeric)
    status: LotApplicationStatus = Field(default=LotApplicationStatus.EVALUATING, sa_type=String)
    round: int = 1
    owner: str | None = None
    owner_name: str | None = None
    received_at: datetime = Field(sa_type=Instant)
    counted_from: datetime = Field(sa_type=Instant)
    """Where the period begins: with the receipt, and anew when a decision is set aside."""
    due_on: date
    due_at: datetime = Field(sa_type=Instant)
    due_soon_at: datetime = Field(sa_type=Instant)
    prolonged_at: datetime | None = Field(default=None, sa_type=Instant)
    prolonged_because: str | None = None
    told_due_soon_at: datetime | None = Field(default=None, sa_type=Instant)
    told_overdue_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class Check(DpsTable, table=True):
    """One run of one automatic check, and what a person found where it failed or could not run."""

    __tablename__ = "application_check"
    __table_args__ = (
        known("kind", CheckKind),
        known("outcome", CheckOutcome),
        known("finding", Finding),
        UniqueConstraint("lot_application_id", "round", "run", "kind"),
    )

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id")
    round: int
    run: int = 1
    """The checks of a round run when it begins, and again before every decision."""
    kind: CheckKind = Field(sa_type=String)
    outcome: CheckOutcome = Field(sa_type=String)
    reason: str
    inputs: dict[str, Any] = empty_dict()
    ran_at: datetime = Field(sa_type=Instant)
    finding: Finding | None = Field(default=None, sa_type=String)
    finding_reason: str | None = None
    found_by: str | None = None
    found_by_subject: str | None = None
    found_at: datetime | None = Field(default=None, sa_type=Instant)


class Clarification(DpsTable, table=True):
    __tablename__ = "clarification"

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id", index=True)
    question: str
    asked_by: str
    asked_by_subject: str
    asked_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    answer: str | None = None
    answered_by: str | None = None
    answered_by_subject: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    silent_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a step was taken before its time was over, after which no answer could come: nobody was silent."""
