"""The dashboard as a table that leaves the house: what the reader sees in the list, row by row."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from starlette.responses import Response

from assay_kit.tables_out import CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE, Cell, Sheet, csv_bytes, xlsx_bytes
from risk.dashboard.schemas import DashboardRow

HEADER = (
    "Service",
    "Type",
    "Zones",
    "Provider",
    "Band",
    "Since",
    "Computed band",
    "Overridden",
    "Direction",
    "Band before",
    "Reasons",
    "Embargo",
    "Embargo limits",
    "Default notice",
    "Live interventions",
    "Owner",
    "Service id",
    "Provider id",
)


class File(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {File.CSV: CSV_MEDIA_TYPE, File.XLSX: XLSX_MEDIA_TYPE}

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


def exported(rows: Iterable[DashboardRow], file: File) -> Response:
    cells = _cells(rows)
    content = csv_bytes(HEADER, cells) if file is File.CSV else _workbook(cells)
    named = {"Content-Disposition": f'attachment; filename="dashboard.{file}"'}
    return Response(content, media_type=MEDIA_TYPES[file], headers=named)


def _workbook(cells: Iterable[tuple[Cell, ...]]) -> bytes:
    return xlsx_bytes([Sheet(name="Dashboard", header=HEADER, rows=cells)])


def _cells(rows: Iterable[DashboardRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield (
            row.care_service_name,
            row.care_service_type,
            ", ".join(row.zones),
            row.provider_name,
            row.band.value,
            row.since,
            row.computed_band.value,
            row.is_overridden,
            row.direction.value,
            row.band_before.value if row.band_before else None,
            " ".join(row.reasons),
            row.embargo.value if row.embargo else None,
            " ".join(row.embargo_limits),
            row.has_default_notice,
            row.live_interventions,
            row.owner_name,
            str(row.care_service_id),
            str(row.provider_id),
        )
