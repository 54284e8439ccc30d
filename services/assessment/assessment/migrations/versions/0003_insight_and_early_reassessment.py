"""Figures for insight, requests for an early reassessment, and what people may take back or hand on"""

import sqlalchemy as sa
from alembic import op

from assay_kit.freeze import append_only_trigger, freeze_trigger, refuse_update

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ASKED = ["plan_id", "assessment_id", "care_service_id", "provider_id", "reason", "asked_by", "asked_name", "asked_at"]

# A plan stays with the assessment that it follows; where it has ended, nothing of it changes.
_PLAN = ["id", "assessment_id", "care_service_id", "provider_id", "made_at"]
_DATE_AS_SET = ["id", "care_service_id", "provider_id", "due_on", "cause", "because", "set_at"]

# Refuses a row of an action whose plan is at no stage that TG_ARGV[0] names. The share lock makes a step that is being
# taken in another transaction wait for this one, or this one for it.
_STAGED = """
CREATE FUNCTION refuse_unless_plan_is_at() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    issue uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.issue_id ELSE NEW.issue_id END;
    stage text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.issue_id <> OLD.issue_id THEN
        RAISE EXCEPTION USING ERRCODE = 'AS001', MESSAGE = 'A row of remedial_action is frozen to its issue.';
    END IF;
    SELECT p.status INTO stage FROM remedial_issue i JOIN remedial_plan p ON p.id = i.plan_id
        WHERE i.id = issue FOR SHARE OF p;
    IF stage <> ALL (string_to_array(TG_ARGV[0], ' ')) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'AS001',
            MESSAGE = 'A row of remedial_action is frozen: its plan is ' || stage || '.',
            TABLE = TG_TABLE_NAME;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$
"""

# A rating is withdrawn by two people in favour of another, whoever asks.
_WITHDRAWN = """
CREATE FUNCTION refuse_unless_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM withdrawal w WHERE w.assessment_id = NEW.id
            AND w.replacement_id = NEW.replacement_id AND w.approved_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'AS001',
            MESSAGE = 'A row of assessment is frozen: nobody has approved its withdrawal.',
            TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$
"""

# A window for comments is opened again, or moved, only for a correction of the draft that was agreed since.
_REOPENED = """
CREATE FUNCTION refuse_unless_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accuracy_closed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM correction c WHERE c.assessment_id = NEW.id AND c.outcome = 'agreed'
            AND c.window_closes_at = NEW.accuracy_closes_at
            AND (OLD.accuracy_closed_at IS NULL OR c.decided_at >= OLD.accuracy_closed_at)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'AS001',
            MESSAGE = 'A row of assessment is frozen: no correction of its draft was agreed.',
            TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$
"""
_CORRECTION = ["id", "assessment_id", "question", "rating", "reason", "proposed_by", "proposed_name", "proposed_at"]
_ISSUED = ["draft_issued_at", "draft_issued_by", "validation_began_by"]
_CAUSES = "cause IN ('draft', 'factual_accuracy', 'senior_review', 'correction')"


def _staged(name: str, on: str, statuses: str, *columns: str) -> str:
    changes = " OR ".join(f"OLD.{each} IS DISTINCT FROM NEW.{each}" for each in columns)
    when = f"WHEN ({changes}) " if columns else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {on} ON remedial_action FOR EACH ROW {when}"
        f"EXECUTE FUNCTION refuse_unless_plan_is_at('{statuses}')"
    )


FREEZING = [
    *freeze_trigger("remedial_plan", when="true", columns=_PLAN, name="made"),
    *freeze_trigger(
        "remedial_plan", when="OLD.status NOT IN ('awaiting_plan', 'submitted', 'returned', 'approved')", name="over"
    ),
    *refuse_update(
        "remedial_plan",
        "OLD.status = 'approved' AND NEW.status IN ('awaiting_plan', 'submitted', 'returned')",
        name="approved_for_good_frozen",
    ),
    _STAGED,
    _staged("written_or_taken_back", "INSERT OR DELETE", "awaiting_plan returned"),
    _staged("as_submitted", "UPDATE", "awaiting_plan returned", "id", "issue_id", "description", "owner", "measure"),
    _staged("going_on", "UPDATE", "awaiting_plan returned approved", "due_on", "overdue_at", "progress"),
    _WITHDRAWN,
    "CREATE TRIGGER withdrawn_by_two BEFORE UPDATE ON assessment FOR EACH ROW "
    "WHEN (NEW.status = 'withdrawn' AND OLD.status <> 'withdrawn') EXECUTE FUNCTION refuse_unless_approved()",
    *freeze_trigger("due_date", when="true", columns=_DATE_AS_SET, name="set"),
    *freeze_trigger("due_date", when="OLD.replaced_at IS NOT NULL", name="replaced"),
    *append_only_trigger("published_figure"),
    *append_only_trigger("published_domain"),
    *append_only_trigger("published_answer"),
    *freeze_trigger("reassessment_request", when="true", columns=_ASKED, name="asked"),
    *freeze_trigger("reassessment_request", when="OLD.decided_at IS NOT NULL", name="decided"),
    *append_only_trigger("review_handover"),
    *freeze_trigger("withdrawal", when="OLD.refused_at IS NOT NULL", name="refused"),
    *append_only_trigger("submitted_file"),
    "CREATE TRIGGER closed_by_answers_closed_at BEFORE INSERT ON submitted_file "
    "FOR EACH ROW EXECUTE FUNCTION refuse_once_closed('answers_closed_at')",
    *freeze_trigger("correction", when="true", columns=_CORRECTION, name="proposed"),
    *freeze_trigger("correction", when="OLD.decided_at IS NOT NULL", name="decided"),
    "CREATE TRIGGER closed_by_published_at BEFORE INSERT OR UPDATE OR DELETE ON correction "
    "FOR EACH ROW EXECUTE FUNCTION refuse_once_closed('published_at')",
    'DROP TRIGGER "draft_frozen_update" ON assessment',
    'DROP TRIGGER "draft_frozen_delete" ON assessment',
    'DROP TRIGGER "window_closed_update" ON assessment',
    *freeze_trigger("assessment", when="OLD.draft_issued_at IS NOT NULL", columns=_ISSUED, name="draft_frozen"),
    _REOPENED,
    "CREATE TRIGGER opened_again_for_a_correction BEFORE UPDATE ON assessment FOR EACH ROW WHEN ("
    "OLD.draft_issued_at IS NOT NULL AND (OLD.accuracy_closes_at IS DISTINCT FROM NEW.accuracy_closes_at OR "
    "(OLD.accuracy_closed_at IS NOT NULL AND OLD.accuracy_closed_at IS DISTINCT FROM NEW.accuracy_closed_at))"
    ") EXECUTE FUNCTION refuse_unless_corrected()",
]


def upgrade() -> None:
    op.create_table(
        "published_figure",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("framework_version", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=13, scale=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_published_figure_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_published_figure")),
    )
    op.create_table(
        "published_domain",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=13, scale=10), nullable=True),
        sa.Column("rating", sa.String(), nullable=True),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor')",
            name=op.f("ck_published_domain_known_rating"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_published_domain_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "code", name=op.f("pk_published_domain")),
    )
    op.create_table(
        "published_answer",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("stands", sa.Integer(), nullable=True),
        sa.Column("officer", sa.String(), nullable=False),
        sa.Column("officer_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_published_answer_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "question", name=op.f("pk_published_answer")),
    )
    op.create_table(
        "reassessment_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('asked', 'accepted', 'declined')", name=op.f("ck_reassessment_request_known_status")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (status = 'asked')", name=op.f("ck_reassessment_request_decided_when_decided")
        ),
        sa.CheckConstraint(
            "(due_on IS NOT NULL) = (status = 'accepted')", name=op.f("ck_reassessment_request_due_when_accepted")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["remedial_plan.id"], name=op.f("fk_reassessment_request_plan_id_remedial_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reassessment_request")),
        sa.UniqueConstraint("plan_id", name=op.f("uq_reassessment_request_plan_id")),
    )
    op.create_index(op.f("ix_reassessment_request_provider_id"), "reassessment_request", ["provider_id"], unique=False)
    _hand_reviews_on()
    _answer_withdrawals()
    _correct_drafts()
    for statement in FREEZING:
        op.execute(statement)


def _hand_reviews_on() -> None:
    op.create_table(
        "review_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("reviewer_name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.String(), nullable=False),
        sa.Column("handed_name", sa.String(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_review_handover_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_handover")),
    )
    op.create_index(op.f("ix_review_handover_assessment_id"), "review_handover", ["assessment_id"], unique=False)


def _answer_withdrawals() -> None:
    op.drop_constraint("uq_withdrawal_assessment_id", "withdrawal")
    for name, kind in (
        ("refused_by", sa.String()),
        ("refused_name", sa.String()),
        ("refused_at", sa.DateTime(timezone=True)),
        ("refused_because", sa.Text()),
    ):
        op.add_column("withdrawal", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(
        op.f("ck_withdrawal_one_answer"), "withdrawal", "approved_at IS NULL OR refused_at IS NULL"
    )
    op.create_index(
        "uq_withdrawal_standing",
        "withdrawal",
        ["assessment_id"],
        unique=True,
        postgresql_where=sa.text("refused_at IS NULL"),
    )
    op.create_index(
        "uq_assessment_imported",
        "assessment",
        ["care_service_id", "opens_on"],
        unique=True,
        postgresql_where=sa.text("imported AND status = 'published'"),
    )
    op.add_column("remedial_action", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_remedial_action_remind_at",
        "remedial_action",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )
    op.add_column("reminder", sa.Column("passed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint("ck_remedial_plan_known_status", "remedial_plan")
    op.create_check_constraint(
        op.f("ck_remedial_plan_known_status"),
        "remedial_plan",
        "status IN ('awaiting_plan', 'submitted', 'returned', 'approved', 'closed', 'withdrawn')",
    )


def _correct_drafts() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_name", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rating IN ('excellent', 'good', 'requires_improvement', 'poor', 'not_applicable')",
            name=op.f("ck_correction_known_rating"),
        ),
        sa.CheckConstraint("outcome IN ('agreed', 'refused', 'overtaken')", name=op.f("ck_correction_known_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_correction_decided_when_decided")),
        sa.CheckConstraint(
            "outcome IS DISTINCT FROM 'agreed' OR (decided_by <> proposed_by AND window_closes_at IS NOT NULL)",
            name=op.f("ck_correction_agreed_by_a_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_correction_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_assessment_id", "correction", ["assessment_id"], unique=False)
    op.create_index(
        "uq_correction_open",
        "correction",
        ["assessment_id", "question"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "submitted_file",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_submitted_file_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "evidence_id", name=op.f("pk_submitted_file")),
    )
    for table in ("answer_change", "assessment_result"):
        op.drop_constraint(f"ck_{table}_known_cause", table)
        op.create_check_constraint(op.f(f"ck_{table}_known_cause"), table, _CAUSES)


def downgrade() -> None:
    raise NotImplementedError("What was published, and asked for, is not thrown away.")
