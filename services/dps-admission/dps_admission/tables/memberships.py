"""Memberships, offers, causes of suspension and embargoes."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, text
from sqlmodel import Field

from assay_kit.database import Instant, known
from dps_admission.memberships.rules import (
    Cause,
    EmbargoExtent,
    MembershipStatus,
    OfferAnswer,
)

from .root import DpsTable, empty_list, id_column

_LIVE_MEMBERSHIP = "status <> 'ended'"


class Membership(DpsTable, table=True):
    """A provider in a lot and zone: the long-lived object."""

    __tablename__ = "membership"
    __table_args__ = (
        known("status", MembershipStatus),
        Index(
            "uq_membership_one_live",
            "provider_id",
            "lot_id",
            "zone",
            unique=True,
            postgresql_where=text(_LIVE_MEMBERSHIP),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_membership_live_in_zone", "lot_zone_id", "status", postgresql_where=text(_LIVE_MEMBERSHIP)),
        Index("ix_membership_remind_on", "remind_on", postgresql_where=text("remind_on IS NOT NULL")),
        Index("ix_membership_leaves_on", "leaves_on", postgresql_where=text(_LIVE_MEMBERSHIP)),
        Index("ix_membership_sync_on", "sync_on", postgresql_where=text("sync_on IS NOT NULL")),
    )

    id: UUID = id_column()
    provider_id: UUID = Field(index=True)
    scheme_id: UUID = Field(foreign_key="scheme.id")
    lot_id: UUID = Field(foreign_key="lot.id", index=True)
    lot_zone_id: UUID = Field(foreign_key="lot_zone.id")
    zone: str | None = None
    status: MembershipStatus = Field(default=MembershipStatus.ADMITTED, sa_type=String)
    lot_application_id: UUID | None = Field(default=None, foreign_key="lot_application.id", index=True)
    is_imported: bool = False
    recorded_by: str | None = None
    care_service_ids: list[str] = empty_list()
    quality_numerator: int | None = Field(default=None, sa_type=BigInteger)
    quality_denominator: int | None = Field(default=None, sa_type=BigInteger)
    set_published_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime = Field(sa_type=Instant)
    admitted_at: datetime = Field(sa_type=Instant)
    active_from: datetime | None = Field(default=None, sa_type=Instant)
    affirm_by: date | None = None
    """The last day on which the declaration must be renewed; None: no renewal has been asked for."""
    remind_on: date | None = None
    """The next day on which a reminder goes out or the declaration lapses."""
    sync_on: date | None = None
    """The next day that follows the last of a service that it names: what embargoes suspend may change then."""
    leaves_on: date | None = None
    leaving_reason: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Offer(DpsTable, table=True):
    """The offer of a free place to one who waits."""

    __tablename__ = "offer"
    __table_args__ = (
        known("answer", OfferAnswer),
        Index("uq_offer_one_open", "membership_id", unique=True, postgresql_where=text("answer IS NULL")),
        Index("ix_offer_open", "expires_at", postgresql_where=text("answer IS NULL")),
    )

    id: UUID = id_column()
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    made_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    checks: list[dict[str, Any]] = empty_list()
    answer: OfferAnswer | None = Field(default=None, sa_type=String)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answered_by_subject: str | None = None


class SuspensionCause(DpsTable, table=True):
    """One reason why a membership is suspended. It lifts when the last has gone."""

    __tablename__ = "suspension_cause"
    __table_args__ = (
        known("cause", Cause),
        Index(
            "uq_suspension_cause_one_open",
            "membership_id",
            "cause",
            "reference",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: UUID = id_column()
    membership_id: UUID = Field(foreign_key="membership.id", index=True)
    cause: Cause = Field(sa_type=String)
    reference: UUID | None = None
    reason: str
    started_at: datetime = Field(sa_type=Instant)
    started_by: str
    started_by_subject: str
    review_on: date | None = None
    review_told_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_by: str | None = None
    ended_by_subject: str | None = None
    ended_because: str | None = None


class Embargo(DpsTable, table=True):
    """An embargo as the risk service tells of it: our own copy, so that later offers and admissions see it."""

    __tablename__ = "embargo"
    __table_args__ = (known("extent", EmbargoExtent),)

    intervention_id: UUID = Field(primary_key=True)
    provider_id: UUID = Field(index=True)
    care_service_id: UUID
    extent: EmbargoExtent = Field(sa_type=String)
    limit_text: str | None = None
    imposed_at: datetime = Field(sa_type=Instant)
    lifted_at: datetime | None = Field(default=None, sa_type=Instant)
