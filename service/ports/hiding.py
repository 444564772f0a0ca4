"""Taking a string out of what is stored. Part of `service.ports.store`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from crawlers.records import Document
from service.domain.documents.hidden import Hidden

__all__ = ["Found", "Hiding", "HidingArea", "Left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HidingArea:
    """Where is looked: documents, and everything that was derived from them or from their events."""

    documents: tuple[str, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that holds the string and that nobody may change: what it is, and where it is found (an address or a name)."""

    what: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How often the string stood in what can be hidden, by kind; in which documents; and what holds it and stays as it is."""

    places: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    documents: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def total(self) -> int:
        """How often it stood there in all."""
        return sum(self.places.values())


class Hiding(Protocol):
    """Strings that are taken out of stored texts; which they were is kept nowhere but as a keyed hash.

    Raises `service.domain.refusal.Refusal` where the store was opened without the key of the installation.
    """

    def area(self, document_id: str, *, whole_event: bool) -> HidingArea | None:
        """Return the document with its event, with all documents of that where the whole is meant; `None` for no document."""
        ...

    def find(self, area: HidingArea, string: str) -> Found:
        """Look for the string and change nothing."""
        ...

    def hide(self, area: HidingArea, string: str, *, authorless: bool, now: datetime) -> Found:
        """Hide every occurrence, and remember the hash so that no later text of these documents brings it back.

        Whoever holds a document to judge it can no longer complete that: it is judged again from the text as it is now.
        Judgements get the next version, so that the projection takes them.
        """
        ...

    def versions(self, document_ids: Sequence[str]) -> Mapping[str, int]:
        """Return the versions of the judgements of these documents."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Hidden]]:
        """Return by document what was hidden in it, in the order of hiding."""
        ...

    def digest(self, string: str) -> str:
        """Return the keyed hash of a string."""
        ...

    def stored_under(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids under which a document or a matter is stored."""
        ...

    def known(self, documents: Sequence[Document]) -> tuple[list[Document], frozenset[str]]:
        """Return the documents with what was hidden in them hidden again, and the ids of those of which that cannot be told.

        It cannot where the key of the installation is another one than it was: such a text must not be taken.
        """
        ...
