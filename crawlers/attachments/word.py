"""Text and tables of a .docx file, in the order of the document."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from crawlers.attachments.grid import Grid, from_rows
from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["read_docx"]

MAX_TABLES = 500


def read_docx(raw: bytes) -> tuple[str, list[Grid]] | GateRefusal:
    """Return the paragraphs outside of tables, and the tables; those in a cell stand after the one around them.

    Tracked changes read as if they were accepted; what stands in a text box follows the paragraph that it is anchored in.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(raw))
        lines: list[str] = []
        grids: list[Grid] = []
        _read_blocks(document.element.body, document, lines, grids)
    except (
        PackageNotFoundError,
        LxmlError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        RecursionError,
        OSError,
    ) as error:
        return GateRefusal(RefusalReason.BINARY, f"Word 文档的结构已损坏（{type(error).__name__}）")
    return "\n".join(line for line in lines if line.strip()), grids[:MAX_TABLES]


def _read_blocks(holder: Any, document: Any, lines: list[str], grids: list[Grid]) -> None:
    from docx.oxml.table import CT_Tbl
    from docx.table import Table

    from crawlers.attachments.word_text import blocks_of, boxes_of, words_of

    for block in blocks_of(holder):
        if isinstance(block, CT_Tbl):
            grids.extend(_grids(Table(block, document)))
            continue
        lines.append(words_of(block))
        for box in boxes_of(block):
            _read_blocks(box, document, lines, grids)


def _grids(table: Any) -> Iterator[Grid]:
    # python-docx gives a merged cell once for every place that it covers.
    rows = [[_cell_text(cell._tc) for cell in row.cells] for row in table.rows]  # noqa: SLF001 - the element has no other name
    yield from_rows(rows, "Word 表格")
    seen = set()
    for row in table.rows:
        for cell in row.cells:
            for inner in cell.tables:
                if id(inner._tbl) not in seen:  # noqa: SLF001 - the element is the identity of a table
                    seen.add(id(inner._tbl))  # noqa: SLF001
                    yield from _grids(inner)


def _cell_text(cell: Any) -> str:
    from docx.oxml.table import CT_Tbl

    from crawlers.attachments.word_text import blocks_of, words_of

    return "\n".join(words_of(block) for block in blocks_of(cell) if not isinstance(block, CT_Tbl))
