"""What a person does to alerts and clocks: thin forms over the flows, each ending where it began."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from service.api.identity import ClockKeeper, Closer, Handler, context_of
from service.domain.alert import AlertLevel
from service.domain.beijing import BEIJING
from service.domain.event import IncidentGrade
from service.domain.refusal import Conflict, Refusal
from service.flows import alerts as flows
from service.flows import bulk
from service.flows.clocks import extend_clock

router = APIRouter()

Reason = Annotated[str, Form(max_length=1000)]
Optional = Annotated[str, Form(max_length=1000)]


def _back(event_id: str, done: str, tab: str = "") -> RedirectResponse:
    # The id is looked up in the store before it gets here, so it cannot name another place.
    where = f"/events/{event_id}?" + (f"tab={tab}&" if tab else "")
    return RedirectResponse(f"{where}done={done}", status_code=303)


Picked = Annotated[list[str] | None, Form()]


def _bulk(done: bulk.BulkDone, word: str) -> RedirectResponse:
    if not done.done:
        raise Conflict("；".join(done.refused))
    return RedirectResponse(f"/alerts?done={word}&batch={done.batch_id}", status_code=303)


@router.post("/alerts/acknowledge")
def acknowledge_many(request: Request, identity: Handler, alert: Picked = None) -> RedirectResponse:
    """Acknowledge the picked alerts; those that somebody else took meanwhile are left as they are, and named."""
    context = context_of(request)
    return _bulk(bulk.acknowledge_all(context.store, identity.person, alert or [], now=context.now()), "acknowledged")


@router.post("/alerts/assign")
def assign_many(
    request: Request, identity: Handler, owner: Annotated[str, Form(max_length=64)], alert: Picked = None
) -> RedirectResponse:
    """Give the picked alerts to one person."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return _bulk(bulk.assign_all(store, person, alert or [], owner, office=context.office, now=now), "assigned")


@router.post("/alerts/silence")
def silence_many(
    request: Request,
    identity: Handler,
    hours: Annotated[int, Form(ge=1, le=168)],
    reason: Reason,
    alert: Picked = None,
) -> RedirectResponse:
    """Silence the picked alerts' events for some hours."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    done = bulk.silence_all(store, person, alert or [], hours=hours, reason=reason, office=context.office, now=now)
    return _bulk(done, "silenced")


@router.post("/alerts/undo/{batch_id}")
def undo(request: Request, identity: Handler, batch_id: str) -> RedirectResponse:
    """Take a bulk act back within ten seconds."""
    context = context_of(request)
    done = bulk.undo(context.store, identity.person, batch_id, now=context.now())
    if not done.done and done.refused:
        raise Conflict("；".join(done.refused))
    return RedirectResponse("/alerts?done=undone", status_code=303)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(request: Request, identity: Handler, alert_id: str) -> RedirectResponse:
    """Record that the alert was seen."""
    context = context_of(request)
    alert = flows.acknowledge(context.store, identity.person, alert_id, now=context.now())
    return _back(alert.event_id, "acknowledged")


@router.post("/alerts/{alert_id}/assign")
def assign(
    request: Request, identity: Handler, alert_id: str, owner: Annotated[str, Form(max_length=64)]
) -> RedirectResponse:
    """Give the alert to somebody."""
    context = context_of(request)
    alert = flows.assign(context.store, identity.person, alert_id, owner, office=context.office, now=context.now())
    return _back(alert.event_id, "assigned")


@router.post("/alerts/{alert_id}/answered")
def answered(request: Request, identity: Handler, alert_id: str, reason: Reason) -> RedirectResponse:
    """Record that this office has spoken publicly."""
    context = context_of(request)
    alert = flows.answer(
        context.store, identity.person, alert_id, office=context.office, now=context.now(), remark=reason
    )
    return _back(alert.event_id, "answered")


@router.post("/alerts/{alert_id}/close")
def close(request: Request, identity: Closer, alert_id: str, reason: Reason) -> RedirectResponse:
    """Close the alert with a reason."""
    context = context_of(request)
    alert = flows.close(context.store, identity.person, alert_id, reason, now=context.now())
    return _back(alert.event_id, "closed")


@router.post("/alerts/{alert_id}/reopen")
def reopen(request: Request, identity: Closer, alert_id: str, reason: Reason) -> RedirectResponse:
    """Open a closed alert again."""
    context = context_of(request)
    alert = flows.reopen(context.store, identity.person, alert_id, reason, now=context.now())
    return _back(alert.event_id, "reopened")


@router.post("/alerts/{alert_id}/level")
def level(
    request: Request,
    identity: Closer,
    alert_id: str,
    level: Annotated[Literal["red", "orange", "yellow", "blue"], Form()],
    reason: Reason,
    *,
    refuted: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Set the opinion level in the person's name."""
    context = context_of(request)
    alert = flows.set_level(
        context.store,
        identity.person,
        alert_id,
        AlertLevel[level.upper()],
        reason=reason,
        office=context.office,
        now=context.now(),
        refuted=refuted,
    )
    return _back(alert.event_id, "levelled")


@router.post("/alerts/{alert_id}/grade")
def grade(
    request: Request, identity: ClockKeeper, alert_id: str, grade: Annotated[IncidentGrade, Form()], reason: Reason
) -> RedirectResponse:
    """Set the statutory grade in the person's name."""
    context = context_of(request)
    alert = flows.set_grade(
        context.store, identity.person, alert_id, grade, reason=reason, office=context.office, now=context.now()
    )
    return _back(alert.event_id, "graded")


@router.post("/clocks/{clock_id}/{act}")
def keep_clock(
    request: Request,
    identity: ClockKeeper,
    clock_id: str,
    act: Literal["arm", "pause", "extend", "cancel"],
    reason: Optional = "",
) -> RedirectResponse:
    """Start, pause, extend or cancel a clock."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    if act == "arm":
        clock = flows.arm_clock(store, person, clock_id, office=context.office, now=now)
    elif act == "pause":
        clock = flows.pause_clock(store, person, clock_id, reason, now=now)
    elif act == "extend":
        clock = extend_clock(store, person, clock_id, reason, office=context.office, now=now)
    else:
        clock = flows.cancel_clock(store, person, clock_id, reason, now=now)
    return _to_handling(request, clock.alert_id, _DONE[act])


_DONE = {"arm": "armed", "pause": "paused", "extend": "extended", "cancel": "cancelled"}


@router.post("/alerts/{alert_id}/clocks")
def start_clock(
    request: Request,
    identity: ClockKeeper,
    alert_id: str,
    rule: Annotated[str, Form(max_length=40)],
    since: Annotated[str, Form(max_length=16)] = "",
) -> RedirectResponse:
    """Start a clock that only people start; `since` is when it was received, in Beijing time."""
    context = context_of(request)
    try:
        received = datetime.fromisoformat(since).replace(tzinfo=BEIJING) if since else None
    except ValueError:
        raise Refusal("收到时间应为 2026-11-25 09:30 这样的写法。") from None
    clock = flows.start_clock(
        context.store,
        identity.person,
        alert_id,
        rule,
        office=context.office,
        now=context.now(),
        since=received,
    )
    return _to_handling(request, clock.alert_id, "armed")


@router.post("/duties/{clock_id}/meet")
def meet_clock(request: Request, identity: Handler, clock_id: str, reason: Optional = "") -> RedirectResponse:
    """Record that a duty was done."""
    context = context_of(request)
    clock = flows.meet_clock(
        context.store, identity.person, clock_id, office=context.office, now=context.now(), remark=reason
    )
    return _to_handling(request, clock.alert_id, "met")


def _to_handling(request: Request, alert_id: str, done: str) -> RedirectResponse:
    with context_of(request).store.read() as work:
        alert = work.alerts.get(alert_id)
    assert alert is not None
    return _back(alert.event_id, done, tab="handling")
