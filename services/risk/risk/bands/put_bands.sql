-- The bands of some services, in the place of those that stood; of a service shown for the first time with its names.
-- A list for each column, in one order.
INSERT INTO service_band (
    care_service_id, provider_id, band, gravity, computed_band, since, computed_since, override_id, embargo, embargo_limits,
    embargo_since, has_default_notice, name, type, provider_name, search_text, zones, client_groups, ended_on
)
SELECT
    new.care_service_id, new.provider_id, new.band, new.gravity, new.computed_band, new.since, new.computed_since,
    new.override_id, new.embargo,
    CAST(new.embargo_limits AS jsonb), new.embargo_since, new.has_default_notice,
    shown.name, shown.type, shown.provider_name, shown.search_text, shown.zones, shown.client_groups, shown.ended_on
FROM unnest(
    CAST(:care_service_id AS uuid []), CAST(:provider_id AS uuid []), CAST(:band AS text []), CAST(:gravity AS smallint []),
    CAST(:computed_band AS text []), CAST(:since AS timestamptz []), CAST(:computed_since AS timestamptz []),
    CAST(:override_id AS uuid []), CAST(:embargo AS text []), CAST(:embargo_limits AS text []), CAST(:embargo_since AS date []),
    CAST(:has_default_notice AS boolean [])
) AS new (
    care_service_id, provider_id, band, gravity, computed_band, since, computed_since, override_id, embargo, embargo_limits,
    embargo_since, has_default_notice
)
JOIN service_shown AS shown ON shown.id = new.care_service_id
ON CONFLICT (care_service_id) DO UPDATE SET
    provider_id = excluded.provider_id,
    band = excluded.band,
    gravity = excluded.gravity,
    computed_band = excluded.computed_band,
    since = excluded.since,
    computed_since = excluded.computed_since,
    override_id = excluded.override_id,
    embargo = excluded.embargo,
    embargo_limits = excluded.embargo_limits,
    embargo_since = excluded.embargo_since,
    has_default_notice = excluded.has_default_notice
