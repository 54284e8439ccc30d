"""Evaluations, decisions and representations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.evaluations.rules import Conflict, DecisionKind, Finding, Part

from .root import DpsTable, empty_dict, empty_list, id_column


class Assignment(DpsTable, table=True):
    """A person asked to evaluate or moderate one lot application in one round, with their score sheet."""

    __tablename__ = "assignment"
    __table_args__ = (
        known("part", Part),
        known("conflict", Conflict),
        Index(
            "uq_assignment_one_standing",
            "lot_application_id",
            "round",
            "person",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("ix_assignment_person", "person"),
    )

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id")
    round: int
    person: str
    name: str
    part: Part = Field(sa_type=String)
    assigned_by: str
    assigned_by_subject: str
    assigned_at: datetime = Field(sa_type=Instant)
    conflict: Conflict = Field(default=Conflict.NOT_DECLARED, sa_type=String)
    conflict_detail: str | None = None
    declared_at: datetime | None = Field(default=None, sa_type=Instant)
    sheet: dict[str, Any] = empty_dict()
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
    released_at: datetime | None = Field(default=None, sa_type=Instant)
    """From then on nobody waits for this person."""
    released_by: str | None = None
    released_because: str | None = None


class Consensus(DpsTable, table=True):
    __tablename__ = "consensus"
    __table_args__ = (known("finding", Finding), UniqueConstraint("lot_application_id", "round", "question"))

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id")
    round: int
    question: str
    score: int | None = None
    finding: Finding | None = Field(default=None, sa_type=String)
    reason: str
    by: str
    by_subject: str
    at: datetime = Field(sa_type=Instant)


class EvaluationReport(DpsTable, table=True):
    """The complete evaluation, computed: exact quality as a fraction. Never changed once made."""

    __tablename__ = "evaluation_report"
    __table_args__ = (UniqueConstraint("lot_application_id", "round"),)

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id")
    round: int
    content: dict[str, Any] = Field(sa_type=JSONB)
    content_hash: str
    quality_numerator: int | None = Field(default=None, sa_type=BigInteger)
    quality_denominator: int | None = Field(default=None, sa_type=BigInteger)
    passes: bool
    made_by: str
    made_by_subject: str
    made_at: datetime = Field(sa_type=Instant)


class Decision(DpsTable, table=True):
    """One decision on a lot application. Never changed: a later one stands beside it."""

    __tablename__ = "decision"
    __table_args__ = (known("kind", DecisionKind),)

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id", index=True)
    round: int
    kind: DecisionKind = Field(sa_type=String)
    report_id: UUID | None = Field(default=None, foreign_key="evaluation_report.id")
    reason: str
    criteria: list[dict[str, Any]] = empty_list()
    by: str
    by_name: str
    at: datetime = Field(sa_type=Instant)


class Representations(DpsTable, table=True):
    """The window in which a provider may answer a decision that is minded to refuse; silence is recorded too."""

    __tablename__ = "representations"
    __table_args__ = (UniqueConstraint("decision_id"),)

    id: UUID = id_column()
    lot_application_id: UUID = Field(foreign_key="lot_application.id", index=True)
    decision_id: UUID = Field(foreign_key="decision.id")
    opened_at: datetime = Field(sa_type=Instant)
    closes_at: datetime = Field(sa_type=Instant, index=True)
    is_shortened: bool
    text: str | None = None
    documents: list[str] = empty_list()
    evidence: list[dict[str, Any]] = empty_list()
    made_by: str | None = None
    made_by_subject: str | None = None
    made_at: datetime | None = Field(default=None, sa_type=Instant)
    silent_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a step was taken before its time was over, after which no answer could come: nobody was silent."""
