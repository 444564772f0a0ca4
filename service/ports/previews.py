"""Policy files that somebody uploaded and has not taken into the library yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

__all__ = ["PolicyPreview", "Previews"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPreview:
    """What was read of one uploaded file: who uploaded it, when, its name, and the text with what it says of itself."""

    id: str
    person_id: str
    file: str
    source: Mapping[str, Any]
    at: datetime


class Previews(Protocol):
    """Read files that wait for a decision; they bind nobody and are in no search."""

    def put(self, preview: PolicyPreview) -> None:
        """Store what was read."""
        ...

    def get(self, preview_id: str) -> PolicyPreview | None:
        """Return one, `None` where it was decided, dropped or forgotten."""
        ...

    def waiting(self, person_id: str) -> Sequence[tuple[str, str, datetime]]:
        """Return id, name of the file and time of those that a person uploaded, the latest first."""
        ...

    def drop(self, preview_id: str) -> None:
        """Forget one; one that is gone already is no error."""
        ...

    def drop_before(self, moment: datetime) -> None:
        """Forget those that were uploaded before a moment."""
        ...
