"""Which post of one text was the first, whatever order the posts came in. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.events.event import EventDocument

__all__ = ["fold_reprints"]


def fold_reprints(documents: Sequence[EventDocument]) -> list[EventDocument]:
    """Return the documents, which are in order of time, each reprint pointing to the first post of its text.

    As stored, a document points to a likeness that was judged before it. An export lists the newest first, so that the
    first post would pass for a reprint of a later one, and a likeness may point on to another.
    """
    group: dict[str, str] = {}
    for one in documents:
        if one.duplicate_of is not None:
            group[_root(group, one.document_id)] = _root(group, one.duplicate_of)
    first: dict[str, str] = {}
    for one in documents:
        first.setdefault(_root(group, one.document_id), one.document_id)
    leads = [first[_root(group, one.document_id)] for one in documents]
    return [
        replace(one, duplicate_of=None if lead == one.document_id else lead)
        for one, lead in zip(documents, leads, strict=True)
    ]


def _root(group: dict[str, str], document_id: str) -> str:
    while (upper := group.get(document_id, document_id)) != document_id:
        document_id = upper
    return document_id
