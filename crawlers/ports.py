"""The two things a crawl needs from outside: somewhere to put documents, and a memory of what it has seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from crawlers.gate import GateRefusal
from crawlers.records import Document

__all__ = ["CrawlState", "DocumentSink", "KeptFile", "PutResult", "QuarantineEntry", "SourceProgress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutResult:
    """What became of a batch: counts of new, edited (same id, other text) and already known documents."""

    added: int = 0
    edited: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineEntry:
    """Something that could not be taken, with enough to understand and replay it.

    `stage` is where it stopped (`gate`, `parse`, `import`, `assess`, `deliver`); `reason` a short named reason;
    `detail` one sentence with file, line or row; `sample` at most 64 KiB of the offending bytes.
    """

    stage: str
    reason: str
    detail: str
    source_id: str | None = None
    sample: bytes = b""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """The bytes of an attachment as they came: `hash` is their SHA-256 in hex, `media_type` what they are by their content."""

    hash: str
    name: str
    media_type: str
    content: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProgress:
    """What one source's crawl remembers between runs.

    `etag`/`last_modified` are validators of the list page; `list_hash` a hash of the records last listed; `watermark`
    the newest published time taken; `memory` spider-specific JSON-able facts. `next_due_at` is when it is to run
    again; `failures` counts consecutive failed runs; `last_error` says in one Chinese sentence what failed.
    """

    source_id: str
    etag: str | None = None
    last_modified: str | None = None
    list_hash: str | None = None
    watermark: datetime | None = None
    next_due_at: datetime | None = None
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    interval_seconds: float | None = None
    taken: int = 0
    memory: Mapping[str, Any] = field(default_factory=dict)


class DocumentSink(Protocol):
    """Takes documents durably: when `put` returns, none of them can be lost."""

    def put(self, documents: Sequence[Document]) -> PutResult:
        """Store the batch in one transaction, idempotent by id and content hash."""
        ...

    def keep(self, file: KeptFile) -> GateRefusal | None:
        """Store the bytes of a file, once for each hash; return why not where there is no room for it."""
        ...

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep what could not be taken, for a person to look at."""
        ...


class CrawlState(Protocol):
    """Remembers progress per source and which URLs are already taken."""

    def progress(self, source_id: str) -> SourceProgress:
        """Return what is remembered; an empty progress for a source never crawled."""
        ...

    def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about one source."""
        ...

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those of `native_ids` of which no document is stored yet."""
        ...
