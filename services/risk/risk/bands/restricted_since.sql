-- The services (or the providers as a whole) about which something that was open is restricted by now: found from the
-- corrections that restrict, which are few, not from all that was ever learnt.
WITH RECURSIVE restricted AS (
    SELECT corrects_id AS id FROM intelligence WHERE corrects_id IS NOT NULL AND restricted
    UNION
    SELECT earlier.corrects_id
    FROM restricted
    JOIN intelligence AS earlier ON earlier.id = restricted.id
    WHERE earlier.corrects_id IS NOT NULL
)
SELECT DISTINCT coalesce(entry.care_service_id, entry.provider_id)
FROM intelligence AS entry
JOIN restricted ON restricted.id = entry.id
WHERE NOT entry.restricted
