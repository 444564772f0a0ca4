"""情形表: the rows and modifiers that articles are matched by, filtered, what is wrong in the office's own file, and what officers' words propose.

Also the form of the event page by which an officer says whether an article fits.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from analysis.matching.situations import SITUATIONS_FILE, Situations, load_situations
from service.api.context import AppContext
from service.api.identity import Handler, PolicyChecker, Reader, context_of
from service.domain.people.person import Act
from service.domain.policies.citation import Choice
from service.flows.rules.citing import (
    accept_proposal,
    accepted_changes,
    cite,
    proposals,
    refuse_proposal,
    row_text,
    withdraw_change,
)
from service.web.render import page
from service.web.views.paging import LAST_PAGE, pager
from service.web.views.situation_rows import (
    EXAMPLE,
    category_choices,
    law_choices,
    modifier_rows,
    product_choices,
    situation_rows,
    version_words,
)
from service.web.views.wording import day_of

router = APIRouter()

# All 472 rows on one page were 34,560 px high and 239 kB.
_PAGE = 40


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows are shown, as it stands in the address."""

    q: Annotated[str, Query(max_length=60)] = ""
    category: Annotated[str, Query(pattern=r"^(|any|R\d\d)$")] = ""
    product: Annotated[str, Query(pattern="^(|any|[a-z]{1,20})$")] = ""
    law: Annotated[str, Query(max_length=60)] = ""


@dataclass(frozen=True, slots=True)
class _Proposed:
    """A proposal as the page shows it."""

    situation: str
    why: str
    evidence: tuple[str, ...]
    text: str
    mark: str


@router.get("/policies/situations")
def situations(
    request: Request,
    identity: Reader,
    filters: Annotated[Filters, Depends()],
    number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """Show the table's version and faults, a page of the rows and the modifiers that are asked for, and to an administrator what officers' words propose."""
    context = context_of(request)
    table = _table_of(context)
    with context.store.read() as work:
        held = {article.key for article in work.policies.articles()}
        policies = work.policies.listing()
        proposed = proposals(work, table) if identity.may(Act.CHECK_POLICY) else []
        accepted = accepted_changes(work)
    reasons = {row.id: row.why for row in table.rows}
    own = context.situations
    today = day_of(context.now())
    faults = [*own.faults, *own.absent(held), *own.ended(policies, context.office.register, today)] if own else []
    return page(
        request,
        "situations.html",
        identity=identity,
        key="policies",
        title="情形表",
        table=table,
        table_version=version_words(table.version),
        filters=filters,
        **_found(table, filters, number),
        file=SITUATIONS_FILE,
        folder=context.situations.folder if context.situations else None,
        example=EXAMPLE,
        faults=faults,
        may_propose=identity.may(Act.CHECK_POLICY),
        proposed=[
            _Proposed(one.situation, reasons[one.situation], one.evidence, row_text(one, table), one.mark)
            for one in proposed
        ],
        accepted=accepted,
    )


def _table_of(context: AppContext) -> Situations:
    return context.situations() if context.situations else load_situations()


def _found(table: Situations, filters: Filters, number: int) -> dict[str, Any]:
    """Return the page of rows and the modifiers that the filters ask for, what may be asked for, and the ways to other pages."""
    asked = {"category": filters.category, "product": filters.product, "law": filters.law}
    rows = situation_rows(table, words=filters.q, **asked)
    last = max(1, -(-len(rows) // _PAGE))
    # A page that a shorter answer no longer has is its last one.
    number = min(number, last)
    earlier, later = pager("/policies/situations", asked | {"q": filters.q}, number, more=number < last)
    return {
        "rows": rows[(number - 1) * _PAGE : number * _PAGE],
        "rows_in_all": len(rows),
        "number": number,
        "last": last,
        "earlier": earlier,
        "later": later,
        "filtered": any((*asked.values(), filters.q)),
        "modifiers": modifier_rows(table, words=filters.q, **asked),
        "categories": category_choices(table),
        "products": product_choices(table),
        "laws": law_choices(table),
    }


@router.post("/policies/situations/{situation}/refused")
def refuse(
    request: Request,
    identity: PolicyChecker,
    situation: str,
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> RedirectResponse:
    """Set a proposed row aside, with the reason, until more events speak for it."""
    context = context_of(request)
    table = _table_of(context)
    refuse_proposal(context.store, identity.person, situation, table, reason=reason, now=context.now())
    return RedirectResponse("/policies/situations", status_code=303)


@router.post("/policies/situations/{situation}/accepted")
def accept(
    request: Request,
    identity: PolicyChecker,
    situation: str,
    seen: Annotated[str, Form(min_length=1, max_length=40)],
) -> RedirectResponse:
    """Change a row as it is proposed."""
    context = context_of(request)
    table = _table_of(context)
    accept_proposal(context.store, identity.person, situation, table, seen=seen, now=context.now())
    return RedirectResponse("/policies/situations?done=proposal_taken", status_code=303)


@router.post("/policies/situations/{situation}/withdrawn")
def withdraw(
    request: Request,
    identity: PolicyChecker,
    situation: str,
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> RedirectResponse:
    """Take an accepted change back, with the reason."""
    context = context_of(request)
    withdraw_change(context.store, identity.person, situation, reason=reason, now=context.now())
    return RedirectResponse("/policies/situations?done=proposal_withdrawn", status_code=303)


@router.post("/events/{event_id}/citations")
def say(
    request: Request,
    identity: Handler,
    event_id: str,
    choice: Annotated[Choice, Form()],
    article: Annotated[str, Form(min_length=1, max_length=200)],
) -> RedirectResponse:
    """Store in the person's name what they say of an article, and go back to the event's basis."""
    context = context_of(request)
    cite(context.store, identity.person, event_id, article=article, choice=choice, now=context.now())
    return RedirectResponse(f"/events/{event_id}?tab=basis_list", status_code=303)
