"""隔离区, 发送: what was set aside is tried again. A refusal comes back on the tab where it was asked."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Guard, Identity, context_of
from service.domain.people.person import Act
from service.domain.refusal import Conflict
from service.flows.crawl.fetching_again import fetch_again
from service.flows.judging.second_try import deliver_again, judge_set_aside
from service.web.pages.people_forms import Typed
from service.web.pages.system import show_system

router = APIRouter()

Retrier = Annotated[Identity, Depends(Guard(Act.TRY_AGAIN))]

_CONFLICT = 409


@router.post("/system/quarantine/again")
def judge_again(request: Request, identity: Retrier) -> Response:
    """Have the documents that were set aside judged again."""
    return _tried(request, identity, judge_set_aside, tab="quarantine", done="judged_again")


@router.post("/system/quarantine/fetch")
def take_again(request: Request, identity: Retrier) -> Response:
    """Have the pages and files that were given up fetched again."""
    return _tried(request, identity, fetch_again, tab="quarantine", done="fetched_again")


@router.post("/system/outbox/again")
def send_again(
    request: Request, identity: Retrier, kind: Annotated[Literal["mail", "webhook", "search"], Form()]
) -> Response:
    """Have what was given up sent again."""
    return _tried(request, identity, partial(deliver_again, kind=kind), tab="outbox", done=f"{kind}_again")


def _tried(request: Request, identity: Identity, again: Callable[..., object], *, tab: str, done: str) -> Response:
    context = context_of(request)
    try:
        again(context.store, identity.person, now=context.now())
    except Conflict as refusal:
        return show_system(request, identity, tab, typed=Typed(fault=refusal.sentence, status=_CONFLICT))
    return RedirectResponse(f"/system?tab={tab}&done={done}", status_code=303)
