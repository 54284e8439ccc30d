-- How many services come into and leave each band between some instants, by the computed band.
-- :points the instants, rising · the other parameters narrow the services (null: all)
-- `place` says how many of the points have passed: what comes at place 0 is there at the first of them.
WITH stood AS (
    SELECT
        result.band,
        result.computed_at AS since,
        coalesce(
            lead(result.computed_at) OVER (PARTITION BY result.care_service_id ORDER BY result.computed_at, result.id),
            CAST(service.record ->> 'ended_on' AS timestamp) AT TIME ZONE 'Europe/London'
        ) AS until
    FROM band_result AS result
    JOIN care_service_copy AS service ON service.id = result.care_service_id
    WHERE (CAST(:care_service_type AS text) IS NULL OR service.type = :care_service_type)
        AND (CAST(:provider_id AS uuid) IS NULL OR service.provider_id = :provider_id)
        AND (CAST(:zone AS text) IS NULL OR service.record -> 'zones' @> to_jsonb(CAST(:zone AS text)))
        AND (CAST(:client_group AS text) IS NULL OR service.record -> 'client_groups' @> to_jsonb(CAST(:client_group AS text)))
)
SELECT band, width_bucket(at, CAST(:points AS timestamptz[])) AS place, sum(delta) AS delta
FROM (
    SELECT band, since AS at, 1 AS delta FROM stood
    UNION ALL
    SELECT band, until AS at, -1 AS delta FROM stood WHERE until IS NOT NULL
) AS change
GROUP BY band, place
