"""The sheets of .xlsx and .xls files."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from crawlers.attachments.grid import MAX_COLUMNS, MAX_ROWS, Grid, from_rows
from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["read_workbook"]

MAX_SHEETS = 50
_WHOLE_BELOW = 1e15


def read_workbook(raw: bytes) -> list[Grid] | GateRefusal:
    """Return one grid a visible sheet that holds anything; a merged cell stands in each place that it covers.

    Numbers are written as a person would: no trailing `.0`, no exponent; dates as `2024-03-01`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        grids = [_grid(book, name) for name in shown[:MAX_SHEETS]]
    except (CalamineError, OSError, ValueError) as error:
        return GateRefusal(RefusalReason.BINARY, f"Excel 文件的结构已损坏或加了密码（{type(error).__name__}）")
    return [grid for grid in grids if grid.cells]


def _grid(book: Any, name: str) -> Grid:
    sheet = book.get_sheet_by_name(name)
    values: list[Sequence[Any]] = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
    rows = [[_written(value) for value in row[:MAX_COLUMNS]] for row in values]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        text = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = text
    return from_rows(rows, f"工作表“{name}”")


def _written(value: Any) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case float():
            return _number(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _WHOLE_BELOW:
        return str(int(value))
    return f"{value:.10f}".rstrip("0").rstrip(".")
