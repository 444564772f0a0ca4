"""高频主题: subjects that come again, what is decided of them, where it was published; a decision made by mistake is taken back."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.identity import Guard, Identity, Reader, context_of
from service.domain.people.person import Act
from service.domain.refusal import Refusal
from service.flows.keeping.privacy import note_personal_read
from service.flows.matters import acts as flows
from service.flows.matters.matter_watch import coming_of_disclosures
from service.flows.matters.undated import undated_disclosures
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.views.matter_rows import coming_rows

router = APIRouter()

Keeper = Annotated[Identity, Depends(Guard(Act.HANDLE_MATTER))]
Extender = Annotated[Identity, Depends(Guard(Act.EXTEND_MATTER))]
Remark = Annotated[str, Form(max_length=1000)]

_DEFAULT_DAYS = 90


@router.get("/matters/frequent")
def frequent(request: Request, identity: Reader, days: Annotated[int, Query()] = _DEFAULT_DAYS) -> HTMLResponse:
    """List subjects that come again, with what is proposed and what was decided."""
    return _show_frequent(request, identity, days)


def _show_frequent(request: Request, identity: Identity, days: int, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    span = days if days in flows.FREQUENT_DAYS else _DEFAULT_DAYS
    with context.store.read() as work:
        found = flows.frequent_subjects(work, days=span, now=context.now())
        subjects = found.subjects
        decisions = work.matters.disclosures()
        coming = coming_of_disclosures(work, decisions, context.office.register, context.now())
    shown = [matter.id for one in subjects for matter in one.matters]
    if shown:
        note_personal_read(
            context.store, identity.person, "matters:frequent", what="matters", documents=shown, now=context.now()
        )
    return page(
        request,
        "matters_frequent.html",
        identity=identity,
        key="matters",
        title="高频主题",
        refused=refused,
        subjects=subjects,
        compared_since=found.since,
        decisions=decisions,
        earliest=undated_disclosures(decisions, context.office.register),
        coming={one.id: next(iter(coming_rows(coming.get(one.id, ())[:1])), None) for one in decisions},
        days=span,
        spans=flows.FREQUENT_DAYS,
        first_proposed=next((one.id for one in subjects if one.proposed), None),
    )


@router.post("/matters/frequent/{subject_id}")
def decide(
    request: Request,
    identity: Extender,
    subject_id: str,
    reason: Remark,
    days: Annotated[int, Form()] = _DEFAULT_DAYS,
    *,
    disclose: Annotated[bool, Form()],
    sent: Sent,
) -> Response:
    """Decide whether a frequent subject is disclosed proactively."""
    context = context_of(request)
    span = days if days in flows.FREQUENT_DAYS else _DEFAULT_DAYS
    store, person, register, now = context.store, identity.person, context.office.register, context.now()
    return _on_frequent(
        request,
        identity,
        sent,
        lambda: flows.decide_disclosure(
            store, person, subject_id, disclose=disclose, reason=reason, days=span, register=register, now=now
        ),
        "disclosure_decided",
        days=span,
    )


@router.post("/matters/disclosures/{disclosure_id}/published")
def published(
    request: Request, identity: Keeper, disclosure_id: str, place: Annotated[str, Form(max_length=300)], sent: Sent
) -> Response:
    """Record where a decided disclosure was published."""
    store, person, now = context_of(request).store, identity.person, context_of(request).now()
    act = partial(flows.register_publication, store, person, disclosure_id, place, now=now)
    return _on_frequent(request, identity, sent, act, "disclosure_published")


@router.post("/matters/disclosures/{disclosure_id}/withdrawn")
def withdrawn(request: Request, identity: Extender, disclosure_id: str, reason: Remark, sent: Sent) -> Response:
    """Take a decision back that was made by mistake."""
    store, person, now = context_of(request).store, identity.person, context_of(request).now()
    act = partial(flows.withdraw_disclosure, store, person, disclosure_id, reason, now=now)
    return _on_frequent(request, identity, sent, act, "disclosure_withdrawn")


def _on_frequent(
    request: Request,
    identity: Identity,
    sent: Sent,
    act: Callable[[], object],
    done: str,
    *,
    days: int = _DEFAULT_DAYS,
) -> Response:
    try:
        act()
    except Refusal as refusal:
        return _show_frequent(request, identity, days, refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/matters/frequent?days={days}&done={done}", status_code=303)
