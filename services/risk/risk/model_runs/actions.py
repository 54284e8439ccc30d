"""Asks for trials of scoring models, and works them out: some seconds of each minute, a chunk of services at a time.

They are the last due work of a minute and may take a little of it, turn about: what officers wait for comes first. A
service that cannot be worked out stops no other: it is counted as failed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from assay_kit.calendar import end_of_london_day, london_day
from assay_kit.identity import Principal
from risk.bands.nights import CHUNK
from risk.bands.repository import Bands
from risk.model_runs.errors import DayAhead, NoModelThen, PeriodNotChecked, RunsWaiting
from risk.model_runs.repository import Runs
from risk.model_runs.rules import EARLIEST, LONGEST, Kind, may_be_checked
from risk.model_runs.schemas import DryRunWanted, OutcomeCheckWanted
from risk.model_runs.working import Tally, dry_run_chunk, outcome_check_chunk
from risk.scoring_models.repository import ScoringModels
from risk.tables import ModelRun

MOST_WAITING = 10
SECONDS_A_TURN = 10.0
_WORK = {Kind.DRY_RUN: dry_run_chunk, Kind.OUTCOME_CHECK: outcome_check_chunk}
_CHUNK_OF_DAYS = 10_000  # an outcome check looks at every day of each service

log = structlog.get_logger(__name__)


def ask_for_dry_run(session: Session, wanted: DryRunWanted, *, by: Principal, in_full: bool, now: datetime) -> ModelRun:
    today = london_day(now)
    on = wanted.on or today
    if on > today:
        raise DayAhead(on, today)
    is_past = on < today
    at = end_of_london_day(on) if is_past else now
    models = ScoringModels(session)
    model, current = models.get(wanted.version), models.in_force_at(at) if is_past else models.published()
    if current is None:
        raise NoModelThen(f"Version 1 is not as old as {on.isoformat()}.")
    return _ask(
        session,
        ModelRun(
            kind=Kind.DRY_RUN,
            version=model.version,
            edition=model.edition,
            policy=model.policy,
            compared_with=current.version,
            first_day=on,
            last_day=on,
            at=at,
            started_by=on if is_past else None,
            is_in_full=in_full,
            asked_by=by.subject,
            asked_by_name=by.name,
            asked_at=now,
            service_count=Bands(session).count_services(),
            tally={},
        ),
    )


def ask_for_outcome_check(
    session: Session, wanted: OutcomeCheckWanted, *, by: Principal, in_full: bool, now: datetime
) -> ModelRun:
    today = london_day(now)
    if not may_be_checked(wanted.first_day, wanted.last_day, today=today):
        raise PeriodNotChecked(
            f"Ask for {LONGEST.days} days at most, from {EARLIEST.year} on, and over before {today.isoformat()}."
        )
    model = ScoringModels(session).get(wanted.version)
    return _ask(
        session,
        ModelRun(
            kind=Kind.OUTCOME_CHECK,
            version=model.version,
            edition=model.edition,
            policy=model.policy,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            at=now,
            is_in_full=in_full,
            asked_by=by.subject,
            asked_by_name=by.name,
            asked_at=now,
            service_count=Bands(session).count_services(),
            tally={},
        ),
    )


def _ask(session: Session, run: ModelRun) -> ModelRun:
    """Whoever asks what is being worked out already is shown that: two that ask at once too."""
    runs = Runs(session)
    runs.one_asks_at_a_time()
    if (same := runs.unfinished_like(run)) is not None:
        return same
    if runs.count_unfinished() >= MOST_WAITING:
        raise RunsWaiting(f"{MOST_WAITING} runs wait already. Ask again when one of them is finished.")
    runs.add(run)
    return run


def next_run(session: Session) -> datetime | None:
    return Runs(session).next_asked()


def work_on(session: Session, now: datetime) -> int:
    """Due work: a turn. It answers 0 whatever it did: the rest waits for the next minute, not for this one's end."""
    began = perf_counter()
    runs = Runs(session)
    while (run := runs.whose_turn()) is not None:
        _work_on_one(session, run, now=now)
        if perf_counter() - began >= SECONDS_A_TURN:
            break
    return 0


def _work_on_one(session: Session, run: ModelRun, *, now: datetime) -> None:
    """A chunk. Where nothing at all can be worked out the run ends and says why: it is asked for again when that is
    mended."""
    began = perf_counter()
    size = _chunk_of(run)
    ids = Bands(session).services_after(run.reached, limit=size)
    tally, failures = _work_out(session, run, ids) if ids else ({}, [])
    so_far = {name: Counter(counts) for name, counts in run.tally.items()}
    run.tally = {name: dict(counts) for name, counts in _together(so_far, tally).items()}
    run.done_count += len(ids)
    run.failed_count += len(failures)
    if ids:
        run.reached = ids[-1]
    if failures and run.failed_count == run.done_count:
        run.failure, run.finished_at = failures[0], now
    elif len(ids) < size:
        run.finished_at = now
    run.working_seconds += perf_counter() - began
    session.flush()


def _chunk_of(run: ModelRun) -> int:
    """How many services at a time."""
    days = (run.last_day - run.first_day).days + 1
    return CHUNK if run.kind == Kind.DRY_RUN else min(CHUNK, _CHUNK_OF_DAYS // days)


def _work_out(session: Session, run: ModelRun, ids: Sequence[UUID]) -> tuple[Tally, list[str]]:
    """What was counted, and why some services could not be worked out. A database that is not there stops all of it."""
    try:
        with session.begin_nested():
            return _WORK[Kind(run.kind)](session, run, ids), []
    except OperationalError:
        raise
    except Exception as error:  # whatever is odd about one service, or about what a model says
        log.exception("a trial could not be worked out", run=str(run.id), services=len(ids))
        if len(ids) == 1:
            return {}, [type(error).__name__]
    tally: Tally = {}
    failures: list[str] = []
    for each in ids:
        counted, failed = _work_out(session, run, [each])
        tally = _together(tally, counted)
        failures += failed
    return tally, failures


def _together(one: Tally, other: Tally) -> Tally:
    return {name: one.get(name, Counter()) + other.get(name, Counter()) for name in {**one, **other}}
