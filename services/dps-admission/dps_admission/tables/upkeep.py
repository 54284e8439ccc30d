"""What keeps a membership good: renewed declarations, insurance, and evidence against a suspension."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from assay_kit.database import Instant

from .root import DpsTable, empty_list, id_column


class Affirmation(DpsTable, table=True):
    """A member has declared again that what it was admitted on still holds. Never changed."""

    __tablename__ = "affirmation"

    id: UUID = id_column()
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    due_on: date | None = None
    declared_by: str
    statement: str | None = None
    evidence: list[dict[str, Any]] = empty_list()
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    made_by_subject: str


class InsuranceCheck(DpsTable, table=True):
    """Somebody looked at a member's insurance, as the law asks at award. Never changed; the last one counts."""

    __tablename__ = "insurance_check"

    id: UUID = id_column()
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    evidence: list[dict[str, Any]] = empty_list()
    expires_on: date
    reason: str
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    made_by_subject: str


class Remedy(DpsTable, table=True):
    """What a member puts forward against an administrative cause of suspension; it lifts once somebody verifies it."""

    __tablename__ = "remedy"
    __table_args__ = (
        Index(
            "uq_remedy_one_unverified",
            "suspension_cause_id",
            unique=True,
            postgresql_where=text("verified_at IS NULL"),
        ),
    )

    id: UUID = id_column()
    suspension_cause_id: UUID = Field(foreign_key="suspension_cause.id", index=True)
    statement: str
    evidence: list[dict[str, Any]] = empty_list()
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    made_by_subject: str
    is_sufficient: bool | None = None
    verification: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=Instant)
    verified_by: str | None = None
    verified_by_subject: str | None = None
