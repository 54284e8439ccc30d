-- The bands of some services, in the place of those that stood; of a service shown for the first time with its names.
-- A list for each column, in one order.
INSERT INTO service_band (
    care_service_id, provider_id, result_id, digest, band, gravity, computed_band, since, open_reasons, override_id,
    embargo, embargo_limits, embargo_since, has_default_notice, model_version, refreshed_at,
    name, type, provider_name, search_text, zones, client_groups, ended_on
)
SELECT
    new.care_service_id, new.provider_id, new.result_id, new.digest, new.band, new.gravity, new.computed_band, new.since,
    CAST(new.open_reasons AS jsonb), new.override_id, new.embargo, CAST(new.embargo_limits AS jsonb), new.embargo_since,
    new.has_default_notice, new.model_version, new.refreshed_at,
    shown.name, shown.type, shown.provider_name, shown.search_text, shown.zones, shown.client_groups, shown.ended_on
FROM unnest(
    CAST(:care_service_id AS uuid []), CAST(:provider_id AS uuid []), CAST(:result_id AS uuid []), CAST(:digest AS text []),
    CAST(:band AS text []), CAST(:gravity AS smallint []), CAST(:computed_band AS text []), CAST(:since AS timestamptz []),
    CAST(:open_reasons AS text []), CAST(:override_id AS uuid []), CAST(:embargo AS text []),
    CAST(:embargo_limits AS text []), CAST(:embargo_since AS date []), CAST(:has_default_notice AS boolean []),
    CAST(:model_version AS integer []), CAST(:refreshed_at AS timestamptz [])
) AS new (
    care_service_id, provider_id, result_id, digest, band, gravity, computed_band, since, open_reasons, override_id,
    embargo, embargo_limits, embargo_since, has_default_notice, model_version, refreshed_at
)
JOIN service_shown AS shown ON shown.id = new.care_service_id
ON CONFLICT (care_service_id) DO UPDATE SET
    provider_id = excluded.provider_id,
    result_id = excluded.result_id,
    digest = excluded.digest,
    band = excluded.band,
    gravity = excluded.gravity,
    computed_band = excluded.computed_band,
    since = excluded.since,
    open_reasons = excluded.open_reasons,
    override_id = excluded.override_id,
    embargo = excluded.embargo,
    embargo_limits = excluded.embargo_limits,
    embargo_since = excluded.embargo_since,
    has_default_notice = excluded.has_default_notice,
    model_version = excluded.model_version,
    refreshed_at = excluded.refreshed_at
