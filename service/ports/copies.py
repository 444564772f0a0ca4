"""What a copy of the store says of itself: enough to tell later whether another copy is the same."""

from dataclasses import dataclass

from service.domain.audit import ChainEnd

__all__ = ["DamagedStoreError", "StoreCopyError", "StoreFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFacts:
    """Counts of one consistent state, the version of its schema, and where its audit chain ends."""

    schema: str
    documents: int
    alerts: int
    cases: int
    audit_rows: int
    audit_head: ChainEnd


class StoreCopyError(Exception):
    """A store could not be copied, or a copy does not hold together; the sentence (Chinese) says what and where."""


class DamagedStoreError(StoreCopyError):
    """The copy was read and does not hold together."""
