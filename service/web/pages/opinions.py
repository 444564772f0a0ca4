"""第二意见: what another model puts higher than the judgement, how asking stands, and that somebody has looked."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.api.identity import Handler, Reader, context_of
from service.flows.learning.opinion_desk import how_asking_stands, mark_seen, proposals
from service.web.pages.event_documents import documents_address
from service.web.render import page
from service.web.views.opinion_rows import proposal_views

router = APIRouter()


@router.get("/opinions")
def opinions(request: Request, identity: Reader) -> HTMLResponse:
    """Show what nobody has looked at yet, latest first, and the day's cost."""
    context = context_of(request)
    with context.store.read() as work:
        found = proposals(work)
        setup = context.opinions
        standing = None if setup is None else how_asking_stands(work, setup, now=context.now())
    return page(
        request,
        "opinions.html",
        identity=identity,
        key="events",
        title="第二意见",
        rows=proposal_views(found),
        standing=standing,
    )


@router.post("/opinions/{document_id}/seen")
def seen(
    request: Request, identity: Handler, document_id: str, back: Annotated[Literal["", "event"], Form()] = ""
) -> RedirectResponse:
    """Write down that this person has looked at the opinion on a document."""
    context = context_of(request)
    mark_seen(context.store, identity.person, document_id, now=context.now())
    with context.store.read() as work:
        event_id = work.events.of_documents([document_id]).get(document_id)
    target = f"{documents_address(context.store, event_id, document_id)}&" if back and event_id else "/opinions?"
    return RedirectResponse(f"{target}done=opinion_seen", status_code=303)
