"""Reads the rows of CSV, XLSX and JSONL files one at a time, in constant memory, and refuses what is none of these."""

import codecs
import csv
import itertools
import json
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.broken_json import json_fault
from crawlers.imports.records import MAX_CELL_CHARACTERS, Row, csv_rows, json_row, row_of
from crawlers.parsing.charset import MAX_REPLACED_RATIO, decode

__all__ = ["ImportRefused", "Table", "open_table"]


class ImportRefused(ValueError):  # noqa: N818 - a refusal, told to the person who imported
    """A file that cannot be imported as a whole; the message is a Chinese sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """The headings of a file, and its rows."""

    headings: tuple[str, ...]
    rows: Iterator[Row]


MAX_FILE_BYTES = 2 * 2**30
MAX_UNPACKED_BYTES = 4 * 2**30
MAX_RATIO = 200
MAX_PARTS = 2_000
# openpyxl holds all of them in memory at once.
MAX_SHARED_STRINGS_BYTES = 64 * 2**20
MAX_ARRAY_BYTES = 64 * 2**20
MAX_COLUMNS = 512
MAX_ROW_BYTES = 8 * 2**20
_SAMPLE_LINES = 200
_PROBE_BYTES = 256 * 1024
_KNOWN = "可导入 .csv（UTF-8 或 GB18030）、.xlsx、.jsonl"


def open_table(path: Path) -> Table:
    """Open a file by what it is, which has to agree with its name.

    Raises:
        ImportRefused: it is missing, empty, too large, of another kind than its name says, in an unknown encoding, has
            no headings, or is a decompression bomb.
    """
    size = _size(path)
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        if suffix != ".xlsx":
            raise ImportRefused(f"{path.name} 的内容是压缩包或 Office 文档，与扩展名不符；若是 Excel，请存为 .xlsx。")
        _refuse_bomb(path, size)
        return _xlsx(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused(f"{path.name} 是旧版 .xls 或加密的 Office 文档，请另存为不加密的 .xlsx 再导入。")
    match suffix:
        case ".csv" | ".tsv" | ".txt":
            return _csv(path)
        case ".jsonl" | ".ndjson" | ".json":
            return _jsonl(path)
        case ".xlsx":
            raise ImportRefused(f"{path.name} 的内容不是 Excel 工作簿，与扩展名不符；{_KNOWN}。")
        case _:
            raise ImportRefused(f"不认识 {path.name} 的类型；{_KNOWN}。")


def _size(path: Path) -> int:
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise ImportRefused(f"无法读取 {path}：{error.strerror}。") from error
    if size < 0:
        raise ImportRefused(f"找不到文件 {path}。")
    if size == 0:
        raise ImportRefused(f"{path.name} 是空文件。")
    if size > MAX_FILE_BYTES:
        raise ImportRefused(f"{path.name} 有 {size} 字节，上限 {MAX_FILE_BYTES}；请拆分后导入。")
    return size


def _encoding(path: Path) -> str:
    """Return the charset of a text file, from its first 256 KiB of whole lines."""
    with path.open("rb") as file:
        probe = file.read(_PROBE_BYTES)
        rest = file.read(1)
    if probe.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for bom, charset in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if probe.startswith(bom):
            return charset
    if b"\x00" in probe:
        raise ImportRefused(f"{path.name} 不是文本文件（含有空字节）；{_KNOWN}。")
    if rest:
        probe = probe[: probe.rfind(b"\n") + 1] or probe
    decoded = decode(probe)
    if decoded.replaced_ratio > MAX_REPLACED_RATIO:
        raise ImportRefused(f"无法识别 {path.name} 的编码；请另存为 UTF-8 或 GB18030。")
    return decoded.charset


def _text_lines(path: Path, charset: str) -> Iterator[str]:
    """Yield lines with their ends, none longer than a row may be."""
    with path.open(encoding=charset, errors="replace", newline="") as file:
        while line := file.readline(MAX_ROW_BYTES):
            yield line.replace("\x00", "")


def _csv(path: Path) -> Table:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    lines = _text_lines(path, _encoding(path))
    number, first = next(((n, line) for n, line in enumerate(lines, start=1) if line.strip()), (1, ""))
    delimiter = max(",\t;|", key=first.count)
    names = _headings(next(csv.reader([first], delimiter=delimiter), []), path)
    return Table(names, csv_rows(lines, names, delimiter, first_number=number + 1))


def _headings(cells: list[Any], path: Path) -> tuple[str, ...]:
    names = [str(cell if cell is not None else "").strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise ImportRefused(f"{path.name} 没有表头。")
    if len(names) > MAX_COLUMNS:
        raise ImportRefused(f"{path.name} 有 {len(names)} 列，上限 {MAX_COLUMNS}。")
    # Two columns of one name: the first one holds, as in a spreadsheet's own search.
    seen: set[str] = set()
    for index, name in enumerate(names):
        names[index] = name if name not in seen else ""
        seen.add(name)
    return tuple(name or f"#{index + 1}" for index, name in enumerate(names))


def _refuse_bomb(path: Path, size: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportRefused(f"{path.name} 已损坏，不能作为 Excel 工作簿打开。") from error
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
        raise ImportRefused(f"{path.name} 不是 Excel 工作簿（压缩包中没有工作簿）；{_KNOWN}。")


def _xlsx(path: Path) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it leaves out; none of them is data.
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, TypeError) as error:
        raise ImportRefused(f"{path.name} 已损坏，不能作为 Excel 工作簿打开。") from error
    for sheet in book.worksheets:
        # Exporters write a wrong dimension; then openpyxl would read only one cell.
        sheet.reset_dimensions()
        rows = enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1)
        first = next((cells for _, cells in rows if _is_filled(cells)), None)
        if first is not None:
            names = _headings(list(first), path)
            return Table(names, _xlsx_rows(rows, names, book))
    book.close()
    raise ImportRefused(f"{path.name} 的工作表都是空的。")


def _is_filled(cells: tuple[Any, ...]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def _xlsx_rows(rows: Iterator[tuple[int, tuple[Any, ...]]], names: tuple[str, ...], book: Any) -> Iterator[Row]:
    try:
        for number, cells in rows:
            if _is_filled(cells):
                yield row_of(number, names, list(cells))
    except (zipfile.BadZipFile, ValueError, KeyError, SyntaxError, OSError, EOFError) as error:
        yield Row(0, {}, f"工作簿在此处损坏，其后的行没有读到：{type(error).__name__}")
    finally:
        book.close()


def _jsonl(path: Path) -> Table:
    charset = _encoding(path)
    lines = enumerate(_json_lines(path, charset), start=1)
    first: list[tuple[int, str]] = list(itertools.islice(lines, _SAMPLE_LINES))
    names: dict[str, None] = {}
    for _, line in first:
        row = json_row(0, line)
        names |= dict.fromkeys(row.values)
    if not names:
        raise ImportRefused(f"{path.name} 的前 {len(first)} 行中没有 JSON 对象；每行应是一个 JSON 对象。")
    rows = (json_row(number, line) for number, line in itertools.chain(first, lines) if line.strip())
    return Table(tuple(names), rows)


def _json_lines(path: Path, charset: str) -> Iterator[str]:
    """Yield the lines of a JSONL file; the elements of a JSON array, which exporters write too, one a line."""
    lines = _text_lines(path, charset)
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip("\ufeff \t").startswith("["):
        yield first
        yield from lines
        return
    if path.stat().st_size > MAX_ARRAY_BYTES:
        raise ImportRefused(f"{path.name} 是一个很大的 JSON 数组，请转成每行一个对象的 .jsonl 再导入。")
    try:
        items = json.loads(path.read_text(encoding=charset, errors="replace").lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ImportRefused(f"{path.name} 不是合法的 JSON：{json_fault(error)}。") from error
    for item in items:
        yield json.dumps(item, ensure_ascii=False)
