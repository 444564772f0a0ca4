"""Reads the rows of CSV and JSONL files one at a time, in constant memory, has workbooks and arrays read, and refuses what is neither."""

import codecs
import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from crawlers.disk_words import disk_sentence
from crawlers.imports.headings import ImportRefused, Table, below_titles, headings_of
from crawlers.imports.records import MARK_LOST, MAX_CELL_CHARACTERS, as_shown, csv_rows, json_row
from crawlers.imports.spooled import array_lines, read_workbook
from crawlers.parsing.charset import MAX_REPLACED_RATIO, decode

__all__ = ["KNOWN_KINDS", "MAX_FILE_BYTES", "MAX_ROW_BYTES", "open_table"]


MAX_FILE_BYTES = 2 * 2**30
MAX_ARRAY_BYTES = 64 * 2**20
MAX_ROW_BYTES = 8 * 2**20
_SAMPLE_LINES = 200
_PROBE_BYTES = 256 * 1024
KNOWN_KINDS = "可导入 .csv（UTF-8 或 GB18030）、.xlsx、.jsonl"


def open_table(path: Path) -> Table:
    """Open a file by what it is, which has to agree with its name.

    Raises:
        ImportRefused: it is missing, empty, too large, of another kind than its name says, in an unknown encoding, has
            no headings, or is a decompression bomb.
    """
    _check_size(path)
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK\x03\x04"):
        if suffix != ".xlsx":
            raise ImportRefused(f"{path.name} 的内容是压缩包或 Office 文档，与扩展名不符；若是 Excel，请存为 .xlsx。")
        return read_workbook(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused(f"{path.name} 是旧版 .xls 或加密的 Office 文档，请另存为不加密的 .xlsx 再导入。")
    match suffix:
        case ".csv" | ".tsv" | ".txt":
            return _csv(path)
        case ".jsonl" | ".ndjson" | ".json":
            return _jsonl(path)
        case ".xlsx":
            raise ImportRefused(f"{path.name} 的内容不是 Excel 工作簿，与扩展名不符；{KNOWN_KINDS}。")
        case _:
            raise ImportRefused(f"不认识 {path.name} 的类型；{KNOWN_KINDS}。")


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError as error:
        raise ImportRefused(f"无法读取 {path}：{disk_sentence(error)}") from error
    if size < 0:
        raise ImportRefused(
            f"{path} 是一个目录，请写一个文件。" if path.is_dir() else f"找不到文件 {path}，请检查路径。"
        )
    if size == 0:
        raise ImportRefused(f"{path.name} 是空文件。")
    if size > MAX_FILE_BYTES:
        raise ImportRefused(f"{path.name} 有 {size} 字节，上限 {MAX_FILE_BYTES}；请拆分后导入。")


def _csv(path: Path) -> Table:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    lines = _text_lines(path, _encoding(path))
    passed: list[str] = []
    first, _ = below_titles((number, _cells(line)) for number, line in enumerate(_noted(lines, passed), start=1))
    number, cells = first or (1, [])
    names = headings_of(cells, path)
    below = itertools.chain(passed[number:], lines)
    return Table(names, csv_rows(below, names, _delimiter(passed[number - 1]), first_number=number + 1))


def _noted(lines: Iterator[str], passed: list[str]) -> Iterator[str]:
    """Yield `lines`, keeping in `passed` those that were taken: what stands below the headings is to be read as rows."""
    for line in lines:
        passed.append(line)
        yield line


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([as_shown(line)], delimiter=_delimiter(line)), [])
    except csv.Error as error:
        raise ImportRefused(f"表头所在的行有 {len(line)} 个字，读不出列名；第一行应是列名，请核对文件。") from error


def _delimiter(line: str) -> str:
    return max(",\t;|", key=line.count)


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
        raise ImportRefused(f"{path.name} 不是文本文件（含有空字节）；{KNOWN_KINDS}。")
    if rest:
        probe = probe[: probe.rfind(b"\n") + 1] or probe
    if _is_chinese_utf8(probe.partition(b"\n")[0]):
        return "utf-8"
    decoded = decode(probe)
    if decoded.replaced_ratio > MAX_REPLACED_RATIO:
        raise ImportRefused(f"无法识别 {path.name} 的编码；请另存为 UTF-8 或 GB18030。")
    return decoded.charset


def _is_chinese_utf8(line: bytes) -> bool:
    """Return whether headings are Chinese in UTF-8, which those in GB18030 never are: then so is the file, whatever was joined to it."""
    try:
        return re.search("[\u4e00-\u9fff]{2}", line.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False


def _text_lines(path: Path, charset: str) -> Iterator[str]:
    """Yield lines with their ends, none longer than a row may be; `LOST` stands for what cannot be decoded."""
    with path.open(encoding=charset, errors=MARK_LOST, newline="") as file:
        while line := file.readline(MAX_ROW_BYTES):
            yield line.replace("\x00", "")


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
    yield from array_lines(path, charset)
