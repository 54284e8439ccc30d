"""Needs for care, the offers made for each, and what is known of the services on a shortlist."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, String, text
from sqlmodel import Field

from assay_contracts.directory import CareServiceType, ClientGroup
from assay_kit.database import Instant, known
from dps_admission.placements.rules import PlacementAnswer, PlacementStatus

from .root import DpsTable, id_column


class Placement(DpsTable, table=True):
    """A need for which a place with a provider is sought. Nothing in it says whose need it is."""

    __tablename__ = "placement"
    __table_args__ = (
        known("status", PlacementStatus),
        known("service_type", CareServiceType),
        known("client_group", ClientGroup),
        CheckConstraint("hours_a_week > 0", name="hours_positive"),
    )

    id: UUID = id_column()
    reference: str
    service_type: CareServiceType = Field(sa_type=String)
    client_group: ClientGroup | None = Field(default=None, sa_type=String)
    zone: str | None = None
    hours_a_week: Decimal | None = Field(default=None, sa_type=Numeric)
    needs_specialist: bool = False
    starts_on: date
    answer_within_hours: int
    status: PlacementStatus = Field(default=PlacementStatus.SEEKING, sa_type=String)
    created_at: datetime = Field(sa_type=Instant)
    created_by: str
    created_by_subject: str


class PlacementOffer(DpsTable, table=True):
    """One offer of a placement: to a member of a lot, or to a contracted care home outside any DPS."""

    __tablename__ = "placement_offer"
    __table_args__ = (
        known("answer", PlacementAnswer),
        CheckConstraint("(membership_id IS NULL) <> (care_service_id IS NULL)", name="member_or_care_home"),
        Index("uq_placement_offer_one_open", "placement_id", unique=True, postgresql_where=text("answer IS NULL")),
        Index(
            "uq_placement_offer_one_placed",
            "placement_id",
            unique=True,
            postgresql_where=text("answer = 'accepted'"),
        ),
        Index("ix_placement_offer_open", "answer_by", postgresql_where=text("answer IS NULL")),
    )

    id: UUID = id_column()
    placement_id: UUID = Field(foreign_key="placement.id", index=True)
    membership_id: UUID | None = Field(default=None, foreign_key="membership.id", index=True)
    care_service_id: UUID | None = Field(default=None, index=True)
    provider_id: UUID = Field(index=True)
    out_of_turn_because: str | None = None
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    made_by_subject: str
    answer_by: datetime = Field(sa_type=Instant)
    answer: PlacementAnswer | None = Field(default=None, sa_type=String)
    answer_reason: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    answered_by: str | None = None
    answered_by_subject: str | None = None
    is_recorded_by_council: bool = False
    """The council wrote down what the provider said elsewhere."""


class ServiceLook(DpsTable, table=True):
    """The last rating and band of a care service, as their own services told them: shortlists show both."""

    __tablename__ = "service_look"

    care_service_id: UUID = Field(primary_key=True)
    assessment_id: UUID | None = None
    rating: str | None = None
    rated_on: date | None = None
    rating_told_at: datetime | None = Field(default=None, sa_type=Instant)
    band: str | None = None
    band_told_at: datetime | None = Field(default=None, sa_type=Instant)
