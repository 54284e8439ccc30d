"""What is worked out and decided: scoring models, bands, overrides and interventions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from assay_kit.versions import Versioned, versioned_checks
from risk.bands.rules import Band
from risk.interventions.rules import Extent, Kind, Outcome
from risk.interventions.rules import Status as InterventionStatus
from risk.overrides.rules import Status as OverrideStatus
from risk.tables.base import RiskTable, json_column, optional_json_column, texts_column


class ScoringModel(RiskTable, Versioned, table=True):
    """A version of the policy. `edition` counts the edits of a draft; `drafted_by` are all who edited it. A draft that
    `activates_at` a moment is approved; `dry_run_id` is the trial that its approver looked at."""

    __tablename__ = "scoring_model"
    __table_args__ = (
        *versioned_checks(),
        UniqueConstraint("version"),
        Index("ix_scoring_model_published", "status", unique=True, postgresql_where=text("status = 'published'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    edition: int = 1
    title: str
    change_note: str
    policy: dict[str, Any] = json_column()
    drafted_by: list[str] = texts_column()
    drafted_by_name: str
    drafted_at: datetime = Field(sa_type=Instant)
    approved_by: str | None = None
    approved_by_name: str | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Instant)
    dry_run_id: UUID | None = None
    activates_at: datetime | None = Field(default=None, sa_type=Instant)


class BandResult(RiskTable, table=True):
    """A computed band with all it rests on. A row only where the answer differs from the one before. Only grows."""

    __tablename__ = "band_result"
    __table_args__ = (
        known("band", Band),
        Index("ix_band_result_care_service", "care_service_id", "computed_at"),
        Index("ix_band_result_computed_at", "computed_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_service_id: UUID
    computed_at: datetime = Field(sa_type=Instant)
    model_version: int = Field(foreign_key="scoring_model.version")
    band: Band = Field(sa_type=String)
    points: int
    readings: list[dict[str, Any]] = json_column()
    reasons: list[str] = texts_column()
    open_reasons: list[str] = texts_column()
    inputs: dict[str, Any] = json_column()
    digest: str


class ServiceBand(RiskTable, table=True):
    """Where a service stands now, for the dashboard: one row each, which all its lists and counts are read from, so it
    is kept small and changes only where what they show does. `band` is the override's where one is in force, `gravity`
    1 for the gravest, `computed_since` when the computed band turned last. From `name` on it repeats what the directory
    says (`service_shown`)."""

    __tablename__ = "service_band"
    __table_args__ = (
        known("band", Band),
        known("computed_band", Band),
        known("embargo", Extent),
        Index("ix_service_band_gravest", "gravity", "name", "care_service_id"),
        Index("ix_service_band_name", "name", "care_service_id"),
        Index("ix_service_band_provider_name", "provider_name", "name", "care_service_id"),
        Index("ix_service_band_since", "since", "care_service_id"),
        Index("ix_service_band_computed_since", "computed_since"),
        Index("ix_service_band_provider_id", "provider_id"),
    )

    care_service_id: UUID = Field(primary_key=True)
    provider_id: UUID
    band: Band = Field(sa_type=String)
    gravity: int = Field(sa_type=SmallInteger)
    computed_band: Band = Field(sa_type=String)
    since: datetime = Field(sa_type=Instant)
    computed_since: datetime = Field(sa_type=Instant)
    override_id: UUID | None = None
    embargo: Extent | None = Field(default=None, sa_type=String)
    embargo_limits: list[str] = texts_column()
    embargo_since: date | None = None
    has_default_notice: bool = False
    name: str
    type: str
    provider_name: str
    search_text: str
    zones: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    client_groups: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    ended_on: date | None = None


class StandingResult(RiskTable, table=True):
    """The result that a service stands on, beside its `service_band`. `digest` is that of the result, `refreshed_at`
    the last instant for which the service was worked out."""

    __tablename__ = "standing_result"

    care_service_id: UUID = Field(primary_key=True)
    result_id: UUID = Field(foreign_key="band_result.id")
    digest: str
    refreshed_at: datetime = Field(sa_type=Instant)


class EstateRefresh(RiskTable, table=True):
    """One refresh of the whole estate: the night's, or after a new model. `reached` is the last service done,
    `working_seconds` the real time that the chunks took together, `failures` the first hundred services that could not
    be worked out, and why."""

    __tablename__ = "estate_refresh"
    __table_args__ = (UniqueConstraint("due_at", "cause"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    due_at: datetime = Field(sa_type=Instant)
    cause: str
    reached: UUID | None = None
    refreshed_count: int = 0
    changed_count: int = 0
    service_count: int | None = None
    failed_count: int = 0
    failures: list[dict[str, str]] = texts_column()
    working_seconds: float = 0
    alerted_at: datetime | None = Field(default=None, sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)


class Override(RiskTable, table=True):
    """Another band beside the computed one, by two people, for 28 days at most. `computed_band` and `levels` are those
    of the day on which it was proposed."""

    __tablename__ = "override"
    __table_args__ = (
        known("status", OverrideStatus),
        known("band", Band),
        Index(
            "ix_override_in_force",
            "care_service_id",
            unique=True,
            postgresql_where=text("status = 'in_force'"),
        ),
        Index("ix_override_ends", "ends_at", postgresql_where=text("status = 'in_force'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_service_id: UUID
    provider_id: UUID
    status: OverrideStatus = Field(default=OverrideStatus.PROPOSED, sa_type=String)
    band: Band = Field(sa_type=String)
    computed_band: Band = Field(sa_type=String)
    levels: dict[str, str] = json_column()
    reason: str
    last_day: date
    ends_at: datetime = Field(sa_type=Instant)
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Intervention(RiskTable, table=True):
    """A measure of the council's, about one service or about a provider as a whole. `counts_until`: bands are worked
    out with it until then; where it was escalated that is later than `ended_at`. `plan_edition` counts the continuity
    plans that were written of it, the last one at `plan_written_at`."""

    __tablename__ = "intervention"
    __table_args__ = (
        known("kind", Kind),
        known("status", InterventionStatus),
        known("extent", Extent),
        CheckConstraint(
            "kind <> 'embargo' OR (care_service_id IS NOT NULL AND extent IS NOT NULL)", name="embargo_is_whole"
        ),
        Index("ix_intervention_care_service", "care_service_id", "status"),
        Index("ix_intervention_provider", "provider_id", "status"),
        Index("ix_intervention_review", "review_alert_at", postgresql_where=text("status = 'issued'")),
        Index("ix_intervention_response", "response_alert_at", postgresql_where=text("status = 'issued'")),
        Index("ix_intervention_confirmation", "confirmation_alert_at", postgresql_where=text("status = 'issued'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    reference: str = Field(unique=True)
    kind: Kind = Field(sa_type=String)
    status: InterventionStatus = Field(default=InterventionStatus.PROPOSED, sa_type=String)
    provider_id: UUID
    care_service_id: UUID | None = None
    extent: Extent | None = Field(default=None, sa_type=String)
    limit_text: str | None = None
    reason: str
    skip_reason: str | None = None
    escalates_id: UUID | None = Field(default=None, foreign_key="intervention.id")
    notice_text: str | None = Field(default=None, sa_type=Text)
    response_due_on: date | None = None
    review_on: date
    continuity_plan: dict[str, Any] | None = optional_json_column()
    plan_edition: int = 0
    plan_written_at: datetime | None = Field(default=None, sa_type=Instant)
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime = Field(sa_type=Instant)
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    issued_by: str | None = None
    issued_by_name: str | None = None
    issued_at: datetime | None = Field(default=None, sa_type=Instant)
    is_urgent: bool = False
    confirm_by: datetime | None = Field(default=None, sa_type=Instant)
    confirmed_by_name: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    confirmation_alert_at: datetime | None = Field(default=None, sa_type=Instant)
    review_alert_at: datetime | None = Field(default=None, sa_type=Instant)
    response_alert_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    ending_reason: str | None = None
    counts_until: datetime | None = Field(default=None, sa_type=Instant)


class Condition(RiskTable, table=True):
    """What the provider must show before an intervention can end."""

    __tablename__ = "condition"
    __table_args__ = (known("outcome", Outcome), Index("ix_condition_intervention", "intervention_id", "position"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    intervention_id: UUID = Field(foreign_key="intervention.id")
    position: int
    wording: str
    due_on: date | None = None
    outcome: Outcome = Field(default=Outcome.OPEN, sa_type=String)
    outcome_reason: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class Representation(RiskTable, table=True):
    """The provider's answer to an intervention. Only grows."""

    __tablename__ = "representation"
    __table_args__ = (Index("ix_representation_intervention", "intervention_id", "made_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    intervention_id: UUID = Field(foreign_key="intervention.id")
    wording: str = Field(sa_type=Text)
    made_by: str
    made_by_name: str
    made_at: datetime = Field(sa_type=Instant)
