"""HTTP for trials of scoring models: ask, look how far it has come, and read what came of it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from starlette.responses import Response

from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.pagination import Page, PageQuery
from assay_kit.problems import InvalidRequest, may_answer
from risk.bands.rules import Band
from risk.dependencies import ModelReviewer, RunReader
from risk.intelligence.sight import InFull
from risk.model_runs import actions
from risk.model_runs.errors import (
    DayAhead,
    NoModelThen,
    PeriodNotChecked,
    RunFailed,
    RunNotFound,
    RunsWaiting,
    RunUnfinished,
)
from risk.model_runs.repository import Runs
from risk.model_runs.rules import Kind
from risk.model_runs.schemas import ColourChange, DryRun, DryRunWanted, OutcomeCheck, OutcomeCheckWanted
from risk.model_runs.showing import change_read, changes_as_csv, dry_run_read, outcome_check_read
from risk.scoring_models.errors import ScoringModelNotFound
from risk.tables import ModelRun

router = APIRouter(tags=["trials of scoring models"], responses=may_answer(InvalidRequest))

VersionAsked = Annotated[int | None, Query(ge=1, le=1_000_000)]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post(
    "/dry-runs",
    summary="Ask who would change colour under a version, and why: today, or on a past day",
    operation_id="ask_for_dry_run",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(ScoringModelNotFound, DayAhead, NoModelThen, RunsWaiting),
)
def ask_for_dry_run(wanted: DryRunWanted, session: SessionDep, in_full: InFull, by: ModelReviewer, now: Now) -> DryRun:
    """It is kept, and worked out in turns with the others that wait, some seconds of each minute. What is being worked
    out already is not begun again."""
    return dry_run_read(actions.ask_for_dry_run(session, wanted, by=by, in_full=in_full, now=now))


@router.get("/dry-runs", summary="Dry runs, the newest first", operation_id="list_dry_runs")
def list_dry_runs(
    session: SessionDep, page: PageQuery, in_full: InFull, by: RunReader, version: VersionAsked = None
) -> Page[DryRun]:
    return Runs(session).page(page, Kind.DRY_RUN, version=version, in_full=in_full).map(dry_run_read)


@router.get(
    "/dry-runs/{run_id}",
    summary="How far a dry run has come, and how many services in each band",
    operation_id="read_dry_run",
    responses=may_answer(RunNotFound),
)
def read_dry_run(run_id: UUID, session: SessionDep, in_full: InFull, by: RunReader) -> DryRun:
    return dry_run_read(Runs(session).get(run_id, Kind.DRY_RUN, in_full=in_full))


@router.get(
    "/dry-runs/{run_id}/changes",
    summary="Who would change colour, and why: the gravest first, then by name",
    operation_id="list_dry_run_changes",
    responses=may_answer(RunNotFound, RunUnfinished, RunFailed),
)
def list_dry_run_changes(
    run_id: UUID,
    session: SessionDep,
    page: PageQuery,
    in_full: InFull,
    *,
    by: RunReader,
    band_then: Annotated[Band | None, Query(description="Only services that would be in this band.")] = None,
) -> Page[ColourChange]:
    run = _finished(session, run_id, in_full=in_full)
    return Runs(session).changes(page, run, band_then=band_then).map(change_read)


@router.get(
    "/dry-runs/{run_id}/changes-export",
    summary="Everybody who would change colour, as a CSV file",
    operation_id="export_dry_run_changes",
    response_class=Response,
    responses={**_CSV, **may_answer(RunNotFound, RunUnfinished, RunFailed)},
)
def export_dry_run_changes(run_id: UUID, session: SessionDep, in_full: InFull, by: RunReader) -> Response:
    run = _finished(session, run_id, in_full=in_full)
    return changes_as_csv(run, Runs(session).every_change(run))


@router.post(
    "/outcome-checks",
    summary="Ask for a version's own track record: what it would have warned of, and what its warnings led to",
    operation_id="ask_for_outcome_check",
    status_code=status.HTTP_201_CREATED,
    responses=may_answer(ScoringModelNotFound, PeriodNotChecked, RunsWaiting),
)
def ask_for_outcome_check(
    wanted: OutcomeCheckWanted, session: SessionDep, in_full: InFull, by: ModelReviewer, now: Now
) -> OutcomeCheck:
    """For every service that an intervention was issued about between the two days: its band under this version 30, 60
    and 90 days before. And of the warnings (Amber or Red) that the version would have given, each day of the period:
    how many were followed by an intervention within 90 days. A year of a large estate takes hours."""
    return outcome_check_read(actions.ask_for_outcome_check(session, wanted, by=by, in_full=in_full, now=now))


@router.get("/outcome-checks", summary="Outcome checks, the newest first", operation_id="list_outcome_checks")
def list_outcome_checks(
    session: SessionDep, page: PageQuery, in_full: InFull, by: RunReader, version: VersionAsked = None
) -> Page[OutcomeCheck]:
    return Runs(session).page(page, Kind.OUTCOME_CHECK, version=version, in_full=in_full).map(outcome_check_read)


@router.get(
    "/outcome-checks/{run_id}",
    summary="How far an outcome check has come, and what it found",
    operation_id="read_outcome_check",
    responses=may_answer(RunNotFound),
)
def read_outcome_check(run_id: UUID, session: SessionDep, in_full: InFull, by: RunReader) -> OutcomeCheck:
    return outcome_check_read(Runs(session).get(run_id, Kind.OUTCOME_CHECK, in_full=in_full))


def _finished(session: SessionDep, run_id: UUID, *, in_full: bool) -> ModelRun:
    run = Runs(session).get(run_id, Kind.DRY_RUN, in_full=in_full)
    if run.finished_at is None:
        raise RunUnfinished(run_id)
    if run.failure is not None:
        raise RunFailed(run_id)
    return run
