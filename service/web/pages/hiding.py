"""隐去: a name that slipped into a document is taken out of it, for good, after a page that says of how many places."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service.api.context import AppContext
from service.api.identity import Hider, context_of
from service.domain.documents.hidden import HidingScope, fit_to_hide
from service.domain.people.person import Person
from service.domain.refusal import Refusal
from service.flows.acts import reason_of
from service.flows.keeping.hidden_files import files_holding
from service.flows.keeping.hiding import hide_string, look_for, refuse_told_in
from service.ports.hiding import Found
from service.web.pages.event_documents import documents_address
from service.web.pages.events import show_event
from service.web.refused import Sent, refused_by
from service.web.render import page

router = APIRouter(default_response_class=HTMLResponse)


class Asked(BaseModel):
    """What a person asks for, as the form says it; the string travels in the form alone, as addresses are logged."""

    string: str = Field(max_length=200)
    reason: str = Field(max_length=1000)
    scope: HidingScope = HidingScope.DOCUMENT
    authorless: bool = False
    sure: bool = False


@router.post("/events/{event_id}/hide/{document_id}")
def hide(
    request: Request, identity: Hider, event_id: str, document_id: str, asked: Annotated[Asked, Form()], sent: Sent
) -> HTMLResponse:
    """Say what would be hidden, or, with `sure`, hide it."""
    context = context_of(request)
    try:
        act = _hidden if asked.sure else _looked
        found = act(context, identity.person, document_id, asked)
    except Refusal as refusal:
        return show_event(request, identity, event_id, "documents", refused=refused_by(request, refusal, sent))
    return page(
        request,
        "hiding.html",
        identity=identity,
        key="events",
        title="隐去内容",
        back=documents_address(context.store, event_id, document_id),
        action=request.url.path,
        asked=asked,
        found=found,
        done=asked.sure,
        files=files_holding(context.briefings, fit_to_hide(asked.string)),
    )


def _looked(context: AppContext, person: Person, document_id: str, asked: Asked) -> Found:
    refuse_told_in(reason_of(asked.reason, act="隐去内容"), fit_to_hide(asked.string))
    return look_for(context.store, person, document_id, asked.string, scope=asked.scope)


def _hidden(context: AppContext, person: Person, document_id: str, asked: Asked) -> Found:
    return hide_string(
        context.store,
        person,
        document_id,
        asked.string,
        reason=asked.reason,
        scope=asked.scope,
        authorless=asked.authorless,
        now=context.now(),
    )
