"""Tables come back as they were written, and no cell of theirs runs."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from assay_kit.tables_out import Cell, Sheet, csv_bytes, xlsx_bytes

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
]


def _read_csv(made: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(made.decode(), newline="")))


def _read_xlsx(made: bytes) -> Any:
    return load_workbook(BytesIO(made))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ('a,"b"\n£\u2019', 'a,"b"\n£\u2019'),
        (7, "7"),
        (-2, "-2"),
        (1.5, "1.5"),
        (Decimal("-12.50"), "-12.5"),
        (True, "true"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00+00:00"),
        (None, ""),
    ],
)
def test_csv_writes_each_kind_of_cell_in_its_one_way(cell: Cell, written: str) -> None:
    assert _read_csv(csv_bytes(["a", "b"], [[cell, "x"]])) == [["a", "b"], [written, "x"]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_csv_cell_never_begins_like_a_formula(text: str) -> None:
    assert _read_csv(csv_bytes([text], [[text]])) == [[f"'{text}"], [f"'{text}"]]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5))
def test_csv_keeps_every_text_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    [_, *read] = _read_csv(csv_bytes(["a", "b"], rows))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    for row in read:
        assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)


def test_csv_is_utf_8_without_a_mark() -> None:
    assert csv_bytes(["£"], []) == "£\r\n".encode()


@pytest.mark.parametrize("text", [*DANGEROUS, "http://example.test", "007", "mailto:x@example.test"])
def test_text_in_a_workbook_stays_text(text: str) -> None:
    book = _read_xlsx(xlsx_bytes([Sheet(name="One", header=[text], rows=[[text]])]))
    for cell in (book["One"]["A1"], book["One"]["A2"]):
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        assert str(cell.value).replace("_x000D_", "\r").strip() == text.strip()  # as OOXML writes it


def test_numbers_days_and_instants_are_real_in_a_workbook() -> None:
    instant = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    row: list[Cell] = ["x", 7, Decimal("12.50"), True, date(2026, 3, 2), instant, None]
    sheet = _read_xlsx(xlsx_bytes([Sheet(name="One", header=["h"] * 7, rows=iter([row]))]))["One"]
    values = [cell.value for cell in sheet[2]]
    assert values[:4] == ["x", 7, 12.5, True]
    assert values[4] == datetime(2026, 3, 2)  # noqa: DTZ001  # Excel has no time zones
    assert values[5] == datetime(2026, 7, 2, 0, 30)  # noqa: DTZ001  # British Summer Time
    assert len(values) == 6 or values[6] is None


def test_headers_stay_in_view() -> None:
    sheet = _read_xlsx(xlsx_bytes([Sheet(name="One", header=["a"], rows=[])]))["One"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_a_workbook_has_its_sheets_in_order() -> None:
    sheets = [Sheet(name=name, header=["a"], rows=[[name]]) for name in ("Bands", "Reasons")]
    book = _read_xlsx(xlsx_bytes(sheets))
    assert book.sheetnames == ["Bands", "Reasons"]
    assert [book[name]["A2"].value for name in book.sheetnames] == ["Bands", "Reasons"]


def test_a_long_table_arrives_whole() -> None:
    sheet = _read_xlsx(xlsx_bytes([Sheet(name="Long", header=["n"], rows=([n] for n in range(5_000)))]))["Long"]
    assert sheet.max_row == 5_001
    assert sheet["A5001"].value == 4_999


def test_text_too_long_for_a_cell_is_cut() -> None:
    sheet = _read_xlsx(xlsx_bytes([Sheet(name="One", header=["a"], rows=[["x" * 40_000]])]))["One"]
    assert len(sheet["A2"].value) == 32_767


def test_a_workbook_has_at_least_one_sheet() -> None:
    with pytest.raises(ValueError, match="at least one sheet"):
        xlsx_bytes([])
