-- How many services come into and leave each band between some instants, by the computed band.
-- :points the instants, rising · :first and :last of them · the other parameters narrow the services (null: all)
-- `place` says how many of the points have passed: what comes at place 0 is there at the first of them. Of what was before
-- the first only the last result of each service is looked at, however long its history is.
WITH service AS (
    SELECT
        id,
        -- the first instant after its last day
        (CAST(record ->> 'ended_on' AS timestamp) + interval '1 day') AT TIME ZONE 'Europe/London' AS ended_at
    FROM care_service_copy
    WHERE (CAST(:care_service_type AS text) IS NULL OR type = :care_service_type)
        AND (CAST(:provider_id AS uuid) IS NULL OR provider_id = :provider_id)
        AND (CAST(:zone AS text) IS NULL OR record -> 'zones' @> to_jsonb(CAST(:zone AS text)))
        AND (CAST(:client_group AS text) IS NULL OR record -> 'client_groups' @> to_jsonb(CAST(:client_group AS text)))
),
result AS (
    SELECT service.id AS care_service_id, service.ended_at, opening.band, opening.computed_at, opening.id
    FROM service
    CROSS JOIN LATERAL (
        SELECT before.band, before.computed_at, before.id
        FROM band_result AS before
        WHERE before.care_service_id = service.id AND before.computed_at < :first
        ORDER BY before.computed_at DESC, before.id DESC
        LIMIT 1
    ) AS opening
    UNION ALL
    SELECT service.id, service.ended_at, later.band, later.computed_at, later.id
    FROM band_result AS later
    JOIN service ON service.id = later.care_service_id
    WHERE later.computed_at >= :first AND later.computed_at <= :last
),
stood AS (
    SELECT
        band,
        computed_at AS since,
        least(lead(computed_at) OVER (PARTITION BY care_service_id ORDER BY computed_at, id), ended_at) AS until
    FROM result
)
SELECT band, width_bucket(at, CAST(:points AS timestamptz[])) AS place, sum(delta) AS delta
FROM (
    SELECT band, since AS at, 1 AS delta FROM stood WHERE until IS NULL OR until > since
    UNION ALL
    SELECT band, until AS at, -1 AS delta FROM stood WHERE until > since
) AS change
GROUP BY band, place
