"""What crawl processes share through the store: who holds which host, which hosts are stopped, what is looked at again.

Part of `service.ports.store`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers.records import Engagement
from crawlers.schedule.looks import Look

__all__ = ["HostStop", "Hosts", "Looks", "Relook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStop:
    """A host that a person has stopped: nothing is asked of it until a person lets it go again."""

    host: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Relook:
    """A document to look at again, with what the look is compared to."""

    look: Look
    native_id: str
    title: str
    url: str
    published_at: datetime


class Hosts(Protocol):
    """Leases on hosts, so that many processes share the work and one at a time asks a host; and the kill switch."""

    def claim(self, hosts: Collection[str], *, holder: str, now: datetime, until: datetime) -> dict[str, int]:
        """Hold those of `hosts` that nobody else holds at `now`, until `until`; return the fence of each held.

        Whoever holds a host already keeps it under its fence; everybody else begins a new fence.
        """
        ...

    def release(self, fences: Mapping[str, int], *, free_at: datetime) -> None:
        """Let go of hosts held under these fences; others may have them from `free_at` on. A stale fence frees nothing."""
        ...

    def is_held(self, host: str, fence: int) -> bool:
        """Return whether nobody has taken the host since it was claimed under `fence`."""
        ...

    def stop(self, stop: HostStop) -> None:
        """Stop a host; a second stop replaces the reason."""
        ...

    def resume(self, host: str) -> bool:
        """Let a host go again; false where it was not stopped."""
        ...

    def stopped(self) -> dict[str, HostStop]:
        """Return the stopped hosts by name."""
        ...


class Looks(Protocol):
    """Documents that are looked at again, and whether their originals can still be had."""

    def save_all(self, looks: Sequence[Look]) -> None:
        """Insert or replace several; none twice."""
        ...

    def get_all(self, document_ids: Sequence[str]) -> dict[str, Look]:
        """Return those of the documents that are looked at, by id."""
        ...

    def not_begun(self, event_ids: Sequence[str], source_ids: Sequence[str], *, limit: int) -> list[Relook]:
        """Return documents of these events and sources with an address that have no look yet, newest first.

        Their looks have no `due_at`: who calls decides.
        """
        ...

    def due(self, event_ids: Sequence[str], *, now: datetime, limit: int) -> list[Relook]:
        """Return the looks that are due, of documents of these events, longest due first."""
        ...

    def canary(self, source_id: str, *, besides: Collection[str]) -> str | None:
        """Return the address of the source's newest document whose original was there when last seen, or `None`."""
        ...

    def counts_before(self, document_id: str, moment: datetime) -> Engagement | None:
        """Return the counts of a document that were seen last before `moment`, or `None`."""
        ...
