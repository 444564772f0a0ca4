"""In which cells of the roll-ups a document counts, and a digest of these rules. Pure."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from service.domain.places import PROVINCE, counted_place, places_of

__all__ = ["Cell", "cells_of", "counted_by"]


class Cell(NamedTuple):
    """One cell: `category` `""` is the row over all categories, `region` a city code, `""` for none."""

    hour: datetime
    source_class: str
    category: str
    region: str
    level: int
    tone: str


def cells_of(
    *, at: datetime, source_class: str, categories: Iterable[str], places: Sequence[str], level: int, tone: str
) -> list[Cell]:
    """Return the cells of a document that happened `at` and is of these places: once over all categories, once in each."""
    hour, region = at.replace(minute=0, second=0, microsecond=0), counted_place(places)
    return [Cell(hour, source_class, category, region, level, tone) for category in ("", *categories)]


# Each stands for a case that a rule of places tells apart; a changed rule changes what becomes of one of them.
_CASES: tuple[tuple[tuple[str, ...], str | None], ...] = (
    ((), None),
    ((), "360700"),
    ((), "110000"),
    (("360731",), None),
    (("360000",), "110000"),
    (("110000", "360100"), None),
    (("360100", "360700"), "361100"),
    (("110000",), "360700"),
    (("110101", "310000"), None),
    (("JP",), None),
)


def counted_by() -> str:
    """Return a digest of what these rules make of fixed cases: it is another where documents would be counted otherwise."""
    at = datetime(2026, 11, 25, 8, 59, 59, tzinfo=UTC)
    made = [
        [
            tuple(cell)
            for cell in cells_of(
                at=at,
                source_class="media",
                categories=("R07", "R01"),
                places=places_of(named, own),
                level=2,
                tone="neg",
            )
        ]
        for named, own in _CASES
    ]
    text = json.dumps([PROVINCE, made], default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
