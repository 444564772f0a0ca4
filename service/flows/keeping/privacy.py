"""Reads of personal data are acts: who was shown it, of what, in the same request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from service.domain.people.person import Person
from service.ports.store import Store

__all__ = ["ONCE_WITHIN", "PERSONAL_READ", "Told", "note_personal_read", "note_read_by", "personal_documents"]

PERSONAL_READ = "personal.read"
ONCE_WITHIN = timedelta(hours=1)
"""A page that is loaded again shows nothing new: one row a person and subject within this time."""

_LOOKED_AT = 50
_MOST_NAMED = 100
# What a citizen wrote to an office: numbers are masked on the way in, the person's own story is not.
_PERSONAL_KINDS = frozenset({"complaint"})


class Told(Protocol):
    """A document as a page or an answer holds it."""

    @property
    def document_id(self) -> str:
        """Its id."""
        ...

    @property
    def kind(self) -> str:
        """What sort of text it is."""
        ...


def personal_documents(documents: Iterable[Told]) -> list[str]:
    """Return the ids of the documents whose text is personal data even where its numbers are masked: complaints."""
    return [document.document_id for document in documents if document.kind in _PERSONAL_KINDS]


def note_personal_read(
    store: Store, person: Person, subject: str, *, what: str, documents: Iterable[str] = (), now: datetime
) -> bool:
    """Write down that the person is shown personal data; see `note_read_by`."""
    return note_read_by(store, person.name, subject, what=what, documents=documents, now=now)


def note_read_by(
    store: Store, actor: str, subject: str, *, what: str, documents: Iterable[str] = (), now: datetime
) -> bool:
    """Write down that somebody is shown personal data; false where that stands written for the last hour already.

    It is called before the answer leaves: what cannot be written down is not shown.
    """
    shown = sorted(set(documents))
    with store.read() as work:
        rows = work.audit.rows(subject=subject, limit=_LOOKED_AT)
    since = now - ONCE_WITHIN
    known = {
        str(name)
        for row in rows
        if row.action == PERSONAL_READ and row.actor == actor and row.at > since and row.detail.get("what") == what
        for name in row.detail.get("documents", ()) or ("",)
    }
    if known and known.issuperset(shown or [""]):
        return False
    with store.write() as work:
        for start in range(0, max(len(shown), 1), _MOST_NAMED):
            detail = {"what": what, "documents": shown[start : start + _MOST_NAMED]}
            work.audit.append(actor=actor, action=PERSONAL_READ, subject=subject, detail=detail, now=now)
    return True
