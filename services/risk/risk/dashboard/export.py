"""The dashboard as a table that leaves the house: what the reader sees in the list, row by row."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

from starlette.responses import Response

from assay_kit.tables_out import CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE, Cell, Sheet, csv_bytes, xlsx_bytes
from risk.dashboard.schemas import DashboardRow, PlainService

Column = tuple[str, Callable[[Any], Cell]]

PLAIN: tuple[Column, ...] = (
    ("Service", lambda row: row.care_service_name),
    ("Type", lambda row: row.care_service_type),
    ("Zones", lambda row: ", ".join(row.zones)),
    ("Provider", lambda row: row.provider_name),
    ("Band", lambda row: row.band.value),
    ("Since", lambda row: row.since),
    ("Reasons", lambda row: " ".join(row.reasons)),
    ("Embargo", lambda row: row.embargo.value if row.embargo else None),
    ("Embargo limits", lambda row: " ".join(row.embargo_limits)),
    ("Embargo since", lambda row: row.embargo_since),
)
WEIGHING: tuple[Column, ...] = (
    *PLAIN,
    ("Computed band", lambda row: row.computed_band.value),
    ("Overridden", lambda row: row.is_overridden),
    ("Direction", lambda row: row.direction.value),
    ("Band before", lambda row: row.band_before.value if row.band_before else None),
    ("Default notice", lambda row: row.has_default_notice),
    ("Live interventions", lambda row: row.live_interventions),
    ("Owner", lambda row: row.owner_name),
)
IDS: tuple[Column, ...] = (
    ("Service id", lambda row: str(row.care_service_id)),
    ("Provider id", lambda row: str(row.provider_id)),
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


def exported(rows: Iterable[DashboardRow | PlainService], file: File, *, in_plain: bool) -> Response:
    columns = (*(PLAIN if in_plain else WEIGHING), *IDS)
    header = [name for name, _ in columns]
    cells = ([cell(row) for _, cell in columns] for row in rows)
    content = csv_bytes(header, cells) if file is File.CSV else _workbook(header, cells)
    named = {"Content-Disposition": f'attachment; filename="dashboard.{file}"'}
    return Response(content, media_type=MEDIA_TYPES[file], headers=named)


def _workbook(header: Sequence[str], cells: Iterable[Sequence[Cell]]) -> bytes:
    return xlsx_bytes([Sheet(name="Dashboard", header=header, rows=cells)])
