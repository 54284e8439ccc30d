"""The directory as it begins"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger, refuse_update
from assay_kit.provisioning import install_kit

_TOLD = ("provider_id", "filename", "kind", "media_type", "size", "sha256", "expires_on", "uploaded_by", "uploaded_at")
_CHANGED = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _TOLD)


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
        sa.UniqueConstraint("name", name=op.f("uq_api_client_name")),
    )
    op.create_table(
        "business_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_clock")),
    )
    op.create_table(
        "council_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_by_name", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_setting")),
        sa.UniqueConstraint("key", "version", name="one_setting_a_version"),
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
        "feed_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_feed_entry")),
        sa.UniqueConstraint("event_id", name=op.f("uq_feed_entry_event_id")),
    )
    op.create_index("feed_entry_by_type", "feed_entry", ["type", "number"], unique=False)
    op.create_table(
        "provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legal_form", sa.String(), nullable=False),
        sa.Column("company_number", sa.String(), nullable=True),
        sa.Column("has_no_company_number", sa.Boolean(), nullable=False),
        sa.Column("charity_number", sa.String(), nullable=True),
        sa.Column("cqc_provider_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column(
            "found_by",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(coalesce(name, '') || ' ' || coalesce(company_number, '') || ' ' || coalesce(charity_number, '') || ' ' || coalesce(cqc_provider_id, ''), '-', ' '))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "legal_form IN ('company', 'limited_liability_partnership', 'community_interest_company', 'charitable_incorporated_organisation', 'charitable_trust', 'registered_society', 'partnership', 'sole_trader', 'public_body')",
            name=op.f("ck_provider_known_legal_form"),
        ),
        sa.CheckConstraint("status IN ('registering', 'active', 'closed')", name=op.f("ck_provider_known_status")),
        sa.CheckConstraint(
            "company_number IS NULL OR NOT has_no_company_number", name=op.f("ck_provider_company_number_answered_once")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("charity_number", name=op.f("uq_provider_charity_number")),
        sa.UniqueConstraint("company_number", name=op.f("uq_provider_company_number")),
        sa.UniqueConstraint("cqc_provider_id", name=op.f("uq_provider_cqc_provider_id")),
    )
    op.create_index("provider_found_by", "provider", ["found_by"], unique=False, postgresql_using="gin")
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
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("public_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
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
        "api_client_secret",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_client.id"], name=op.f("fk_api_client_secret_client_id_api_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client_secret")),
    )
    op.create_index(op.f("ix_api_client_secret_client_id"), "api_client_secret", ["client_id"], unique=False)
    op.create_table(
        "care_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("client_groups", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("zones", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("capacity_amount", sa.Integer(), nullable=True),
        sa.Column("capacity_unit", sa.String(), nullable=True),
        sa.Column("people_supported", sa.Integer(), nullable=False),
        sa.Column("cqc_location_id", sa.String(), nullable=True),
        sa.Column("is_regulated", sa.Boolean(), nullable=False),
        sa.Column("prepares_food", sa.Boolean(), nullable=False),
        sa.Column("fhrs_id", sa.BigInteger(), nullable=True),
        sa.Column("requires_registered_manager", sa.Boolean(), nullable=False),
        sa.Column("landlord", sa.String(), nullable=True),
        sa.Column("units_in_place", sa.Integer(), nullable=True),
        sa.Column("units_in_development", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("is_contracted", sa.Boolean(), nullable=False),
        sa.Column("first_placement_on", sa.Date(), nullable=True),
        sa.Column(
            "found_by",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(coalesce(name, '') || ' ' || coalesce(cqc_location_id, '') || ' ' || coalesce(landlord, ''), '-', ' '))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "capacity_unit IN ('hours_per_week', 'beds')", name=op.f("ck_care_service_known_capacity_unit")
        ),
        sa.CheckConstraint(
            "type IN ('home_care', 'supported_living', 'residential_care', 'nursing_care', 'extra_care', 'day_opportunities', 'community_support')",
            name=op.f("ck_care_service_known_type"),
        ),
        sa.CheckConstraint(
            "(capacity_amount IS NULL) = (capacity_unit IS NULL)", name=op.f("ck_care_service_capacity_with_unit")
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_care_service_ends_after_start")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_care_service_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_service")),
    )
    op.create_index("care_service_found_by", "care_service", ["found_by"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_care_service_cqc_location_id"), "care_service", ["cqc_location_id"], unique=False)
    op.create_index(op.f("ix_care_service_provider_id"), "care_service", ["provider_id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("commissioner", sa.String(), nullable=False),
        sa.Column("arrangement", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("care_service_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("arrangement IN ('arrangement', 'spot')", name=op.f("ck_contract_known_arrangement")),
        sa.CheckConstraint(
            "commissioner IN ('council', 'integrated_care_board')", name=op.f("ck_contract_known_commissioner")
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_contract_ends_after_start")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_contract_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("reference", name=op.f("uq_contract_reference")),
    )
    op.create_index(op.f("ix_contract_provider_id"), "contract", ["provider_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_by_name", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_evidence_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_expires_on"), "evidence", ["expires_on"], unique=False)
    op.create_index(op.f("ix_evidence_provider_id"), "evidence", ["provider_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('invited', 'claiming', 'active', 'disabled')", name=op.f("ck_person_known_status")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_in_lower_case")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_person_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_provider_id"), "person", ["provider_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("commissioner", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "commissioner IN ('council', 'integrated_care_board')", name=op.f("ck_activity_known_commissioner")
        ),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_activity_month_begins_on_its_first_day")),
        sa.ForeignKeyConstraint(
            ["care_service_id"], ["care_service.id"], name=op.f("fk_activity_care_service_id_care_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("care_service_id", "month", "commissioner", name="one_activity_a_month"),
    )
    op.create_table(
        "evidence_reliance",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("relied_on_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_reliance_evidence_id_evidence")
        ),
        sa.PrimaryKeyConstraint("evidence_id", "service", "kind", "object_id", name=op.f("pk_evidence_reliance")),
    )
    op.create_table(
        "location_succession",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("former_location_id", sa.String(), nullable=False),
        sa.Column("new_location_id", sa.String(), nullable=False),
        sa.Column("succeeded_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("former_location_id <> new_location_id", name=op.f("ck_location_succession_changes_the_id")),
        sa.ForeignKeyConstraint(
            ["care_service_id"], ["care_service.id"], name=op.f("fk_location_succession_care_service_id_care_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location_succession")),
    )
    op.create_index(
        op.f("ix_location_succession_care_service_id"), "location_succession", ["care_service_id"], unique=False
    )
    op.create_index(
        op.f("ix_location_succession_former_location_id"), "location_succession", ["former_location_id"], unique=False
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("sealed_body", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('kept', 'undeliverable', 'failed')", name=op.f("ck_message_known_status")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("reference", "person_id", name="told_once", postgresql_nulls_not_distinct=True),
    )
    op.create_index(op.f("ix_message_person_id"), "message", ["person_id"], unique=False)
    op.create_index(op.f("ix_message_provider_id"), "message", ["provider_id"], unique=False)
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_link_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index(op.f("ix_one_time_link_person_id"), "one_time_link", ["person_id"], unique=False)
    op.create_table(
        "provider_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("provider_name", sa.String(), nullable=False),
        sa.Column("company_number", sa.String(), nullable=True),
        sa.Column("cqc_provider_id", sa.String(), nullable=True),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'confirmed', 'refused')", name=op.f("ck_provider_claim_known_status")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provider_claim_person_id_person")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_provider_claim_provider_id_provider")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_claim")),
    )
    op.create_index(op.f("ix_provider_claim_person_id"), "provider_claim", ["person_id"], unique=False)
    op.create_index(op.f("ix_provider_claim_provider_id"), "provider_claim", ["provider_id"], unique=False)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_ended_at"), "sign_in_session", ["ended_at"], unique=False)
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sign_in_session.id"], name=op.f("fk_refresh_token_session_id_sign_in_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False)
    install_kit(op.get_bind())
    for statement in (
        # What is told of a file never changes, but for its lapse. One that somebody relies on cannot be removed either:
        # the reliance refers to it, and stays.
        *refuse_update("evidence", when=_CHANGED, name="file_is_told_once"),
        *append_only_trigger("evidence_reliance"),
        *append_only_trigger("feed_entry"),
        *append_only_trigger("council_setting"),
        *append_only_trigger("location_succession"),
    ):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first revision: drop the database.")
