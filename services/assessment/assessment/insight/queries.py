"""The questions that insight asks of the database, one query each, over narrow rows that were kept for them. What is
not yet published is counted elsewhere (`work.py`): not everybody sees all of it."""
# ruff: noqa: S608 - only the texts of this file are put together; what callers say is always a bound value

# Published ratings that stand, of a period and a kind of service where one is named.
_AMONG = """
    a.status = 'published'
    AND (CAST(:begins AS timestamptz) IS NULL OR a.published_at >= :begins)
    AND (CAST(:ends AS timestamptz) IS NULL OR a.published_at < :ends)
    AND (CAST(:service_type AS text) IS NULL OR a.service_type = :service_type)
"""

# Of one group of answers. An answer counts for one assessment, so nothing is counted apart, which would sort them all.
_GAP = """
    count(*) AS answers,
    sum({of} - p.own) AS difference,
    count(*) FILTER (WHERE {of} = p.own) AS agreed,
    count(*) FILTER (WHERE {of} < p.own) AS lowered,
    count(*) FILTER (WHERE {of} > p.own) AS raised,
    count(*) FILTER (WHERE p.stands IS DISTINCT FROM p.found) AS changed
"""
# Of many assessments together, each of which `_GAP` was counted of.
_TOGETHER = """
    sum(g.answers)::bigint AS answers, count(*) AS assessments, sum(g.difference)::bigint AS difference,
    sum(g.agreed)::bigint AS agreed, sum(g.lowered)::bigint AS lowered, sum(g.raised)::bigint AS raised,
    sum(g.changed)::bigint AS changed
"""

# The codes of different framework versions may mean different things, so each version's are counted apart. A question
# is answered once in an assessment.
GAPS_BY_QUESTION = f"""
    SELECT p.question AS key, a.framework_id, count(*) AS assessments, {_GAP.format(of="p.stands")}
    FROM published_answer p JOIN assessment a ON a.id = p.assessment_id
    WHERE {_AMONG} AND p.own IS NOT NULL AND p.stands IS NOT NULL
    GROUP BY p.question, a.framework_id ORDER BY a.framework_id DESC, p.question LIMIT 1000
"""
GAPS_BY_PROVIDER = f"""
    WITH g AS (
        SELECT p.assessment_id, {_GAP.format(of="p.stands")} FROM published_answer p
        WHERE p.own IS NOT NULL AND p.stands IS NOT NULL GROUP BY p.assessment_id
    ), provider AS (
        SELECT a.provider_id AS key, {_TOGETHER} FROM g JOIN assessment a ON a.id = g.assessment_id
        WHERE {_AMONG} GROUP BY a.provider_id
    )
    SELECT provider.*, c.name FROM provider LEFT JOIN provider_copy c ON c.id = provider.key
    ORDER BY provider.difference::numeric / provider.answers, provider.key LIMIT 1000
"""
# What an officer found, before any change after the draft: it is their judgement that is looked at.
GAPS_BY_OFFICER = f"""
    WITH g AS (
        SELECT p.assessment_id, p.officer, max(p.officer_name) AS officer_name, {_GAP.format(of="p.found")}
        FROM published_answer p WHERE p.own IS NOT NULL AND p.found IS NOT NULL GROUP BY p.assessment_id, p.officer
    )
    SELECT g.officer AS key, max(g.officer_name) AS name, {_TOGETHER}
    FROM g JOIN assessment a ON a.id = g.assessment_id WHERE {_AMONG}
    GROUP BY g.officer ORDER BY sum(g.difference)::numeric / sum(g.answers), g.officer LIMIT 1000
"""

# The rating that stands of each service that runs (`ended_on` is its last day), imported or not.
_LATEST = """
    SELECT DISTINCT ON (a.care_service_id) a.id, a.care_service_id, a.provider_id, a.service_type, a.rating
    FROM assessment a LEFT JOIN care_service_copy s ON s.id = a.care_service_id
    WHERE a.status = 'published' AND coalesce((s.record ->> 'ended_on')::date >= :today, true)
    ORDER BY a.care_service_id, a.published_at DESC, a.id DESC
"""
RATINGS_BY_TYPE = f"""
    WITH latest AS ({_LATEST})
    SELECT service_type, coalesce(rating, 'none') AS rating, count(*) AS services
    FROM latest GROUP BY service_type, rating ORDER BY service_type, rating
"""
DOMAINS_BY_TYPE = f"""
    WITH latest AS ({_LATEST})
    SELECT l.service_type, d.code, max(d.name) AS name, coalesce(d.rating, 'none') AS rating, count(*) AS services
    FROM latest l JOIN published_domain d ON d.assessment_id = l.id
    GROUP BY l.service_type, d.code, d.rating ORDER BY l.service_type, d.code, d.rating LIMIT 2000
"""

# Of other providers' services of a kind: whoever knows some of the figures could tell the rest.
OTHERS = f"""
    WITH latest AS ({_LATEST})
    SELECT '' AS code, l.provider_id, f.percent FROM latest l JOIN published_figure f ON f.assessment_id = l.id
    WHERE l.service_type = :service_type AND l.provider_id <> :provider_id AND f.percent IS NOT NULL
    UNION ALL
    SELECT d.code, l.provider_id, d.percent FROM latest l JOIN published_domain d ON d.assessment_id = l.id
    WHERE l.service_type = :service_type AND l.provider_id <> :provider_id AND d.percent IS NOT NULL
"""

# A date that was replaced by the publication is the one that the publication met, or missed.
PUBLISHED_BY_MONTH = """
    SELECT to_char(a.published_at AT TIME ZONE 'Europe/London', 'YYYY-MM') AS month,
        count(*) AS published,
        count(d.id) AS were_due,
        count(*) FILTER (WHERE (a.published_at AT TIME ZONE 'Europe/London')::date <= d.due_on) AS in_time
    FROM assessment a
    LEFT JOIN due_date d ON d.care_service_id = a.care_service_id AND d.replaced_at = a.published_at
    WHERE a.published_at >= :begins AND a.published_at < :ends AND NOT a.imported
    GROUP BY 1 ORDER BY 1
"""
DUE_BY_MONTH = """
    SELECT to_char(due_on, 'YYYY-MM') AS month, count(*) AS due,
        count(*) FILTER (WHERE due_on < :today) AS overdue
    FROM due_date WHERE replaced_at IS NULL AND due_on BETWEEN :first AND :last GROUP BY 1 ORDER BY 1
"""
PLANS = "SELECT status, count(*) AS count FROM remedial_plan GROUP BY status ORDER BY status"
OVERDUE = """
    SELECT
        (SELECT count(*) FROM due_date WHERE replaced_at IS NULL AND due_on < :today) AS assessments,
        (SELECT count(*) FROM remedial_plan
            WHERE status IN ('awaiting_plan', 'returned') AND due_at < :now) AS plans,
        (SELECT count(*) FROM remedial_action x
            JOIN remedial_issue i ON i.id = x.issue_id JOIN remedial_plan r ON r.id = i.plan_id
            WHERE r.status = 'approved' AND i.outcome IS NULL AND x.progress <> 'done' AND x.overdue_at <= :now
        ) AS actions
"""
