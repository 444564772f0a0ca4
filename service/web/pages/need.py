"""Whether an event is answered: the form behind the card of the event page."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from service.api.identity import ClockKeeper, context_of
from service.flows.need import decide_need

router = APIRouter()


@router.post("/alerts/{alert_id}/need")
def decide(
    request: Request,
    identity: ClockKeeper,
    alert_id: str,
    answer: Annotated[Literal["yes", "no"], Form()],
    reason: Annotated[str, Form(max_length=1000)],
) -> RedirectResponse:
    """Decide in the person's name whether this office answers publicly."""
    context = context_of(request)
    decide_need(
        context.store,
        identity.person,
        alert_id,
        needed=answer == "yes",
        reason=reason,
        office=context.office,
        now=context.now(),
    )
    with context.store.read() as work:
        alert = work.alerts.get(alert_id)
    assert alert is not None
    return RedirectResponse(f"/events/{alert.event_id}?done=need", status_code=303)
