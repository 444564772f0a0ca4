"""归组: a person moves documents between events, merges two events, or takes either back."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Closer, Handler, Identity, context_of
from service.domain.events.regrouping import Regrouping
from service.domain.refusal import NotFound, Refusal
from service.flows.judging.regrouping import Destination, merge, move_out, take_back
from service.ports.store import Store
from service.web.named import event_named
from service.web.pages.events import show_event
from service.web.refused import Sent, refused_by

router = APIRouter()

Picked = Annotated[list[str] | None, Form()]
Other = Annotated[str, Form(max_length=200)]
Reason = Annotated[str, Form(max_length=1000)]


@router.post("/events/{event_id}/move")
def move(
    request: Request,
    identity: Handler,
    event_id: str,
    goal: Annotated[Literal["new", "event", "alone"], Form()],
    reason: Reason,
    sent: Sent,
    document: Picked = None,
    event: Other = "",
) -> Response:
    """Move the picked documents out of the event."""
    context = context_of(request)

    def act() -> Regrouping:
        to = Destination(event_id=_named(context.store, event) if goal == "event" else None, alone=goal == "alone")
        now, office = context.now(), context.office
        return move_out(
            context.store, identity.person, event_id, document or [], to, reason=reason, office=office, now=now
        )

    return _done(request, identity, event_id, sent, act, "moved_out")


@router.post("/events/{event_id}/merge")
def merge_with(request: Request, identity: Closer, event_id: str, event: Other, reason: Reason, sent: Sent) -> Response:
    """Make this event and another one, and go to the one that stays."""
    context = context_of(request)
    store, person, now, office = context.store, identity.person, context.now(), context.office
    return _done(
        request,
        identity,
        event_id,
        sent,
        lambda: merge(store, person, event_id, _named(store, event), reason=reason, office=office, now=now),
        "merged",
    )


@router.post("/events/{event_id}/regroupings/{regrouping_id}")
def back(
    request: Request, identity: Handler, event_id: str, regrouping_id: str, reason: Reason, sent: Sent
) -> Response:
    """Take an act of regrouping back."""
    context = context_of(request)
    store, person, now, office = context.store, identity.person, context.now(), context.office
    return _done(
        request,
        identity,
        event_id,
        sent,
        lambda: take_back(store, person, regrouping_id, reason=reason, office=office, now=now),
        "regrouping_undone",
    )


def _named(store: Store, other: str) -> str:
    """Return the id of an event that was given by its number or its address. Raises `NotFound`."""
    found = event_named(store, other)
    if found is None:
        raise NotFound("请填写另一事件的编号（事件页标题上方）或粘贴它的网址")
    return found


def _done(
    request: Request, identity: Identity, event_id: str, sent: Sent, act: Callable[[], Regrouping], done: str
) -> Response:
    try:
        made = act()
    except Refusal as refusal:
        refused = refused_by(request, refusal, sent)
        return show_event(request, identity, event_id, "documents", refused=refused)
    # Both ids are looked up in the store before they get here, so they cannot name another place.
    shown = made.target if made.whole and made.undone_at is None else made.source
    return RedirectResponse(f"/events/{shown}?tab=documents&done={done}", status_code=303)
