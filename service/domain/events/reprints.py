"""Which post of one text was the first, whatever order the posts came in. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.events.event import EventDocument

__all__ = ["first_posts", "fold_reprints"]


def fold_reprints(documents: Sequence[EventDocument]) -> list[EventDocument]:
    """Return the documents, which are in order of time, each reprint pointing to the first post of its text.

    As stored, a document points to a likeness that was judged before it. An export lists the newest first, so that the
    first post would pass for a reprint of a later one, and a likeness may point on to another.
    """
    firsts = first_posts([(one.document_id, one.duplicate_of) for one in documents])
    return [replace(one, duplicate_of=first) for one, (_, first) in zip(documents, firsts, strict=True)]


def first_posts(posts: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Return of posts in order of time, each with the likeness it was judged after, the first post of its text instead."""
    group: dict[str, str] = {}
    for name, likeness in posts:
        if likeness is not None:
            group[_root(group, name)] = _root(group, likeness)
    first: dict[str, str] = {}
    for name, _ in posts:
        first.setdefault(_root(group, name), name)
    leads = [(name, first[_root(group, name)]) for name, _ in posts]
    return [(name, None if lead == name else lead) for name, lead in leads]


def _root(group: dict[str, str], document_id: str) -> str:
    while (upper := group.get(document_id, document_id)) != document_id:
        document_id = upper
    return document_id
