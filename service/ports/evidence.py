"""Evidence: the records of pages in the store, and the folder that holds their bytes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from service.domain.documents.evidence import EvidenceRecord, EvidenceState

__all__ = ["AlteredError", "Evidence", "EvidenceFiles"]


class AlteredError(Exception):
    """The bytes in a file are not those that its name, their hash, says."""


class Evidence(Protocol):
    """Which pages the versions of documents were read from."""

    def lacking(self, hashes: Mapping[str, str]) -> set[str]:
        """Return the documents whose pages are not recorded yet for a text of this content hash: new, edited, or never kept."""
        ...

    def versions(self, document_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Return the version and content hash of each document that is stored."""
        ...

    def add(self, records: Sequence[EvidenceRecord]) -> int:
        """Store records, each page of a version once; return how many were new. Their `seq` is given here."""
        ...

    def get(self, seq: int) -> EvidenceRecord | None:
        """Return one record."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> dict[str, list[EvidenceRecord]]:
        """Return the records of each document, oldest version first."""
        ...

    def stretch(self, *, after: int = 0, until: int | None = None) -> Iterator[EvidenceRecord]:
        """Yield the records behind `after` up to and with `until` by `seq`, not all of them at once."""
        ...

    def last_before(self, moment: datetime) -> int:
        """Return the largest `seq` of a record made before `moment`; 0 where there is none."""
        ...

    def held(self) -> tuple[int, int]:
        """Return how many records have their bytes kept, and how many bytes those pages have together."""
        ...

    def expirable(self, *, fetched_before: datetime, limit: int) -> list[EvidenceRecord]:
        """Return kept records of documents whose event has neither alert nor case, fetched before a moment, oldest first."""
        ...

    def set_state(self, seqs: Sequence[int], state: EvidenceState) -> None:
        """Write what became of the bytes of records."""
        ...

    def needed(self, hashes: Collection[str]) -> set[str]:
        """Return those of the hashes whose bytes a record still keeps."""
        ...


class EvidenceFiles(Protocol):
    """Bytes by their hash, each once. What is written is whole, or is not there."""

    def put(self, packed: Mapping[str, bytes]) -> set[str]:
        """Write the gzips of bodies by hash; return the hashes of those that are there, durably, when this returns.

        One that is there stays as it is; what the disk does not take is left out.
        """
        ...

    def holds(self, sha256: str) -> bool:
        """Return whether there are bytes of this hash."""
        ...

    def read(self, sha256: str, length: int) -> bytes | None:
        """Return the body of this hash and length, `None` where there is none.

        Raises:
            AlteredError: what lies there is something else.
            OSError: it cannot be read.
        """
        ...

    def remove(self, sha256: str) -> None:
        """Remove the bytes of this hash; none there is fine. Raises `OSError`."""
        ...

    def hashes(self, shelf: int | None = None) -> Iterator[str]:
        """Yield the hashes that are there: on one of the 256 shelves, or on all."""
        ...

    def tidy(self, *, before: datetime) -> None:
        """Remove drafts that were begun before a moment: a crash left them."""
        ...

    def size(self) -> tuple[int, int]:
        """Return how many files there are and how many bytes they take."""
        ...
