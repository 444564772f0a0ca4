"""隔离区, 发送: what was set aside is tried again. A refusal comes back on the tab where it was asked."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Guard, Identity, context_of
from service.domain.people import Act
from service.domain.refusal import Conflict
from service.flows.fetching_again import fetch_again
from service.flows.second_try import deliver_again, judge_set_aside
from service.web.pages.people_forms import Typed
from service.web.pages.system import show_system

router = APIRouter()

Retrier = Annotated[Identity, Depends(Guard(Act.TRY_AGAIN))]

_CONFLICT = 409


@router.post("/system/quarantine/again")
def judge_again(request: Request, identity: Retrier) -> Response:
    """Have the documents that were set aside judged again."""
    context = context_of(request)
    try:
        judge_set_aside(context.store, identity.person, now=context.now())
    except Conflict as refusal:
        return show_system(request, identity, "quarantine", typed=Typed(fault=refusal.sentence, status=_CONFLICT))
    return RedirectResponse("/system?tab=quarantine&done=judged_again", status_code=303)


@router.post("/system/quarantine/fetch")
def take_again(request: Request, identity: Retrier) -> Response:
    """Have the pages and files that were given up fetched again."""
    context = context_of(request)
    try:
        fetch_again(context.store, identity.person, now=context.now())
    except Conflict as refusal:
        return show_system(request, identity, "quarantine", typed=Typed(fault=refusal.sentence, status=_CONFLICT))
    return RedirectResponse("/system?tab=quarantine&done=fetched_again", status_code=303)


@router.post("/system/outbox/again")
def send_again(request: Request, identity: Retrier, kind: Annotated[Literal["mail", "search"], Form()]) -> Response:
    """Have what was given up sent again."""
    context = context_of(request)
    try:
        deliver_again(context.store, identity.person, kind, now=context.now())
    except Conflict as refusal:
        return show_system(request, identity, "outbox", typed=Typed(fault=refusal.sentence, status=_CONFLICT))
    return RedirectResponse(f"/system?tab=outbox&done={kind}_again", status_code=303)
