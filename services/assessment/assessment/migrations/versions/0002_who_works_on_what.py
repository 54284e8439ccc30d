"""Assigned officers, restrictions, delegated sections, answers carried over; nothing published changes in any column"""

import sqlalchemy as sa
from alembic import op

from assay_kit.freeze import append_only_trigger, freeze_trigger

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What 0001 left open once a rating is published: who was to do it, when, and why.
_CIRCUMSTANCES = [
    "id",
    "cause",
    "scheduled_at",
    "opens_on",
    "answers_due_at",
    "officer",
    "officer_name",
    "accuracy_closed_at",
    *["answers_closed_at", "submitted_at", "signed_by", "signed_name", "signed_position", "answers_hash"],
    *["evidence_hashes", "not_self_assessed"],
    *["draft_issued_at", "draft_issued_by", "accuracy_closes_at", "validation_began_by"],
]
_IMPOSED = ["id", "assessment_id", "reason", "imposed_by", "imposed_name", "imposed_at"]
_DELEGATED = [
    *["id", "assessment_id", "standard", "subject", "name", "answer_by"],
    *["delegated_by", "delegated_name", "delegated_at"],
]

FREEZING = [
    *freeze_trigger(
        "assessment", when="OLD.published_at IS NOT NULL", columns=_CIRCUMSTANCES, name="circumstances_frozen"
    ),
    *freeze_trigger("framework", columns=["id", "drafted_by", "drafted_at"], name="drafting_frozen"),
    *append_only_trigger("assigned_officer"),
    *append_only_trigger("officer_removal"),
    *append_only_trigger("carried_answer"),
    *freeze_trigger("restriction", when="true", columns=_IMPOSED, name="imposed"),
    *freeze_trigger("restriction", when="OLD.lifted_at IS NOT NULL", name="lifted"),
    *freeze_trigger("delegation", when="true", columns=_DELEGATED, name="delegated"),
    *freeze_trigger("delegation", when="OLD.ended_at IS NOT NULL", name="ended"),
    "CREATE TRIGGER closed_by_answers_closed_at BEFORE INSERT OR UPDATE OR DELETE ON carried_answer "
    "FOR EACH ROW EXECUTE FUNCTION refuse_once_closed('answers_closed_at')",
]


def upgrade() -> None:
    op.create_table(
        "assigned_officer",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_name", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_assigned_officer_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "subject", name=op.f("pk_assigned_officer")),
    )
    op.create_table(
        "officer_removal",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("removed_by", sa.String(), nullable=False),
        sa.Column("removed_name", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_officer_removal_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "subject", name=op.f("pk_officer_removal")),
    )
    op.create_table(
        "restriction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("imposed_by", sa.String(), nullable=False),
        sa.Column("imposed_name", sa.String(), nullable=False),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_name", sa.String(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_restriction_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index(
        "uq_restriction_standing",
        "restriction",
        ["assessment_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("standard", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("delegated_by", sa.String(), nullable=False),
        sa.Column("delegated_name", sa.String(), nullable=False),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_delegation_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(
        "uq_delegation_standing",
        "delegation",
        ["assessment_id", "standard"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "carried_answer",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("from_assessment_id", sa.Uuid(), nullable=False),
        sa.Column("answer_version", sa.Integer(), nullable=False),
        sa.Column("carried_by", sa.String(), nullable=False),
        sa.Column("carried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_carried_answer_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["from_assessment_id"], ["assessment.id"], name=op.f("fk_carried_answer_from_assessment_id_assessment")
        ),
        sa.PrimaryKeyConstraint("assessment_id", "question", name=op.f("pk_carried_answer")),
    )
    for statement in FREEZING:
        op.execute(statement)


def downgrade() -> None:
    for table in ("carried_answer", "delegation", "restriction", "officer_removal", "assigned_officer"):
        op.drop_table(table)
    for table, name in (("assessment", "circumstances_frozen"), ("framework", "drafting_frozen")):
        for when in ("update", "delete"):
            op.execute(f'DROP TRIGGER "{name}_{when}" ON "{table}"')
