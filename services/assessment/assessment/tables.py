"""Every table this service owns. Nothing defaults to the present: instants are passed in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from assay_contracts.assessment.ratings import Rating
from assay_contracts.directory.copies import add_copy_tables
from assay_contracts.directory.records import CareServiceType
from assay_kit.database import Instant, known, new_id, service_registry
from assay_kit.service import add_kit_tables
from assessment.assessments.rules import Cause, NotSelfAssessed, Status
from assessment.drafts.rules import CommentOutcome, ReviewOutcome
from assessment.frameworks.rules import FrameworkStatus
from assessment.rating.answers import AnswerRating, ResultCause
from assessment.remedial_actions.rules import Outcome, PlanStatus, Progress

_NOT_OPEN = "status NOT IN ('published', 'cancelled', 'withdrawn')"


class AssessmentTable(SQLModel, registry=service_registry()):
    """What the tables of this service have in common: their metadata."""


class FrameworkRow(AssessmentTable, table=True):
    __tablename__ = "framework"
    __table_args__ = (known("status", FrameworkStatus), UniqueConstraint("version"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version: int
    name: str
    status: FrameworkStatus = Field(default=FrameworkStatus.DRAFT, sa_type=String)
    content: dict[str, Any] = Field(sa_type=JSONB)
    content_hash: str
    drafted_by: str
    drafted_at: datetime = Field(sa_type=Instant)
    published_by: str | None = None
    published_at: datetime | None = Field(default=None, sa_type=Instant)


class Assessment(AssessmentTable, table=True):
    __table_args__ = (
        known("status", Status),
        known("cause", Cause),
        known("not_self_assessed", NotSelfAssessed),
        known("rating", Rating),
        known("service_type", CareServiceType),
        CheckConstraint("imported = (framework_id IS NULL)", name="imported_has_no_framework"),
        CheckConstraint(
            "(published_at IS NULL) = (status NOT IN ('published', 'withdrawn'))", name="published_when_published"
        ),
        UniqueConstraint("reference"),
        ForeignKeyConstraint(["framework_id"], ["framework.id"]),
        ForeignKeyConstraint(["replacement_id"], ["assessment.id"]),
        Index(
            "uq_assessment_imported",
            "care_service_id",
            "opens_on",
            unique=True,
            postgresql_where=text("imported AND status = 'published'"),
        ),
        # one assessment of a service under way at a time
        Index("uq_assessment_under_way", "care_service_id", unique=True, postgresql_where=text(_NOT_OPEN)),
        Index("ix_assessment_care_service_id", "care_service_id", "published_at"),
        Index("ix_assessment_provider_id", "provider_id"),
        Index("ix_assessment_status", "status", "answers_due_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    reference: str
    care_service_id: UUID
    provider_id: UUID
    service_type: CareServiceType = Field(sa_type=String)
    framework_id: UUID | None = None
    cause: Cause = Field(sa_type=String)
    status: Status = Field(default=Status.SCHEDULED, sa_type=String)
    imported: bool = False
    import_source: str | None = None
    scheduled_at: datetime = Field(sa_type=Instant)
    opens_on: date
    answers_due_at: datetime = Field(sa_type=Instant)
    officer: str | None = None
    officer_name: str | None = None

    answers_closed_at: datetime | None = Field(default=None, sa_type=Instant)
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    signed_by: str | None = None
    signed_name: str | None = None
    signed_position: str | None = None
    answers_hash: str | None = None
    evidence_hashes: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    not_self_assessed: NotSelfAssessed | None = Field(default=None, sa_type=String)

    validation_began_by: str | None = None
    draft_issued_at: datetime | None = Field(default=None, sa_type=Instant)
    draft_issued_by: str | None = None
    accuracy_closes_at: datetime | None = Field(default=None, sa_type=Instant)
    accuracy_closed_at: datetime | None = Field(default=None, sa_type=Instant)

    published_at: datetime | None = Field(default=None, sa_type=Instant)
    published_by: str | None = None
    rating: Rating | None = Field(default=None, sa_type=String)
    result_hash: str | None = None
    next_due_on: date | None = None
    replacement_id: UUID | None = None
    version: int = 1


class SelfAnswer(AssessmentTable, table=True):
    __tablename__ = "self_answer"
    __table_args__ = (
        known("rating", AnswerRating),
        UniqueConstraint("assessment_id", "question"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    question: str
    rating: AnswerRating | None = Field(default=None, sa_type=String)
    narrative: str = Field(default="", sa_type=Text)
    evidence_ids: list[str] = Field(default_factory=list, sa_type=JSONB)
    version: int = 1
    saved_by: str
    saved_name: str
    saved_at: datetime = Field(sa_type=Instant)


class ValidatedAnswer(AssessmentTable, table=True):
    __tablename__ = "validated_answer"
    __table_args__ = (
        known("rating", AnswerRating),
        UniqueConstraint("assessment_id", "question"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    question: str
    agrees: bool
    rating: AnswerRating = Field(sa_type=String)
    reason: str | None = Field(default=None, sa_type=Text)
    evidence_kinds: list[str] = Field(default_factory=list, sa_type=JSONB)
    good_practice: str | None = Field(default=None, sa_type=Text)
    version: int = 1
    saved_by: str
    saved_name: str
    saved_at: datetime = Field(sa_type=Instant)


class Visit(AssessmentTable, table=True):
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]), Index(None, "assessment_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    visited_on: date
    announced: bool
    roles_met: list[str] = Field(sa_type=JSONB)
    note: str | None = Field(default=None, sa_type=Text)
    recorded_by: str
    recorded_name: str
    recorded_at: datetime = Field(sa_type=Instant)


class ValidatingPerson(AssessmentTable, table=True):
    """Somebody who took part in a validation, in whatever way. Rows are only added: no colleague saves over them."""

    __tablename__ = "validating_person"
    __table_args__ = (ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),)

    assessment_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    name: str
    since: datetime = Field(sa_type=Instant)


class AnswerChange(AssessmentTable, table=True):
    """A validated answer changed after the draft was issued. The last one of a question stands."""

    __tablename__ = "answer_change"
    __table_args__ = (
        known("rating", AnswerRating),
        known("cause", ResultCause),
        UniqueConstraint("assessment_id", "question", "number"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    question: str
    number: int
    rating: AnswerRating = Field(sa_type=String)
    cause: ResultCause = Field(sa_type=String)
    reason: str = Field(sa_type=Text)
    changed_by: str
    changed_name: str
    changed_at: datetime = Field(sa_type=Instant)


class AssessmentResult(AssessmentTable, table=True):
    """A computed rating with its working. The highest number stands; none exists before the draft is issued."""

    __tablename__ = "assessment_result"
    __table_args__ = (
        known("cause", ResultCause),
        known("rating", Rating),
        UniqueConstraint("assessment_id", "number"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    number: int
    cause: ResultCause = Field(sa_type=String)
    rating: Rating | None = Field(default=None, sa_type=String)
    trace: dict[str, Any] = Field(sa_type=JSONB)
    trace_hash: str
    computed_at: datetime = Field(sa_type=Instant)


class AccuracyComment(AssessmentTable, table=True):
    __tablename__ = "accuracy_comment"
    __table_args__ = (
        known("outcome", CommentOutcome),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        Index(None, "assessment_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    question: str
    comment: str = Field(sa_type=Text)
    evidence_ids: list[str] = Field(default_factory=list, sa_type=JSONB)
    made_by: str
    made_name: str
    made_at: datetime = Field(sa_type=Instant)
    outcome: CommentOutcome | None = Field(default=None, sa_type=String)
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = None
    decided_name: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)


class Dispute(AssessmentTable, table=True):
    __table_args__ = (
        known("outcome", ReviewOutcome),
        UniqueConstraint("assessment_id"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    reason: str = Field(sa_type=Text)
    raised_by: str
    raised_name: str
    raised_at: datetime = Field(sa_type=Instant)
    reviewer: str | None = None
    reviewer_name: str | None = None
    outcome: ReviewOutcome | None = Field(default=None, sa_type=String)
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    reviewed_at: datetime | None = Field(default=None, sa_type=Instant)


class RemedialPlan(AssessmentTable, table=True):
    __tablename__ = "remedial_plan"
    __table_args__ = (
        known("status", PlanStatus),
        UniqueConstraint("assessment_id"),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
        Index(None, "provider_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    care_service_id: UUID
    provider_id: UUID
    status: PlanStatus = Field(default=PlanStatus.AWAITING_PLAN, sa_type=String)
    due_at: datetime = Field(sa_type=Instant)
    overdue_told_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_because: str | None = Field(default=None, sa_type=Text)
    made_at: datetime = Field(sa_type=Instant)


class RemedialIssue(AssessmentTable, table=True):
    """A question validated at requires improvement or poor, until an officer has verified what was done."""

    __tablename__ = "remedial_issue"
    __table_args__ = (
        known("rating", Rating),
        known("outcome", Outcome),
        UniqueConstraint("plan_id", "question"),
        ForeignKeyConstraint(["plan_id"], ["remedial_plan.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    plan_id: UUID
    question: str
    question_text: str
    rating: Rating = Field(sa_type=String)
    finding: str | None = Field(default=None, sa_type=Text)
    outcome: Outcome | None = Field(default=None, sa_type=String)
    outcome_reason: str | None = Field(default=None, sa_type=Text)
    verified_by: str | None = None
    verified_name: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=Instant)


class RemedialAction(AssessmentTable, table=True):
    __tablename__ = "remedial_action"
    __table_args__ = (
        known("progress", Progress),
        ForeignKeyConstraint(["issue_id"], ["remedial_issue.id"]),
        Index(None, "issue_id"),
        Index("ix_remedial_action_overdue_at", "overdue_at", postgresql_where=text("overdue_told_at IS NULL")),
        Index("ix_remedial_action_remind_at", "remind_at", postgresql_where=text("remind_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    issue_id: UUID
    description: str = Field(sa_type=Text)
    owner: str
    due_on: date
    overdue_at: datetime = Field(sa_type=Instant)
    measure: str = Field(sa_type=Text)
    progress: Progress = Field(default=Progress.NOT_STARTED, sa_type=String)
    overdue_told_at: datetime | None = Field(default=None, sa_type=Instant)
    remind_at: datetime | None = Field(default=None, sa_type=Instant)
    version: int = 1


class RemedialProgress(AssessmentTable, table=True):
    __tablename__ = "remedial_progress"
    __table_args__ = (
        known("progress", Progress),
        ForeignKeyConstraint(["action_id"], ["remedial_action.id"]),
        Index(None, "action_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    action_id: UUID
    progress: Progress = Field(sa_type=String)
    note: str = Field(sa_type=Text)
    evidence_ids: list[str] = Field(default_factory=list, sa_type=JSONB)
    noted_by: str
    noted_name: str
    noted_at: datetime = Field(sa_type=Instant)


class DueDate(AssessmentTable, table=True):
    """When a service's next assessment is due. The row without `replaced_at` stands; the others are its history."""

    __tablename__ = "due_date"
    __table_args__ = (
        known("cause", Cause),
        Index("uq_due_date_standing", "care_service_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
        Index("ix_due_date_due_on", "due_on", postgresql_where=text("replaced_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    care_service_id: UUID
    provider_id: UUID
    due_on: date
    cause: Cause = Field(sa_type=String)
    because: str
    set_at: datetime = Field(sa_type=Instant)
    replaced_at: datetime | None = Field(default=None, sa_type=Instant)


class Reminder(AssessmentTable, table=True):
    __table_args__ = (
        UniqueConstraint("assessment_id", "days_before"),
        Index("ix_reminder_due_at", "due_at", postgresql_where=text("sent_at IS NULL")),
        ForeignKeyConstraint(["assessment_id"], ["assessment.id"]),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    assessment_id: UUID
    days_before: int
    due_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    passed_over_at: datetime | None = Field(default=None, sa_type=Instant)


metadata = AssessmentTable.metadata
add_copy_tables(metadata)
add_kit_tables(metadata)
