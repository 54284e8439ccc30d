-- A long history for some services (:ids): two hundred results each, an hour apart until :at, that say different things;
-- and a death that was open while they came and was restricted afterwards.
INSERT INTO band_result (
    id, care_service_id, computed_at, model_version, band, points, readings, reasons, open_reasons, inputs, digest
)
SELECT
    uuidv7(), result.care_service_id, :at - turn * INTERVAL '1 hour', result.model_version, result.band, result.points,
    result.readings, jsonb_build_array('Reason ' || turn), jsonb_build_array('Reason ' || turn), result.inputs,
    md5(result.id::text || turn)
FROM standing_result AS standing
JOIN band_result AS result ON result.id = standing.result_id
CROSS JOIN generate_series(1, 200) AS turn
WHERE standing.care_service_id = ANY(:ids);

WITH told AS (
    INSERT INTO intelligence (
        id, kind, provider_id, care_service_id, event_on, source, system, restricted, substantiated, details, content_hash,
        recorded_at, recorded_by, recorded_by_name, is_withdrawal, is_outcome
    )
    SELECT
        uuidv7(), 'unexpected_death', service.provider_id, service.id, CAST(:at AS date) - 30, 'Case management', 'manual',
        false, true, '{}', md5(service.id::text), :at - INTERVAL '30 days', 'bench', 'Bench', false, false
    FROM care_service_copy AS service
    WHERE service.id = ANY(:ids)
    RETURNING *
)
INSERT INTO intelligence (
    id, kind, provider_id, care_service_id, event_on, source, system, restricted, substantiated, details, content_hash,
    recorded_at, recorded_by, recorded_by_name, is_withdrawal, is_outcome, corrects_id, correction_reason
)
SELECT
    uuidv7(), told.kind, told.provider_id, told.care_service_id, told.event_on, told.source, told.system, true, true, '{}',
    md5(told.id::text), :at, 'bench', 'Bench', false, false, told.id, 'It was told in confidence.'
FROM told
