"""Writes a notice as HTML, Word or Excel; a browser prints the HTML as PDF."""

import io
from collections.abc import Iterator
from html import escape

import docx
import xlsxwriter

from tests.notices.made import Notice

__all__ = ["as_docx", "as_html", "as_xlsx", "cells"]

_STYLE = (
    "<style>@page{size:A4 landscape;margin:18mm}body{font:9pt 'Noto Sans CJK SC'}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #000;padding:2px 3px;font-weight:normal;text-align:left;vertical-align:top}</style>"
)


Cell = tuple[str, int, int]
"""Text, rows covered, columns covered."""


def cells(notice: Notice) -> list[list[Cell]]:
    """Return the rows of the table as it is drawn, each cell with how far it spans."""
    if notice.upright:
        rows = [[(heading, 1, 1), (notice.records[0][name], 1, 1)] for name, heading in notice.columns]
        return ([[(notice.banner, 1, 2)]] if notice.banner else []) + rows
    return [*_head(notice), *_body(notice), *([(note, 1, len(notice.columns))] for note in notice.notes)]


def head_rows(notice: Notice) -> int:
    """Return how many rows stand above the first record."""
    return len(list(_head(notice)))


def _head(notice: Notice) -> Iterator[list[Cell]]:
    if notice.banner:
        yield [(notice.banner, 1, len(notice.columns))]
    if not notice.upper:
        yield [(heading, 1, 1) for _, heading in notice.columns]
        return
    first: list[Cell] = []
    for name, heading in notice.columns:
        above = notice.upper.get(name)
        if above is None:
            first.append((heading, 2, 1))
        elif first and first[-1][0] == above:
            first[-1] = (above, 1, first[-1][2] + 1)
        else:
            first.append((above, 1, 1))
    yield first
    yield [(heading, 1, 1) for name, heading in notice.columns if name in notice.upper]


def _body(notice: Notice) -> Iterator[list[Cell]]:
    for number, record in enumerate(notice.records):
        row: list[Cell] = []
        for name, _ in notice.columns:
            key = (
                [record[other] for other in notice.merged[: notice.merged.index(name) + 1]]
                if name in notice.merged
                else None
            )
            if key is not None and number and key == _key(notice, number - 1, name):
                continue
            length = 1
            while (
                key is not None and number + length < len(notice.records) and key == _key(notice, number + length, name)
            ):
                length += 1
            row.append((record[name], length, 1))
        yield row


def _key(notice: Notice, number: int, name: str) -> list[str]:
    return [notice.records[number][other] for other in notice.merged[: notice.merged.index(name) + 1]]


def as_html(notice: Notice) -> str:
    """Return a page with the table; headings repeat on every printed page where the notice says so."""
    rows = cells(notice)
    split = 0 if notice.upright or not notice.heads_repeat else head_rows(notice)
    head = "".join(map(_row, rows[:split]))
    body = "".join(map(_row, rows[split:]))
    if notice.inner:
        inner = "<tr>" + "".join(f"<td>{escape(word)}</td>" for _, word in notice.inner) + "</tr>"
        for record in notice.records[1:]:
            inner += "<tr>" + "".join(f"<td>{escape(record[name])}</td>" for name, _ in notice.inner) + "</tr>"
        body += f"<tr><td>涉及批次明细</td><td><table>{inner}</table></td></tr>"
    table = f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"
    return f"<!doctype html><meta charset=utf-8><title>{notice.name}</title>{_STYLE}<p>关于抽检情况的通告</p>{table}<p>特此通告。</p>"


def _row(row: list[Cell]) -> str:
    return (
        "<tr>"
        + "".join(f"<td rowspan={down} colspan={right}>{escape(text)}</td>" for text, down, right in row)
        + "</tr>"
    )


def _placed(rows: list[list[Cell]]) -> tuple[list[tuple[int, int, Cell]], int]:
    taken: set[tuple[int, int]] = set()
    found = []
    width = 0
    for top, row in enumerate(rows):
        left = 0
        for cell in row:
            while (top, left) in taken:
                left += 1
            found.append((top, left, cell))
            taken |= {(top + down, left + right) for down in range(cell[1]) for right in range(cell[2])}
            width = max(width, left + cell[2])
    return found, width


def as_docx(notice: Notice) -> bytes:
    """Return a Word file with a paragraph, the table, and a table in a cell where the notice has one."""
    document = docx.Document()
    document.add_paragraph("关于抽检情况的通告")
    rows = cells(notice)
    placed, width = _placed(rows)
    table = document.add_table(rows=len(rows) + bool(notice.inner), cols=width)
    # Asked for once: python-docx builds the whole table for every `table.cell`.
    places = [row.cells for row in table.rows]
    for top, left, (text, down, right) in placed:
        cell = places[top][left]
        if down > 1 or right > 1:
            cell = cell.merge(places[top + down - 1][left + right - 1])
        cell.text = text
    if notice.inner:
        table.cell(len(rows), 0).text = "涉及批次明细"
        inner = table.cell(len(rows), 1).add_table(rows=len(notice.records), cols=len(notice.inner))
        for column, (name, word) in enumerate(notice.inner):
            inner.cell(0, column).text = word
            for number, record in enumerate(notice.records[1:], start=1):
                inner.cell(number, column).text = record[name]
    document.add_paragraph("特此通告。")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_xlsx(notice: Notice) -> bytes:
    """Return a workbook with one sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        for top, left, (text, down, right) in _placed(cells(notice))[0]:
            if down > 1 or right > 1:
                sheet.merge_range(top, left, top + down - 1, left + right - 1, text)
            else:
                sheet.write_string(top, left, text)
    return file.getvalue()
