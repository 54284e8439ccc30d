-- All that is known about some services at an instant: one row each, one statement however many there are.
-- :ids the services · :at the instant · :today its London day · :..._after leave out what happened until that day (null: nothing)
-- :kinds of intelligence to look at, :more_kinds those among them that only an added indicator asks for
-- :last_heard the day of each feed's last sign of life
-- :started_by only services that had begun on that day (null: all)
SELECT
    service.id,
    service.provider_id,
    CAST(json_build_object(
        'on', CAST(:today AS date),
        'last_heard', CAST(:last_heard AS json),
        'service_type', service.type,
        'people_supported', coalesce(month.people, CAST(service.record ->> 'people_supported' AS integer)),
        'is_regulated', service.record -> 'is_regulated',
        'prepares_food', service.record -> 'prepares_food',
        'has_food_id', service.record ->> 'fhrs_id' IS NOT NULL,
        'requires_registered_manager', service.record -> 'requires_registered_manager',
        'is_company', provider.id IS NULL OR provider.record ->> 'company_number' IS NOT NULL,
        'assessment', assessment.fact,
        'cqc', cqc.reading,
        'cqc_read', cqc.read,
        'food', food.reading,
        'food_read', food.read,
        'company', company.reading,
        'company_read', company.read,
        'enquiries', coalesce(learnt.enquiries, '[]'),
        'deaths', coalesce(learnt.deaths, '[]'),
        'concerns', coalesce(learnt.concerns, '[]'),
        'vacancies', coalesce(learnt.vacancies, '[]'),
        'events', coalesce(learnt.events, '[]'),
        'waiting', coalesce(unplaced.waiting, '[]'),
        'embargoes', coalesce(measures.embargoes, '[]'),
        'default_notices', coalesce(measures.default_notices, '[]')
    ) AS text) AS facts
FROM care_service_copy AS service
LEFT JOIN provider_copy AS provider ON provider.id = service.provider_id
LEFT JOIN LATERAL (
    SELECT sum(activity.people) AS people
    FROM activity
    WHERE activity.care_service_id = service.id AND activity.month <= :today AND activity.told_at <= :at
    GROUP BY activity.month
    ORDER BY activity.month DESC
    LIMIT 1
) AS month ON true
LEFT JOIN LATERAL (
    SELECT json_build_object('rating', rated.rating, 'published_on', rated.published_on) AS fact
    FROM assessment_rating AS rated
    WHERE rated.care_service_id = service.id
        AND rated.published_on <= :today
        AND rated.heard_at <= :at
        AND (rated.withdrawn_at IS NULL OR rated.withdrawn_at > :at)
    ORDER BY rated.published_on DESC, rated.assessment_id DESC
    LIMIT 1
) AS assessment ON true
LEFT JOIN LATERAL (
    SELECT fact.reading, json_build_object(
        'on', CAST(least(fact.last_seen_at, :at) AT TIME ZONE 'Europe/London' AS date),
        'names_no_manager_since', fact.names_no_manager_since
    ) AS read
    FROM external_fact AS fact
    WHERE fact.source = 'cqc' AND fact.key = service.record ->> 'cqc_location_id' AND fact.fetched_at <= :at
    ORDER BY fact.fetched_at DESC, fact.id DESC
    LIMIT 1
) AS cqc ON true
LEFT JOIN LATERAL (
    SELECT fact.reading, json_build_object(
        'on', CAST(least(fact.last_seen_at, :at) AT TIME ZONE 'Europe/London' AS date)
    ) AS read
    FROM external_fact AS fact
    WHERE fact.source = 'food' AND fact.key = service.record ->> 'fhrs_id' AND fact.fetched_at <= :at
    ORDER BY fact.fetched_at DESC, fact.id DESC
    LIMIT 1
) AS food ON true
LEFT JOIN LATERAL (
    SELECT fact.reading, json_build_object(
        'on', CAST(least(fact.last_seen_at, :at) AT TIME ZONE 'Europe/London' AS date)
    ) AS read
    FROM external_fact AS fact
    WHERE fact.source = 'companies' AND fact.key = provider.record ->> 'company_number' AND fact.fetched_at <= :at
    ORDER BY fact.fetched_at DESC, fact.id DESC
    LIMIT 1
) AS company ON true
LEFT JOIN LATERAL (
    SELECT
        json_agg(json_build_object(
            'reference', entry.enquiry_reference,
            'on', entry.event_on,
            'counts', coalesce(entry.details ->> 'meets_section_42' = 'true' AND entry.details ->> 'source_of_risk' = 'service', false),
            'closed_unfounded', coalesce(entry.details ->> 'closed_unfounded' = 'true', false),
            'restricted', entry.restricted
        ) ORDER BY entry.event_on, entry.enquiry_reference, entry.id) FILTER (
            WHERE entry.kind = 'safeguarding_decision'
        ) AS enquiries,
        json_agg(json_build_object('on', entry.event_on, 'restricted', entry.restricted) ORDER BY entry.event_on, entry.id) FILTER (
            WHERE entry.kind = 'unexpected_death'
        ) AS deaths,
        json_agg(json_build_object('on', entry.event_on, 'restricted', entry.restricted) ORDER BY entry.event_on, entry.id) FILTER (
            WHERE entry.kind = 'contracting_concern' AND entry.substantiated
        ) AS concerns,
        json_agg(json_build_object(
            'since', entry.event_on,
            'filled_on', entry.ended_on,
            'restricted', entry.restricted
        ) ORDER BY entry.event_on, entry.id) FILTER (
            WHERE entry.kind = 'manager_vacancy'
        ) AS vacancies,
        json_agg(json_build_object(
            'kind', entry.kind,
            'on', entry.event_on,
            'substantiated', entry.substantiated,
            'restricted', entry.restricted
        ) ORDER BY entry.event_on, entry.id) FILTER (
            WHERE entry.kind = ANY(:more_kinds)
        ) AS events
    FROM (
        SELECT own.* FROM intelligence AS own WHERE own.care_service_id = service.id
        UNION ALL
        SELECT wide.* FROM intelligence AS wide WHERE wide.care_service_id IS NULL AND wide.provider_id = service.provider_id
    ) AS entry
    WHERE entry.kind = ANY(:kinds)
        AND NOT entry.is_withdrawal
        AND entry.recorded_at <= :at
        AND entry.event_on > CASE
            WHEN entry.kind = ANY(:more_kinds) THEN '-infinity'
            WHEN entry.kind = 'safeguarding_decision' THEN coalesce(CAST(:enquiries_after AS date), '-infinity')
            WHEN entry.kind = 'unexpected_death' THEN coalesce(CAST(:deaths_after AS date), '-infinity')
            WHEN entry.kind = 'contracting_concern' THEN coalesce(CAST(:concerns_after AS date), '-infinity')
            ELSE '-infinity'
        END
        AND NOT EXISTS (
            SELECT FROM intelligence AS correction
            WHERE correction.corrects_id = entry.id AND correction.recorded_at <= :at
        )
) AS learnt ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'feed', item.kind || 's',
        'restricted', coalesce(item.sent ->> 'restricted', 'true') = 'true'
    ) ORDER BY item.received_at, item.id) AS waiting
    FROM intake_item AS item
    WHERE (item.cqc_location_id = ANY(service.cqc_location_ids) OR item.about_id IN (service.id, service.provider_id))
        AND item.received_at <= :at
        AND (item.settled_at IS NULL OR item.settled_at > :at)
) AS unplaced ON true
LEFT JOIN LATERAL (
    SELECT
        json_agg(measure.fact ORDER BY measure.since, measure.id) FILTER (WHERE measure.kind = 'embargo') AS embargoes,
        json_agg(measure.fact ORDER BY measure.since, measure.id) FILTER (WHERE measure.kind = 'default_notice') AS default_notices
    FROM (
        SELECT live.id, live.kind, live.issued_at AS since, json_build_object(
            'since', CAST(live.issued_at AT TIME ZONE 'Europe/London' AS date),
            'extent', live.extent,
            'limit_text', live.limit_text
        ) AS fact
        FROM intervention AS live
        WHERE (live.care_service_id = service.id OR (live.care_service_id IS NULL AND live.provider_id = service.provider_id))
            AND live.kind IN ('embargo', 'default_notice')
            AND live.issued_at <= :at
            AND (live.counts_until IS NULL OR live.counts_until > :at)
    ) AS measure
) AS measures ON true
WHERE service.id = ANY(:ids)
    AND (service.record ->> 'ended_on' IS NULL OR CAST(service.record ->> 'ended_on' AS date) >= :today)
    AND (CAST(:started_by AS date) IS NULL OR CAST(service.record ->> 'started_on' AS date) <= :started_by)
ORDER BY service.id
