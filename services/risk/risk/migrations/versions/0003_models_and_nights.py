"""Scoring models that come into force at a moment; how far a refresh of the estate has come; the estate over time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scoring_model", sa.Column("approved_by", sa.String(), nullable=True))
    op.add_column("scoring_model", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("scoring_model", sa.Column("activates_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("estate_refresh", sa.Column("service_count", sa.Integer(), nullable=True))
    op.add_column(
        "estate_refresh", sa.Column("working_seconds", sa.Float(), server_default=sa.text("0"), nullable=False)
    )
    op.alter_column("estate_refresh", "working_seconds", server_default=None)
    op.add_column("estate_refresh", sa.Column("alerted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "override", sa.Column("levels", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False)
    )
    op.alter_column("override", "levels", server_default=None)
    op.add_column("intake_item", sa.Column("alert_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE intake_item SET alert_at = received_at")
    op.alter_column("intake_item", "alert_at", nullable=False)
    op.create_index("ix_intake_item_location", "intake_item", ["cqc_location_id"], unique=False)
    op.add_column("intervention", sa.Column("counts_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE intervention SET counts_until = ended_at")
    op.add_column(
        "estate_refresh", sa.Column("failed_count", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.alter_column("estate_refresh", "failed_count", server_default=None)
    op.add_column(
        "estate_refresh",
        sa.Column("failures", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    op.alter_column("estate_refresh", "failures", server_default=None)
    op.create_index("ix_band_result_computed_at", "band_result", ["computed_at"], unique=False)
