"""The text of papers that are published as files: DOCX and PDF, read in a child process with hard limits.

A file is somebody else's: it may be broken, huge, encrypted or made to hang a reader. The child gets bytes and answers
with JSON; when it dies or does not answer in time, that file is refused and nothing else is touched.
"""

import io
import json
import re
import resource
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import crawlers
from crawlers.attachments.glyphs import undo_shared_glyphs

__all__ = ["PAPER_SUFFIXES", "Paper", "PaperLimits", "PaperRefusedError", "read_paper", "unwrap", "without_running"]

PAPER_SUFFIXES = (".docx", ".pdf")


class PaperRefusedError(ValueError):
    """The file cannot be read as text; the sentence (Chinese) says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLimits:
    """What one file may cost: bytes as it comes and unpacked, pages, characters, address space in bytes, seconds."""

    file_bytes: int = 32 * 2**20
    unpacked_bytes: int = 128 * 2**20
    pages: int = 600
    characters: int = 3_000_000
    memory_bytes: int = 2**30
    cpu_seconds: int = 40
    answer_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The text of a file, a paragraph a line, and how many pages it has (0 where the format knows none).

    `tracked` is true where it holds changes that nobody has accepted yet; the text reads as if all were. `scanned` are the pages
    (from 1) that hold a picture and no text.
    """

    text: str
    pages: int
    tracked: bool = False
    scanned: tuple[int, ...] = ()


def read_paper(raw: bytes, suffix: str, limits: PaperLimits | None = None) -> Paper:
    """Return the text of a DOCX or PDF file.

    Raises:
        PaperRefusedError: The file is none, or is past a limit, encrypted, broken, or holds no text (a scan).
    """
    bounds = limits or PaperLimits()
    if suffix not in PAPER_SUFFIXES:
        raise PaperRefusedError(f"不支持的格式 {suffix or '（无扩展名）'}，可用的是 {'、'.join(PAPER_SUFFIXES)}")
    if len(raw) > bounds.file_bytes:
        raise PaperRefusedError(f"文件超过 {bounds.file_bytes // 2**20} MiB")
    command = [sys.executable, "-m", "crawlers.parsing.papers", suffix, *(str(n) for n in _numbers(bounds))]
    try:
        # `-m` looks for the package in the working directory, wherever the parent was started.
        done = subprocess.run(
            command,
            input=raw,
            capture_output=True,
            timeout=bounds.answer_seconds,
            cwd=Path(crawlers.__file__).parents[1],
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperRefusedError(f"读取超过 {bounds.answer_seconds:g} 秒，已停止；请另存为较小的文件或文本") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise PaperRefusedError(f"读取中断（退出码 {done.returncode}），文件可能已损坏；请另存为文本再导入") from None
    if "refused" in answer:
        raise PaperRefusedError(answer["refused"])
    scanned = tuple(answer["scanned"])
    return Paper(text=answer["text"], pages=answer["pages"], tracked=answer["tracked"], scanned=scanned)


def _numbers(limits: PaperLimits) -> tuple[int, ...]:
    return limits.unpacked_bytes, limits.pages, limits.characters, limits.memory_bytes, limits.cpu_seconds


_NUMERAL = "[零〇一二三四五六七八九十百千两0-9]+"
# A line that begins a paragraph whatever stands before it.
_BEGINS = re.compile(
    rf"^(?:第\s{{0,4}}[零〇一二三四五六七八九十百千两0-9][零〇一二三四五六七八九十百千两0-9\s]{{0,20}}[编章节条]|[（(]{_NUMERAL}[）)]|{_NUMERAL}[、.．](?!\d)|附\s*(?:件|则|录|表)|[〔\[]?\S+〔\d{{4}}〕\d+号)"
)
_CITES = re.compile(rf"第{_NUMERAL}条")
_ROW_MARK = "｜"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_COMPARES = re.compile(r"修[订改正]前|修[订改正]后|现行|原条文|原文|新条文")
_LONGEST_HEADING = 20
_ENDS = re.compile(r"[。！？；：…”’』」）)]$")
_TEXT = re.compile(rf"{_BEGINS.pattern}|[。；：，、]$")
_EDGE = 3
_COUNTED = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"^[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／共]\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–\s]*$")


def unwrap(lines: Sequence[str]) -> list[str]:
    """Return printed lines joined to the paragraphs that they were broken from; numbers of pages are left out.

    A short line that does not fill the measure ends a paragraph even without a stop: titles and signatures are such.
    """
    told = [line.strip() for line in lines]
    told = [line for line in told if line and not _PAGE_NUMBER.match(line)]
    measure = sorted(len(line) for line in told)[int(len(told) * 0.9)] if told else 0
    found: list[str] = []
    open_before = False
    for line in told:
        if found and open_before and not _BEGINS.match(line):
            found[-1] += (" " if found[-1][-1].isascii() and line[0].isascii() else "") + line
        else:
            found.append(line)
        open_before = len(line) >= measure * 0.8 and not _ENDS.search(line)
        # A stop at the very edge may be the end of a sentence within a paragraph; it is taken for the paragraph's.
    return found


def without_running(pages: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of all pages without the titles and feet that run along: printed again at the edge of more than half of them.

    What is at the head of the first page may be the title itself and stays, unless it stands at its edges twice.
    """
    filled = [[line.strip() for line in page if line.strip()] for page in pages]
    edges = [[*page[:_EDGE], *page[_EDGE:][-_EDGE:]] for page in filled]
    # What begins an article or ends a sentence is of the text, however often it stands there.
    seen = Counter(mark for lines in edges for mark in {_mark(line) for line in lines if not _TEXT.search(line)})
    running = {mark for mark, count in seen.items() if count > 1 and count * 2 > len(pages)}
    found: list[str] = []
    for number, (page, lines) in enumerate(zip(filled, edges, strict=True)):
        twice = Counter(map(_mark, lines))
        for at, line in enumerate(page):
            mark, head = _mark(line), at < _EDGE
            at_edge = head or at >= len(page) - _EDGE
            title = number == 0 and head and twice[mark] == 1
            if not at_edge or mark not in running or title or _TEXT.search(line):
                found.append(line)
    return found


def _mark(line: str) -> str:
    return _COUNTED.sub("#", "".join(line.split()))


def _serve(suffix: str, bounds: Sequence[int]) -> None:
    unpacked_bytes, pages, characters, memory_bytes, cpu_seconds = bounds
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        paper = _read(sys.stdin.buffer.read(), suffix, unpacked_bytes, pages, characters)
        answer = asdict(paper)
    except PaperRefusedError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": f"读取时内存超过 {memory_bytes // 2**20} MiB"}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _read(raw: bytes, suffix: str, unpacked_bytes: int, pages: int, characters: int) -> Paper:
    count, tracked, scanned = 0, False, list[int]()
    if suffix == ".pdf":
        lines, count, scanned = _pdf_lines(raw, pages)
    else:
        told, tracked = _docx_lines(raw, unpacked_bytes)
        lines = [line.strip() for line in told]
    text = "\n".join(line for line in lines if line)
    if len(text) > characters:
        raise PaperRefusedError(f"文字超过 {characters} 个字符")
    if not text:
        raise PaperRefusedError("文件里没有文字")
    return Paper(text=text.replace("\x00", ""), pages=count, tracked=tracked, scanned=tuple(scanned))


def _docx_lines(raw: bytes, unpacked_bytes: int) -> tuple[list[str], bool]:
    """Return the lines of a document, and whether it holds tracked changes."""
    from docx import Document
    from docx.opc.exceptions import PackageNotFoundError

    from crawlers.attachments.word_text import is_tracked
    from crawlers.parsing.numbering import Numbering

    if raw.startswith(_COMPOUND):
        # An encrypted .docx lies in the same container as an old .doc.
        raise PaperRefusedError(
            "文件有打开密码，或是旧版 .doc 改了扩展名；请在 Word 或 WPS 中打开，去掉密码，另存为 .docx 再导入"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            if sum(member.file_size for member in package.infolist()) > unpacked_bytes:
                raise PaperRefusedError(f"解压后超过 {unpacked_bytes // 2**20} MiB")
        document = Document(io.BytesIO(raw))
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError) as error:
        if isinstance(error, PaperRefusedError):
            raise
        raise PaperRefusedError("不是有效的 DOCX 文件；旧版 .doc 请先另存为 .docx") from error
    body = document.element.body
    return list(_block_lines(body, document, Numbering(document))), is_tracked(body)


def _block_lines(holder: Any, document: Any, numbering: Any) -> Iterator[str]:
    from docx.oxml.table import CT_Tbl

    from crawlers.attachments.word_text import blocks_of, boxes_of, is_struck, words_of

    for block in blocks_of(holder):
        if isinstance(block, CT_Tbl):
            yield from _table_lines(block, document, numbering)
            continue
        if not is_struck(block):
            yield from (numbering.label(block) + words_of(block)).split("\n")
        for box in boxes_of(block):
            yield from _block_lines(box, document, numbering)


def _table_lines(element: Any, document: Any, numbering: Any) -> Iterator[str]:
    from docx.table import Table

    # A merged cell is met once for every column and row that it spans; its paragraphs count once.
    texts: dict[Any, str] = {}
    rows = []
    for row in Table(element, document).rows:
        for cell in row.cells:
            if cell._tc not in texts:  # noqa: SLF001 - the element has no other name
                texts[cell._tc] = "\n".join(_block_lines(cell._tc, document, numbering)).strip()  # noqa: SLF001 - as above
        rows.append(list(dict.fromkeys(text for cell in row.cells if (text := texts[cell._tc]))))  # noqa: SLF001 - as above
    compares = any(_compares(row) for row in rows)
    for cells in rows:
        yield from _row_lines(cells, compares=compares)


def _compares(cells: Sequence[str]) -> bool:
    """Tell whether a row sets two articles beside each other, or is the head of such rows."""
    headings = [cell for cell in cells if len(cell) <= _LONGEST_HEADING and _COMPARES.search(cell)]
    return max(len(headings), sum(_CITES.match(cell) is not None for cell in cells)) > 1


def _row_lines(cells: Sequence[str], *, compares: bool) -> Iterator[str]:
    """Return what a row of a table says: a single cell lays out paragraphs, several are one line.

    A row that begins with the number of an article speaks of that article; the mark before it keeps it from being read as one.
    In a table that compares an old text with a new one, so does a cell that stands alone: the article is new, or unchanged.
    """
    if len(cells) == 1:
        lines = cells[0].split("\n")
        yield from (f"{_ROW_MARK}{line}" if compares and _CITES.match(line) else line for line in lines)
        return
    line = " ".join(cell.replace("\n", " ") for cell in cells)
    yield f"{_ROW_MARK}{line}" if _CITES.match(line) else line


def _pdf_lines(raw: bytes, pages: int) -> tuple[list[str], int, list[int]]:
    """Return the lines of a document, how many pages it has, and which of them are pictures."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise PaperRefusedError("PDF 有密码，请去掉密码后再导入")
        count = len(reader.pages)
        if count > pages:
            raise PaperRefusedError(f"PDF 有 {count} 页，超过 {pages} 页")
        read = [undo_shared_glyphs(page.extract_text()).splitlines() for page in reader.pages]
        scanned = [n for n, page in enumerate(reader.pages, 1) if not "".join(read[n - 1]).strip() and _draws(page)]
        lines = without_running(read)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, PaperRefusedError):
            raise
        raise PaperRefusedError("不是有效的 PDF 文件，或已损坏") from error
    if count and not any(line.strip() for line in lines):
        raise PaperRefusedError("PDF 里没有文字，可能是扫描件；请先做文字识别，或导入文本")
    return unwrap(lines), count, scanned


def _draws(page: Any) -> bool:
    resources = page.get("/Resources")
    return bool(resources is not None and resources.get_object().get("/XObject"))


if __name__ == "__main__":
    _serve(sys.argv[1], [int(number) for number in sys.argv[2:]])
