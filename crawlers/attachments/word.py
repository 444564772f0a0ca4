"""Text and tables of a .docx file, in the order of the document."""

import io
import zipfile
from collections.abc import Iterator

from crawlers.attachments.grid import Grid, from_rows
from crawlers.gate import Refusal, RefusalReason

__all__ = ["read_docx"]

MAX_TABLES = 500


def read_docx(raw: bytes) -> tuple[str, list[Grid]] | Refusal:
    """Return the paragraphs outside of tables, and the tables; those in a cell stand after the one around them."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from docx.text.paragraph import Paragraph
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(raw))
        lines: list[str] = []
        grids: list[Grid] = []
        for block in document.iter_inner_content():
            if isinstance(block, Paragraph):
                lines.append(block.text)
            elif isinstance(block, Table):
                grids.extend(_grids(block))
    except (
        PackageNotFoundError,
        LxmlError,
        KeyError,
        ValueError,
        zipfile.BadZipFile,
        RecursionError,
        OSError,
    ) as error:
        return Refusal(RefusalReason.BINARY, f"Word 文档的结构已损坏（{type(error).__name__}）")
    return "\n".join(line for line in lines if line.strip()), grids[:MAX_TABLES]


def _grids(table: "Table") -> Iterator[Grid]:  # type: ignore[name-defined] # noqa: F821 - imported where it is used
    # python-docx gives a merged cell once for every place that it covers.
    rows = [[("\n".join(paragraph.text for paragraph in cell.paragraphs)) for cell in row.cells] for row in table.rows]
    yield from_rows(rows, "Word 表格")
    seen = set()
    for row in table.rows:
        for cell in row.cells:
            for inner in cell.tables:
                if id(inner._tbl) not in seen:  # noqa: SLF001 - the element is the identity of a table
                    seen.add(id(inner._tbl))  # noqa: SLF001
                    yield from _grids(inner)
