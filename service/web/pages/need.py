"""Whether an event is answered: the form behind the card of the event page."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from service.api.identity import ClockKeeper, context_of
from service.domain.alerts.alert import Alert
from service.flows.alerts.need import decide_need
from service.web.pages.event_return import Posted
from service.web.refused import Sent

router = APIRouter()


@router.post("/alerts/{alert_id}/need")
def decide(
    request: Request,
    identity: ClockKeeper,
    alert_id: str,
    answer: Annotated[Literal["yes", "no"], Form()],
    reason: Annotated[str, Form(max_length=1000)],
    sent: Sent,
) -> Response:
    """Decide in the person's name whether this office answers publicly."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()

    def decided() -> Alert:
        decide_need(store, person, alert_id, needed=answer == "yes", reason=reason, office=context.office, now=now)
        with store.read() as work:
            alert = work.alerts.get(alert_id)
        assert alert is not None
        return alert

    return Posted(request, identity, sent).on_alert(alert_id, decided, "need")
