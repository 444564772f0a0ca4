"""What opening a file gives: its headings and the rows under them, or a refusal of the whole file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from crawlers.imports.records import Row

__all__ = ["MAX_COLUMNS", "MAX_TITLE_ROWS", "ImportRefused", "Table", "below_title", "headings_of"]

Entry = TypeVar("Entry")

MAX_COLUMNS = 512
MAX_TITLE_ROWS = 5


class ImportRefused(ValueError):  # noqa: N818 - a refusal, told to the person who imported
    """A file that cannot be imported as a whole; the message is a Chinese sentence that says what to do."""


def _nothing() -> None:
    """Close nothing: the rows hold no file before the first one is asked for."""


@dataclass(frozen=True, slots=True)
class Table:
    """The headings of a file, and its rows; who asks for no row closes it."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    close: Callable[[], None] = _nothing


def below_title(rows: Iterator[Entry], cells_of: Callable[[Entry], Sequence[Any]]) -> list[Entry]:
    """Take the rows up to the headings of a file, and return the headings and what was taken after them.

    What stands above a table, its title and who made it when, fills one cell of a row; headings fill several. Where no
    row does within the first few, the first one holds the only heading. Empty rows are passed over; no more rows are
    taken than are needed.
    """
    begun: list[Entry] = []
    for row in rows:
        filled = sum(cell is not None and bool(str(cell).strip()) for cell in cells_of(row))
        if filled > 1:
            return [row]
        if filled:
            begun.append(row)
        if len(begun) > MAX_TITLE_ROWS:
            break
    return begun


def headings_of(cells: Sequence[Any], path: Path) -> tuple[str, ...]:
    """Return the headings that stand in `cells`, a row of `path`; a column without one is called by its number.

    Raises:
        ImportRefused: there are none, or too many.
    """
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
