"""The quieter tables of the store: people and sessions, sources, quarantine, roll-ups, the policy library.

Part of `service.ports.store`, from where they are imported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from crawlers.ports import QuarantineEntry, SourceProgress
from service.domain.people.person import Person, Session

__all__ = ["People", "Quarantine", "QuarantinedRow", "Rollups", "SourceCheck", "Sources"]


class People(Protocol):
    """People and their sessions."""

    def get(self, person_id: str) -> Person | None: ...  # noqa: D102
    def by_name(self, name: str) -> Person | None: ...  # noqa: D102
    def save(self, person: Person) -> None: ...  # noqa: D102
    def listing(self) -> list[Person]: ...  # noqa: D102
    def session(self, session_id: str) -> Session | None: ...  # noqa: D102
    def save_session(self, session: Session) -> None: ...  # noqa: D102
    def touch_session(self, session_id: str, *, seen_at: datetime) -> None: ...  # noqa: D102
    def end_session(self, session_id: str) -> None: ...  # noqa: D102
    def end_sessions_of(self, person_id: str) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What is known of a source's live check (上线检查).

    `wished_at` and `wished_by` stand while one is asked for and not settled; `tries` counts its visits that were cut
    short. `checked_at` is when the last one was settled, `reason` what it failed with, `passed_at` when one passed
    last.
    """

    source_id: str
    wished_at: datetime | None = None
    wished_by: str | None = None
    tries: int = 0
    checked_at: datetime | None = None
    passed_at: datetime | None = None
    reason: str | None = None


class Sources(Protocol):
    """What is remembered about each source, and the switches that people set."""

    def progress(self, source_id: str) -> SourceProgress: ...  # noqa: D102
    def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about one source; the hour of its last success counts as one in which a source answered."""
        ...

    def note_answer(self, at: datetime) -> None:
        """Remember that a source gave something at this time that was not fetched: a push."""
        ...

    def answered_hours(self, *, since: datetime, until: datetime) -> set[datetime]:
        """Return the whole hours of `since` ≤ hour < `until` in which a source answered; every other one is a gap."""
        ...

    def first_answer(self) -> datetime | None:
        """Return the first hour in which a source answered, or `None`."""
        ...

    def all_progress(self) -> dict[str, SourceProgress]: ...  # noqa: D102
    def switches(self) -> dict[str, bool]:
        """Return the sources that a person switched on or off, over the catalogue's own setting."""
        ...

    def switch(self, source_id: str, *, enabled: bool) -> None: ...  # noqa: D102
    def checks(self) -> dict[str, SourceCheck]:
        """Return what is known of the live check of each source that one was asked for, by id."""
        ...

    def save_check(self, check: SourceCheck) -> None:
        """Replace what is known of the live check of one source."""
        ...

    def describe(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Remember `id, name, source_class, region, weight, credibility` of known sources, for joins and for imports."""
        ...

    def described(self) -> dict[str, Mapping[str, Any]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """One quarantined thing as stored."""

    id: int
    entry: QuarantineEntry
    replayed_at: datetime | None = None


class Quarantine(Protocol):
    """What could not be taken, for a person to look at; what was tried again stays, marked as replayed."""

    def add(self, entries: Sequence[QuarantineEntry]) -> None: ...  # noqa: D102
    def add_once(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep those of the entries that are not kept yet: a file that is imported again adds nothing."""
        ...

    def listing(self, *, limit: int = 100, stage: str | None = None) -> list[QuarantinedRow]: ...  # noqa: D102
    def counts(self) -> dict[tuple[str, str], int]:
        """Return rows per (stage, reason) that are not replayed."""
        ...

    def open_details(self, stage: str, *, limit: int) -> list[tuple[int, str]]:
        """Return id and detail of rows of a stage that are not replayed, the oldest first; their samples stay where they are."""
        ...

    def open_of(self, stage: str, source_ids: Sequence[str], *, limit: int) -> list[int]:
        """Return ids of rows of a stage about these sources that are not replayed, the oldest first."""
        ...

    def mark_replayed(self, row_ids: Sequence[int], *, now: datetime) -> None: ...  # noqa: D102


class Rollups(Protocol):
    """Counts per hour × source class × category × region × level, so that charts never scan."""

    def add(
        self, *, hour: datetime, source_class: str, category: str, region: str, level: int, tone: str, count: int = 1
    ) -> None:
        """Add to one cell; `category` `""` is the row over all categories, `region` a city code (4 digits), `""` for none."""
        ...

    def clear(self) -> None:
        """Forget all counts; who adds to them meanwhile waits for the end of this transaction."""
        ...

    def hourly(
        self, *, since: datetime, until: datetime, level_at_least: int = 0, tone: str = "", region: str = ""
    ) -> dict[datetime, int]:
        """Return documents per hour over the all-categories rows; of a tone, of the regions that begin with `region`."""
        ...

    def hourly_by_category(
        self, *, since: datetime, until: datetime, level_at_least: int = 0
    ) -> dict[str, dict[datetime, int]]:
        """Return documents per hour for each category; a document of two categories counts in both."""
        ...

    def totals(self, *, since: datetime, until: datetime, by: str, level_at_least: int = 0) -> dict[str, int]:
        """Return totals by `source_class`, `category`, `region`, `tone` or `level`."""
        ...
