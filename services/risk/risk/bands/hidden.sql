-- The entries about a service, or about its providers as a whole, that are restricted by now: themselves, or by one that
-- corrects them, at whatever remove. From when on each counted, and until when.
-- :care_service_id the service · :provider_ids who has run it · :kinds of intelligence to look at
WITH RECURSIVE about AS (
    SELECT id, restricted FROM intelligence WHERE care_service_id = :care_service_id AND kind = ANY(:kinds)
    UNION ALL
    SELECT id, restricted
    FROM intelligence
    WHERE care_service_id IS NULL AND provider_id = ANY(:provider_ids) AND kind = ANY(:kinds)
),
chain AS (
    SELECT id AS entry_id, id, restricted FROM about
    UNION ALL
    SELECT chain.entry_id, correction.id, correction.restricted
    FROM chain
    JOIN intelligence AS correction ON correction.corrects_id = chain.id
    WHERE NOT chain.restricted
)
SELECT entry.kind, entry.event_on, entry.recorded_at, correction.recorded_at AS corrected_at
FROM intelligence AS entry
LEFT JOIN intelligence AS correction ON correction.corrects_id = entry.id
WHERE entry.id IN (SELECT entry_id FROM chain WHERE restricted)
