"""Reads a workbook row by row and writes its rows down; runs in a child process, whose limits no workbook gets past."""

import itertools
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crawlers.child import serve
from crawlers.imports.headings import MAX_COLUMNS, ImportRefused, below_titles, headings_of
from crawlers.imports.spooled import open_spool, spooled_line, told
from crawlers.imports.tables import KNOWN_KINDS, MAX_FILE_BYTES, MAX_ROW_BYTES
from crawlers.imports.two_rows import joined_headings

__all__ = ["spool_workbook"]

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_RATIO = 200
MAX_PARTS = 2_000
# openpyxl holds all of them in memory at once.
MAX_SHARED_STRINGS_BYTES = 64 * 2**20
_MOST_SHEETS = 50
_ROWS_LOOKED_AT = 200

# What openpyxl, and what it stands on, may raise where a workbook is not what it says; they promise nothing narrower.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)

_Numbered = Iterator[tuple[int, tuple[Any, ...]]]


def spool_workbook(path: Path, spool: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write the filled rows of the first sheet that holds a table into `spool`; return its headings, and what other sheets hold rows.

    Headings in two rows, the upper one of merged cells, are joined where an export is known by them together. A sheet that is filled in one column only is a remark beside the table, and read where there is no other.

    Raises:
        ImportRefused: it is damaged, empty, no workbook, has no headings, or is a decompression bomb.
    """
    _refuse_bomb(path, path.stat().st_size)
    with closing(_opened(path)) as book:
        sheets = book.worksheets
        chosen, first = _chosen(sheets, path)
        below = _headings(_rows(chosen), path)[1]
        second = next(below, None)
        both = None if second is None else joined_headings(first, second[1])
        rest = below if both is not None or second is None else itertools.chain((second,), below)
        names = headings_of(first if both is None else both, path)
        _write(spool, _lines(rest), path)
        return names, tuple(one.title for one in sheets[:_MOST_SHEETS] if one is not chosen and _holds_table(one, path))


def _chosen(sheets: Sequence[Any], path: Path) -> tuple[Any, tuple[Any, ...]]:
    """Return the first sheet that holds a table with its headings, else the first that holds anything."""
    single: tuple[Any, tuple[Any, ...]] | None = None
    for sheet in sheets:
        first, _ = _headings(_rows(sheet), path)
        if first is not None and _width(first) > 1:
            return sheet, first
        if first is not None and single is None:
            single = sheet, first
    if single is None:
        raise ImportRefused(f"{path.name} 的工作表都是空的。")
    return single


def _holds_table(sheet: Any, path: Path) -> bool:
    """Tell whether a sheet that people see holds a table with a row: hidden ones hold the choices of a form."""
    if getattr(sheet, "sheet_state", "visible") != "visible":
        return False
    try:
        first, below = _headings(itertools.islice(_rows(sheet), _ROWS_LOOKED_AT), path)
        return first is not None and _width(first) > 1 and next(below, None) is not None
    except (ImportRefused, *_DAMAGE):
        return True


def _rows(sheet: Any) -> _Numbered:
    # Exporters write a wrong dimension; then openpyxl would read only one cell.
    sheet.reset_dimensions()
    return enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1)


def _width(cells: tuple[Any, ...]) -> int:
    return sum(1 for cell in cells if cell is not None and str(cell).strip())


def _refuse_bomb(path: Path, size: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except _DAMAGE as error:
        raise _damaged(path) from error
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if (
        len(parts) > MAX_PARTS
        or unpacked > MAX_UNPACKED_BYTES
        or shared > MAX_SHARED_STRINGS_BYTES
        or (unpacked > MAX_RATIO * size and unpacked > 16 * 2**20)
    ):
        raise ImportRefused(f"{path.name} 解压后有 {unpacked} 字节（{len(parts)} 个部分），疑似压缩炸弹，未打开。")
    if not any(part.filename.lower() == "xl/workbook.xml" for part in parts):
        raise ImportRefused(f"{path.name} 不是 Excel 工作簿（压缩包中没有工作簿）；{KNOWN_KINDS}。")


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it leaves out; none of them is data.
            warnings.simplefilter("ignore")
            return load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, *_DAMAGE) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ImportRefused:
    return ImportRefused(f"{path.name} 已损坏，不能作为 Excel 工作簿打开。")


def _headings(rows: _Numbered, path: Path) -> tuple[tuple[Any, ...] | None, _Numbered]:
    try:
        first, below = below_titles(row for row in rows if _is_filled(row[1]))
        return None if first is None else tuple(first[1]), ((number, tuple(cells)) for number, cells in below)
    except _DAMAGE as error:
        raise _damaged(path) from error


def _is_filled(cells: tuple[Any, ...]) -> bool:
    # Counting first: a sheet may have a million empty rows, each of the greatest width.
    return cells.count(None) < len(cells) and any(cell is not None and str(cell).strip() for cell in cells)


def _lines(rows: _Numbered) -> Iterator[str]:
    try:
        for number, cells in rows:
            if not _is_filled(cells):
                continue
            # Cells share what they are made of here, and no longer when they are written down.
            length = sum(len(cell) for cell in cells if isinstance(cell, str))
            if length > MAX_ROW_BYTES:
                yield spooled_line(number, (), f"这一行有 {length} 个字，上限 {MAX_ROW_BYTES}，请把它拆开")
            else:
                yield spooled_line(number, cells)
    except _DAMAGE as error:
        yield spooled_line(0, (), f"工作簿在此处损坏，其后的行没有读到：{type(error).__name__}")


def _write(spool: Path, lines: Iterator[str], path: Path) -> None:
    """Write no more than a text file may hold."""
    size = 0
    with open_spool(spool) as file:
        for line in lines:
            size += len(line.encode(errors="surrogatepass"))
            if size > MAX_FILE_BYTES:
                raise ImportRefused(f"{path.name} 中的文字超过 {MAX_FILE_BYTES} 字节；请拆分后导入。")
            file.write(line)


def _answer(question: dict[str, Any], _raw: bytes) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        headings, others = spool_workbook(Path(question["path"]), Path(question["spool"]))
        return {"headings": headings, "others": others}

    return told(work)


if __name__ == "__main__":
    # openpyxl loads it where it is found, and reads no cell with it: a quarter of a second, and 60 MB of addresses a core.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how Python is told that there is none
    serve(_answer)
