"""Editions of evidence, reminders before it expires, and seals until tenders are opened"""

import sqlalchemy as sa
from alembic import op

from assay_kit.freeze import append_only_trigger, refuse_update

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RELIANCE = ["evidence_id", "service", "kind", "object_id"]
_TOLD = ("id", "series_id", "edition", "description", "uploaded_by_name")
_CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _TOLD)


def upgrade() -> None:
    op.add_column("evidence", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evidence_reliance", sa.Column("is_sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "evidence_opening",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            _RELIANCE,
            [f"evidence_reliance.{column}" for column in _RELIANCE],
            name=op.f("fk_evidence_opening_reliance"),
        ),
        sa.PrimaryKeyConstraint(*_RELIANCE, name=op.f("pk_evidence_opening")),
    )
    op.add_column("evidence", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("evidence", sa.Column("edition", sa.Integer(), nullable=True))
    # every file of before is the first edition of a document of its own
    op.execute("UPDATE evidence SET series_id = id, edition = 1")
    op.alter_column("evidence", "series_id", nullable=False)
    op.alter_column("evidence", "edition", nullable=False)
    op.create_unique_constraint(op.f("uq_evidence_series_id_edition"), "evidence", ["series_id", "edition"])
    op.create_check_constraint(op.f("ck_evidence_edition_counts"), "evidence", "edition > 0")
    for statement in append_only_trigger("evidence_opening"):
        op.execute(statement)
    for statement in refuse_update("evidence", when=_CHANGED, name="edition_is_told_once"):
        op.execute(statement)


def downgrade() -> None:
    op.execute('DROP TRIGGER "edition_is_told_once" ON "evidence"')
    op.drop_table("evidence_opening")
    op.drop_column("evidence_reliance", "is_sealed")
    op.drop_constraint(op.f("ck_evidence_edition_counts"), "evidence")
    op.drop_constraint(op.f("uq_evidence_series_id_edition"), "evidence")
    for column in ("edition", "series_id", "reminded_at"):
        op.drop_column("evidence", column)
