"""A sink and a memory in one object, for crawls that are looked at afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawlers.gate import GateRefusal, RefusalReason
from crawlers.ports import KeptFile, PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document, document_id

__all__ = ["Held"]


@dataclass
class Held:
    """Keeps every version put; satisfies DocumentSink and CrawlState."""

    documents: dict[str, Document] = field(default_factory=dict)
    puts: list[Document] = field(default_factory=list)
    entries: list[QuarantineEntry] = field(default_factory=list)
    remembered: dict[str, SourceProgress] = field(default_factory=dict)
    files: dict[str, KeptFile] = field(default_factory=dict)
    broken: bool = False
    room: int = 2**40

    def put(self, documents: Sequence[Document]) -> PutResult:
        if self.broken:
            raise OSError("the disk is full")
        added = edited = 0
        for document in documents:
            before = self.documents.get(document.id)
            added += before is None
            edited += before is not None and before.content_hash != document.content_hash
            self.documents[document.id] = document
            self.puts.append(document)
        return PutResult(added=added, edited=edited, known=len(documents) - added - edited)

    def keep(self, file: KeptFile) -> GateRefusal | None:
        if self.room < len(file.content):
            return GateRefusal(RefusalReason.NO_ROOM, "附件已存满")
        self.files[file.hash] = file
        return None

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        if self.broken:
            raise OSError("the disk is full")
        self.entries += entries

    def progress(self, source_id: str) -> SourceProgress:
        return self.remembered.get(source_id) or SourceProgress(source_id=source_id)

    def save_progress(self, progress: SourceProgress) -> None:
        self.remembered[progress.source_id] = progress

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        return {native for native in native_ids if document_id(source_id, native) not in self.documents}

    def titles(self) -> list[str]:
        return sorted(document.title for document in self.documents.values())

    def titled(self, title: str) -> list[Document]:
        return [document for document in self.documents.values() if document.title == title]
