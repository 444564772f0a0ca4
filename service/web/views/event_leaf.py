"""One page of an event's documents: numbered among all of them, reprints under the first post of their text. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.events.event import EventDocument
from service.web.views.event_page import DocumentView, document_views

__all__ = ["LEAF", "Group", "Leaf", "document_link", "leaf_of", "leaf_with"]

# With the forms of each, three hundred documents were 1.8 MB of page.
LEAF = 50

Order = Sequence[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Group:
    """Posts of one text on this page: the first one, unless it stands on an earlier page, and its reprints here and in all."""

    number: int
    first: DocumentView | None
    reprints: list[DocumentView]
    in_all: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """What stands on a page, and which of how many documents that is."""

    views: list[DocumentView]
    groups: list[Group]
    begin: int
    end: int
    of: int


def leaf_of(documents: Sequence[EventDocument], order: Order, number: int) -> Leaf:
    """Return page `number` of an event whose members stand in `order`, each with the first post of its text; `documents` are its own."""
    views = document_views(documents, order)
    places = {name: place for place, (name, _) in enumerate(order, start=1)}
    groups: dict[str, Group] = {}
    for view in views:
        lead = view.document.duplicate_of or view.document.document_id
        group = groups.get(lead) or Group(places[lead], None, [], sum(first == lead for _, first in order))
        if view.document.duplicate_of is None:
            group = Group(group.number, view, group.reprints, group.in_all)
        else:
            group.reprints.append(view)
        groups[lead] = group
    before = (number - 1) * LEAF
    return Leaf(views, list(groups.values()), before + 1, before + len(views), len(order))


def leaf_with(order: Order, document_id: str) -> int:
    """Return the number of the page on which a document stands; the first where it is none of the event's."""
    return next((place // LEAF + 1 for place, (name, _) in enumerate(order) if name == document_id), 1)


def document_link(number: int, event_id: str) -> str:
    """Return the address of a document by its number in the event."""
    leaf = (number - 1) // LEAF + 1
    page = f"&page={leaf}" if leaf > 1 else ""
    return f"/events/{event_id}?tab=documents{page}#d{number}"
