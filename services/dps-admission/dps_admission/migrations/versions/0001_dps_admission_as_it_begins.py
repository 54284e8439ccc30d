"""DPS admission as it begins"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger, freeze_trigger, refuse_update
from assay_kit.provisioning import install_kit
from assay_kit.versions import frozen_versions

_SUBMITTED = (
    "reference",
    "provider_id",
    "scheme_id",
    "answers",
    "choices",
    "evidence",
    "content_hash",
    "submitted_at",
    "submitted_by",
    "declared_by",
)
_FINISHED = (
    "lot_application_id",
    "round",
    "person",
    "name",
    "part",
    "assigned_by",
    "assigned_by_subject",
    "assigned_at",
    "sheet",
    "finished_at",
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


FROZEN = (
    *frozen_versions("procedure_profile", ["regime", "title", "content"]),
    *frozen_versions("question_set", ["name", "content"]),
    *append_only_trigger("scheme_change"),
    # What was submitted is what is evaluated.
    *freeze_trigger("application", "OLD.status <> 'draft'", _SUBMITTED),
    *freeze_trigger(
        "application_check", "true", ["lot_application_id", "round", "kind", "outcome", "reason", "inputs"]
    ),
    *freeze_trigger("application_check", "OLD.finding IS NOT NULL", ["finding", "finding_reason"], name="settled"),
    # A conflict of interest may be declared until the decision, and stays declared.
    *freeze_trigger("assignment", "OLD.finished_at IS NOT NULL", _FINISHED, name="finished"),
    *refuse_update("assignment", "OLD.conflict = 'conflicted' AND NEW.conflict <> 'conflicted'", name="conflict_stays"),
    *append_only_trigger("evaluation_report"),
    *append_only_trigger("decision"),
    *freeze_trigger("representations", "OLD.made_at IS NOT NULL", name="made"),
)


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
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
        "embargo",
        sa.Column("intervention_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("extent", sa.String(), nullable=False),
        sa.Column("limit_text", sa.String(), nullable=True),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("extent IN ('whole', 'part')", name=op.f("ck_embargo_known_extent")),
        sa.PrimaryKeyConstraint("intervention_id", name=op.f("pk_embargo")),
    )
    op.create_index(op.f("ix_embargo_provider_id"), "embargo", ["provider_id"], unique=False)
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
        "procedure_profile",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(status = 'retired') = (retired_at IS NOT NULL)", name=op.f("ck_procedure_profile_retired_is_dated")
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'draft' THEN num_nonnulls(effective_from, published_at, published_by, content_hash) = 0 ELSE num_nulls(effective_from, published_at, published_by, content_hash) = 0 END",
            name=op.f("ck_procedure_profile_published_is_signed_and_dated"),
        ),
        sa.CheckConstraint(
            "regime IN ('pcr2015_reg34', 'pcr2015_light_touch', 'pa2023_dynamic_market', 'pa2023_light_touch_framework')",
            name=op.f("ck_procedure_profile_known_regime"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'retired')", name=op.f("ck_procedure_profile_known_status")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_procedure_profile_version_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure_profile")),
        sa.UniqueConstraint("regime", "version", name=op.f("uq_procedure_profile_regime_version")),
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
        "question_set",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_by_subject", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'retired') = (retired_at IS NOT NULL)", name=op.f("ck_question_set_retired_is_dated")
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'draft' THEN num_nonnulls(effective_from, published_at, published_by, content_hash) = 0 ELSE num_nulls(effective_from, published_at, published_by, content_hash) = 0 END",
            name=op.f("ck_question_set_published_is_signed_and_dated"),
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'retired')", name=op.f("ck_question_set_known_status")),
        sa.CheckConstraint("version > 0", name=op.f("ck_question_set_version_is_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_set")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_question_set_name_version")),
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
        "scheme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("notice_reference", sa.String(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("award_on", sa.Date(), nullable=True),
        sa.Column("go_live_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("windows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'open', 'closed')", name=op.f("ck_scheme_known_status")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["procedure_profile.id"], name=op.f("fk_scheme_profile_id_procedure_profile")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("name", name=op.f("uq_scheme_name")),
    )
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(), nullable=True),
        sa.Column("declared_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'closed', 'expired', 'withdrawn')",
            name=op.f("ck_application_known_status"),
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["application.id"], name=op.f("fk_application_previous_id_application")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_application_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    op.create_index(
        "ix_application_drafts",
        "application",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index(op.f("ix_application_provider_id"), "application", ["provider_id"], unique=False)
    op.create_index(op.f("ix_application_scheme_id"), "application", ["scheme_id"], unique=False)
    op.create_table(
        "lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("quality_threshold", sa.Numeric(), nullable=False),
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("client_groups", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("regulated_activity", sa.String(), nullable=True),
        sa.Column("price_ceiling", sa.Numeric(), nullable=True),
        sa.Column("price_unit", sa.String(), nullable=True),
        sa.Column("question_set_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'open', 'paused', 'closed')", name=op.f("ck_lot_known_status")),
        sa.CheckConstraint("tier IN ('tier_1', 'tier_2', 'specialist')", name=op.f("ck_lot_known_tier")),
        sa.CheckConstraint("price_ceiling >= 0", name=op.f("ck_lot_ceiling_not_negative")),
        sa.CheckConstraint("quality_threshold BETWEEN 0 AND 100", name=op.f("ck_lot_threshold_is_percent")),
        sa.ForeignKeyConstraint(
            ["question_set_id"], ["question_set.id"], name=op.f("fk_lot_question_set_id_question_set")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_lot_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("scheme_id", "name", name=op.f("uq_lot_scheme_id_name")),
    )
    op.create_table(
        "scheme_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("rationale", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_subject", sa.String(), nullable=False),
        sa.CheckConstraint(
            "rationale IN ('extended_as_advertised', 'shortened', 'correction', 'council_decision')",
            name=op.f("ck_scheme_change_known_rationale"),
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_scheme_change_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_change")),
    )
    op.create_index(op.f("ix_scheme_change_scheme_id"), "scheme_change", ["scheme_id"], unique=False)
    op.create_table(
        "lot_zone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.CheckConstraint("places > 0", name=op.f("ck_lot_zone_places_positive")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_zone_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_zone")),
        sa.UniqueConstraint("lot_id", "zone", name=op.f("uq_lot_zone_lot_id_zone"), postgresql_nulls_not_distinct=True),
    )
    op.create_table(
        "lot_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("lot_zone_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("question_set_id", sa.Uuid(), nullable=False),
        sa.Column("care_service_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("price", sa.Numeric(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_soon_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prolonged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("prolonged_because", sa.String(), nullable=True),
        sa.Column("told_due_soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('evaluating', 'clarifying', 'minded_to_refuse', 'admitted', 'refused', 'withdrawn')",
            name=op.f("ck_lot_application_known_status"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_lot_application_application_id_application")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_application_lot_id_lot")),
        sa.ForeignKeyConstraint(["lot_zone_id"], ["lot_zone.id"], name=op.f("fk_lot_application_lot_zone_id_lot_zone")),
        sa.ForeignKeyConstraint(
            ["question_set_id"], ["question_set.id"], name=op.f("fk_lot_application_question_set_id_question_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_application")),
        sa.UniqueConstraint(
            "application_id", "lot_zone_id", name=op.f("uq_lot_application_application_id_lot_zone_id")
        ),
    )
    op.create_index(op.f("ix_lot_application_application_id"), "lot_application", ["application_id"], unique=False)
    op.create_index(
        "ix_lot_application_due",
        "lot_application",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('evaluating', 'clarifying', 'minded_to_refuse')"),
    )
    op.create_index(op.f("ix_lot_application_lot_id"), "lot_application", ["lot_id"], unique=False)
    op.create_index(
        "uq_lot_application_one_open",
        "lot_application",
        ["provider_id", "lot_id", "zone"],
        unique=True,
        postgresql_where=sa.text("status IN ('evaluating', 'clarifying', 'minded_to_refuse')"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "application_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("finding_reason", sa.String(), nullable=True),
        sa.Column("found_by", sa.String(), nullable=True),
        sa.Column("found_by_subject", sa.String(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "finding IN ('pass', 'fail', 'discretionary')", name=op.f("ck_application_check_known_finding")
        ),
        sa.CheckConstraint(
            "kind IN ('company_number', 'company_status', 'cqc_registration', 'cqc_register', 'insurance', 'duplicate', 'price')",
            name=op.f("ck_application_check_known_kind"),
        ),
        sa.CheckConstraint(
            "outcome IN ('passed', 'failed', 'cannot_run', 'not_needed')",
            name=op.f("ck_application_check_known_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_application_check_lot_application_id_lot_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_check")),
        sa.UniqueConstraint(
            "lot_application_id", "round", "kind", name=op.f("uq_application_check_lot_application_id_round_kind")
        ),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_by_subject", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conflict", sa.String(), nullable=False),
        sa.Column("conflict_detail", sa.String(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheet", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "conflict IN ('not_declared', 'none', 'conflicted')", name=op.f("ck_assignment_known_conflict")
        ),
        sa.CheckConstraint("part IN ('evaluator', 'moderator')", name=op.f("ck_assignment_known_part")),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_assignment_lot_application_id_lot_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "lot_application_id", "round", "person", name=op.f("uq_assignment_lot_application_id_round_person")
        ),
    )
    op.create_index("ix_assignment_person", "assignment", ["person"], unique=False)
    op.create_table(
        "clarification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_subject", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_clarification_lot_application_id_lot_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    op.create_index(op.f("ix_clarification_lot_application_id"), "clarification", ["lot_application_id"], unique=False)
    op.create_table(
        "consensus",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("finding IN ('pass', 'fail', 'discretionary')", name=op.f("ck_consensus_known_finding")),
        sa.ForeignKeyConstraint(
            ["lot_application_id"], ["lot_application.id"], name=op.f("fk_consensus_lot_application_id_lot_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consensus")),
        sa.UniqueConstraint(
            "lot_application_id", "round", "question", name=op.f("uq_consensus_lot_application_id_round_question")
        ),
    )
    op.create_table(
        "evaluation_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("quality_numerator", sa.BigInteger(), nullable=True),
        sa.Column("quality_denominator", sa.BigInteger(), nullable=True),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_subject", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_evaluation_report_lot_application_id_lot_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_report")),
        sa.UniqueConstraint("lot_application_id", "round", name=op.f("uq_evaluation_report_lot_application_id_round")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("lot_zone_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("care_service_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("quality_numerator", sa.BigInteger(), nullable=True),
        sa.Column("quality_denominator", sa.BigInteger(), nullable=True),
        sa.Column("set_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leaves_on", sa.Date(), nullable=True),
        sa.Column("leaving_reason", sa.String(), nullable=True),
        sa.Column("removal_reason", sa.String(), nullable=True),
        sa.Column("removal_text", sa.String(), nullable=True),
        sa.Column("removal_notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removal_notice_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "removal_reason IN ('breach', 'exclusion_ground', 'debarred', 'criteria_no_longer_met', 'ceased_trading')",
            name=op.f("ck_membership_known_removal_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('admitted', 'waiting', 'offered', 'active', 'suspended', 'ended')",
            name=op.f("ck_membership_known_status"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_membership_lot_application_id_lot_application"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_membership_lot_id_lot")),
        sa.ForeignKeyConstraint(["lot_zone_id"], ["lot_zone.id"], name=op.f("fk_membership_lot_zone_id_lot_zone")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_membership_scheme_id_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(
        "ix_membership_live_in_zone",
        "membership",
        ["lot_zone_id", "status"],
        unique=False,
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.create_index(op.f("ix_membership_lot_application_id"), "membership", ["lot_application_id"], unique=False)
    op.create_index(op.f("ix_membership_lot_id"), "membership", ["lot_id"], unique=False)
    op.create_index(op.f("ix_membership_provider_id"), "membership", ["provider_id"], unique=False)
    op.create_index(
        "uq_membership_one_live",
        "membership",
        ["provider_id", "lot_id", "zone"],
        unique=True,
        postgresql_where=sa.text("status <> 'ended'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('admit', 'minded_to_refuse', 'reconsider', 'refuse', 'set_aside')",
            name=op.f("ck_decision_known_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["lot_application_id"], ["lot_application.id"], name=op.f("fk_decision_lot_application_id_lot_application")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["evaluation_report.id"], name=op.f("fk_decision_report_id_evaluation_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_lot_application_id"), "decision", ["lot_application_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.CheckConstraint("answer IN ('accepted', 'declined', 'lapsed', 'ended')", name=op.f("ck_offer_known_answer")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_offer_membership_id_membership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_membership_id"), "offer", ["membership_id"], unique=False)
    op.create_index("ix_offer_open", "offer", ["expires_at"], unique=False, postgresql_where=sa.text("answer IS NULL"))
    op.create_index(
        "uq_offer_one_open", "offer", ["membership_id"], unique=True, postgresql_where=sa.text("answer IS NULL")
    )
    op.create_table(
        "suspension_cause",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_by_subject", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_by_subject", sa.String(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('embargo', 'decision_set_aside', 'lapsed_declaration', 'late_document', 'council_decision')",
            name=op.f("ck_suspension_cause_known_cause"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_suspension_cause_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_cause")),
    )
    op.create_index(op.f("ix_suspension_cause_membership_id"), "suspension_cause", ["membership_id"], unique=False)
    op.create_index(
        "uq_suspension_cause_one_open",
        "suspension_cause",
        ["membership_id", "cause", "reference"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "representations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_application_id", sa.Uuid(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_shortened", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("documents", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("made_by_subject", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_representations_decision_id_decision")),
        sa.ForeignKeyConstraint(
            ["lot_application_id"],
            ["lot_application.id"],
            name=op.f("fk_representations_lot_application_id_lot_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representations")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_representations_decision_id")),
    )
    op.create_index(op.f("ix_representations_closes_at"), "representations", ["closes_at"], unique=False)
    op.create_index(
        op.f("ix_representations_lot_application_id"), "representations", ["lot_application_id"], unique=False
    )
    install_kit(op.get_bind())
    for statement in FROZEN:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first revision: drop the database.")
