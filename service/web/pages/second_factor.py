"""动态口令: a person binds the device that makes the codes, or takes it away."""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.identity import Guard, Identity, context_of, set_cookie
from service.domain.people.second_factor import otpauth_address
from service.domain.refusal import NotFound, Refusal
from service.flows.people.second_factor import SecondFactorRules, bind, offer, offered_secret, remove
from service.web.render import bare_page

router = APIRouter(default_response_class=HTMLResponse)

# Who must have one and has none comes as far as this page.
Binder = Annotated[Identity, Depends(Guard(None, second_factor=False))]
_GROUP = 4


@router.get("/second-factor")
def second_factor(request: Request, identity: Binder) -> HTMLResponse:
    """Show how the second factor of this person stands."""
    return _show(request, identity)


@router.post("/second-factor/offer")
def begin(request: Request, identity: Binder) -> Response:
    """Make a secret for the device to scan."""
    context = context_of(request)
    offer(context.store, person_id=identity.person.id, rules=_rules(request), now=context.now())
    return RedirectResponse("/second-factor", status_code=303)


@router.post("/second-factor/bind")
def finish(request: Request, identity: Binder, code: Annotated[str, Form(max_length=20)]) -> Response:
    """Bind the device by its first code; every other session of this person ends."""
    context = context_of(request)
    try:
        token = bind(context.store, person_id=identity.person.id, code=code, rules=_rules(request), now=context.now())
    except Refusal as refusal:
        return _show(request, identity, fault=refusal.sentence)
    response = RedirectResponse("/?done=bound", status_code=303)
    set_cookie(response, token, context)
    return response


@router.post("/second-factor/remove")
def take_away(request: Request, identity: Binder, code: Annotated[str, Form(max_length=20)]) -> Response:
    """Take the device away."""
    context = context_of(request)
    try:
        remove(
            context.store,
            person_id=identity.person.id,
            code=code,
            rules=_rules(request),
            now=context.now(),
            pace=context.pace,
        )
    except Refusal as refusal:
        return _show(request, identity, fault=refusal.sentence)
    return RedirectResponse("/?done=unbound", status_code=303)


def _rules(request: Request) -> SecondFactorRules:
    rules = context_of(request).second_factor
    if rules is None:
        raise NotFound("演练中不使用动态口令。")
    return rules


def _show(request: Request, identity: Identity, *, fault: str = "") -> HTMLResponse:
    rules, person = _rules(request), identity.person
    secret = offered_secret(person, rules)
    scanned = None if secret is None else otpauth_address(secret, name=person.name, issuer=rules.issuer)
    return bare_page(
        request,
        "second_factor.html",
        title="动态口令",
        status=422 if fault else 200,
        csrf=identity.session.csrf,
        bound=person.second_factor is not None,
        demanded=rules.demanded_of(person.role),
        picture=None if scanned is None else segno.make(scanned, error="m").svg_data_uri(scale=5, border=3),
        groups=[secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP)] if secret else [],
        fault=fault,
    )
