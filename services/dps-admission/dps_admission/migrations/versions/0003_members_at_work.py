"""What members do once they are in: declarations, evidence, tenders, placements"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from assay_kit.freeze import append_only_trigger, freeze_trigger

revision = "0003_members"
down_revision = "0002_applications"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_JSON = postgresql.JSONB(astext_type=sa.Text())
_TYPES = (
    "'home_care', 'supported_living', 'residential_care', 'nursing_care', 'extra_care', 'day_opportunities', "
    "'community_support'"
)
_GROUPS = (
    "'older_people', 'learning_disability', 'autism', 'mental_health', 'physical_disability', 'sensory', "
    "'unpaid_carers'"
)

FROZEN = (
    *append_only_trigger("affirmation"),
    *append_only_trigger("insurance_check"),
    # What was put forward is what was verified, and a verdict stands.
    *freeze_trigger("remedy", "true", ["suspension_cause_id", "statement", "evidence", "made_at"], name="put_forward"),
    *freeze_trigger("remedy", "OLD.verified_at IS NOT NULL", name="verified"),
    *freeze_trigger("placement_offer", "OLD.answer IS NOT NULL", name="answered"),
    # What was given is what is answered and acted on; what has ended stays.
    *freeze_trigger(
        "removal_notice", "true", ["membership_id", "why", "reason", "given_at", "answer_by", "lapses_on"], name="given"
    ),
    *freeze_trigger("removal_notice", "OLD.ended_at IS NOT NULL", name="ended"),
    *freeze_trigger("service_change", "true", ["membership_id", "change_id", "before", "after"], name="asked"),
    *freeze_trigger("service_change", "OLD.answered_at IS NOT NULL", name="answered"),
)


def upgrade() -> None:
    op.add_column("scheme", sa.Column("is_open_framework", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("membership", sa.Column("affirm_by", sa.Date(), nullable=True))
    op.add_column("membership", sa.Column("remind_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_membership_remind_on",
        "membership",
        ["remind_on"],
        unique=False,
        postgresql_where=sa.text("remind_on IS NOT NULL"),
    )
    op.create_index(
        "ix_membership_leaves_on",
        "membership",
        ["leaves_on"],
        unique=False,
        postgresql_where=sa.text("status <> 'ended'"),
    )
    op.add_column("membership", sa.Column("sync_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_membership_sync_on",
        "membership",
        ["sync_on"],
        unique=False,
        postgresql_where=sa.text("sync_on IS NOT NULL"),
    )
    op.add_column("suspension_cause", sa.Column("review_told_at", _INSTANT, nullable=True))
    op.add_column("scheme", sa.Column("tender_period_calendar_days", sa.Integer(), nullable=True))
    op.create_check_constraint("tender_period_positive", "scheme", "tender_period_calendar_days > 0")
    _upkeep()
    _removals()
    _service_changes()
    _insurance()
    _procurements()
    _placements()
    for statement in FROZEN:
        op.execute(statement)


def _upkeep() -> None:
    op.create_table(
        "affirmation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_subject", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_affirmation_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affirmation")),
    )
    op.create_index(op.f("ix_affirmation_membership_id"), "affirmation", ["membership_id"], unique=False)
    op.create_table(
        "remedy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("suspension_cause_id", sa.Uuid(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_subject", sa.String(), nullable=False),
        sa.Column("is_sufficient", sa.Boolean(), nullable=True),
        sa.Column("verification", sa.String(), nullable=True),
        sa.Column("verified_at", _INSTANT, nullable=True),
        sa.Column("verified_by", sa.String(), nullable=True),
        sa.Column("verified_by_subject", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["suspension_cause_id"],
            ["suspension_cause.id"],
            name=op.f("fk_remedy_suspension_cause_id_suspension_cause"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy")),
    )
    op.create_index(op.f("ix_remedy_suspension_cause_id"), "remedy", ["suspension_cause_id"], unique=False)
    op.create_index(
        "uq_remedy_one_unverified",
        "remedy",
        ["suspension_cause_id"],
        unique=True,
        postgresql_where=sa.text("verified_at IS NULL"),
    )


def _removals() -> None:
    """A notice is a row of its own: it is answered, withdrawn, acted on, or lapses."""
    op.drop_constraint(op.f("ck_membership_known_removal_reason"), "membership")
    for column in ("removal_reason", "removal_text", "removal_notice_at", "removal_notice_by"):
        op.drop_column("membership", column)
    op.create_table(
        "removal_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_at", _INSTANT, nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_by_subject", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("lapses_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_by_subject", sa.String(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.CheckConstraint(
            "why IN ('breach', 'mandatory_exclusion_ground', 'discretionary_exclusion_ground', 'debarred', "
            "'criteria_no_longer_met', 'ceased_trading')",
            name=op.f("ck_removal_notice_known_why"),
        ),
        sa.CheckConstraint(
            "ended_as IN ('removed', 'withdrawn', 'lapsed', 'replaced', 'overtaken')",
            name=op.f("ck_removal_notice_known_ended_as"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_removal_notice_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal_notice")),
    )
    op.create_index(op.f("ix_removal_notice_membership_id"), "removal_notice", ["membership_id"], unique=False)
    stands = sa.text("ended_at IS NULL")
    for name, columns, unique in (
        ("uq_removal_notice_one_standing", ["membership_id"], True),
        ("ix_removal_notice_lapses", ["lapses_on"], False),
        ("ix_removal_notice_reminds", ["remind_on"], False),
        ("ix_removal_notice_stands", ["given_at", "id"], False),
    ):
        op.create_index(name, "removal_notice", columns, unique=unique, postgresql_where=stands)


def _service_changes() -> None:
    op.create_table(
        "service_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("before", _JSON, nullable=False),
        sa.Column("after", _JSON, nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("checks", _JSON, nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["circumstance_change.id"], name=op.f("fk_service_change_change_id_circumstance_change")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_service_change_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_change")),
    )
    for column in ("change_id", "membership_id", "provider_id"):
        op.create_index(op.f(f"ix_service_change_{column}"), "service_change", [column], unique=False)
    op.create_index(
        "uq_service_change_one_open",
        "service_change",
        ["membership_id"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def _insurance() -> None:
    op.create_table(
        "insurance_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_subject", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_insurance_check_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurance_check")),
    )
    op.create_index(op.f("ix_insurance_check_membership_id"), "insurance_check", ["membership_id"], unique=False)


def _procurements() -> None:
    op.create_table(
        "procurement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("invited_at", _INSTANT, nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closes_at", _INSTANT, nullable=False),
        sa.Column("not_invited", _JSON, nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=True),
        sa.Column("outcome_reason", sa.String(), nullable=True),
        sa.Column("outcome_at", _INSTANT, nullable=True),
        sa.Column("awarded_to", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'awarded', 'not_awarded', 'cancelled')",
            name=op.f("ck_procurement_known_status"),
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_procurement_scheme_id_scheme")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_procurement_lot_id_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement")),
    )
    op.create_index(op.f("ix_procurement_lot_id"), "procurement", ["lot_id"], unique=False)
    op.create_index(
        "ix_procurement_open", "procurement", ["closes_at"], unique=False, postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("procurement_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("invited_at", _INSTANT, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("evidence", _JSON, nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.CheckConstraint("answer IN ('tendered', 'declined')", name=op.f("ck_invitation_known_answer")),
        sa.ForeignKeyConstraint(
            ["procurement_id"], ["procurement.id"], name=op.f("fk_invitation_procurement_id_procurement")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_invitation_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("procurement_id", "membership_id", name=op.f("uq_invitation_procurement_id_membership_id")),
    )
    op.create_index(op.f("ix_invitation_provider_id"), "invitation", ["provider_id"], unique=False)


def _placements() -> None:
    op.create_table(
        "placement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("service_type", sa.String(), nullable=False),
        sa.Column("client_group", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("hours_a_week", sa.Numeric(), nullable=True),
        sa.Column("needs_specialist", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("answer_within_hours", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_by_subject", sa.String(), nullable=False),
        sa.CheckConstraint("status IN ('seeking', 'placed', 'closed')", name=op.f("ck_placement_known_status")),
        sa.CheckConstraint(f"service_type IN ({_TYPES})", name=op.f("ck_placement_known_service_type")),
        sa.CheckConstraint(f"client_group IN ({_GROUPS})", name=op.f("ck_placement_known_client_group")),
        sa.CheckConstraint("hours_a_week > 0", name=op.f("ck_placement_hours_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_table(
        "placement_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placement_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("care_service_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("out_of_turn_because", sa.String(), nullable=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_by_subject", sa.String(), nullable=False),
        sa.Column("answer_by", _INSTANT, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answer_reason", sa.String(), nullable=True),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_by_subject", sa.String(), nullable=True),
        sa.Column("is_recorded_by_council", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('accepted', 'declined', 'not_answered', 'withdrawn')",
            name=op.f("ck_placement_offer_known_answer"),
        ),
        sa.CheckConstraint(
            "(membership_id IS NULL) <> (care_service_id IS NULL)", name=op.f("ck_placement_offer_member_or_care_home")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_placement_offer_placement_id_placement")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_placement_offer_membership_id_membership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_offer")),
    )
    for column in ("placement_id", "membership_id", "care_service_id", "provider_id"):
        op.create_index(op.f(f"ix_placement_offer_{column}"), "placement_offer", [column], unique=False)
    for name, columns, unique, where in (
        ("ix_placement_offer_open", ["answer_by"], False, "answer IS NULL"),
        ("uq_placement_offer_one_open", ["placement_id"], True, "answer IS NULL"),
        ("uq_placement_offer_one_placed", ["placement_id"], True, "answer = 'accepted'"),
    ):
        op.create_index(name, "placement_offer", columns, unique=unique, postgresql_where=sa.text(where))
    op.create_table(
        "service_look",
        sa.Column("care_service_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("rating", sa.String(), nullable=True),
        sa.Column("rated_on", sa.Date(), nullable=True),
        sa.Column("rating_told_at", _INSTANT, nullable=True),
        sa.Column("band", sa.String(), nullable=True),
        sa.Column("band_told_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("care_service_id", name=op.f("pk_service_look")),
    )


def downgrade() -> None:
    raise NotImplementedError("Records of what people declared and answered are not thrown away.")
