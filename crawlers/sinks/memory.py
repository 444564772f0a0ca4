"""A sink and a memory that last as long as the object: for looking at what a visit would take."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.ports import PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document

__all__ = ["MemorySink"]


@dataclass
class MemorySink:
    """Keeps documents and entries in order; satisfies `DocumentSink` and `CrawlState`. Every source is new to it."""

    documents: dict[str, Document] = field(default_factory=dict)
    entries: list[QuarantineEntry] = field(default_factory=list)
    remembered: dict[str, SourceProgress] = field(default_factory=dict)

    def put(self, documents: Sequence[Document]) -> PutResult:
        """Keep the batch."""
        added = len({document.id for document in documents} - self.documents.keys())
        self.documents |= {document.id: document for document in documents}
        return PutResult(added=added, known=len(documents) - added)

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep what could not be taken."""
        self.entries += entries

    def keep(self, file: object) -> None:
        """Let the bytes of a file go: who looks at documents wants their text."""

    def progress(self, source_id: str) -> SourceProgress:
        """Return an empty progress, or what the visit left."""
        return self.remembered.get(source_id) or SourceProgress(source_id=source_id)

    def save_progress(self, progress: SourceProgress) -> None:
        """Keep the progress."""
        self.remembered[progress.source_id] = progress

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return all ids: nothing is known."""
        del source_id
        return set(native_ids)
