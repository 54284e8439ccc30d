"""What is learnt about services and providers: announced, sent by machines, recorded by people, read from registers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from assay_kit.database import Instant, known, new_id
from risk.indicators.facts import Feed
from risk.intelligence.rules import ConcernOutcome, IntakeStatus, Kind
from risk.registers.rules import Method, Register
from risk.tables.base import RiskTable, json_column, optional_json_column, texts_column


class AssessmentRating(RiskTable, table=True):
    """What the assessment service announced. A withdrawal may be heard of before its publication. `heard_at` and
    `withdrawn_at` are when each was heard of here: a past day is asked what was known by its end."""

    __tablename__ = "assessment_rating"
    __table_args__ = (Index("ix_assessment_rating_care_service", "care_service_id", "published_on"),)

    assessment_id: UUID = Field(primary_key=True)
    care_service_id: UUID
    rating: str | None = None
    published_on: date | None = None
    heard_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    framework_version: int | None = None
    next_due_on: date | None = None
    is_imported: bool = False


class Activity(RiskTable, table=True):
    """People supported in a month, by who pays."""

    __tablename__ = "activity"

    care_service_id: UUID = Field(primary_key=True)
    month: date = Field(primary_key=True)
    commissioner: str = Field(primary_key=True)
    people: int
    told_at: datetime = Field(sa_type=Instant)


class ExternalFact(RiskTable, table=True):
    """What a register said at a time. A row for each different answer; `last_seen_at` moves while it stays the same. An
    answer that comes late parts the one that it falls into; of two of one time, as two officers give them who read on
    the same past day, the one that was written last stands."""

    __tablename__ = "external_fact"
    __table_args__ = (
        known("source", Register),
        known("method", Method),
        Index("ix_external_fact_latest", "source", "key", "fetched_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    source: Register = Field(sa_type=String)
    key: str
    reading: dict[str, Any] = json_column()
    record: dict[str, Any] | None = optional_json_column()
    content_hash: str
    method: Method = Field(sa_type=String)
    names_no_manager_since: date | None = None
    fetched_at: datetime = Field(sa_type=Instant)
    last_seen_at: datetime = Field(sa_type=Instant)
    recorded_by: str
    recorded_by_name: str
    note: str | None = None


class SuccessorAnswer(RiskTable, table=True):
    """An officer's last word on whether `successor`, which CQC names, succeeds the location `key`."""

    __tablename__ = "successor_answer"

    key: str = Field(primary_key=True)
    successor: str = Field(primary_key=True)
    is_successor: bool
    reason: str
    answered_at: datetime = Field(sa_type=Instant)
    answered_by: str
    answered_by_name: str


class Intelligence(RiskTable, table=True):
    """One thing learnt. Never changed: a correction is a new entry that names the one it corrects."""

    __tablename__ = "intelligence"
    __table_args__ = (
        known("kind", Kind),
        known("outcome", ConcernOutcome),
        CheckConstraint(
            "kind <> 'safeguarding_decision' OR enquiry_reference IS NOT NULL", name="decision_has_enquiry"
        ),
        UniqueConstraint("system", "kind", "source_reference"),
        Index(
            "ix_intelligence_corrects_id", "corrects_id", unique=True, postgresql_where=text("corrects_id IS NOT NULL")
        ),
        Index("ix_intelligence_care_service", "care_service_id", "kind", "event_on"),
        Index(
            "ix_intelligence_provider_wide",
            "provider_id",
            "kind",
            "event_on",
            postgresql_where=text("care_service_id IS NULL"),
        ),
        Index("ix_intelligence_enquiry", "enquiry_reference", postgresql_where=text("enquiry_reference IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: Kind = Field(sa_type=String)
    provider_id: UUID
    care_service_id: UUID | None = None
    event_on: date
    ended_on: date | None = None
    source: str
    system: str
    source_reference: str | None = None
    restricted: bool
    substantiated: bool
    narrative: str | None = Field(default=None, sa_type=Text)
    enquiry_reference: str | None = None
    details: dict[str, Any] = json_column()
    content_hash: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str
    recorded_by_name: str
    corrects_id: UUID | None = Field(default=None, foreign_key="intelligence.id")
    correction_reason: str | None = None
    is_withdrawal: bool = False
    is_outcome: bool = False
    outcome: ConcernOutcome | None = Field(default=None, sa_type=String)
    outcome_by_name: str | None = None
    outcome_at: datetime | None = Field(default=None, sa_type=Instant)


class IntakeItem(RiskTable, table=True):
    """Something a machine sent about a location that names no service, or several: a person places it. `about_id`: the
    service, or the provider as a whole, that it is known to touch: of what it corrects, or the one that was named."""

    __tablename__ = "intake_item"
    __table_args__ = (
        known("status", IntakeStatus),
        known("kind", Kind),
        UniqueConstraint("system", "kind", "source_reference"),
        Index("ix_intake_item_status", "status", "received_at"),
        Index("ix_intake_item_location", "cqc_location_id"),
        Index("ix_intake_item_about", "about_id"),
        Index("ix_intake_item_entry", "intelligence_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    status: IntakeStatus = Field(default=IntakeStatus.WAITING, sa_type=String)
    kind: Kind = Field(sa_type=String)
    cqc_location_id: str
    about_id: UUID | None = None
    system: str
    source_reference: str
    sent: dict[str, Any] = json_column()
    content_hash: str
    received_at: datetime = Field(sa_type=Instant)
    received_by_name: str
    alert_at: datetime = Field(sa_type=Instant)
    intelligence_id: UUID | None = Field(default=None, foreign_key="intelligence.id")
    settled_by_name: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str | None = None


class FeedHeartbeat(RiskTable, table=True):
    """A sign that a feed is alive: a delivery (of zero rows too), or an officer's "nothing further to record"."""

    __tablename__ = "feed_heartbeat"
    __table_args__ = (
        known("feed", Feed),
        UniqueConstraint("feed", "reference"),
        Index("ix_feed_heartbeat_feed", "feed", "heard_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    feed: Feed = Field(sa_type=String)
    heard_at: datetime = Field(sa_type=Instant)
    row_count: int | None = None
    reference: str
    given_by: str
    given_by_name: str
    is_officers_word: bool


class RestrictedGrant(RiskTable, table=True):
    """An auditor may read restricted intelligence, for a reason and for a time."""

    __tablename__ = "restricted_grant"
    __table_args__ = (Index("ix_restricted_grant_subject", "subject", "ends_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    subject: str
    reason: str
    granted_by: str
    granted_by_name: str
    granted_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)


class RestrictedReading(RiskTable, table=True):
    """Each use of a grant: what was read, when. Only grows."""

    __tablename__ = "restricted_reading"
    __table_args__ = (Index("ix_restricted_reading_grant", "grant_id", "read_at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    grant_id: UUID = Field(foreign_key="restricted_grant.id")
    what: str
    read_at: datetime = Field(sa_type=Instant)


class CaseTask(RiskTable, table=True):
    """Something for an officer to settle about a service that is no indicator by itself."""

    __tablename__ = "case_task"
    __table_args__ = (
        Index(
            "ix_case_task_open",
            "care_service_id",
            "subject",
            unique=True,
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_service_id: UUID
    subject: str
    wording: str
    due_on: date | None = None
    opened_at: datetime = Field(sa_type=Instant)
    opened_by_name: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    done_by_name: str | None = None
    outcome: str | None = None


class RegisterNight(RiskTable, table=True):
    """One night's reading of one register. `reached` is the last key that was asked for, `failure` why it ended early,
    `failures` the first hundred keys that could not be read, and why."""

    __tablename__ = "register_night"
    __table_args__ = (known("source", Register), UniqueConstraint("source", "due_at"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    source: Register = Field(sa_type=String)
    due_at: datetime = Field(sa_type=Instant)
    reached: str = ""
    read_count: int = 0
    failed_count: int = 0
    failures: list[dict[str, str]] = texts_column()
    failure: str | None = None
    finished_at: datetime | None = Field(default=None, sa_type=Instant)
