"""Assessment as it begins"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger, freeze_trigger, refuse_update
from assay_kit.provisioning import install_kit

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The outcome of an assessment: what may not change once it is published, whoever asks.
_OUTCOME = [
    "reference",
    "care_service_id",
    "provider_id",
    "service_type",
    "framework_id",
    "imported",
    "import_source",
    "published_at",
    "published_by",
    "rating",
    "result_hash",
    "next_due_on",
]
# The seal on a provider's answers.
_SEAL = [
    "answers_closed_at",
    "submitted_at",
    "signed_by",
    "signed_name",
    "signed_position",
    "answers_hash",
    "evidence_hashes",
    "not_self_assessed",
]
# What was set when the draft was issued: findings and visits are closed by it.
_DRAFT = ["draft_issued_at", "draft_issued_by", "accuracy_closes_at", "validation_began_by"]
_PROPOSAL = ["assessment_id", "replacement_id", "reason", "proposed_by", "proposed_name", "proposed_at"]
_COMMENT = ["assessment_id", "question", "comment", "evidence_ids", "made_by", "made_name", "made_at"]
_RAISED = ["assessment_id", "reason", "raised_by", "raised_name", "raised_at"]
_ASKED = ["plan_id", "question", "question_text", "rating", "finding"]

# Refuses a row whose assessment has passed the point that the column in TG_ARGV[0] stamps. The share lock makes a
# stamp that is being set in another transaction wait for this one, or this one for it.
_CLOSED = """
CREATE FUNCTION refuse_once_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.assessment_id ELSE NEW.assessment_id END;
    closed boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.assessment_id <> OLD.assessment_id THEN
        RAISE EXCEPTION USING ERRCODE = 'AS001', MESSAGE = 'A row of ' || TG_TABLE_NAME || ' stays with its assessment.';
    END IF;
    EXECUTE format('SELECT %I IS NOT NULL FROM assessment WHERE id = $1 FOR SHARE', TG_ARGV[0]) INTO closed USING named;
    IF closed THEN
        RAISE EXCEPTION USING
            ERRCODE = 'AS001',
            MESSAGE = 'A row of ' || TG_TABLE_NAME || ' is frozen: its assessment has ' || TG_ARGV[0] || '.',
            TABLE = TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""


def _closes(table: str, column: str) -> str:
    return (
        f"CREATE TRIGGER closed_by_{column} BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_once_closed('{column}')"
    )


FREEZING = [
    *freeze_trigger(
        "framework", columns=["version", "name", "content", "content_hash", "published_at", "published_by"]
    ),
    *refuse_update(
        "framework",
        "(OLD.status <> 'draft' AND NEW.status = 'draft') OR (OLD.status = 'retired' AND NEW.status <> 'retired')",
        name="published_for_good_frozen",
    ),
    *freeze_trigger("assessment", when="OLD.answers_closed_at IS NOT NULL", columns=_SEAL, name="answers_sealed"),
    *freeze_trigger("assessment", when="OLD.published_at IS NOT NULL", columns=_OUTCOME, name="outcome_frozen"),
    *freeze_trigger("assessment", when="OLD.draft_issued_at IS NOT NULL", columns=_DRAFT, name="draft_frozen"),
    *freeze_trigger(
        "assessment", when="OLD.accuracy_closed_at IS NOT NULL", columns=["accuracy_closed_at"], name="window_closed"
    ),
    *freeze_trigger(
        "assessment", when="OLD.status IN ('withdrawn', 'cancelled')", columns=["status", "replacement_id"], name="over"
    ),
    *append_only_trigger("assessment_result"),
    *append_only_trigger("answer_change"),
    *append_only_trigger("validating_person"),
    *freeze_trigger("withdrawal", when="true", columns=_PROPOSAL, name="proposal"),
    *freeze_trigger("withdrawal", when="OLD.approved_at IS NOT NULL", name="approved"),
    *freeze_trigger("accuracy_comment", when="true", columns=_COMMENT, name="comment"),
    *freeze_trigger("accuracy_comment", when="OLD.decided_at IS NOT NULL", name="decided"),
    *freeze_trigger("dispute", when="true", columns=_RAISED, name="raised"),
    *freeze_trigger("dispute", when="OLD.reviewer IS NOT NULL", columns=["reviewer", "reviewer_name"], name="taken_on"),
    *freeze_trigger("dispute", when="OLD.reviewed_at IS NOT NULL", name="reviewed"),
    *freeze_trigger("remedial_issue", when="true", columns=_ASKED, name="asked"),
    *freeze_trigger("remedial_issue", when="OLD.verified_at IS NOT NULL", name="verified"),
    *append_only_trigger("remedial_progress"),
    _CLOSED,
    _closes("self_answer", "answers_closed_at"),
    _closes("validated_answer", "draft_issued_at"),
    _closes("visit", "draft_issued_at"),
    _closes("accuracy_comment", "published_at"),
    _closes("answer_change", "published_at"),
    _closes("assessment_result", "published_at"),
    _closes("dispute", "published_at"),
]


def upgrade() -> None:
    op.create_table(
        "business_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_clock")),
    )
    op.create_table(
        "care_service_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("cqc_location_ids", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_service_copy")),
    )
    op.create_index(
        "ix_care_service_copy_cqc_location_ids",
        "care_service_copy",
        ["cqc_location_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_care_service_copy_provider_id", "care_service_copy", ["provider_id"], unique=False)
    op.create_table(
        "due_date",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('annual', 'follow_up', 'red_band', 'new_service', 'responsive', 'early_request', 'imported')",
            name=op.f("ck_due_date_known_cause"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_date")),
    )
    op.create_index(
        "ix_due_date_due_on", "due_date", ["due_on"], unique=False, postgresql_where=sa.text("replaced_at IS NULL")
    )
    op.create_index(
        "uq_due_date_standing",
        "due_date",
        ["care_service_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "event_log",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("aggregate", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event_log")),
        sa.UniqueConstraint("id", name=op.f("uq_event_log_id")),
    )
    op.create_index("ix_event_log_aggregate", "event_log", ["aggregate"], unique=False)
    op.create_index("ix_event_log_type", "event_log", ["type"], unique=False)
    op.create_table(
        "framework",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'published', 'retired')", name=op.f("ck_framework_known_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework")),
        sa.UniqueConstraint("version", name=op.f("uq_framework_version")),
    )
    op.create_table(
        "provider_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_copy")),
    )
    op.create_table(
        "received_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_event")),
    )
    op.create_table(
        "reference_counter",
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last > 0", name=op.f("ck_reference_counter_last_is_positive")),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "timeline_entry",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("care_service_id", sa.Uuid(), nullable=True),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("by_subject", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_timeline_entry")),
    )
    op.create_index("ix_timeline_entry_care_service_id", "timeline_entry", ["care_service_id", "at"], unique=False)
    op.create_index(
        "ix_timeline_entry_object", "timeline_entry", ["object_kind", "object_id", "sequence"], unique=False
    )
    op.create_index("ix_timeline_entry_provider_id", "timeline_entry", ["provider_id", "at"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("import_source", sa.String(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("answers_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("officer_name", sa.String(), nullable=True),
        sa.Column("answers_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_name", sa.String(), nullable=True),
        sa.Column("signed_position", sa.String(), nullable=True),
        sa.Column("answers_hash", sa.String(), nullable=True),
        sa.Column("evidence_hashes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("not_self_assessed", sa.String(), nullable=True),
        sa.Column("validation_began_by", sa.String(), nullable=True),
        sa.Column("draft_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_issued_by", sa.String(), nullable=True),
        sa.Column("accuracy_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accuracy_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("result_hash", sa.String(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("replacement_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(published_at IS NULL) = (status NOT IN ('published', 'withdrawn'))",
            name=op.f("ck_assessment_published_when_published"),
        ),
        sa.CheckConstraint(
            "cause IN ('annual', 'follow_up', 'red_band', 'new_service', 'responsive', 'early_request', 'imported')",
            name=op.f("ck_assessment_known_cause"),
        ),
        sa.CheckConstraint(
            "not_self_assessed IN ('overdue', 'responsive_visit')", name=op.f("ck_assessment_known_not_self_assessed")
        ),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor')", name=op.f("ck_assessment_known_rating")
        ),
        sa.CheckConstraint(
            "service_type IN ('home_care', 'supported_living', 'residential_care', 'nursing_care', 'extra_care', 'day_opportunities', 'community_support')",
            name=op.f("ck_assessment_known_service_type"),
        ),
        sa.CheckConstraint(
            "status IN ('scheduled', 'self_assessing', 'submitted', 'validating', 'draft_issued', 'disputed', 'senior_review', 'published', 'cancelled', 'withdrawn')",
            name=op.f("ck_assessment_known_status"),
        ),
        sa.CheckConstraint("imported = (framework_id IS NULL)", name=op.f("ck_assessment_imported_has_no_framework")),
        sa.ForeignKeyConstraint(["framework_id"], ["framework.id"], name=op.f("fk_assessment_framework_id_framework")),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["assessment.id"], name=op.f("fk_assessment_replacement_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("reference", name=op.f("uq_assessment_reference")),
    )
    op.create_index("ix_assessment_care_service_id", "assessment", ["care_service_id", "published_at"], unique=False)
    op.create_index("ix_assessment_provider_id", "assessment", ["provider_id"], unique=False)
    op.create_index("ix_assessment_status", "assessment", ["status", "answers_due_at"], unique=False)
    op.create_index(
        "uq_assessment_under_way",
        "assessment",
        ["care_service_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('published', 'cancelled', 'withdrawn')"),
    )
    op.create_table(
        "accuracy_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("evidence_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('accepted', 'rejected')", name=op.f("ck_accuracy_comment_known_outcome")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_accuracy_comment_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accuracy_comment")),
    )
    op.create_index(op.f("ix_accuracy_comment_assessment_id"), "accuracy_comment", ["assessment_id"], unique=False)
    op.create_table(
        "answer_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_name", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cause IN ('draft', 'factual_accuracy', 'senior_review')", name=op.f("ck_answer_change_known_cause")
        ),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor', 'not_applicable')",
            name=op.f("ck_answer_change_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_answer_change_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_change")),
        sa.UniqueConstraint(
            "assessment_id", "question", "number", name=op.f("uq_answer_change_assessment_id_question_number")
        ),
    )
    op.create_table(
        "assessment_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("trace", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trace_hash", sa.String(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cause IN ('draft', 'factual_accuracy', 'senior_review')", name=op.f("ck_assessment_result_known_cause")
        ),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor')",
            name=op.f("ck_assessment_result_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_result_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_result")),
        sa.UniqueConstraint("assessment_id", "number", name=op.f("uq_assessment_result_assessment_id_number")),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_name", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=True),
        sa.Column("reviewer_name", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('upheld', 'changed')", name=op.f("ck_dispute_known_outcome")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_dispute_assessment_id_assessment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_dispute_assessment_id")),
    )
    op.create_table(
        "remedial_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('awaiting_plan', 'submitted', 'returned', 'approved', 'closed')",
            name=op.f("ck_remedial_plan_known_status"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_remedial_plan_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_plan")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_remedial_plan_assessment_id")),
    )
    op.create_index(op.f("ix_remedial_plan_provider_id"), "remedial_plan", ["provider_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_reminder_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("assessment_id", "days_before", name=op.f("uq_reminder_assessment_id_days_before")),
    )
    op.create_index(
        "ix_reminder_due_at", "reminder", ["due_at"], unique=False, postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_table(
        "self_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("evidence_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_name", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor', 'not_applicable')",
            name=op.f("ck_self_answer_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_self_answer_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_answer")),
        sa.UniqueConstraint("assessment_id", "question", name=op.f("uq_self_answer_assessment_id_question")),
    )
    op.create_table(
        "validated_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence_kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("good_practice", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_name", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor', 'not_applicable')",
            name=op.f("ck_validated_answer_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_validated_answer_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validated_answer")),
        sa.UniqueConstraint("assessment_id", "question", name=op.f("uq_validated_answer_assessment_id_question")),
    )
    op.create_table(
        "validating_person",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_validating_person_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "subject", name=op.f("pk_validating_person")),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("roles_met", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_visit_assessment_id_assessment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_assessment_id"), "visit", ["assessment_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("replacement_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_name", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_name", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_withdrawal_by_a_second_person")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_withdrawal_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["assessment.id"], name=op.f("fk_withdrawal_replacement_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_withdrawal_assessment_id")),
    )
    op.create_table(
        "remedial_issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("question_text", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("verified_name", sa.String(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('completely_remedied', 'partly_remedied', 'not_remedied')",
            name=op.f("ck_remedial_issue_known_outcome"),
        ),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor')",
            name=op.f("ck_remedial_issue_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["remedial_plan.id"], name=op.f("fk_remedial_issue_plan_id_remedial_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_issue")),
        sa.UniqueConstraint("plan_id", "question", name=op.f("uq_remedial_issue_plan_id_question")),
    )
    op.create_table(
        "remedial_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("overdue_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "progress IN ('not_started', 'under_way', 'done')", name=op.f("ck_remedial_action_known_progress")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["remedial_issue.id"], name=op.f("fk_remedial_action_issue_id_remedial_issue")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_action")),
    )
    op.create_index(op.f("ix_remedial_action_issue_id"), "remedial_action", ["issue_id"], unique=False)
    op.create_index(
        "ix_remedial_action_overdue_at",
        "remedial_action",
        ["overdue_at"],
        unique=False,
        postgresql_where=sa.text("overdue_told_at IS NULL"),
    )
    op.create_table(
        "remedial_progress",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_name", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "progress IN ('not_started', 'under_way', 'done')", name=op.f("ck_remedial_progress_known_progress")
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["remedial_action.id"], name=op.f("fk_remedial_progress_action_id_remedial_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedial_progress")),
    )
    op.create_index(op.f("ix_remedial_progress_action_id"), "remedial_progress", ["action_id"], unique=False)
    install_kit(op.get_bind())
    for statement in FREEZING:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first revision.")
