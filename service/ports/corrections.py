"""What persons corrected of events: each act, as it is told."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.events.corrections import Correction

__all__ = ["Corrections"]


class Corrections(Protocol):
    """Acts by which a person set a fact of an event or took that back. What stands is kept with the event."""

    def add(self, correction: Correction) -> None:
        """Insert an act; none is ever changed."""
        ...

    def of_event(self, event_id: str, *, limit: int = 50) -> Sequence[Correction]:
        """Return the acts on the event, the latest first."""
        ...
