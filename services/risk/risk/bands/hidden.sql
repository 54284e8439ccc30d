-- The entries about a service, or about its providers as a whole, that were open and are restricted by now, by one that
-- corrects them, at whatever remove. From when on each counted, and until when. What was restricted from the beginning
-- is marked so in what was worked out with it.
-- :care_service_id the service · :provider_ids who has run it · :kinds of intelligence to look at
WITH RECURSIVE about AS (
    SELECT id, restricted FROM intelligence WHERE care_service_id = :care_service_id AND kind = ANY(:kinds) AND NOT restricted
    UNION ALL
    SELECT id, restricted
    FROM intelligence
    WHERE care_service_id IS NULL AND provider_id = ANY(:provider_ids) AND kind = ANY(:kinds) AND NOT restricted
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
