"""Surges (异动) that were found, and that somebody has seen them. Part of `service.ports.store`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from service.domain.figures.surge import FoundSurge

__all__ = ["Surges"]


class Surges(Protocol):
    """One row a surge of a series.

    Who writes calls `Work.alone("surges")` first and reads after it, so nothing here is held against others.
    """

    def add(self, surge: FoundSurge) -> bool:
        """Keep a surge whose id is not there yet; return whether it was new."""
        ...

    def save(self, surge: FoundSurge) -> None:
        """Replace what is kept of a surge."""
        ...

    def get(self, surge_id: str) -> FoundSurge | None:
        """Return the surge, or `None`."""
        ...

    def latest(self, *, since: datetime) -> Mapping[str, FoundSurge]:
        """Return by series the surge that lasted longest into the present, of those that lasted until `since` or after."""
        ...

    def listing(
        self, *, since: datetime, until: datetime | None = None, unseen: bool = False, limit: int = 100
    ) -> list[FoundSurge]:
        """Return those found at or after `since` and before `until`, newest first; with `unseen` those nobody has seen."""
        ...
