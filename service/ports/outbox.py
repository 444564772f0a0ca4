"""The queue of everything that leaves the process, written in the transaction of its cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

__all__ = ["Outbox", "OutboxRow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """Something that must leave the process. `key` is deterministic, so enqueuing twice is once.

    `attempts` counts this claim too: 1 at the first try.
    """

    key: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int = 0
    fence: int = 0
    created_at: datetime


class Outbox(Protocol):
    """The transactional queue of everything that leaves the process."""

    def add(
        self, key: str, kind: str, payload: Mapping[str, Any], *, now: datetime, not_before: datetime | None = None
    ) -> bool:
        """Enqueue, to leave at once or not before a time; false where the key is already there."""
        ...

    def withdraw(self, keys: Sequence[str]) -> list[str]:
        """Take back those of the rows that nobody has tried to deliver yet, and return their keys; they may be enqueued again."""
        ...

    def states(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return `queued` (never tried), `waiting` (to be tried again), `leased`, `done` or `dead` by key, of those that there are."""
        ...

    def claim(self, *, kinds: Sequence[str], limit: int, lease: timedelta, now: datetime) -> list[OutboxRow]:
        """Lease rows that are due, oldest first."""
        ...

    def claim_in_turn(self, kind: str, *, patience: timedelta, lease: timedelta, now: datetime) -> OutboxRow | None:
        """Lease the oldest row of a kind where it is due, so that rows leave in their order, one at a time.

        `None` where it is not due or is held by a worker: nothing passes it until it is as old as `patience`; from then on it
        waits for its own time and others pass.
        """
        ...

    def renew(self, row: OutboxRow, *, lease: timedelta, now: datetime) -> bool:
        """Let the lease of a row last until `now + lease`; false where the fence is stale."""
        ...

    def untaken(self, *, kind: str, now: datetime, limit: int) -> list[OutboxRow]:
        """Return rows that nobody took, oldest first: those that are due, and those that failed, whenever their next try is.

        Empty where none is due. What a worker took and never put back is not among them, whatever became of it.
        """
        ...

    def settle(self, keys: Sequence[str], *, now: datetime) -> list[str]:
        """Mark those of the rows as delivered that nobody took, and return their keys."""
        ...

    def done(self, row: OutboxRow, *, now: datetime) -> bool:
        """Mark delivered; false where the fence is stale."""
        ...

    def retry(self, row: OutboxRow, *, error: str, not_before: datetime, dead: bool = False) -> bool:
        """Put back with a later time, or set aside as dead; false where the fence is stale."""
        ...

    def given_up(self, kind: str, *, limit: int, since: datetime | None = None) -> list[OutboxRow]:
        """Return rows that were set aside as dead, those enqueued `since`, the oldest first."""
        ...

    def leave_again(self, payloads: Mapping[str, Mapping[str, Any]], *, now: datetime) -> set[str]:
        """Let those of the rows that are dead leave again, by key with the payload given; return their keys.

        Key, tries and the last error stay, so that they go out as what they were, and the error is seen until they
        have.
        """
        ...

    def waiting(self) -> Mapping[str, int]:
        """Return undelivered rows per kind."""
        ...

    def overdue(self, kind: str, *, since: datetime) -> tuple[int, datetime | None]:
        """Return how many rows should have left before `since` and wait still, and when the first of them was enqueued.

        One that is not to leave yet is not overdue, nor one that was set aside as dead.
        """
        ...

    def late(self, kind: str, *, since: datetime, limit: int) -> list[OutboxRow]:
        """Return the rows that `overdue` counts, the oldest first."""
        ...

    def troubled(self, *, limit: int = 50) -> list[Mapping[str, Any]]:
        """Return rows that failed at least once and are not delivered: `key, kind, attempts, error, not_before, state, created_at`."""
        ...
