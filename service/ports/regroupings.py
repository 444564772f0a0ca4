"""What persons corrected of the grouping: each act, and where the documents that they placed belong."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.events.regrouping import Regrouping

__all__ = ["Regroupings"]


class Regroupings(Protocol):
    """Acts of regrouping, and of each document that a person placed the event it belongs to."""

    def save(self, regrouping: Regrouping) -> None:
        """Insert or replace an act by id; its documents are placed by hand from then on, or where it is undone, back again."""
        ...

    def get(self, regrouping_id: str) -> Regrouping | None:
        """Return the act, or `None`."""
        ...

    def of_event(self, event_id: str, *, limit: int = 50) -> list[Regrouping]:
        """Return the acts that took documents from the event or brought some there, the latest first."""
        ...

    def placed(self, document_ids: Sequence[str]) -> dict[str, str | None]:
        """Return of those of the documents that a person placed the event they belong to, `None` for out of every event."""
        ...
