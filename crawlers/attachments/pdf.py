"""Text and tables of a PDF file; a page without text is a scan and is told apart."""

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawlers.attachments.glyphs import undo_shared_glyphs
from crawlers.attachments.grid import Grid, clean
from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["MAX_PAGES", "PdfText", "read_pdf"]

MAX_PAGES = 200
# A page of tables takes 0.2 to 0.5 s.
MAX_SECONDS = 25.0
_FEWEST_CHARACTERS = 8
_MARGIN = 0.12
"""The share of a page's height at its top and bottom where only page numbers and running heads stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """What was read: text outside of tables, the tables, how many pages there are and were read, which (from 1) hold no text."""

    text: str
    grids: tuple[Grid, ...]
    pages: int
    read: int
    scanned: tuple[int, ...]


def read_pdf(raw: bytes) -> PdfText | GateRefusal:
    """Return text and tables of the first pages: `MAX_PAGES`, or those that `MAX_SECONDS` of processor time are enough for.

    Tables are found by their lines. A scanned page has its number in `scanned`.
    """
    import logging

    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    # It warns of every font whose description is incomplete, which most printed ones are.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    broken = (PDFException, PdfminerException, MalformedPDFException, ValueError, KeyError, TypeError, IndexError)
    try:
        with pdfplumber.open(io.BytesIO(raw)) as pdf:
            return _read(pdf)
    except broken as error:
        # pdfplumber wraps what pdfminer says.
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in (error, *error.args, error.__cause__)):
            return GateRefusal(RefusalReason.BINARY, "PDF 加了密码，无法读取")
        return GateRefusal(RefusalReason.BINARY, f"PDF 的结构已损坏（{type(error).__name__}）")


def _read(pdf: Any) -> PdfText:
    until = time.process_time() + MAX_SECONDS
    texts: list[str] = []
    grids: list[Grid] = []
    scanned: list[int] = []
    read = 0
    for read, page in enumerate(pdf.pages[:MAX_PAGES], start=1):
        text, tables = _page(page, read)
        texts.append(text)
        grids.extend(tables)
        if len(text.strip()) < _FEWEST_CHARACTERS and not tables and page.images:
            scanned.append(read)
        page.close()
        if time.process_time() > until:
            break
    text = "\n".join(part for part in texts if part.strip())
    return PdfText(text=text, grids=tuple(grids), pages=len(pdf.pages), read=read, scanned=tuple(scanned))


def _page(page: Any, number: int) -> tuple[str, list[Grid]]:
    tables = [table for table in page.find_tables(_settings(page)) if len(table.rows) > 1 or len(table.cells) > 1]
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda thing: not _within(thing, boxes)) if boxes else page
    grids = [_grid(page, table, number) for table in tables]
    return undo_shared_glyphs(outside.extract_text() or ""), [grid for grid in grids if grid.cells]


def _settings(page: Any) -> dict[str, Any]:
    """Close what the edge of a page left open: a merged cell that goes on over the page has no line at its end."""
    upright = [edge for edge in page.edges if edge["orientation"] == "v"]
    if not upright:
        return {}
    ends = [min(edge["top"] for edge in upright), max(edge["bottom"] for edge in upright)]
    return {"explicit_horizontal_lines": ends}


def _within(thing: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    if "x0" not in thing or "top" not in thing:
        return False
    x, y = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes)


def _grid(page: Any, table: Any, number: int) -> Grid:
    texts = {box: clean(undo_shared_glyphs(_text_in(page, box))) for box in table.cells}
    # A merged cell reaches beyond its row and column: what is shortest tells where they end.
    middles = [_middle([cell for cell in row.cells if cell], 1) for row in table.rows]
    centres = [_middle([cell for cell in column.cells if cell], 0) for column in table.columns]
    rows = tuple(tuple(_at(texts, centre, middle) for centre in centres) for middle in middles)
    _, top, _, bottom = table.bbox
    return Grid(
        cells=tuple(row for row in rows if any(row)),
        where=f"第 {number} 页",
        opens_page=not _holds_text(page, 0, top),
        ends_page=not _holds_text(page, bottom, page.height),
    )


def _middle(cells: Sequence[tuple[float, ...]], axis: int) -> float:
    return (min(cell[axis] for cell in cells) + min(cell[axis + 2] for cell in cells)) / 2


def _at(texts: dict[tuple[float, ...], str], x: float, y: float) -> str:
    """Return the text of the smallest cell around a place: a table in a cell has cells of its own."""
    around = [box for box in texts if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
    return texts[min(around, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))] if around else ""


def _text_in(page: Any, box: tuple[float, ...]) -> str:
    inner = page.crop(_clipped(box, page.bbox), strict=False)
    return str(inner.extract_text() or "")


def _clipped(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, ...]:
    return (max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3]))


def _holds_text(page: Any, top: float, bottom: float) -> bool:
    margin = page.height * _MARGIN
    top, bottom = max(top, margin), min(bottom, page.height - margin)
    return any(top < char["top"] and char["bottom"] < bottom for char in page.chars if char["text"].strip())
