"""Procedure profiles, question sets, schemes and lots."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Numeric, String, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from assay_kit.database import Instant, known
from assay_kit.versions import Versioned, versioned_checks
from dps_admission.schemes.profiles import Regime
from dps_admission.schemes.rules import ChangeRationale, LotStatus, SchemeStatus, Tier

from .root import DpsTable, empty_list, id_column


class ProcedureProfile(DpsTable, Versioned, table=True):
    """What the law and the council's policy say of one regime; a scheme keeps the version that it was made with."""

    __tablename__ = "procedure_profile"
    __table_args__ = (known("regime", Regime), *versioned_checks(), UniqueConstraint("regime", "version"))

    id: UUID = id_column()
    regime: Regime = Field(sa_type=String)
    title: str
    content: dict[str, Any] = Field(sa_type=JSONB)


class QuestionSet(DpsTable, Versioned, table=True):
    __tablename__ = "question_set"
    __table_args__ = (*versioned_checks(), UniqueConstraint("name", "version"))

    id: UUID = id_column()
    name: str
    revision: int = 1
    """Grows with every edit of the draft."""
    content: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    created_by_subject: str


class Scheme(DpsTable, table=True):
    """A dynamic purchasing system, dynamic market or arrangement: what providers are admitted to."""

    __tablename__ = "scheme"
    __table_args__ = (
        known("status", SchemeStatus),
        UniqueConstraint("name"),
        CheckConstraint("tender_period_calendar_days > 0", name="tender_period_positive"),
    )

    id: UUID = id_column()
    name: str
    profile_id: UUID = Field(foreign_key="procedure_profile.id")
    version: int = 1
    status: SchemeStatus = Field(default=SchemeStatus.DRAFT, sa_type=String)
    notice_reference: str | None = None
    noticed_on: date | None = None
    award_on: date | None = None
    go_live_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    windows: list[dict[str, str]] = empty_list()
    tender_period_calendar_days: int | None = None
    """The least that the notice gives members to tender; None: only the law does."""
    is_open_framework: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """As the notice said: one of several frameworks that are awarded one after another (2023 Act, section 49)."""
    created_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class SchemeChange(DpsTable, table=True):
    """One change to an open scheme: never an edit without a trace."""

    __tablename__ = "scheme_change"
    __table_args__ = (known("rationale", ChangeRationale),)

    id: UUID = id_column()
    scheme_id: UUID = Field(foreign_key="scheme.id", index=True)
    field: str
    before: str | None
    after: str | None
    rationale: ChangeRationale = Field(sa_type=String)
    reason: str
    at: datetime = Field(sa_type=Instant)
    by: str
    by_subject: str


class Lot(DpsTable, table=True):
    __tablename__ = "lot"
    __table_args__ = (
        known("status", LotStatus),
        known("tier", Tier),
        UniqueConstraint("scheme_id", "name"),
        CheckConstraint("quality_threshold BETWEEN 0 AND 100", name="threshold_is_percent"),
        CheckConstraint("price_ceiling >= 0", name="ceiling_not_negative"),
    )

    id: UUID = id_column()
    scheme_id: UUID = Field(foreign_key="scheme.id")
    version: int = 1
    name: str
    status: LotStatus = Field(default=LotStatus.DRAFT, sa_type=String)
    tier: Tier | None = Field(default=None, sa_type=String)
    places: int | None = None
    round_cut_at: datetime | None = Field(default=None, sa_type=Instant)
    """A round is called: it takes in what was received until then, and does not wait for what came later."""
    quality_threshold: Decimal = Field(sa_type=Numeric)
    service_type: str
    client_groups: list[str] = empty_list()
    regulated_activity: str | None = None
    price_ceiling: Decimal | None = Field(default=None, sa_type=Numeric)
    price_unit: str | None = None
    question_set_id: UUID | None = Field(default=None, foreign_key="question_set.id")
    created_at: datetime = Field(sa_type=Instant)


class LotZone(DpsTable, table=True):
    """A lot in one zone, or in the whole borough (zone null). Its row is the lock under which places are given."""

    __tablename__ = "lot_zone"
    __table_args__ = (
        UniqueConstraint("lot_id", "zone", postgresql_nulls_not_distinct=True),
        CheckConstraint("places > 0", name="places_positive"),
    )

    id: UUID = id_column()
    lot_id: UUID = Field(foreign_key="lot.id")
    zone: str | None = None
    places: int | None = None
