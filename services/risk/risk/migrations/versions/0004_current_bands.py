"""One row of a service holds all that the dashboard lists it by; trials of scoring models are kept; corrections are found
without the entries that are none; when a rating was heard of; who read what a provider answered; which location succeeds
no other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What the dashboard shows of a service besides its band: the directory's words, as they were copied.
_SERVICE_SHOWN = """
CREATE VIEW service_shown AS
SELECT
    service.id,
    service.provider_id,
    service.name,
    service.type,
    coalesce(provider.name, '') AS provider_name,
    lower(service.name || E'\\n' || coalesce(provider.name, '')) AS search_text,
    CAST(ARRAY(SELECT jsonb_array_elements_text(service.record -> 'zones')) AS varchar []) AS zones,
    CAST(ARRAY(SELECT jsonb_array_elements_text(service.record -> 'client_groups')) AS varchar []) AS client_groups,
    CAST(service.record ->> 'ended_on' AS date) AS ended_on
FROM care_service_copy AS service
LEFT JOIN provider_copy AS provider ON provider.id = service.provider_id
"""

_FILL = """
UPDATE service_band AS band
SET
    gravity = CASE band.band WHEN 'red' THEN 1 WHEN 'amber' THEN 2 WHEN 'not_enough_information' THEN 3 ELSE 4 END,
    name = shown.name, type = shown.type, provider_name = shown.provider_name, search_text = shown.search_text,
    zones = shown.zones, client_groups = shown.client_groups, ended_on = shown.ended_on
FROM service_shown AS shown
WHERE shown.id = band.care_service_id
"""

# When the computed band turned last.
_TURNED = """
UPDATE service_band AS band
SET computed_since = turned.at
FROM (
    SELECT care_service_id, max(computed_at) AS at
    FROM (
        SELECT care_service_id, computed_at, band, lag(band) OVER (PARTITION BY care_service_id ORDER BY computed_at, id) AS before
        FROM band_result
    ) AS result
    WHERE before IS DISTINCT FROM band
    GROUP BY care_service_id
) AS turned
WHERE turned.care_service_id = band.care_service_id
"""

_STAND = """
INSERT INTO standing_result (care_service_id, result_id, digest, refreshed_at)
SELECT band.care_service_id, band.result_id, result.digest, band.refreshed_at
FROM service_band AS band
JOIN band_result AS result ON result.id = band.result_id
"""

# When a rating came was not kept: no later than its own day began to count.
_HEARD = """
UPDATE assessment_rating
SET heard_at = CAST(published_on AS timestamp) AT TIME ZONE 'Europe/London'
WHERE published_on IS NOT NULL
"""

# When a plan was written was not kept: no later than it was decided on.
_PLANNED = """
UPDATE intervention
SET plan_edition = 1, plan_written_at = coalesce(decided_at, ended_at, now())
WHERE continuity_plan IS NOT NULL
"""

_ADDED = {
    "gravity": sa.SmallInteger(),
    "name": sa.String(),
    "type": sa.String(),
    "provider_name": sa.String(),
    "search_text": sa.String(),
    "zones": postgresql.ARRAY(sa.String()),
    "client_groups": postgresql.ARRAY(sa.String()),
    "computed_since": sa.DateTime(timezone=True),
}

_INDEXES = {
    "gravest": ["gravity", "name", "care_service_id"],
    "name": ["name", "care_service_id"],
    "provider_name": ["provider_name", "name", "care_service_id"],
    "since": ["since", "care_service_id"],
    "computed_since": ["computed_since"],
    "provider_id": ["provider_id"],
}


def upgrade() -> None:
    op.execute(_SERVICE_SHOWN)
    for name, kind in _ADDED.items():
        op.add_column("service_band", sa.Column(name, kind, nullable=True))
    op.add_column("service_band", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(_FILL)
    op.execute(_TURNED)
    _keep_standing_results()
    for name in _ADDED:
        op.alter_column("service_band", name, nullable=False)
    op.drop_index("ix_service_band_band", "service_band")
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_service_band_{name}", "service_band", columns, unique=False)
    # Room on each page for the next version of a row: a new result then touches no index.
    op.execute("ALTER TABLE standing_result SET (fillfactor = 50)")
    op.execute("ALTER TABLE service_band SET (fillfactor = 90)")

    _keep_runs()
    op.add_column("intervention", sa.Column("plan_edition", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.alter_column("intervention", "plan_edition", server_default=None)
    op.add_column("intervention", sa.Column("plan_written_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_PLANNED)
    op.add_column("assessment_rating", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_HEARD)

    _keep_readings()
    _keep_answers()
    op.create_index("ix_intake_item_entry", "intake_item", ["intelligence_id"])
    op.add_column("intake_item", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.create_index("ix_intake_item_about", "intake_item", ["about_id"])
    op.drop_constraint(op.f("uq_intelligence_corrects_id"), "intelligence", type_="unique")
    op.create_index(
        "ix_intelligence_corrects_id",
        "intelligence",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )


def _keep_answers() -> None:
    op.create_table(
        "successor_answer",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=False),
        sa.Column("is_successor", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "successor", name=op.f("pk_successor_answer")),
    )


def _keep_standing_results() -> None:
    """What changes with every result is apart from what lists are filtered, sorted and counted by."""
    op.create_table(
        "standing_result",
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["band_result.id"], name=op.f("fk_standing_result_result_id_band_result")
        ),
        sa.PrimaryKeyConstraint("care_service_id", name=op.f("pk_standing_result")),
    )
    op.execute(_STAND)
    for column in ("result_id", "open_reasons", "model_version", "refreshed_at"):
        op.drop_column("service_band", column)


def _keep_readings() -> None:
    op.create_table(
        "representation_reading",
        sa.Column("representation_id", sa.Uuid(), nullable=False),
        sa.Column("read_by", sa.String(), nullable=False),
        sa.Column("read_by_name", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["representation_id"],
            ["representation.id"],
            name=op.f("fk_representation_reading_representation_id_representation"),
        ),
        sa.PrimaryKeyConstraint("representation_id", name=op.f("pk_representation_reading")),
    )
    for statement in append_only_trigger("representation_reading"):
        op.execute(statement)


def _keep_runs() -> None:
    bands = "'green', 'not_enough_information', 'amber', 'red'"
    op.create_table(
        "model_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("policy", postgresql.JSONB(), nullable=False),
        sa.Column("compared_with", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.Date(), nullable=True),
        sa.Column("is_in_full", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("service_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("tally", postgresql.JSONB(), nullable=False),
        sa.Column("working_seconds", sa.Float(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('dry_run', 'outcome_check')", name=op.f("ck_model_run_known_kind")),
        sa.ForeignKeyConstraint(
            ["version"], ["scoring_model.version"], name=op.f("fk_model_run_version_scoring_model")
        ),
        sa.ForeignKeyConstraint(
            ["compared_with"], ["scoring_model.version"], name=op.f("fk_model_run_compared_with_scoring_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_run")),
    )
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("ix_model_run_unfinished", "model_run", ["asked_at"], postgresql_where=unfinished)
    op.create_index("ix_model_run_newest", "model_run", ["kind", "asked_at"])
    op.create_table(
        "model_run_change",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_name", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("band_now", sa.String(), nullable=False),
        sa.Column("band_then", sa.String(), nullable=False),
        sa.Column("gravity", sa.SmallInteger(), nullable=False),
        sa.Column("reasons_now", postgresql.JSONB(), nullable=False),
        sa.Column("reasons_then", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(f"band_now IN ({bands})", name=op.f("ck_model_run_change_known_band_now")),
        sa.CheckConstraint(f"band_then IN ({bands})", name=op.f("ck_model_run_change_known_band_then")),
        sa.ForeignKeyConstraint(["run_id"], ["model_run.id"], name=op.f("fk_model_run_change_run_id_model_run")),
        sa.PrimaryKeyConstraint("run_id", "care_service_id", name=op.f("pk_model_run_change")),
    )
    order = ["run_id", "gravity", "care_service_name", "care_service_id"]
    op.create_index("ix_model_run_change_gravest", "model_run_change", order)
    op.add_column("scoring_model", sa.Column("dry_run_id", sa.Uuid(), nullable=True))
