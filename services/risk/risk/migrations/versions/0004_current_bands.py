"""One row of a service holds all that the dashboard lists it by; corrections are found without the entries that are none."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    digest = result.digest,
    gravity = CASE band.band WHEN 'red' THEN 1 WHEN 'amber' THEN 2 WHEN 'not_enough_information' THEN 3 ELSE 4 END,
    name = shown.name, type = shown.type, provider_name = shown.provider_name, search_text = shown.search_text,
    zones = shown.zones, client_groups = shown.client_groups, ended_on = shown.ended_on
FROM band_result AS result, service_shown AS shown
WHERE result.id = band.result_id AND shown.id = band.care_service_id
"""

_ADDED = {
    "digest": sa.String(),
    "gravity": sa.SmallInteger(),
    "name": sa.String(),
    "type": sa.String(),
    "provider_name": sa.String(),
    "search_text": sa.String(),
    "zones": postgresql.ARRAY(sa.String()),
    "client_groups": postgresql.ARRAY(sa.String()),
}

_INDEXES = {
    "gravest": ["gravity", "name", "care_service_id"],
    "name": ["name", "care_service_id"],
    "provider_name": ["provider_name", "name", "care_service_id"],
    "since": ["since", "care_service_id"],
    "provider_id": ["provider_id"],
}


def upgrade() -> None:
    op.execute(_SERVICE_SHOWN)
    for name, kind in _ADDED.items():
        op.add_column("service_band", sa.Column(name, kind, nullable=True))
    op.add_column("service_band", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(_FILL)
    for name in _ADDED:
        op.alter_column("service_band", name, nullable=False)
    op.drop_index("ix_service_band_band", "service_band")
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_service_band_{name}", "service_band", columns, unique=False)
    # Room on each page for the next version of a row: a new result of the same band then touches no index.
    op.execute("ALTER TABLE service_band SET (fillfactor = 70)")

    op.drop_constraint(op.f("uq_intelligence_corrects_id"), "intelligence", type_="unique")
    op.create_index(
        "ix_intelligence_corrects_id",
        "intelligence",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
