"""The tables of a page, merged cells and tables in cells included."""

from collections.abc import Iterator

from lxml.etree import _Element

from crawlers.attachments.grid import Grid, Span, from_spans

__all__ = ["tables_in"]

MAX_TABLES = 200
_FEWEST_ROWS = 2
_LINE = frozenset({"p", "div", "br", "li", "tr"})


def tables_in(root: _Element) -> list[Grid]:
    """Return the tables below an element in order; one that lies in a cell of another stands after it, and not in its cell.

    Those that only lay a page out (one row, or one column) are left out.
    """
    grids: list[Grid] = []
    for number, table in enumerate(root.iter("table")):
        if number >= MAX_TABLES:
            break
        grid = from_spans(([_span(cell) for cell in _cells(row)] for row in _rows(table)), "网页表格")
        if len(grid.cells) >= _FEWEST_ROWS and grid.width > 1:
            grids.append(grid)
    return grids


def _rows(table: _Element) -> Iterator[_Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from child.iterchildren("tr")


def _cells(row: _Element) -> Iterator[_Element]:
    yield from row.iterchildren("td", "th")


def _span(cell: _Element) -> Span:
    return Span("".join(_text(cell)), _number(cell.get("rowspan")), _number(cell.get("colspan")))


def _number(value: str | None) -> int:
    return int(value) if value is not None and value.isascii() and value.isdigit() and len(value) <= 5 else 1  # noqa: PLR2004 - five digits are beyond any limit of a grid


def _text(cell: _Element) -> Iterator[str]:
    """Yield the text of a cell without that of tables in it."""
    yield cell.text or ""
    for child in cell:
        if not isinstance(child.tag, str) or child.tag in {"table", "script", "style"}:
            pass
        else:
            yield "\n" if child.tag in _LINE else ""
            yield from _text(child)
        yield child.tail or ""
