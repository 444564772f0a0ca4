"""A workbook of tables that are read, sorted and printed: headings that stay, times that are times, text that is never a formula."""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

import xlsxwriter

from service.domain.beijing import BEIJING

__all__ = ["A4", "Sheets", "height_of", "open_workbook", "print_head"]

A4 = 9
"""Of paper sizes; a workbook that names none is printed on American paper."""

_FIGURE_WIDTH = 20
_SIDE_INCHES = 0.4
_LINE_POINTS = 15
_HIGHEST = 409
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_LONGEST_HEAD = 100
"""A spreadsheet takes 255 characters, where each ampersand may be two, and a line of paper some hundred."""
_FIRST_YEAR = 1900
"""Before it a spreadsheet knows no day."""
_FILTERED_FROM = 20
"""Rows from which a table is filtered: fewer are seen at a glance, and the arrows cover the headings."""
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def height_of(values: Sequence[object], widths: Sequence[int]) -> int:
    """Return the height of a row in points whose cells wrap: Excel finds it by itself, LibreOffice and WPS show one line."""
    lines = 1
    for value, width in zip(values, widths, strict=True):
        if not _wraps(value):
            continue
        parts = _words(value).split("\n")
        # A cell has a margin of about half a digit on either side.
        lines = max(lines, sum(max(1, -(-_columns(part) // max(1, width - 1))) for part in parts))
    return min(_LINE_POINTS * lines, _HIGHEST)


def _wraps(value: object) -> bool:
    """Return whether a cell is text: a time or a figure stands on one line, however narrow its column."""
    match value:
        case datetime():
            return value.year <= _FIRST_YEAR
        case date() | int() | float():
            return False
        case _:
            return True


def _words(value: object) -> str:
    """Return what a cell shows."""
    match value:
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _:
            return str(value)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def print_head(running: str, title: str) -> str:
    """Return the head of a printed page in the notation of a spreadsheet, which takes an ampersand for a command."""
    told = f"{running}　{title}" if running else title
    return f"&C{told[:_LONGEST_HEAD].replace('&', '&&')}"


class Sheets:
    """The sheets of one open workbook."""

    def __init__(self, book: Any, *, head: str, foot: str) -> None:
        """Take an open workbook; headings, texts, figures and times have one format each. `head` and `foot` are of every printed page."""
        self._book = book
        self._head, self._foot = head, foot
        self._bold = book.add_format({"bold": True, "bg_color": "#E6F1F4", "border": 1})
        self._plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "align": "left"})
        self._figure = book.add_format({"valign": "top", "border": 1, "align": "right"})
        self._day, self._moment = (
            book.add_format({"valign": "top", "border": 1, "align": "left", "num_format": shown})
            for shown in (_DAY, _MOMENT)
        )

    def table(self, name: str, headings: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[int]) -> Any:
        """Add a sheet with one table and return it; numbers stay numbers and times are times of Beijing, everything else is text.

        A moment at midnight is shown as its day alone, as `beijing.dated` tells it.

        Args:
            name: Name of the sheet, unique in the workbook.
            headings: First row, repeated on every printed page.
            rows: One sequence of cells a row.
            widths: One width a heading, in characters.
        """
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        # Narrow sides leave the type a readable size.
        sheet.set_margins(left=_SIDE_INCHES, right=_SIDE_INCHES)
        sheet.set_header(self._head)
        sheet.set_footer(self._foot)
        sheet.repeat_rows(0)
        if len(rows) >= _FILTERED_FROM:
            sheet.autofilter(0, 0, len(rows), len(headings) - 1)
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self._bold)
        for number, values in enumerate(rows, 1):
            sheet.set_row(number, height_of(values, widths))
            for column, value in enumerate(values):
                # In a wide column of texts a figure at the far right is not found.
                self._write(sheet, (number, column), value, left=widths[column] > _FIGURE_WIDTH)
        return sheet

    def _write(self, sheet: Any, at: tuple[int, int], value: object, *, left: bool) -> None:
        match value:
            case int() | float():
                sheet.write_number(*at, value, self._plain if left else self._figure)
            case datetime() if value.year > _FIRST_YEAR:
                local = value.astimezone(BEIJING)
                shown = self._day if local.time() == time() else self._moment
                sheet.write_datetime(*at, local.replace(tzinfo=None), shown)
            case date() if not isinstance(value, datetime):
                sheet.write_datetime(*at, value, self._day)
            case _:
                sheet.write_string(*at, _words(value), self._plain)

    def chart(
        self, sheet: Any, name: str, kind: str, columns: Sequence[int], count: int, title: str, *, after: int
    ) -> None:
        """Add a chart of `count` rows of the sheet's columns, to the right of its `after` columns; none where there are no rows."""
        if not count:
            return
        chart = self._book.add_chart({"type": kind})
        for column in columns:
            chart.add_series(
                {
                    "name": [name, 0, column],
                    "categories": [name, 1, 0, count, 0],
                    "values": [name, 1, column, count, column],
                    "data_labels": {"value": kind == "bar"},
                }
            )
        chart.set_title({"name": title})
        if kind == "bar":
            # Without a least value the axis begins near the smallest count, and 40 looks like a fifth of 44.
            chart.set_x_axis({"min": 0, "major_gridlines": {"visible": False}})
            chart.set_y_axis({"reverse": True})
            chart.set_legend({"none": True})
        else:
            chart.set_x_axis({"date_axis": True, "num_format": 'm"月"d"日"'})
            chart.set_y_axis({"min": 0})
            chart.set_legend({"position": "bottom"})
        sheet.insert_chart(1, after + 1, chart)


@contextmanager
def open_workbook(
    target: Path | IO[bytes], *, title: str, made_at: datetime, running: str = "", **properties: str
) -> Iterator[Sheets]:
    """Yield the sheets of a new workbook that is written to `target` at the end; `properties` are its document properties.

    At the head of every printed page stand `running` and the title, at its foot when it was made, the table and the page.

    A workbook for a stream is put together in memory, one for a path through temporary files.
    """
    path = isinstance(target, Path)
    options = _OPTIONS | ({} if path else {"in_memory": True})
    with xlsxwriter.Workbook(str(target) if path else target, options) as book:
        told = {"title": f"{running}{title}", "created": made_at.astimezone(UTC).replace(tzinfo=None)}
        book.set_properties({**properties, **told})
        local = made_at.astimezone(BEIJING)
        made = f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}生成"
        yield Sheets(book, head=print_head(running, title), foot=f"&L{made}&R&A　第&P页，共&N页")
