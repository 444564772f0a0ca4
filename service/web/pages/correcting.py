"""更正: a person corrects where an event happened and how many it harmed, or gives the program's sum back its place."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Handler, Identity, context_of
from service.domain.events.corrections import FactKind
from service.domain.refusal import Refusal
from service.flows.judging.correcting import Wanted, correct_fact
from service.flows.judging.divisions import places_named
from service.web.pages.events import show_event
from service.web.refused import Sent, refused_by

router = APIRouter()


@dataclass(frozen=True, slots=True)
class FactForm:
    """What a person enters of a fact; of places the names, else a number of people."""

    reason: str
    informant: str
    seen: str
    persons: str
    region: list[str]


def _entered(
    reason: Annotated[str, Form(max_length=1000)],
    informant: Annotated[str, Form(max_length=200)] = "",
    seen: Annotated[str, Form(max_length=40)] = "",
    persons: Annotated[str, Form(max_length=20)] = "",
    region: Annotated[list[str] | None, Form(max_length=10)] = None,
) -> FactForm:
    return FactForm(reason, informant, seen, persons, region or [])


Entered = Annotated[FactForm, Depends(_entered)]


@router.post("/events/{event_id}/facts/{kind}")
def correct(
    request: Request,
    identity: Handler,
    event_id: str,
    kind: FactKind,
    form: Entered,
    sent: Sent,
) -> Response:
    """Set places or a number of people in the person's name."""
    try:
        value = places_named(form.region) if kind is FactKind.PLACES else _number(form.persons)
        wanted = Wanted(kind=kind, value=value, reason=form.reason, source=form.informant, seen=form.seen)
        return _done(request, identity, event_id, wanted, "fact_corrected")
    except Refusal as refusal:
        return show_event(request, identity, event_id, "overview", refused=refused_by(request, refusal, sent))


@router.post("/events/{event_id}/facts/{kind}/restore")
def restore(
    request: Request,
    identity: Handler,
    event_id: str,
    kind: FactKind,
    form: Entered,
    sent: Sent,
) -> Response:
    """Give the program's own sum its place back."""
    try:
        wanted = Wanted(kind=kind, value=None, reason=form.reason, seen=form.seen)
        return _done(request, identity, event_id, wanted, "fact_restored")
    except Refusal as refusal:
        return show_event(request, identity, event_id, "overview", refused=refused_by(request, refusal, sent))


def _done(request: Request, identity: Identity, event_id: str, wanted: Wanted, done: str) -> Response:
    context = context_of(request)
    correct_fact(context.store, identity.person, event_id, wanted, office=context.office, now=context.now())
    # The id was looked up in the store before it gets here, so it cannot name another place.
    return RedirectResponse(f"/events/{event_id}?done={done}#facts", status_code=303)


def _number(persons: str) -> int:
    text = persons.strip().removesuffix("人").strip()
    if not (text.isascii() and text.isdecimal()):
        raise Refusal("人数请填写整数，例如 3；没有人的填 0")
    return int(text)
