"""What opening a file gives: its headings and the rows under them, or a refusal of the whole file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from crawlers.imports.records import Row

__all__ = ["MAX_COLUMNS", "ImportRefused", "Table", "below_titles", "headings_of"]

MAX_COLUMNS = 512
_MOST_ABOVE = 10

_Numbered = tuple[int, Sequence[Any]]


class ImportRefused(ValueError):  # noqa: N818 - a refusal, told to the person who imported
    """A file that cannot be imported as a whole; the message is a Chinese sentence that says what to do."""


def _nothing() -> None:
    """Close nothing: the rows hold no file before the first one is asked for."""


@dataclass(frozen=True, slots=True)
class Table:
    """The headings of a file, and its rows; who asks for no row closes it. `others` are sheets with rows that are not read."""

    headings: tuple[str, ...]
    rows: Iterator[Row]
    close: Callable[[], None] = _nothing
    others: tuple[str, ...] = ()


def below_titles(rows: Iterator[_Numbered]) -> tuple[_Numbered | None, Iterator[_Numbered]]:
    """Return the row of the headings and the rows below it: the first of `rows` with two filled cells.

    What stands above, in one cell a row, is the title of an export, the day it was made, a remark. Where the first rows
    all have one cell, the first of them is the heading; `None` where there is no filled row.
    """
    passed: list[_Numbered] = []
    for number, cells in rows:
        filled = sum(1 for cell in cells if cell is not None and str(cell).strip())
        if filled > 1:
            return (number, cells), rows
        if filled:
            passed.append((number, cells))
        if len(passed) > _MOST_ABOVE:
            break
    return (passed[0], chain(passed[1:], rows)) if passed else (None, rows)


def headings_of(cells: Sequence[Any], path: Path) -> tuple[str, ...]:
    """Return the headings in their row of `path`; a column without one is called by its number.

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
