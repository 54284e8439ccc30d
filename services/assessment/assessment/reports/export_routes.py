"""HTTP for the tables that leave the house, as CSV for machines and XLSX for people."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from assay_kit.calendar import london_day
from assay_kit.clock import Now
from assay_kit.database import SessionDep
from assay_kit.problems import may_answer
from assay_kit.tables_out import CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE, Sheet, csv_bytes, xlsx_bytes
from assay_kit.text import Day
from assessment.dependencies import StaffReader
from assessment.insight.errors import PeriodIsNone
from assessment.insight.repository import Among

from . import exports
from .documents import a_file, attached

router = APIRouter(tags=["export"])

First = Annotated[Day | None, Query(description="Published on this day or later.")]
Last = Annotated[Day | None, Query(description="Published on this day or earlier.")]
_CSV, _XLSX = a_file(CSV_MEDIA_TYPE, "The table"), a_file(XLSX_MEDIA_TYPE, "The workbook")


@router.get(
    "/programme.csv",
    summary="The programme as CSV",
    operation_id="export_programme_csv",
    response_class=Response,
    responses=_CSV,
)
def export_programme_csv(session: SessionDep, by: StaffReader, now: Now) -> Response:
    today = london_day(now)
    return _as_csv(exports.programme(session, today, by=by), f"programme-{today}")


@router.get(
    "/programme.xlsx",
    summary="The programme as a workbook",
    operation_id="export_programme_workbook",
    response_class=Response,
    responses=_XLSX,
)
def export_programme_workbook(session: SessionDep, by: StaffReader, now: Now) -> Response:
    today = london_day(now)
    return _as_workbook(exports.programme(session, today, by=by), f"programme-{today}", "Programme")


@router.get(
    "/results.csv",
    summary="Published ratings as CSV",
    operation_id="export_results_csv",
    response_class=Response,
    responses=_CSV | may_answer(PeriodIsNone),
)
def export_results_csv(
    session: SessionDep, by: StaffReader, now: Now, first: First = None, last: Last = None
) -> Response:
    return _as_csv(exports.results(session, Among.of(first, last)), f"results-{london_day(now)}")


@router.get(
    "/results.xlsx",
    summary="Published ratings as a workbook",
    operation_id="export_results_workbook",
    response_class=Response,
    responses=_XLSX | may_answer(PeriodIsNone),
)
def export_results_workbook(
    session: SessionDep, by: StaffReader, now: Now, first: First = None, last: Last = None
) -> Response:
    return _as_workbook(exports.results(session, Among.of(first, last)), f"results-{london_day(now)}", "Results")


def _as_csv(table: exports.Table, name: str) -> Response:
    return attached(csv_bytes(table.header, table.rows), f"{name}.csv", CSV_MEDIA_TYPE)


def _as_workbook(table: exports.Table, name: str, title: str) -> Response:
    book = xlsx_bytes([Sheet(name=title, header=table.header, rows=table.rows)])
    return attached(book, f"{name}.xlsx", XLSX_MEDIA_TYPE)
