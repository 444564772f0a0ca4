"""异动: hours with more documents than the past explains, why, and who has seen them."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.api.identity import Handler, Reader, context_of
from service.flows.alerts.surges import count_now, history_of, see_surge
from service.web.render import page
from service.web.views.surge_rows import history_sentence, surge_rows

router = APIRouter()

_SHOWN = timedelta(weeks=4)


@router.get("/surges")
def surges(request: Request, identity: Reader) -> HTMLResponse:
    """Show the surges of four weeks, newest first, or why none is spoken of yet."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        found, history = work.surges.listing(since=now - _SHOWN), history_of(work, now)
        by_now = count_now(work, found)
    return page(
        request,
        "surges.html",
        identity=identity,
        key="overview",
        title="声量异动",
        rows=surge_rows(found, by_now, now),
        too_short=history_sentence(history, now),
    )


@router.post("/surges/{surge_id}/seen")
def seen(
    request: Request, identity: Handler, surge_id: str, back: Annotated[Literal["", "overview"], Form()] = ""
) -> RedirectResponse:
    """Write down that this person has seen the surge."""
    context = context_of(request)
    see_surge(context.store, identity.person, surge_id, now=context.now())
    return RedirectResponse(f"{'/' if back else '/surges'}?done=surge_seen", status_code=303)
