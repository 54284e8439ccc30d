"""Early warning at the size of a large region: 50,000 services with a million entries of intelligence.

The estate is made by the database itself (estate_risk.sql). A refresh is measured after a new scoring model, where
every service gets a new result: the most there can be to read and to write. Beside it stands the bare SQL that reads
the same rows, chunk by chunk, and writes the same results again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from measuring import Result, own_database
from sqlalchemy import Engine, func, text
from sqlmodel import Session, select

from assay_contracts.directory.copies import care_service_copy
from assay_contracts.roles import Role
from assay_kit.clock import get_now
from assay_kit.database import DatabaseRole, database_url, make_engine
from assay_kit.garbage import settle
from assay_kit.identity import Principal
from assay_kit.service import create_service
from assay_kit.settings import Settings
from assay_kit.testing import NOON, given_keys, token_for
from assay_kit.versions import VersionStatus
from risk.bands import nights
from risk.bands.actions import refresh
from risk.bands.repository import FACTS, Bands
from risk.indicators.facts import Feed
from risk.main import SERVICE
from risk.model_runs import actions as model_runs
from risk.model_runs.rules import Kind
from risk.model_runs.schemas import DryRunWanted, OutcomeCheckWanted
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import AssessmentRating, EstateRefresh, FeedHeartbeat, ModelRun, ScoringModel, StandingResult

SERVICES, ENTRIES = 50_000, 20
ONE_BY_ONE, PAGES, LONG_HISTORIES = 200, 100, 20
_ESTATE = Path(__file__).with_name("estate_risk.sql")
_HISTORIES = Path(__file__).with_name("histories_risk.sql")

_WRITE_AGAIN = """
WITH chunk AS (SELECT * FROM band_result WHERE id = ANY(:ids)),
written AS (
    INSERT INTO band_result
    SELECT
        uuidv7(), care_service_id, computed_at, model_version, band, points, readings, reasons, open_reasons, inputs,
        digest
    FROM chunk RETURNING id, care_service_id
)
UPDATE standing_result SET result_id = written.id, refreshed_at = standing_result.refreshed_at
FROM written WHERE written.care_service_id = standing_result.care_service_id
"""


def measure() -> Iterator[Result]:
    settle()  # as the worker and the services do when they have loaded
    with own_database(SERVICE) as (settings, engine):
        yield from _measured(engine, settings)


def _measured(engine: Engine, settings: Settings) -> Iterator[Result]:
    half = SERVICES // 2
    _load(settings, 0, half)
    _heard(engine)
    _night(engine)
    of_half = _under_a_new_model(engine)
    _load(settings, half, SERVICES)
    _night(engine)
    _forget_the_peak()
    of_all = _under_a_new_model(engine)
    megabytes = _peak_megabytes()
    quiet = _night(engine)
    bare = _bare_sql(engine)
    size = f"{SERVICES:,} services, {SERVICES * ENTRIES:,} entries"
    yield _at_most("risk.full_refresh", of_all, "s", size, 60)
    yield _at_most("risk.full_refresh_vs_sql", of_all / bare, "ratio", f"bare SQL of the same rows: {bare:.1f} s", 4)
    yield _at_most("risk.refresh_of_twice_the_services", of_all / of_half, "ratio", f"{half:,} services", 2.2)
    yield _at_most("risk.refresh_memory", megabytes, "MB", "peak of the process", 500)
    yield Result(name="risk.quiet_night", value=quiet, unit="s", against="nothing has changed")
    yield _at_most("risk.one_service", _one_by_one(engine), "ms", "refreshed after an event, p95", 50)
    yield from _tried(engine)
    yield from _asked(engine, settings)


def _at_most(name: str, value: float, unit: str, against: str, target: float) -> Result:
    return Result(name=name, value=value, unit=unit, against=against, target=target, more_is_better=False)


# ---------------------------------------------------------------- the estate


def _load(settings: Settings, first: int, last: int) -> None:
    owner = make_engine(database_url(settings, SERVICE.name, DatabaseRole.OWNER), pool_size=1)
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '300s'"))
        for statement in _ESTATE.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"first": first, "last": last, "at": NOON})
        connection.execute(text("ANALYZE"))
    owner.dispose()


def _heard(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for feed in Feed:
            sign: dict[str, Any] = {
                "given_by": "bench",
                "given_by_name": "Bench",
                "is_officers_word": False,
                "reference": feed,
            }
            session.add(FeedHeartbeat(feed=feed, heard_at=NOON, **sign))


def _under_a_new_model(engine: Engine) -> float:
    """Seconds of a refresh in which every service gets a new result; the band stays what it was."""
    with Session(engine) as session, session.begin():
        before = ScoringModels(session).published(lock=True)
        following: dict[str, Any] = {
            "version": before.version + 1,
            "title": "Another",
            "change_note": "Another version.",
        }
        kept = (
            "policy",
            "drafted_by",
            "drafted_by_name",
            "drafted_at",
            "effective_from",
            "published_at",
            "published_by",
        )
        model = ScoringModel(**{name: getattr(before, name) for name in (*kept, "content_hash")}, **following)
        before.status, before.retired_at = VersionStatus.RETIRED, NOON
        session.flush()
        model.status = VersionStatus.PUBLISHED
        session.add(model)
    return _night(engine)


def _night(engine: Engine) -> float:
    """Seconds of one refresh of the estate, a transaction a chunk, as the worker does it."""
    with Session(engine) as session, session.begin():
        due = session.exec(select(func.max(EstateRefresh.due_at))).one() or NOON
        session.add(EstateRefresh(due_at=(night := due + timedelta(minutes=1)), cause="measurement"))
    began = time.perf_counter()
    while True:
        with Session(engine, info={"service": SERVICE}) as session, session.begin():
            if not nights.refresh_estate(session, night):
                break
    seconds = time.perf_counter() - began
    with Session(engine) as session:
        services = session.execute(select(func.count()).select_from(care_service_copy)).scalar_one()
        [done] = session.exec(select(EstateRefresh).where(EstateRefresh.due_at == night)).all()
        worked_out = done.refreshed_count - done.failed_count
        if worked_out != services:
            raise RuntimeError(f"Only {worked_out} of {services} services were refreshed.")
    return seconds


def _bare_sql(engine: Engine) -> float:
    """Seconds of reading the same rows and writing the same results again, in the same chunks."""
    with Session(engine) as session:
        model = policy_of(ScoringModels(session).published())
        ids = list(session.scalars(select(care_service_copy.c.id).order_by(care_service_copy.c.id)))
        asked = Bands(session).asked(model, now=NOON)
        standing = dict(session.execute(select(StandingResult.care_service_id, StandingResult.result_id)).all())
    began = time.perf_counter()
    for start in range(0, len(ids), nights.CHUNK):
        chunk = ids[start : start + nights.CHUNK]
        with engine.begin() as connection:
            connection.execute(FACTS, {"ids": chunk, **asked}).all()
            connection.execute(text(_WRITE_AGAIN), {"ids": [standing[each] for each in chunk]})
    return time.perf_counter() - began


# ---------------------------------------------------------------- trials of a model


def _tried(engine: Engine) -> Iterator[Result]:
    """The seconds that a dry run and an outcome check work, turn after turn; nobody waits for them."""
    by = Principal(subject="person:bench", name="Bench")
    about: dict[str, Any] = {"by": by, "in_full": True, "now": _a_day_later()}
    last_day = NOON.date()
    with Session(engine) as session, session.begin():
        version = ScoringModels(session).published().version
        model_runs.ask_for_dry_run(session, DryRunWanted(version=version), **about)
        period = {"first_day": last_day - timedelta(days=1), "last_day": last_day}  # each day is looked at
        model_runs.ask_for_outcome_check(session, OutcomeCheckWanted(version=version, **period), **about)
    for _ in range(100):
        with Session(engine) as session, session.begin():
            if model_runs.next_run(session) is None:
                break
            model_runs.work_on(session, _a_day_later())
    with Session(engine) as session:
        done = [run for run in session.exec(select(ModelRun)) if run.failure is None]
    if {run.done_count for run in done} != {SERVICES} or len(done) != len(Kind):
        raise RuntimeError("Not every trial was worked out to its end.")
    for run in done:
        against = f"{SERVICES:,} services, in turns of {model_runs.SECONDS_A_TURN:.0f} s a minute"
        yield Result(name=f"risk.{run.kind}", value=run.working_seconds, unit="s", against=against)


# ---------------------------------------------------------------- one service, one page


def _one_by_one(engine: Engine) -> float:
    """The 95th percentile of hearing a rating and refreshing its service, until it is committed."""
    taken = []
    for number in range(ONE_BY_ONE):
        care_service_id = UUID(f"019b0000-0000-7000-8002-{number * 97:012x}")
        began = time.perf_counter()
        with Session(engine, info={"service": SERVICE}) as session, session.begin():
            rated: dict[str, Any] = {
                "rating": "poor",
                "published_on": (NOON - timedelta(days=1)).date(),
                "heard_at": NOON,
            }
            session.add(AssessmentRating(assessment_id=UUID(int=number), care_service_id=care_service_id, **rated))
            session.flush()
            refresh(session, [care_service_id], now=NOON + timedelta(days=1))
        taken.append(time.perf_counter() - began)
    return _p95(taken)


def _asked(engine: Engine, settings: Settings) -> Iterator[Result]:
    app = create_service(SERVICE, settings, keys=given_keys(settings), engine=engine)
    app.dependency_overrides[get_now] = _a_day_later
    signed = {"Authorization": f"Bearer {token_for(settings, Role.COMPLIANCE_OFFICER)}"}
    with TestClient(app, headers=signed) as client:
        pages: list[dict[str, Any]] = [
            {},
            {"zone": "North"},
            {"band": "red", "care_service_type": "home_care"},
            {"client_group": "autism", "sort": "name"},
            {"search": "Service a1"},
            {"moved_since": NOON.date().isoformat()},
            {"officer": "person:officer-7", "sort": "latest_change"},
        ]
        for filters in pages:  # as a service that has been asked before
            _of_page(client, filters)
        asked = [_of_page(client, pages[number % len(pages)]) for number in range(PAGES)]
        yield _at_most("risk.dashboard_page", _p95(asked), "ms", "page with filter, and counts, p95", 150)
        ids = [UUID(f"019b0000-0000-7000-8002-{number * 411:012x}") for number in range(PAGES)]
        explained = [_seconds(partial(_got, client, f"/v1/care-services/{each}/band")) for each in ids]
        yield _at_most("risk.explanation", _p95(explained), "ms", "one service, p95", 50)
        yield _to_others(client, engine, settings)
        taken = [_seconds(partial(_got, client, "/v1/dashboard-history")) for _ in range(5)]
        yield Result(name="risk.estate_over_time", value=median(taken) * 1000, unit="ms", against="90 days by week")


def _to_others(client: TestClient, engine: Engine, settings: Settings) -> Result:
    """Of services with two hundred results, most of them from before something they rest on became restricted."""
    ids = [UUID(f"019b0000-0000-7000-8002-{number * 977:012x}") for number in range(LONG_HISTORIES)]
    with engine.begin() as connection:
        for statement in _HISTORIES.read_text(encoding="utf-8").split(";\n"):
            connection.execute(text(statement), {"ids": ids, "at": NOON})
    signed = {"Authorization": f"Bearer {token_for(settings, Role.COMMISSIONER)}"}
    asked = [f"/v1/care-services/{each}{page}" for each in ids for page in ("/band", "")]
    for path in asked[:2]:
        _got(client, path, signed)
    taken = [_seconds(partial(_got, client, path, signed)) for path in asked]
    return _at_most("risk.explanation_to_others", _p95(taken), "ms", "200 results and a correction each, p95", 50)


def _a_day_later() -> datetime:
    return NOON + timedelta(days=1)


def _of_page(client: TestClient, filters: dict[str, Any]) -> float:
    counted = {name: value for name, value in filters.items() if name not in {"sort", "band"}}

    def ask() -> None:
        _got(client, "/v1/dashboard", **filters)
        _got(client, "/v1/dashboard-counts", **counted)

    return _seconds(ask)


def _got(client: TestClient, path: str, signed: dict[str, str] | None = None, **query: Any) -> None:
    answer = client.get(path, params=query, headers=signed)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000


# ---------------------------------------------------------------- the machine


def _forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_megabytes() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
