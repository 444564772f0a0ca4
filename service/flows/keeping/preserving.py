"""Keeps the pages that documents were read from: the bytes first, then the record in the transaction of the document."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.records import Document
from crawlers.snapshots import Snapshot
from service.domain.documents.evidence import EvidenceRecord, EvidenceRules, EvidenceState
from service.ports.evidence import EvidenceFiles
from service.ports.store import Store, Work

__all__ = ["Preserved", "Preserver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preserved:
    """A page whose bytes are in their place, or not for the reason that `state` says, and that has no record yet."""

    document_id: str
    content_hash: str
    part: int
    snapshot: Snapshot
    state: EvidenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Preserver:
    """Where evidence goes, and by which rules."""

    files: EvidenceFiles
    rules: EvidenceRules

    def keep(self, store: Store, documents: Sequence[Document]) -> list[Preserved]:
        """Write the pages of new and edited documents, and of known ones of which none is kept yet.

        A crash after this leaves files that no record names: they prove nothing and harm nothing. What cannot be written
        costs no document: that the bytes are missing stands in the record.
        """
        carrying = {document.id: document for document in documents if document.snapshots}
        if not carrying:
            return []
        hashes = {id_: document.content_hash for id_, document in carrying.items()}
        with store.read() as work:
            lacking = work.evidence.lacking(hashes)
        shots = {id_: document.snapshots for id_, document in carrying.items() if id_ in lacking}
        kept = self._written([shot for several in shots.values() for shot in several])
        return [
            Preserved(
                document_id=id_,
                content_hash=hashes[id_],
                part=part,
                snapshot=shot,
                state=self._state(shot, kept),
            )
            for id_, several in shots.items()
            for part, shot in enumerate(several, start=1)
        ]

    def record(self, work: Work, pages: Sequence[Preserved], *, now: datetime) -> int:
        """Write the records in the transaction that stored the documents; return how many were new."""
        if not pages:
            return 0
        # A sweep that removes what nobody needs must not come between: see `service.flows.keeping.expiring`.
        work.alone("evidence")
        stored = work.evidence.versions([page.document_id for page in pages])
        records = []
        for page in pages:
            version, content_hash = stored.get(page.document_id, (0, ""))
            if content_hash == page.content_hash:
                records.append(_record(page, version, self._still(page), now))
        return work.evidence.add(records)

    def _still(self, page: Preserved) -> EvidenceState:
        """Return the state of a page, its bytes written again where they were taken for an orphan meanwhile."""
        if page.state is EvidenceState.KEPT and not self.files.holds(page.snapshot.sha256):
            return self._state(page.snapshot, self._written([page.snapshot]))
        return page.state

    def _written(self, shots: Sequence[Snapshot]) -> set[str]:
        return self.files.put({shot.sha256: shot.packed for shot in shots if shot.length <= self.rules.page_bytes})

    def _state(self, shot: Snapshot, kept: Collection[str]) -> EvidenceState:
        if shot.length > self.rules.page_bytes:
            return EvidenceState.TOO_LARGE
        return EvidenceState.KEPT if shot.sha256 in kept else EvidenceState.UNWRITTEN


def _record(page: Preserved, version: int, state: EvidenceState, now: datetime) -> EvidenceRecord:
    snapshot = page.snapshot
    return EvidenceRecord(
        document_id=page.document_id,
        version=version,
        part=page.part,
        url=snapshot.url,
        final_url=snapshot.final_url,
        status=snapshot.status,
        content_type=snapshot.content_type,
        charset=snapshot.charset,
        last_modified=snapshot.last_modified,
        etag=snapshot.etag,
        fetched_at=snapshot.fetched_at,
        sha256=snapshot.sha256,
        length=snapshot.length,
        state=state,
        kept_at=now,
    )
