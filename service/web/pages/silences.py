"""静默: which mails are held back by whom, until when and why; making one with a preview, and ending one."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.assessment import CATEGORY_NAMES
from service.api.identity import Handler, Identity, Reader, context_of
from service.domain.alerts.alert import AlertLevel
from service.domain.events.event import Event
from service.domain.events.number import event_number
from service.domain.places import CITIES, region_name
from service.domain.refusal import Refusal
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts import silences as flows
from service.web.named import event_named, where_now
from service.web.render import page
from service.web.views.wording import category_word

router = APIRouter(default_response_class=HTMLResponse)

_HOURS = ((1, "1 小时"), (4, "4 小时"), (8, "8 小时"), (24, "24 小时"), (72, "3 天"), (168, "7 天"))
_SHOWN, _NAMED = 60, 5


@dataclass(frozen=True, slots=True)
class SilenceForm:
    """A silence as the form sends it."""

    event: Annotated[str, Form(max_length=300)] = ""
    product: Annotated[str, Form(max_length=60)] = ""
    firm: Annotated[str, Form(max_length=60)] = ""
    category: Annotated[str, Form(max_length=8)] = ""
    region: Annotated[str, Form(max_length=6)] = ""
    up_to: Annotated[Literal["red", "orange", "yellow", "blue"], Form()] = "orange"
    hours: Annotated[int, Form(ge=1, le=168)] = 4
    reason: Annotated[str, Form(max_length=1000)] = ""
    sure: Annotated[bool, Form()] = False
    step: Annotated[Literal["preview", "make"], Form()] = "preview"


@router.get("/alerts/silences")
def silences(request: Request, identity: Reader, event: Annotated[str, Query(max_length=64)] = "") -> HTMLResponse:
    """Show silences and the form."""
    return _show(request, identity, SilenceForm(event=event_number(event)))


@router.post("/alerts/silences")
def make(request: Request, identity: Handler, form: Annotated[SilenceForm, Depends()]) -> Response:
    """Preview a silence, or make it; what is refused is said above the form as it was filled in."""
    context = context_of(request)
    try:
        silence = _silence(request, identity, form)
        if form.step == "preview":
            reach = flows.look_at_silence(context.store, silence, office=context.office)
            return _show(request, identity, form, preview=reach.sentence, previewed=silence)
        flows.make_silence(
            context.store, identity.person, silence, office=context.office, now=context.now(), sure=form.sure
        )
    except Refusal as refusal:
        return _show(request, identity, form, fault=refusal.sentence)
    return RedirectResponse("/alerts/silences?done=silenced", status_code=303)


@router.post("/alerts/silences/{silence_id}/end")
def end(request: Request, identity: Handler, silence_id: str) -> RedirectResponse:
    """End a silence now."""
    context = context_of(request)
    flows.end_silence(context.store, identity.person, silence_id, now=context.now())
    return RedirectResponse("/alerts/silences?done=unsilenced", status_code=303)


def _silence(request: Request, identity: Identity, form: SilenceForm) -> Silence:
    now = context_of(request).now()
    given = {field: str(getattr(form, field.value)).strip() for field in MatcherField}
    # What names no event stays as it was typed and is refused by its own words; mail of one merged away is another's now.
    store = context_of(request).store
    given[MatcherField.EVENT] = where_now(store, event_named(store, form.event) or given[MatcherField.EVENT])
    return Silence(
        id=secrets.token_hex(6),
        matchers=tuple(Matcher(field, value) for field, value in given.items() if value),
        up_to=AlertLevel[form.up_to.upper()],
        author=identity.person.name,
        reason=form.reason.strip(),
        begins_at=now,
        ends_at=now + timedelta(hours=form.hours),
        created_at=now,
    )


def _show(
    request: Request,
    identity: Identity,
    form: SilenceForm,
    *,
    preview: str = "",
    previewed: Silence | None = None,
    fault: str = "",
) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        listed = work.silences.listing(limit=_SHOWN)
        asked = [*listed, *([previewed] if previewed is not None else [])]
        labels = flows.unclosed_labels(work, context.office, asked)
        held = [label.event_id for label in labels if previewed is not None and previewed.covers(label)]
        named = [one.value for silence in listed for one in silence.matchers if one.field is MatcherField.EVENT]
        events = work.events.get_all(list({*held[:_NAMED], *named}))
    active = [one for one in listed if one.active(now)]
    rows = [_row(one, events, sum(one.covers(label) for label in labels)) for one in active]
    view: dict[str, Any] = {
        "rows": rows,
        "past": [_row(one, events, 0) for one in listed if one not in active],
        "unclosed": len(labels),
        "form": form,
        "preview": preview,
        "held": [events[name] for name in held[:_NAMED] if name in events],
        "held_count": len(held),
        "ends_at": previewed.ends_at if previewed is not None else None,
        "fault": fault,
        "hours": _HOURS,
        "categories": CATEGORY_NAMES.items(),
        "cities": CITIES.items(),
        "part": "silences",
    }
    status = 422 if fault else 200
    return page(request, "silences.html", identity=identity, key="alerts", title="静默", status=status, **view)


_WORDS = {MatcherField.CATEGORY: category_word, MatcherField.REGION: region_name}


def _row(silence: Silence, events: Mapping[str, Event], matched: int) -> dict[str, Any]:
    words = [f"{one.field.word}：{_value(one, events)}" for one in silence.matchers]
    return {"silence": silence, "matchers": words, "matched": matched}


def _value(matcher: Matcher, events: Mapping[str, Event]) -> str:
    if matcher.field is MatcherField.EVENT:
        event = events.get(matcher.value)
        if event is None:
            return event_number(matcher.value)
        merged = f"（已并入 {event_number(event.merged_into)}）" if event.merged_into is not None else ""
        return f"{event_number(event.id)} {event.title}{merged}"
    return _WORDS[matcher.field](matcher.value) if matcher.field in _WORDS else matcher.value
