"""Figures for insight, and requests for an early reassessment"""

import sqlalchemy as sa
from alembic import op

from assay_kit.freeze import append_only_trigger, freeze_trigger

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ASKED = ["plan_id", "assessment_id", "care_service_id", "provider_id", "reason", "asked_by", "asked_name", "asked_at"]

FREEZING = [
    *append_only_trigger("published_figure"),
    *append_only_trigger("published_domain"),
    *append_only_trigger("published_answer"),
    *freeze_trigger("reassessment_request", when="true", columns=_ASKED, name="asked"),
    *freeze_trigger("reassessment_request", when="OLD.decided_at IS NOT NULL", name="decided"),
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
    for statement in FREEZING:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("What was published, and asked for, is not thrown away.")
