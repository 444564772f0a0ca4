"""Cuts text into rows, so that one broken row costs that row and not its neighbours."""

import codecs
import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crawlers.broken_json import json_fault
from crawlers.parsing.charset import MAX_REPLACED_RATIO

__all__ = ["LOST", "MARK_LOST", "MAX_CELL_CHARACTERS", "Row", "as_shown", "csv_rows", "json_row", "row_of"]

MAX_CELL_CHARACTERS = 2 * 2**20
SAMPLE_BYTES = 4096
_MAX_RECORD_LINES = 1_000
# Exporters cut a field at a number of bytes: one broken character a field is no reason to lose a row.
_FEW_LOST = 3
_MAX_RECORD_CHARACTERS = 4 * 2**20

LOST = "\ufdd0"
"""What stands for bytes that could not be decoded until the row is made: no sign, and � may be one of the file's own."""

MARK_LOST = "yaowang.mark_lost"
"""The error handler of decoding that puts `LOST` where "replace" puts �."""


def _mark_lost(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return LOST, error.end


codecs.register_error(MARK_LOST, _mark_lost)


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the file (the first line is 1); `fault` says why it cannot be read, `beyond` that it goes on where no heading is.

    `spreadsheet` is whether its numbers are those of a spreadsheet, which keeps fifteen digits.
    """

    number: int
    values: Mapping[str, Any]
    fault: str | None = None
    sample: bytes = b""
    beyond: bool = False
    spreadsheet: bool = False


def row_of(number: int, names: Sequence[str], cells: Sequence[Any]) -> Row:
    """Return the row of `cells`; more filled cells than headings are a fault."""
    sample = json.dumps(cells, ensure_ascii=False, default=str).encode(errors="replace")[:SAMPLE_BYTES]
    if any(str(cell if cell is not None else "").strip() for cell in cells[len(names) :]):
        fault = f"有 {len(cells)} 列，表头只有 {len(names)} 列，可能是内容中的分隔符没有加引号"
        return Row(number, {}, fault, sample)
    return Row(number, dict(zip(names, cells, strict=False)), None, sample)


def json_row(number: int, line: str) -> Row:
    """Return the row of one line of JSON."""
    fault = _unreadable(line)
    line = as_shown(line)
    sample = line[:SAMPLE_BYTES].encode(errors="replace")[:SAMPLE_BYTES]
    if fault is not None:
        return Row(number, {}, fault, sample)
    try:
        values = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Row(number, {}, f"这一行不是合法的 JSON：{json_fault(error)}", sample)
    if not isinstance(values, dict):
        return Row(number, {}, "这一行不是 JSON 对象", sample)
    return Row(number, values, None, sample)


def csv_rows(lines: Iterator[str], names: Sequence[str], delimiter: str, *, first_number: int = 2) -> Iterator[Row]:
    """Yield the rows of CSV lines; `first_number` is the number of the first line in its file.

    A quotation mark that is never closed would make Python's reader swallow the rest of the file. Here a record ends
    where its marks are balanced; where they never are, its first line is the broken row and reading goes on after it.
    """
    waiting: deque[str] = deque()
    number = first_number
    while True:
        record = _record(lines, waiting)
        if not record:
            return
        cells, taken = _cells(record, len(names), delimiter)
        waiting.extendleft(reversed(record[taken:]))
        if cells is None:
            sample = as_shown(record[0][:SAMPLE_BYTES]).encode(errors="replace")[:SAMPLE_BYTES]
            yield Row(number, {}, "引号没有成对，这一行不是合法的 CSV", sample)
        elif any(cell.strip() for cell in cells):
            fault = _unreadable("".join(record[:taken]))
            row = row_of(number, names, [as_shown(cell) for cell in cells])
            yield row if fault is None else replace(row, values={}, fault=fault)
        number += taken


def as_shown(words: str) -> str:
    """Return the words with � for what could not be decoded."""
    return words.replace(LOST, "\ufffd")


def _unreadable(words: str) -> str | None:
    """Return what is wrong with a row of which much could not be decoded: files are joined from parts of other encodings.

    A � that stands in the file is no such fault: exporters write it for signs that they do not know, emoji above all.
    """
    lost = words.count(LOST)
    if lost <= _FEW_LOST or lost <= MAX_REPLACED_RATIO * len(words):
        return None
    return f"有 {lost} 个字读不出，编码与文件开头不同或已损坏；请把这一行按 UTF-8 另存后再导入"


def _record(lines: Iterator[str], waiting: deque[str]) -> list[str]:
    """Return the lines up to where quotation marks are balanced, or up to the limits."""
    record: list[str] = []
    marks = size = 0
    while len(record) < _MAX_RECORD_LINES and size < _MAX_RECORD_CHARACTERS:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None:
            break
        record.append(line)
        marks += line.count('"')
        size += len(line)
        if marks % 2 == 0:
            break
    return record


def _cells(record: list[str], width: int, delimiter: str) -> tuple[list[str] | None, int]:
    """Return the cells of the first record in `record` and how many of its lines it takes.

    All lines if they are one record; else the first line alone, if it fills the headings as it stands.
    """
    together = _parsed(record, delimiter)
    if len(together) == 1 and (len(record) == 1 or len(together[0]) <= width):
        return together[0], len(record)
    alone = _parsed(record[:1], delimiter, strict=False)
    if len(alone) == 1 and len(alone[0]) == width and "\n" not in alone[0][-1].rstrip("\r\n"):
        cells = alone[0]
        return [*cells[:-1], cells[-1].rstrip("\r\n")], 1
    return None, 1


def _parsed(lines: list[str], delimiter: str, *, strict: bool = True) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=strict))
    except csv.Error:
        return []
