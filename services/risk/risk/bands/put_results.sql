-- The results that some services stand on from now on. A list for each column, in one order.
INSERT INTO standing_result (care_service_id, result_id, digest, refreshed_at)
SELECT * FROM unnest(
    CAST(:care_service_id AS uuid []), CAST(:result_id AS uuid []), CAST(:digest AS text []),
    CAST(:refreshed_at AS timestamptz [])
)
ON CONFLICT (care_service_id) DO UPDATE SET
    result_id = excluded.result_id,
    digest = excluded.digest,
    refreshed_at = excluded.refreshed_at
