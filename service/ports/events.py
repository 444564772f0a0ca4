"""The port of events: what happened, the keys under which it is looked up, and the documents that tell of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from service.domain.events.event import Event, EventDocument
from service.domain.events.regrouping import Member

__all__ = ["Events"]


class Events(Protocol):
    """Events, their grouping keys, and their members."""

    def get(self, event_id: str) -> Event | None:
        """Return the event, or `None`."""
        ...

    def get_all(self, event_ids: Sequence[str]) -> dict[str, Event]:
        """Return those of the events that there are, by id."""
        ...

    def beginning_with(self, beginning: str, *, limit: int = 5) -> list[Event]:
        """Return the events whose ids begin so, in order of their ids."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> dict[str, str]:
        """Return the event id of those of the documents that belong to an event, by the document's id."""
        ...

    def candidates(self, lookups: Sequence[tuple[Sequence[str], datetime]], *, limit: int = 200) -> list[list[Event]]:
        """Return for each lookup, keys and a time, the events that share a key and were last seen at or after that time.

        Most shared keys come first, of equals the last seen; `limit` holds for each lookup. An event found by several
        is one object.
        """
        ...

    def save_all(self, events: Sequence[tuple[Event, Sequence[str]]]) -> None:
        """Insert or replace events and add their lookup keys; no event twice."""
        ...

    def save(self, event: Event, keys: Sequence[str]) -> None:
        """Insert or replace the event and add its lookup keys."""
        ...

    def unfile(self, event_ids: Sequence[str]) -> None:
        """Take all lookup keys of these events away: no candidate of them is found until they are saved with keys."""
        ...

    def members(self, event_ids: Sequence[str], *, beside: Sequence[str] = ()) -> list[Member]:
        """Return every judged document of these events and those that are named `beside` them, in the order in which they came in."""
        ...

    def move(self, event_ids: Mapping[str, str | None], duplicates: Mapping[str, str | None]) -> None:
        """Let judged documents belong to other events or to none, by id, and say of each whose text it repeats."""
        ...

    def documents(
        self,
        event_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
        offset: int = 0,
    ) -> list[EventDocument]:
        """Return the members of `since` ≤ time < `until` in order of time (published, else stored).

        Without `since` each `duplicate_of` names the first post of the text among those returned, whatever came in first.
        """
        ...

    def order(self, event_id: str) -> list[tuple[str, str | None]]:
        """Return the id of every member in the order of `documents`, each with the first post of its text where it is not that."""
        ...

    def hourly(self, event_id: str, *, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
        """Return documents per hour; hours without documents are left out."""
        ...

    def counts(self, event_ids: Sequence[str], *, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many members of each event have a time of `since` ≤ time < `until`; events without are left out."""
        ...

    def mentions(self, *, since: datetime, until: datetime) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
        """Return of every risk event with members of `since` ≤ time < `until` its products, its firms and how many those are."""
        ...

    def claims(self, event_ids: Sequence[str], category: str) -> dict[str, tuple[int, str]]:
        """Return of each event how many members of the category no official source wrote, and the id of the first in time; events without are left out."""
        ...

    def classes(self, event_id: str) -> dict[str, int]:
        """Return how many members of the event are of each class of sources."""
        ...

    def spread(self, event_id: str, *, now: datetime) -> Mapping[str, Any]:
        """Return the counts that the score needs.

        Keys: `items` (all), `items_24h`, `items_2h`, `items_prev_24h` (the 24 h before the last two), `items_1h`, `items_prev_1h`,
        `sources, independent_sources, independent_24h, accounts` (of an export each outlet that it names is a source), `views` and `reposts` (`None` where unknown), `source_classes`, `provinces` (six-digit codes), `first_source_id`.
        """
        ...

    def spreads(self, event_ids: Sequence[str], *, now: datetime) -> dict[str, Mapping[str, Any]]:
        """Return what `spread` says of each event, by id."""
        ...

    def listing(
        self,
        *,
        since: datetime | None = None,
        level_at_least: str | None = None,
        category: str | None = None,
        region: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Event]:
        """Return events, latest activity first, without those that were merged into others; `region` is how the code of one of the places begins."""
        ...
