"""What a person does to alerts and clocks: thin forms over the flows, each ending where it began."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import ClockKeeper, Closer, Handler, Identity, context_of
from service.domain.alerts.alert import AlertLevel
from service.domain.clocks.clock import Clock
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.events.event import IncidentGrade
from service.domain.refusal import Conflict, Refusal
from service.flows.alerts import acts as flows
from service.flows.alerts import bulk, clocks, grading, retracting
from service.web.pages.alerts import show_refused
from service.web.pages.event_return import Posted
from service.web.received import received
from service.web.refused import Sent, first, refused_by

router = APIRouter()

Reason = Annotated[str, Form(max_length=1000)]
Optional = Annotated[str, Form(max_length=1000)]


Picked = Annotated[list[str] | None, Form()]


@router.post("/alerts/acknowledge")
def acknowledge_many(request: Request, identity: Handler, sent: Sent, alert: Picked = None) -> Response:
    """Acknowledge the picked alerts; those that somebody else took meanwhile are left as they are, and named."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return _bulk(
        request, identity, sent, lambda: bulk.acknowledge_all(store, person, alert or [], now=now), "acknowledged"
    )


def _bulk(request: Request, identity: Identity, sent: Sent, act: Callable[[], bulk.BulkDone], word: str) -> Response:
    """Do something to the picked alerts; where none was done, show the list as it was sent with those at fault marked."""
    left: tuple[bulk.Left, ...] = ()
    try:
        done = act()
        left = done.refused
        if not done.done:
            raise done.refusal
    except Refusal as refusal:
        refused = refused_by(request, refusal, sent)
        return show_refused(request, identity, refused, {one.alert_id: one.why.sentence for one in left})
    return RedirectResponse(f"/alerts?done={word}&batch={done.batch_id}", status_code=303)


@router.post("/alerts/assign")
def assign_many(
    request: Request, identity: Handler, owner: Annotated[str, Form(max_length=64)], sent: Sent, alert: Picked = None
) -> Response:
    """Give the picked alerts to one person; those whose owner is not the one whom the page showed are left and named."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    seen = seen_owners(sent)
    return _bulk(
        request,
        identity,
        sent,
        lambda: bulk.assign_all(store, person, alert or [], owner, office=context.office, now=now, seen=seen),
        "assigned",
    )


def seen_owners(sent: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return by alert the owner whom the list showed, "" for nobody; each `seen` is an alert's id, a blank and the name."""
    told = (one.partition(" ") for one in sent.get("seen", ()))
    return {alert_id: owner for alert_id, _, owner in told}


@router.post("/alerts/silence")
def silence_many(
    request: Request,
    identity: Handler,
    hours: Annotated[int, Form(ge=1, le=168)],
    sent: Sent,
    reason: Optional = "",
    alert: Picked = None,
) -> Response:
    """Silence the picked alerts' events for some hours."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return _bulk(
        request,
        identity,
        sent,
        lambda: bulk.silence_all(
            store, person, alert or [], hours=hours, reason=reason, office=context.office, now=now
        ),
        "silenced",
    )


@router.post("/alerts/undo/{batch_id}")
def undo(request: Request, identity: Handler, batch_id: str) -> RedirectResponse:
    """Take a bulk act back within ten seconds."""
    context = context_of(request)
    done = bulk.undo(context.store, identity.person, batch_id, now=context.now())
    if not done.done and done.refused:
        raise Conflict("；".join(left.sentence for left in done.refused))
    return RedirectResponse("/alerts?done=undone", status_code=303)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(request: Request, identity: Handler, alert_id: str, sent: Sent) -> Response:
    """Record that the alert was seen."""
    context = context_of(request)
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: flows.acknowledge(context.store, identity.person, alert_id, now=context.now()),
        "acknowledged",
    )


@router.post("/alerts/{alert_id}/assign")
def assign(
    request: Request, identity: Handler, alert_id: str, owner: Annotated[str, Form(max_length=64)], sent: Sent
) -> Response:
    """Give the alert to somebody; `seen` of the form is the owner whom the page showed, "" for nobody."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    seen = first(sent, "seen") if "seen" in sent else None
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: flows.assign(store, person, alert_id, owner, office=context.office, now=now, seen=seen),
        "assigned",
    )


@router.post("/alerts/{alert_id}/answered")
def answered(request: Request, identity: Handler, alert_id: str, reason: Reason, sent: Sent) -> Response:
    """Record that this office has spoken publicly."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: flows.answer(store, person, alert_id, office=context.office, now=now, remark=reason),
        "answered",
    )


@router.post("/alerts/{alert_id}/unanswered")
def unanswered(request: Request, identity: Handler, alert_id: str, reason: Reason, sent: Sent) -> Response:
    """Take an answer back that was registered by mistake; `seen` of the form is the moment of the one that the page showed."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    seen = first(sent, "seen") or None
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: retracting.take_answer_back(store, person, alert_id, reason, office=context.office, now=now, seen=seen),
        "unanswered",
    )


@router.post("/alerts/{alert_id}/close")
def close(request: Request, identity: Closer, alert_id: str, reason: Reason, sent: Sent) -> Response:
    """Close the alert with a reason."""
    context = context_of(request)
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: flows.close(context.store, identity.person, alert_id, reason, office=context.office, now=context.now()),
        "closed",
    )


@router.post("/alerts/{alert_id}/reopen")
def reopen(request: Request, identity: Closer, alert_id: str, reason: Reason, sent: Sent) -> Response:
    """Open a closed alert again."""
    context = context_of(request)
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: flows.reopen(
            context.store, identity.person, alert_id, reason, office=context.office, now=context.now()
        ),
        "reopened",
    )


@router.post("/alerts/{alert_id}/level")
def level(
    request: Request,
    identity: Closer,
    alert_id: str,
    level: Annotated[Literal["red", "orange", "yellow", "blue"], Form()],
    reason: Reason,
    sent: Sent,
    *,
    refuted: Annotated[bool, Form()] = False,
) -> Response:
    """Set the opinion level in the person's name."""
    context = context_of(request)
    asked, store, person, now = AlertLevel[level.upper()], context.store, identity.person, context.now()
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: grading.set_level(
            store, person, alert_id, asked, reason=reason, office=context.office, now=now, refuted=refuted
        ),
        "levelled",
    )


@router.post("/alerts/{alert_id}/grade")
def grade(
    request: Request,
    identity: ClockKeeper,
    alert_id: str,
    grade: Annotated[IncidentGrade, Form()],
    reason: Reason,
    sent: Sent,
) -> Response:
    """Set the statutory grade in the person's name."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return Posted(request, identity, sent).on_alert(
        alert_id,
        lambda: grading.set_grade(store, person, alert_id, grade, reason=reason, office=context.office, now=now),
        "graded",
    )


@router.post("/clocks/{clock_id}/{act}")
def keep_clock(
    request: Request,
    identity: ClockKeeper,
    clock_id: str,
    act: Literal["arm", "pause", "extend", "cancel"],
    sent: Sent,
    reason: Optional = "",
) -> Response:
    """Start, pause, extend or cancel a clock."""
    context = context_of(request)
    store, person, now, office = context.store, identity.person, context.now(), context.office
    acts: Mapping[str, Callable[[], Clock]] = {
        "arm": lambda: clocks.arm_clock(store, person, clock_id, office=office, now=now),
        "pause": lambda: clocks.pause_clock(store, person, clock_id, reason, now=now),
        "extend": lambda: clocks.extend_clock(store, person, clock_id, reason, office=office, now=now),
        "cancel": lambda: clocks.cancel_clock(store, person, clock_id, reason, office=office, now=now),
    }
    return Posted(request, identity, sent).on_clock(_alert_of(request, clock_id), acts[act], _DONE[act])


_DONE = {"arm": "armed", "pause": "paused", "extend": "extended", "cancel": "cancelled"}


@router.post("/clocks/{clock_id}/time/exclude")
def exclude_clock_time(
    request: Request,
    identity: ClockKeeper,
    clock_id: str,
    kind: Annotated[ExclusionKind, Form()],
    sent: Sent,
    reason: Optional = "",
) -> Response:
    """Leave the time from now on out of a clock, as the text allows."""
    context = context_of(request)
    store, person, now, office = context.store, identity.person, context.now(), context.office
    return Posted(request, identity, sent).on_clock(
        _alert_of(request, clock_id),
        lambda: clocks.exclude_time(store, person, clock_id, kind, reason, office=office, now=now),
        "matter_excluded",
    )


@router.post("/clocks/{clock_id}/time/resume")
def resume_clock_time(
    request: Request,
    identity: ClockKeeper,
    clock_id: str,
    sent: Sent,
    since: Annotated[str, Form(max_length=16)] = "",
    remark: Optional = "",
) -> Response:
    """Let a clock's time count again; `since` is when what was waited for came, in Beijing time."""
    context = context_of(request)
    store, person, now, office = context.store, identity.person, context.now(), context.office
    return Posted(request, identity, sent).on_clock(
        _alert_of(request, clock_id),
        lambda: clocks.resume_time(
            store, person, clock_id, office=office, now=now, received_at=received(since), remark=remark
        ),
        "matter_resumed",
    )


@router.post("/alerts/{alert_id}/clocks")
def start_clock(
    request: Request,
    identity: ClockKeeper,
    alert_id: str,
    rule: Annotated[str, Form(max_length=40)],
    sent: Sent,
    since: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Start a clock that only people start; `since` is when it was received, in Beijing time."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return Posted(request, identity, sent).on_clock(
        alert_id,
        lambda: clocks.start_clock(
            store, person, alert_id, rule, office=context.office, now=now, since=received(since)
        ),
        "armed",
    )


@router.post("/duties/{clock_id}/meet")
def meet_clock(request: Request, identity: Handler, clock_id: str, sent: Sent, reason: Optional = "") -> Response:
    """Record that a duty was done."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    return Posted(request, identity, sent).on_clock(
        _alert_of(request, clock_id),
        lambda: clocks.meet_clock(store, person, clock_id, office=context.office, now=now, remark=reason),
        "met",
    )


@router.post("/duties/{clock_id}/unmeet")
def unmeet_clock(request: Request, identity: Handler, clock_id: str, reason: Reason, sent: Sent) -> Response:
    """Take back that a duty was done; `seen` of the form is the moment of the registration that the page showed."""
    context = context_of(request)
    store, person, now = context.store, identity.person, context.now()
    seen = first(sent, "seen") or None
    return Posted(request, identity, sent).on_clock(
        _alert_of(request, clock_id),
        lambda: retracting.take_met_back(store, person, clock_id, reason, office=context.office, now=now, seen=seen),
        "unmet",
    )


def _alert_of(request: Request, clock_id: str) -> str | None:
    with context_of(request).store.read() as work:
        clock = work.clocks.get(clock_id)
    return clock.alert_id if clock else None
