"""Assessment beside its promises: how long all ratings take to recompute, and how long insight takes over thousands."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from measuring import Result, own_database
from sqlalchemy import text
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.clock import real_now
from assay_kit.database import DatabaseRole
from assay_kit.identity import Principal
from assay_kit.pagination import PageAsked
from assessment.assessments.rules import Status
from assessment.first_data import put_first_data
from assessment.insight.repository import Among, GapBy, Insight
from assessment.main import SERVICE
from assessment.publications.recomputing import recompute_published
from assessment.tables import Assessment

sys.path.append(str(Path(__file__).parents[2] / "services" / "assessment" / "tests"))
from make_many import publish_many

RECOMPUTED, COUNTED, UNDER_WAY = 2_000, 5_000, 600
SECONDS, MILLISECONDS = 20, 300
ROUNDS = 7

# More of the same, without the answers and workings that insight does not read.
_MORE = text("""
    INSERT INTO assessment (id, reference, care_service_id, provider_id, service_type, framework_id, cause, status,
        imported, scheduled_at, opens_on, answers_due_at, evidence_hashes, version, published_at, published_by, rating,
        result_hash, next_due_on)
    SELECT gen_random_uuid(), 'MORE-' || n, gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad((n % 400)::text, 12,
        '0'))::uuid, (ARRAY['home_care', 'supported_living', 'residential_care', 'nursing_care'])[1 + n % 4], f.id,
        'annual', 'published', false, now(), '2026-03-02', now(), '{}', 1, now() - n * interval '1 hour', 'o',
        (ARRAY['good', 'requires_improvement', 'poor', 'excellent'])[1 + n % 4], 'x', '2027-03-02'
    FROM generate_series(1, :count) n, framework f WHERE f.version = 1
""")
_FIGURES = (
    text("INSERT INTO published_figure SELECT id, 1, (random() * 100)::numeric(13, 10) FROM assessment"),
    text("""
        INSERT INTO published_domain
        SELECT a.id, d::text, 'Domain ' || d, (random() * 100)::numeric(13, 10), a.rating
        FROM assessment a, generate_series(1, 5) d
    """),
    text("""
        INSERT INTO published_answer
        SELECT a.id, q.code, 1 + floor(random() * 4), 1 + floor(random() * 4), 1 + floor(random() * 4),
            'person:officer-' || (abs(hashtext(a.id::text)) % 20), 'Officer ' || (abs(hashtext(a.id::text)) % 20)
        FROM assessment a, (
            SELECT q ->> 'code' AS code FROM framework f,
                jsonb_path_query(f.content, '$.domains[*].standards[*].questions[*]') q WHERE f.version = 1 LIMIT 64
        ) q
    """),
)
# The programme as it is on any day: dates for all, some work under way, a third of it restricted, and plans.
_WORK = (
    text(f"""
        INSERT INTO due_date (id, care_service_id, provider_id, due_on, cause, because, set_at)
        SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), current_date - 60 + n % 365, 'annual', 'B',
            now()
        FROM generate_series(1, {COUNTED}) n
    """),
    text(f"""
        INSERT INTO assessment (id, reference, care_service_id, provider_id, service_type, framework_id, cause, status,
            imported, scheduled_at, opens_on, answers_due_at, evidence_hashes, version, officer, officer_name)
        SELECT gen_random_uuid(), 'OPEN-' || n, gen_random_uuid(), gen_random_uuid(), 'home_care', f.id, 'annual',
            (ARRAY['scheduled', 'self_assessing', 'submitted', 'validating'])[1 + n % 4], false, now(), '2026-03-02',
            now(), '{{}}', 1, 'person:officer-' || n % 20, 'Officer ' || n % 20
        FROM generate_series(1, {UNDER_WAY}) n, framework f WHERE f.version = 1
    """),
    text("""
        INSERT INTO restriction (id, assessment_id, reason, imposed_by, imposed_name, imposed_at)
        SELECT gen_random_uuid(), id, 'R', 'person:manager', 'Mary Manager', now()
        FROM assessment WHERE officer LIKE '%0' OR officer LIKE '%3' OR officer LIKE '%6'
    """),
    text("""
        INSERT INTO remedial_plan (id, assessment_id, care_service_id, provider_id, status, due_at, made_at)
        SELECT gen_random_uuid(), id, care_service_id, provider_id, 'awaiting_plan',
            now() + (hashtext(reference) % 60) * interval '1 day', now()
        FROM assessment WHERE rating IN ('requires_improvement', 'poor')
    """),
    text("""
        INSERT INTO remedial_issue (id, plan_id, question, question_text, rating)
        SELECT gen_random_uuid(), id, q::text, 'Q', 'poor' FROM remedial_plan, generate_series(1, 3) q
    """),
    text("""
        INSERT INTO remedial_action (id, issue_id, description, owner, due_on, overdue_at, measure, progress, version)
        SELECT gen_random_uuid(), id, 'D', 'O', current_date,
            now() + (hashtext(id::text) % 60) * interval '1 day', 'M', 'under_way', 1
        FROM remedial_issue
    """),
    text("UPDATE remedial_plan SET status = 'submitted' WHERE hashtext(id::text) % 4 <> 0"),
    text("UPDATE remedial_plan SET status = 'approved' WHERE status = 'submitted' AND hashtext(id::text) % 3 <> 0"),
    text("ANALYZE"),
)
# An officer, to whom most of what is restricted is hidden: nothing is left out for a manager.
_READER = Principal(
    subject="person:officer-0", name="Officer 0", org=None, roles=frozenset({Role.COMPLIANCE_OFFICER.value})
)


def measure() -> Iterator[Result]:
    with _session() as session:
        publish_many(session, RECOMPUTED, versions=[1])
        session.commit()
        yield Result(
            name="assessment.recompute_all", value=_recompute(session), unit="s", target=SECONDS, more_is_better=False,
            against=f"{RECOMPUTED} published assessments",
        )  # fmt: skip
        session.execute(_MORE, {"count": COUNTED - RECOMPUTED})
        for statement in (*_FIGURES, *_WORK):
            session.execute(statement)
        session.commit()
        against = f"{COUNTED} assessments, {COUNTED * 64} answers; {COUNTED} due dates, {UNDER_WAY} under way"
        for name, ask in _questions(session).items():
            yield Result(
                name=f"assessment.insight_{name}", value=_median_ms(ask), unit="ms", target=MILLISECONDS,
                more_is_better=False, against=against,
            )  # fmt: skip


def _recompute(session: Session) -> float:
    began, count, cursor = time.perf_counter(), 0, None
    while True:
        page = recompute_published(session, PageAsked(limit=200, cursor=cursor))
        if not all(each.agrees for each in page.items):
            raise RuntimeError("A rating does not recompute, so nothing was measured.")
        count, cursor = count + len(page.items), page.next_cursor
        session.expunge_all()
        if cursor is None:
            break
    seconds = time.perf_counter() - began
    if count != RECOMPUTED:
        raise RuntimeError(f"Only {count} of {RECOMPUTED} were recomputed, so nothing was measured.")
    return seconds


def _questions(session: Session) -> dict[str, Callable[[], object]]:
    insight, everything = Insight(session), Among()
    year = Among(first=date(2000, 1, 1), last=date(2099, 12, 31))
    one = session.exec(select(Assessment).where(Assessment.status == Status.PUBLISHED).limit(1)).one()
    today = london_day(real_now())
    return {
        **{f"gaps_by_{by}": partial(insight.gaps, by, everything) for by in GapBy},
        "distribution": lambda: all((insight.ratings_by_type(today), insight.domains_by_type(today))),
        "benchmark": lambda: insight.others(one, today),
        "programme": lambda: insight.progress(year, by=_READER, now=real_now()).published,
    }


def _median_ms(ask: Callable[[], object]) -> float:
    """The middle of some, after one that warms up."""
    taken = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        if not ask():
            raise RuntimeError("Nothing was answered, so nothing was measured.")
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken[1:])


@contextmanager
def _session() -> Iterator[Session]:
    database = own_database(SERVICE, pool_size=1, role=DatabaseRole.OWNER)
    with database as (settings, engine), Session(engine, info={"service": SERVICE}) as session:
        put_first_data(session, settings, now=real_now())
        yield session
