"""What was hidden is hidden again in every later text of the same document."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, literal, select

from crawlers.records import Document
from service.domain.documents.hidden import Hidden, hide_again, key_mark, with_texts
from service.storage.among import among
from service.storage.rows import records
from service.storage.schema import hidden_strings

__all__ = ["AuthorKey", "hidden_of", "hide_known"]

AuthorKey = Callable[[], bytes]
"""Gives the key of the installation; made or read with the first call."""

_H = hidden_strings.c
# In the order of hiding: a string that overlaps one that was hidden before was hidden only where that left it whole.
_OF = select(hidden_strings).where(among(_H.document_id, "ids")).order_by(_H.hidden_at, _H.digest)

# Asked first: in most stores nothing was ever hidden, and to look for a thousand ids takes four times as long.
_ANY = select(literal(1)).select_from(hidden_strings).limit(1)


def hidden_of(connection: Connection, document_ids: Sequence[str]) -> Mapping[str, Sequence[Hidden]]:
    """Return by document what was hidden in it."""
    found: defaultdict[str, list[Hidden]] = defaultdict(list)
    if document_ids and connection.scalar(_ANY) is not None:
        for one in records(connection, Hidden, _OF, ids=list(document_ids)):
            found[one.document_id].append(one)
    return dict(found)


def hide_known(
    connection: Connection, documents: Sequence[Document], key: AuthorKey | None
) -> tuple[list[Document], frozenset[str]]:
    """Return the documents without what was hidden in them or in what they are attached to, and the ids of those of which that cannot be told."""
    asked = [name for document in documents for name in (document.id, _parent(document)) if name]
    of = hidden_of(connection, asked)
    if not of:
        return list(documents), frozenset()
    both = {one.id: (*of.get(one.id, ()), *of.get(_parent(one), ())) for one in documents}
    held = {name: own for name, own in both.items() if own}
    secret = key() if key is not None else b""
    mark = key_mark(secret)
    strange = frozenset(name for name, own in held.items() if any(one.key_mark != mark for one in own))
    return [
        _without(document, held[document.id], secret)
        if document.id in held and document.id not in strange
        else document
        for document in documents
    ], strange


def _parent(document: Document) -> str:
    """Return the document that an attachment came with: its title is told in that of the attachment."""
    return str(document.extras.get("parent") or "")


def _without(document: Document, hidden: Sequence[Hidden], key: bytes) -> Document:
    def again(text: str) -> str:
        return hide_again(text, hidden, key)

    return replace(
        document,
        native_id=again(document.native_id) if document.native_id == document.title else document.native_id,
        title=again(document.title),
        text=again(document.text),
        origin=None if document.origin is None else again(document.origin),
        extras=with_texts(document.extras, again, again),
        author=None if any(one.authorless for one in hidden) else document.author,
    )
