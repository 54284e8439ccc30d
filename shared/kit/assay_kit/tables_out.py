"""Tables that leave the house: CSV for machines, XLSX for people.

Cells hold what people outside wrote, and spreadsheets run text that begins like a formula: no cell made here does.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # it publishes no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # as above
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # as above

from assay_kit.calendar import LONDON
from assay_kit.money import plain_digits

CSV_MEDIA_TYPE = "text/csv; charset=utf-8"
XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | float | Decimal | bool | date | datetime | None

# https://owasp.org/www-community/attacks/CSV_Injection, with the full-width forms that some spreadsheets take for them.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_576


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180, UTF-8 without a byte order mark. Days are ISO 8601, instants too (with their offset), numbers plain
    digits, booleans "true" and "false", nothing for None. Text that a spreadsheet would run gets a leading apostrophe.
    """
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow([_harmless(name) for name in header])
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])
    return written.getvalue().encode()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet of a workbook. `name`: at most 31 characters, none of `[]:*?/\\`."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """An Excel workbook, written row by row so that a long table needs little memory. Text stays text; days and
    instants are real dates, instants on London's clock; headers are bold and stay in view.

    ValueError where a sheet has more rows than Excel can hold, or there is no sheet.
    """
    if not sheets:
        raise ValueError("A workbook has at least one sheet.")
    made = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(made, {"constant_memory": True, **plain}) as book:
        formats = _Formats(
            heading=book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            day=book.add_format({"num_format": "d mmm yyyy"}),
            instant=book.add_format({"num_format": "d mmm yyyy hh:mm"}),
        )
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    return made.getvalue()


@dataclass(frozen=True, kw_only=True)
class _Formats:
    heading: Format
    day: Format
    instant: Format


def _write_sheet(worksheet: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    worksheet.freeze_panes(1, 0)
    worksheet.set_column(0, max(len(sheet.header) - 1, 0), 18)
    for column, name in enumerate(sheet.header):
        worksheet.write_string(0, column, name, formats.heading)
    for number, row in enumerate(sheet.rows, 1):
        if number >= _MOST_ROWS:
            raise ValueError(f"{sheet.name} has more rows than a sheet can hold; export it as CSV.")
        for column, cell in enumerate(row):
            _write_cell(worksheet, number, column, cell, formats)


def _write_cell(worksheet: Worksheet, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    match cell:
        case None:
            pass
        case bool():
            worksheet.write_boolean(row, column, cell)
        case int() | float() | Decimal():
            worksheet.write_number(row, column, float(cell))
        case datetime():
            worksheet.write_datetime(row, column, _on_londons_clock(cell), formats.instant)
        case date():
            worksheet.write_datetime(row, column, cell, formats.day)
        case _:
            worksheet.write_string(row, column, cell[:_LONGEST_CELL])


def _on_londons_clock(instant: datetime) -> datetime:
    """Excel knows no time zones."""
    return instant.astimezone(LONDON).replace(tzinfo=None)


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return plain_digits(cell)
        case date():  # an instant is one too
            return cell.isoformat()
        case str():
            return _harmless(cell)
        case _:
            return str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
