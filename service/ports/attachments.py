"""Attachments as they came, and what the tables of notices say: which product of which maker, which batch, what failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawlers.ports import KeptFile
from crawlers.records import Document

__all__ = ["Attachments", "NoticeRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """One row of a notice, with the document that it stands in; `values` holds every column by name, `None` never."""

    document_id: str
    position: int
    notice: str
    values: Mapping[str, str]
    url: str | None
    published_at: datetime | None


class Attachments(Protocol):
    """Files and rows of notices."""

    def keep(self, file: KeptFile) -> None:
        """Store the bytes of a file; a file that is there already stays as it is."""
        ...

    def file(self, hash_: str) -> KeptFile | None:
        """Return the file of that SHA-256, or `None`."""
        ...

    def holds(self, hash_: str) -> bool:
        """Return whether the file of that SHA-256 is kept."""
        ...

    def held(self) -> tuple[int, int]:
        """Return how many files are kept and how many bytes these have."""
        ...

    def replace_rows(self, documents: Sequence[Document]) -> None:
        """Store the rows that the documents carry in `extras["rows"]`, in place of those they had."""
        ...

    def find(
        self, *, product: str = "", maker: str = "", batch: str = "", limit: int = 100, offset: int = 0
    ) -> list[NoticeRecord]:
        """Return rows whose product, maker and batch hold these words, those of the latest notice first; empty words find all."""
        ...
