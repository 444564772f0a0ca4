"""Who is told of what: silences, the duty roster, members of units, the record of notices, acts that can be undone.

Part of `service.ports.store`, whose `Work` has one of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from service.domain.alerts.alert import AlertLevel
from service.domain.people.roster import Shift
from service.domain.telling.silence import Silence

__all__ = ["Batch", "Batches", "Notice", "Notices", "Roster", "Silences"]


class Silences(Protocol):
    """Silences, past ones included."""

    def save(self, silence: Silence) -> None:
        """Insert or replace."""
        ...

    def get(self, silence_id: str) -> Silence | None:
        """Return the silence, or `None`."""
        ...

    def active(self, now: datetime) -> list[Silence]:
        """Return those that are not over, the first to end first; those that begin later are among them."""
        ...

    def listing(self, *, limit: int = 100) -> list[Silence]:
        """Return silences, the latest made first."""
        ...


class Roster(Protocol):
    """Shifts of duty, and which person belongs to which unit."""

    def save_all(self, shifts: Sequence[Shift]) -> None:
        """Insert or replace."""
        ...

    def get(self, shift_id: str) -> Shift | None:
        """Return the shift, or `None`."""
        ...

    def remove(self, shift_id: str) -> bool:
        """Forget the shift; false where there is none."""
        ...

    def between(self, since: datetime, until: datetime) -> list[Shift]:
        """Return the shifts that touch the time, in order of their beginning."""
        ...

    def kept(self) -> bool:
        """Tell whether any shift was ever entered, so that a time without one is a gap."""
        ...

    def members(self) -> Mapping[str, frozenset[str]]:
        """Return the ids of people by the id of their unit."""
        ...

    def set_members(self, unit_id: str, person_ids: Sequence[str]) -> None:
        """Say who belongs to a unit, replacing what was said before."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to one person on one occasion: told (`key` is its key in the outbox), or held back; `why` in words."""

    key: str
    alert_id: str
    occasion: str
    person_id: str
    person_name: str
    told: bool
    why: str
    level: AlertLevel
    at: datetime


class Notices(Protocol):
    """What was told to whom, and what was held back."""

    def save(self, notice: Notice) -> None:
        """Insert or replace by key; one that was told stays told."""
        ...

    def of_alert(self, alert_id: str) -> list[Notice]:
        """Return the alert's notices in order of time."""
        ...

    def untold(self, alert_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the alerts of which nobody was told anything."""
        ...

    def withdraw(self, keys: Sequence[str]) -> None:
        """Forget notices whose mail was taken back before it left."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One act on several alerts that may be undone for some seconds; `items` is what is needed for that."""

    id: str
    kind: str
    person_id: str
    at: datetime
    items: tuple[Mapping[str, Any], ...]
    undone_at: datetime | None = None


class Batches(Protocol):
    """Acts on several alerts at once."""

    def save(self, batch: Batch) -> None:
        """Insert or replace."""
        ...

    def get(self, batch_id: str) -> Batch | None:
        """Return the batch, or `None`."""
        ...
