"""事件 · 稿件: one page of the documents of an event, with what people can do to each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from service.domain.events.event import Event
from service.flows.judging.regrouping import near_events
from service.ports.store import Store, Work
from service.web.refused import Refused, first
from service.web.views.event_leaf import LEAF, leaf_of, leaf_with
from service.web.views.event_page import DocumentView
from service.web.views.evidence_rows import evidence_views
from service.web.views.explained import ExplainedView, explained_views
from service.web.views.labelling import label_forms
from service.web.views.opinion_rows import opinion_views
from service.web.views.paging import pager
from service.web.views.regrouping import others_of, regrouping_rows

__all__ = ["documents_address", "documents_view", "explained_of"]

_NEAR = 8


def documents_view(work: Work, event: Event, refused: Refused, asked: int | None, now: datetime) -> dict[str, Any]:
    """Return what the tab shows: the page that was asked for, else the one of the document whose form was refused."""
    order = work.events.order(event.id)
    number = asked or leaf_with(order, _named(refused))
    told = work.events.documents(event.id, limit=LEAF, offset=(number - 1) * LEAF)
    leaf = leaf_of(told, order, number)
    earlier, later = pager(f"/events/{event.id}", {"tab": "documents"}, number, more=leaf.end < leaf.of)
    names = [one.document_id for one in told]
    acts = work.regroupings.of_event(event.id)
    return {
        "leaf": leaf,
        "earlier": earlier,
        "later": later,
        "told": told,
        "opinions": opinion_views(work.opinions.of_documents(names)),
        "explained": explained_of(work, leaf.views),
        "hidden": frozenset(work.hiding.of_documents(names)),
        "evidence": evidence_views(told, work.evidence.of_documents(names)),
        "label_forms": label_forms(told, work.labels.latest(names), now),
        "regroupings": regrouping_rows(event.id, acts, work.events.get_all(others_of(event.id, acts))),
        "near": near_events(work, event, limit=_NEAR),
    }


def documents_address(store: Store, event_id: str, document_id: str) -> str:
    """Return the address of the page on which a document of an event stands, for going back to it."""
    with store.read() as work:
        leaf = leaf_with(work.events.order(event_id), document_id)
    return f"/events/{event_id}?tab=documents" + (f"&page={leaf}" if leaf > 1 else "")


def explained_of(work: Work, views: Sequence[DocumentView]) -> dict[str, ExplainedView]:
    """Return by document why it was judged a risk, as far as that is known."""
    return explained_views(views, work.explanations.of_documents([view.document.document_id for view in views]))


def _named(refused: Refused) -> str:
    """Return the document that a refused form was about: one of those picked, else the last word of its address."""
    return first(refused.typed, "document") or refused.action.rpartition("/")[2]
