"""The truth in the service's own words: one transaction (`Work`) over documents, events, alerts, outbox, audit and people.

All calls are synchronous; HTTP handlers make them in worker threads. Everything read is immutable; everything written
commits as one or not at all. Two adapters (SQLite, PostgreSQL) pass one contract suite.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from analysis.assessment import Assessment
from crawlers.ports import PutResult
from crawlers.records import Document, filled_at_once
from service.domain.events.event import EventDocument
from service.ports.alerts import Alerts, Clocks
from service.ports.attachments import Attachments
from service.ports.audit import Audit
from service.ports.cases import Cases
from service.ports.citations import Citations
from service.ports.corrections import Corrections
from service.ports.events import Events
from service.ports.evidence import Evidence
from service.ports.explanations import Explanations
from service.ports.fetching import Hosts, Looks
from service.ports.following import Matters, Topics
from service.ports.hiding import Hiding
from service.ports.learning import Labels, Models
from service.ports.opinions import Opinions
from service.ports.outbox import Outbox, OutboxRow
from service.ports.own_sources import OwnSources
from service.ports.policies import Policies
from service.ports.previews import Previews
from service.ports.registers import People, Quarantine, QuarantinedRow, Rollups, Sources
from service.ports.regroupings import Regroupings
from service.ports.routing import Batches, Notices, Roster, Silences
from service.ports.search import SearchDocument
from service.ports.surges import Surges
from service.ports.words import Rejudgements, Words

__all__ = [
    "Alerts",
    "Audit",
    "Batches",
    "Cases",
    "Citations",
    "Clocks",
    "Completion",
    "Corrections",
    "Documents",
    "Events",
    "Evidence",
    "Explanations",
    "Hiding",
    "Hosts",
    "Labels",
    "LeasedDocument",
    "Looks",
    "Matters",
    "Models",
    "Notices",
    "Outbox",
    "OutboxRow",
    "OwnSources",
    "People",
    "Policies",
    "Previews",
    "Quarantine",
    "QuarantinedRow",
    "Regroupings",
    "Rejudgements",
    "Rollups",
    "Roster",
    "Silences",
    "Sources",
    "Store",
    "StoreBusyError",
    "StoreFullError",
    "StoreUnavailableError",
    "Surges",
    "Topics",
    "Words",
    "Work",
]


class StoreUnavailableError(Exception):
    """The store could not be reached, is not set up, is busy or full; the sentence (Chinese) says what and what to do."""


class StoreBusyError(StoreUnavailableError):
    """Others were writing for as long as one waits: nothing was changed, and the same works a little later."""


class StoreFullError(StoreUnavailableError):
    """The disk of the store is full: nothing can be written, and everything can be read."""


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedDocument:
    """A document claimed for assessment. Completing it needs the same `fence`, so a late worker changes nothing.

    The fence of the lease that completes it is the version of the judgement in the search projection.

    `attempts` counts this lease too, so a document that kills its workers is known by it.
    """

    seq: int
    document: Document
    stored_at: datetime
    attempts: int
    fence: int


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The judgement of a leased document, with the event it belongs to and the document whose text it repeats."""

    leased: LeasedDocument
    assessment: Assessment
    event_id: str | None = None
    duplicate_of: str | None = None


class Documents(Protocol):
    """Collected documents and the queue of those that await assessment."""

    def put(self, documents: Sequence[Document], *, now: datetime) -> PutResult:
        """Store, idempotent by id and content hash; an edited text is a new version and awaits assessment again."""
        ...

    def claim(self, *, limit: int, lease: timedelta, now: datetime) -> list[LeasedDocument]:
        """Lease up to `limit` pending documents in order of `seq`; no two workers hold one at once."""
        ...

    def renew(self, leased: Sequence[LeasedDocument], *, lease: timedelta, now: datetime) -> None:
        """Let the leases of those whose fence is not stale last until `now + lease`."""
        ...

    def hold(self, leased: Sequence[LeasedDocument]) -> set[int]:
        """Return the `seq` of those whose fence is not stale; nobody else can take or edit these until commit."""
        ...

    def complete_all(self, completions: Sequence[Completion], *, now: datetime) -> set[int]:
        """Record assessments and finish their leases; returns the `seq` of those completed.

        Of a document whose fence is stale nothing is written. A batch costs as many statements as one document.
        """
        ...

    def release(self, leased: LeasedDocument, *, error: str, now: datetime, max_attempts: int) -> bool:
        """Give a lease back after a failure; at `max_attempts` the document is set aside and true is returned."""
        ...

    def set_aside(self, document_ids: Sequence[str]) -> set[str]:
        """Return those of the documents that failed to their last try and are judged no more."""
        ...

    def await_again(self, document_ids: Sequence[str], *, now: datetime) -> set[str]:
        """Let those of the documents that were set aside await assessment, with all their tries; return them."""
        ...

    def get(self, document_id: str) -> Document | None:
        """Return the current version, or `None`."""
        ...

    def assessment_of(self, document_id: str) -> Assessment | None:
        """Return the latest assessment, or `None`."""
        ...

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those of `native_ids` of which no document is stored."""
        ...

    def pending_count(self, *, stored_before: datetime | None = None) -> int:
        """Return how many documents await assessment, of all or of those stored before then."""
        ...

    def count(self, *, stored_since: datetime | None = None) -> int:
        """Return how many documents are stored, or were first stored since then."""
        ...

    def listing(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        level: int | None = None,
        source_id: str | None = None,
        category: str | None = None,
        limit: int = 100,
        before_seq: int | None = None,
    ) -> list[tuple[int, EventDocument]]:
        """Return assessed documents newest first as `(seq, row)`, filtered; page by `before_seq`."""
        ...

    def search_documents_of(self, document_ids: Sequence[str]) -> list[SearchDocument]:
        """Return the assessed ones of these documents as the projection holds them, in order of `seq`."""
        ...

    def searched_by(self) -> str:
        """Return a digest of the rules by which `search_documents_of` makes documents: another where it would make others."""
        ...

    def search_versions(self, *, after_seq: int, limit: int) -> list[tuple[int, str, int]]:
        """Return `(seq, document_id, version)` of assessed documents in order of `seq`, for comparing with the projection."""
        ...


class Work(Protocol):
    """One transaction over everything; commits when its `with` block ends well, else leaves nothing."""

    documents: Documents
    events: Events
    alerts: Alerts
    clocks: Clocks
    outbox: Outbox
    audit: Audit
    people: People
    sources: Sources
    quarantine: Quarantine
    rollups: Rollups
    policies: Policies
    topics: Topics
    matters: Matters
    silences: Silences
    roster: Roster
    attachments: Attachments
    notices: Notices
    batches: Batches
    cases: Cases
    citations: Citations
    previews: Previews
    own_sources: OwnSources
    hosts: Hosts
    looks: Looks
    words: Words
    rejudgements: Rejudgements
    regroupings: Regroupings
    corrections: Corrections
    labels: Labels
    models: Models
    explanations: Explanations
    opinions: Opinions
    surges: Surges
    hiding: Hiding
    evidence: Evidence

    def alone(self, name: str) -> None:
        """Wait until no other transaction that named this is under way: for what is read first and written after.

        Asked before the reading, in a transaction that writes.
        """
        ...

    def set_value(self, name: str, value: Any) -> None:
        """Remember one JSON-able value by name (settings of people, duty roster, issue number of the briefing)."""
        ...

    def value(self, name: str, default: Any = None) -> Any:
        """Return what `set_value` remembered."""
        ...


class Store(Protocol):
    """The only source of truth. `write` is serialised where the engine needs it; `read` sees one consistent state.

    Both raise `StoreUnavailableError` where the engine does not answer. Work is used by the thread that opened it.
    """

    def write(self) -> AbstractContextManager[Work]:
        """Open a transaction that may write."""
        ...

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that only reads."""
        ...

    def check(self) -> str | None:
        """Return `None` where the engine answers and holds together, else one sentence that says what is wrong."""
        ...

    def examine(self) -> str | None:
        """Look deeper than `check`, in time that grows with the store: what the engine holds, and the whole audit chain."""
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...
