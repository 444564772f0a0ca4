"""Headings of a register that stand in two rows, the upper one merged over several columns: 诉求人 over 姓名 and 电话. Pure."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from crawlers.imports.column_map import choose_column_map, heading_key, known_headings

__all__ = ["joined_headings"]

_LONGEST = 20
_FEWEST = 2


def joined_headings(upper: Sequence[Any], lower: Sequence[Any]) -> tuple[str, ...] | None:
    """Return one heading a column out of two rows, or `None` where the second row is none of headings.

    It is one where it names columns that the first leaves empty, in short words, and an export is known by both rows
    together of which the first alone tells less. A column is called by both its words where these are known together
    (申请人 姓名), else by the lower one, else by the upper one.
    """
    pairs = [(_word(up), _word(low)) for up, low in zip_longest(upper, lower)]
    below = [low for _, low in pairs if low]
    if len(below) < _FEWEST or any(len(low) > _LONGEST for low in below) or all(up for up, low in pairs if low):
        return None
    known, over, names = known_headings(), "", []
    for up, low in pairs:
        over = up or over
        names.append(over + low if low and heading_key(over + low) in known else low or up)
    return tuple(names) if _known(names) > _known([up for up, _ in pairs]) else None


def _word(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _known(names: Sequence[str]) -> int:
    filled = [name for name in names if name]
    chosen = choose_column_map(filled)
    return 0 if chosen is None else chosen.fits(filled)
