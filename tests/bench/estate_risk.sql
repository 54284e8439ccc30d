-- An invented estate for measuring early warning: services :first to :last, each with twenty entries of intelligence and
-- ten readings of registers, one in ten with an open case. Four services to a provider. Everything follows from the
-- number, so a run can be repeated.
INSERT INTO provider_copy (id, version, name, status, record)
SELECT
    ('019b0000-0000-7000-8001-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'Provider ' || n, 'active',
    jsonb_build_object('company_number', 'C' || n)
FROM generate_series(:first / 4, (:last - 1) / 4) AS n
ON CONFLICT DO NOTHING;

INSERT INTO care_service_copy (id, version, provider_id, name, type, cqc_location_ids, record)
SELECT
    ('019b0000-0000-7000-8002-' || lpad(to_hex(n), 12, '0'))::uuid, 1,
    ('019b0000-0000-7000-8001-' || lpad(to_hex(n / 4), 12, '0'))::uuid,
    'Service ' || md5(n::text), (ARRAY['home_care', 'supported_living', 'residential_care', 'nursing_care'])[1 + n % 4],
    ARRAY['1-' || n],
    jsonb_build_object(
        'zones', jsonb_build_array((ARRAY['North', 'South', 'East', 'West', 'Central'])[1 + n % 5]),
        'client_groups', jsonb_build_array((ARRAY['older_people', 'autism', 'mental_health'])[1 + n % 3]),
        'people_supported', 10 + n % 90,
        'is_regulated', true, 'prepares_food', n % 2 = 0, 'requires_registered_manager', true,
        'cqc_location_id', '1-' || n, 'fhrs_id', 'F' || n,
        'started_on', '2020-04-01', 'ended_on', NULL
    )
FROM generate_series(:first, :last - 1) AS n;

INSERT INTO assessment_rating (assessment_id, care_service_id, rating, published_on, heard_at, is_imported)
SELECT
    gen_random_uuid(), ('019b0000-0000-7000-8002-' || lpad(to_hex(n), 12, '0'))::uuid,
    (ARRAY['excellent', 'good', 'good', 'good', 'good', 'good', 'requires_improvement', 'good', 'good', 'poor'])[1 + n % 10],
    DATE '2025-09-01' + n % 150, CAST(DATE '2025-09-01' + n % 150 AS timestamp) AT TIME ZONE 'Europe/London', false
FROM generate_series(:first, :last - 1) AS n;

INSERT INTO activity (care_service_id, month, commissioner, people, told_at)
SELECT ('019b0000-0000-7000-8002-' || lpad(to_hex(n), 12, '0'))::uuid, DATE '2026-02-01', 'council', 10 + n % 90, :at
FROM generate_series(:first, :last - 1) AS n;

INSERT INTO external_fact (
    id, source, key, reading, content_hash, method, fetched_at, last_seen_at, recorded_by, recorded_by_name
)
SELECT
    gen_random_uuid(), kind.source, kind.prefix || n, kind.reading, md5(kind.source || n || turn), 'fetched',
    :at - (turn * 30 + 1) * INTERVAL '1 day', :at - (turn * 30) * INTERVAL '1 day', 'system', 'Assay'
FROM generate_series(:first, :last - 1) AS n
CROSS JOIN generate_series(0, 4) AS turn
CROSS JOIN (VALUES
    ('cqc', '1-', '{"is_registered": true, "names_manager": true, "ratings": [{"rating": "good", "rated_on": "2025-05-01", "group": null, "is_inherited": false}]}'::jsonb),
    ('food', 'F', '{"value": "5", "rated_on": "2025-02-01"}'::jsonb)
) AS kind (source, prefix, reading);

INSERT INTO external_fact (
    id, source, key, reading, content_hash, method, fetched_at, last_seen_at, recorded_by, recorded_by_name
)
SELECT
    gen_random_uuid(), 'companies', 'C' || n, '{"status": "active", "accounts_overdue": false}'::jsonb,
    md5('companies' || n), 'fetched', :at - INTERVAL '31 days', :at - INTERVAL '1 day', 'system', 'Assay'
FROM generate_series(:first / 4, (:last - 1) / 4) AS n;

INSERT INTO intelligence (
    id, kind, provider_id, care_service_id, event_on, source, system, source_reference, restricted, substantiated,
    narrative, enquiry_reference, details, content_hash, recorded_at, recorded_by, recorded_by_name, is_withdrawal,
    is_outcome
)
SELECT
    gen_random_uuid(), made.kind,
    ('019b0000-0000-7000-8001-' || lpad(to_hex(made.n / 4), 12, '0'))::uuid,
    ('019b0000-0000-7000-8002-' || lpad(to_hex(made.n), 12, '0'))::uuid,
    made.happened_on, 'Case management', 'case-management', made.n || '-' || made.turn, made.turn % 9 = 0, made.turn % 2 = 0,
    'Something that was told about the service, in a sentence or two, without the name of anybody.',
    CASE made.kind WHEN 'safeguarding_decision' THEN 'SE-' || made.n || '-' || made.turn END,
    CASE made.kind WHEN 'safeguarding_decision'
        THEN '{"meets_section_42": true, "source_of_risk": "service", "closed_unfounded": false}'::jsonb ELSE '{}'::jsonb END,
    md5(made.n || '-' || made.turn), made.happened_on + TIME '12:00' AT TIME ZONE 'UTC', 'system', 'Case management', false,
    false
FROM (
    SELECT n, turn, DATE '2026-02-27' - (turn * 61 + n % 60) AS happened_on,
        CASE
            WHEN (n + turn) % 29 = 0 THEN 'unexpected_death'
            WHEN turn % 4 = 0 THEN 'safeguarding_decision'
            WHEN turn % 4 = 1 THEN 'contracting_concern'
            WHEN turn % 4 = 2 THEN 'complaint'
            ELSE 'other'
        END AS kind
    FROM generate_series(:first, :last - 1) AS n
    CROSS JOIN generate_series(0, 19) AS turn
) AS made;

INSERT INTO case_file (id, care_service_id, provider_id, status, owner, owner_name, review_on, opened_at, opened_by_name)
SELECT
    gen_random_uuid(), ('019b0000-0000-7000-8002-' || lpad(to_hex(n), 12, '0'))::uuid,
    ('019b0000-0000-7000-8001-' || lpad(to_hex(n / 4), 12, '0'))::uuid, 'open', 'person:officer-' || n % 20,
    'Officer ' || n % 20, DATE '2026-04-01' + n % 60, :at, 'Olga'
FROM generate_series(:first, :last - 1) AS n
WHERE n % 10 = 7;
