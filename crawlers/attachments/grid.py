"""A table as a rectangle of text: every merged cell stands in each place that it covers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Grid", "Span", "clean", "from_rows", "from_spans"]

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL_CHARACTERS = 4_000
MAX_PLACES = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one table, row by row, all rows equally long; `where` says in words which page or sheet it is on.

    `opens_page` and `ends_page` tell that nothing but margins lies between the table and the edge of its page: only
    such tables go on from one page to the next.
    """

    cells: tuple[tuple[str, ...], ...]
    where: str = ""
    opens_page: bool = False
    ends_page: bool = False

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.cells[0]) if self.cells else 0


@dataclass(frozen=True, slots=True)
class Span:
    """A cell as markup has it: its text, and how many rows and columns it covers."""

    text: str
    rows: int = 1
    columns: int = 1


_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_LATIN_BEFORE, _LATIN_AFTER = re.compile(r"[A-Za-z]{2}$"), re.compile(r"[A-Za-z]{2}")


def clean(text: str) -> str:
    """Return the text of a cell on one line.

    A line break inside a cell is where the column ended, not where a word did: it is dropped, but between Latin words.
    """
    pieces = [""]
    # Line by line: an expression for blanks around a break tries every blank of a cell that is all blanks.
    for line in filter(None, (part.strip() for part in text.split("\n"))):
        between = " " if _LATIN_BEFORE.search(pieces[-1][-2:]) and _LATIN_AFTER.match(line) else ""
        pieces += (between, line)
    return _SPACES.sub(" ", "".join(pieces)).strip()[:MAX_CELL_CHARACTERS]


def from_rows(rows: Iterable[Sequence[str]], where: str = "") -> Grid:
    """Return the grid of rows of unequal length; empty rows and columns are left out."""
    kept = [[clean(cell) for cell in row[:MAX_COLUMNS]] for row, _ in zip(rows, range(MAX_ROWS), strict=False)]
    width = max((len(row) for row in kept), default=0)
    padded = [row + [""] * (width - len(row)) for row in kept if any(row)]
    used = [index for index in range(width) if any(row[index] for row in padded)]
    return Grid(cells=tuple(tuple(row[index] for index in used) for row in padded), where=where)


def from_spans(rows: Iterable[Sequence[Span]], where: str = "") -> Grid:
    """Return the grid of cells that cover several rows or columns (HTML, 4.9.12: forming a table).

    A cell never covers more than what `MAX_ROWS`, `MAX_COLUMNS` and `MAX_PLACES` leave.
    """
    placed: dict[tuple[int, int], str] = {}
    count = 0
    for number, row in enumerate(rows):
        if number >= MAX_ROWS or len(placed) >= MAX_PLACES:
            break
        count = number + 1
        column = 0
        for cell in row:
            while (number, column) in placed:
                column += 1
            if column >= MAX_COLUMNS:
                break
            _place(placed, number, column, cell)
            column += max(cell.columns, 1)
    width = max((column + 1 for _, column in placed), default=0)
    # A span may reach below the last row; there is no such row.
    return from_rows(([placed.get((row, column), "") for column in range(width)] for row in range(count)), where)


def _place(placed: dict[tuple[int, int], str], row: int, column: int, cell: Span) -> None:
    text = clean(cell.text)
    for down in range(min(max(cell.rows, 1), MAX_ROWS - row)):
        for right in range(min(max(cell.columns, 1), MAX_COLUMNS - column)):
            if len(placed) >= MAX_PLACES:
                return
            placed.setdefault((row + down, column + right), text)
