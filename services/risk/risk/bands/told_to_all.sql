-- The results of a service that say something new to somebody who sees nothing confidential.
-- :care_service_id the service
SELECT told.id
FROM (
    SELECT result.id, face.said, lag(face.said) OVER (ORDER BY result.computed_at, result.id) AS said_before
    FROM band_result AS result
    CROSS JOIN LATERAL (
        SELECT jsonb_build_array(
            result.model_version,
            result.band,
            result.open_reasons,
            jsonb_agg(
                CASE
                    WHEN reading ->> 'confidential' = 'true' THEN jsonb_build_array(reading -> 'indicator')
                    ELSE jsonb_build_array(reading -> 'indicator', reading -> 'state', reading -> 'level', reading -> 'reason')
                END
                ORDER BY reading ->> 'indicator'
            )
        ) AS said
        FROM jsonb_array_elements(result.readings) AS reading
    ) AS face
    WHERE result.care_service_id = :care_service_id
) AS told
WHERE told.said IS DISTINCT FROM told.said_before
