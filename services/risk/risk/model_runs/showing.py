"""A trial as its readers see it."""

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.responses import Response

from assay_kit.tables_out import CSV_MEDIA_TYPE, Cell, csv_bytes
from risk.bands.rules import Band
from risk.model_runs.rules import LEADS
from risk.model_runs.schemas import Alarms, BandCount, ColourChange, DryRun, Lead, OutcomeCheck, RunRead
from risk.tables import ModelRun, ModelRunChange
from risk.tables.base import columns_of

HEADER = ("Service", "Band now", "Band then", "Reasons now", "Reasons then", "Service id", "Provider id")


def dry_run_read(run: ModelRun) -> DryRun:
    now, then = run.tally.get("now", {}), run.tally.get("then", {})
    return DryRun(
        **_progress(run),
        compared_with=run.compared_with,
        on=run.first_day,
        worked_out_at=run.at,
        services=sum(now.values()),
        counts=[BandCount(band=band, now=now.get(band, 0), then=then.get(band, 0)) for band in Band],
        change_count=run.tally.get("changed", {}).get("services", 0),
    )


def outcome_check_read(run: ModelRun) -> OutcomeCheck:
    alarms = {name: run.tally.get("alarms", {}).get(name, 0) for name in ("begun", "followed", "open")}
    return OutcomeCheck(
        **_progress(run),
        first_day=run.first_day,
        last_day=run.last_day,
        services_with_interventions=run.tally.get("measures", {}).get("services", 0),
        leads=[_lead(run, days) for days in LEADS],
        alarms=Alarms(
            **alarms,
            led_to_nothing=alarms["begun"] - alarms["followed"] - alarms["open"],
        ),
    )


def change_read(row: ModelRunChange) -> ColourChange:
    return ColourChange(**columns_of(row, "run_id", "gravity"))


def changes_as_csv(run: ModelRun, rows: Iterable[ModelRunChange]) -> Response:
    named = {"Content-Disposition": f'attachment; filename="dry-run-of-version-{run.version}.csv"'}
    return Response(csv_bytes(HEADER, _cells(rows)), media_type=CSV_MEDIA_TYPE, headers=named)


def _cells(rows: Iterable[ModelRunChange]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield (
            row.care_service_name,
            str(row.band_now),
            str(row.band_then),
            " ".join(row.reasons_now),
            " ".join(row.reasons_then),
            str(row.care_service_id),
            str(row.provider_id),
        )


def _progress(run: ModelRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in RunRead.model_fields}


def _lead(run: ModelRun, days: int) -> Lead:
    stood = run.tally.get(f"lead {days}", {})
    said = {name: stood.get(name, 0) for name in (*(band.value for band in Band), "not_there_yet")}
    return Lead(days_before=days, **said)
