"""Applications go on: drafts remind, checks run again before decisions, changed circumstances mark decisions"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger, freeze_trigger

revision = "0002_applications"
down_revision = "0001"
branch_labels = None
depends_on = None

_RATIONALES = (
    "extended_as_advertised",
    "shortened",
    "correction",
    "council_decision",
    "policy_revised",
    "law_changed",
)
_CHECKS = (
    "company_number",
    "company_status",
    "services",
    "cqc_registration",
    "cqc_register",
    "insurance",
    "documents",
    "duplicate",
    "price",
)
_CHANGES = (
    "ownership",
    "registration",
    "insurance",
    "exclusion_ground",
    "registered_manager",
    "finances",
    "services",
    "other",
    "rating",
    "band",
    "evidence_lapsed",
)
_RELEASE = ("released_at", "released_by", "released_because")
FROZEN = (
    *append_only_trigger("circumstance_change"),
    *freeze_trigger("changed_decision", "OLD.status <> 'open'", name="answered"),
    *freeze_trigger("application_check", "true", ["run"], name="run_kept"),
    *freeze_trigger("assignment", "OLD.finished_at IS NOT NULL", _RELEASE, name="finished_kept"),
)


def upgrade() -> None:
    _known("scheme_change", "rationale", _RATIONALES)
    _known("application_check", "kind", _CHECKS)
    _draft_clock()
    _period()
    _releases()
    _round_cut()
    _check_runs()
    _circumstances()
    for statement in FROZEN:
        op.execute(statement)


def _known(table: str, column: str, values: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_known_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(repr(one) for one in values)})")


def _draft_clock() -> None:
    op.add_column("application", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("application", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("application", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE application SET saved_at = coalesce(submitted_at, started_at)")
    op.alter_column("application", "saved_at", nullable=False)
    op.create_index(
        "ix_application_reminders",
        "application",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("status = 'draft' AND reminded_at IS NULL"),
    )


def _period() -> None:
    op.add_column("lot_application", sa.Column("counted_from", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE lot_application SET counted_from = received_at")
    op.alter_column("lot_application", "counted_from", nullable=False)


def _releases() -> None:
    op.add_column("assignment", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignment", sa.Column("released_by", sa.String(), nullable=True))
    op.add_column("assignment", sa.Column("released_because", sa.String(), nullable=True))
    op.drop_constraint(op.f("uq_assignment_lot_application_id_round_person"), "assignment", type_="unique")
    op.create_index(
        "uq_assignment_one_standing",
        "assignment",
        ["lot_application_id", "round", "person"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )


def _round_cut() -> None:
    op.add_column("lot", sa.Column("round_cut_at", sa.DateTime(timezone=True), nullable=True))


def _check_runs() -> None:
    op.add_column("application_check", sa.Column("run", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("application_check", "run", server_default=None)
    op.drop_constraint(op.f("uq_application_check_lot_application_id_round_kind"), "application_check", type_="unique")
    op.create_unique_constraint(
        op.f("uq_application_check_lot_application_id_round_run_kind"),
        "application_check",
        ["lot_application_id", "round", "run", "kind"],
    )


def _circumstances() -> None:
    _changes()
    _changed_decisions()


def _changes() -> None:
    op.create_table(
        "circumstance_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("reported_by_subject", sa.String(), nullable=False),
        sa.CheckConstraint(
            f"kind IN ({', '.join(repr(one) for one in _CHANGES)})", name=op.f("ck_circumstance_change_known_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circumstance_change")),
    )
    op.create_index(
        "ix_circumstance_change_provider", "circumstance_change", ["provider_id", "reported_at"], unique=False
    )


def _changed_decisions() -> None:
    op.create_table(
        "changed_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("lot_application_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'reconfirmed', 'reviewed', 'acknowledged', 'overtaken')",
            name=op.f("ck_changed_decision_known_status"),
        ),
        sa.CheckConstraint(
            "membership_id IS NOT NULL OR lot_application_id IS NOT NULL",
            name=op.f("ck_changed_decision_about_something"),
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["circumstance_change.id"], name=op.f("fk_changed_decision_change_id_circumstance_change")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_changed_decision_membership_id_membership")
        ),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_changed_decision_lot_application_id_lot_application"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_changed_decision_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_decision")),
        sa.UniqueConstraint("change_id", "membership_id", name=op.f("uq_changed_decision_change_id_membership_id")),
        sa.UniqueConstraint(
            "change_id", "lot_application_id", name=op.f("uq_changed_decision_change_id_lot_application_id")
        ),
    )
    op.create_index(
        op.f("ix_changed_decision_lot_application_id"), "changed_decision", ["lot_application_id"], unique=False
    )
    op.create_index(op.f("ix_changed_decision_membership_id"), "changed_decision", ["membership_id"], unique=False)
    op.create_index(
        "ix_changed_decision_open",
        "changed_decision",
        ["marked_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'open'"),
    )


def downgrade() -> None:
    raise NotImplementedError("What has been recorded since would be lost: restore a backup.")
