"""Case files and visits, outcomes of concerns, attachments, imports, reviews and escalations of interventions."""

import sqlalchemy as sa
from alembic import op

from assay_kit.freeze import append_only_trigger

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("review_alert_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_name", sa.String(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_name", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_name", sa.String(), nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_case_file_known_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
    )
    is_open = sa.text("status = 'open'")
    op.create_index("ix_case_file_open", "case_file", ["care_service_id"], unique=True, postgresql_where=is_open)
    op.create_index("ix_case_file_owner", "case_file", ["owner", "status"], unique=False)
    op.create_index(
        "ix_case_file_review_alert", "case_file", ["review_alert_at"], unique=False, postgresql_where=is_open
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_file_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("is_announced", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_file_id"], ["case_file.id"], name=op.f("fk_visit_case_file_id_case_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index("ix_visit_care_service", "visit", ["care_service_id", "visited_on"], unique=False)
    _create_learnt()
    _create_intervention_review()
    for table in ("visit", "attachment", "attachment_content", "intelligence_import", "intervention_review"):
        for statement in append_only_trigger(table):
            op.execute(statement)


def _create_learnt() -> None:
    op.add_column("intelligence", sa.Column("is_outcome", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("intelligence", "is_outcome", server_default=None)
    op.add_column("intelligence", sa.Column("outcome", sa.String(), nullable=True))
    op.add_column("intelligence", sa.Column("outcome_by_name", sa.String(), nullable=True))
    op.add_column("intelligence", sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_intelligence_known_outcome"),
        "intelligence",
        "outcome IN ('open', 'substantiated', 'unsubstantiated')",
    )
    op.add_column("case_task", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("case_task", sa.Column("opened_by_name", sa.String(), nullable=True))
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intelligence_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intelligence_id"], ["intelligence.id"], name=op.f("fk_attachment_intelligence_id_intelligence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("intelligence_id", "sha256", name=op.f("uq_attachment_intelligence_id_sha256")),
    )
    op.create_index(op.f("ix_attachment_intelligence_id"), "attachment", ["intelligence_id"], unique=False)
    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_content_attachment_id_attachment")
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_content")),
    )
    op.create_table(
        "intelligence_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("delivery_reference", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("already_held", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_name", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('safeguarding_decision', 'unexpected_death', 'contracting_concern', 'manager_vacancy', 'pause_at_providers_request', 'complaint', 'whistleblowing', 'other')",
            name=op.f("ck_intelligence_import_known_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intelligence_import")),
        sa.UniqueConstraint(
            "system",
            "kind",
            "delivery_reference",
            name=op.f("uq_intelligence_import_system_kind_delivery_reference"),
        ),
    )
    op.create_index("ix_intelligence_import_newest", "intelligence_import", ["imported_at"], unique=False)


def _create_intervention_review() -> None:
    op.add_column("intervention", sa.Column("escalates_id", sa.Uuid(), nullable=True))
    op.add_column("intervention", sa.Column("response_alert_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_intervention_escalates_id_intervention"), "intervention", "intervention", ["escalates_id"], ["id"]
    )
    op.create_index(
        "ix_intervention_response",
        "intervention",
        ["response_alert_at"],
        unique=False,
        postgresql_where=sa.text("status = 'issued'"),
    )
    op.create_table(
        "intervention_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("was_due_on", sa.Date(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(), nullable=False),
        sa.Column("reviewed_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intervention_id"],
            ["intervention.id"],
            name=op.f("fk_intervention_review_intervention_id_intervention"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intervention_review")),
    )
    op.create_index(
        "ix_intervention_review_intervention", "intervention_review", ["intervention_id", "reviewed_at"], unique=False
    )
