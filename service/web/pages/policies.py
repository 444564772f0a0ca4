"""政策库: what the register demands with how well each fact is known, and the imported articles."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.identity import Reader, context_of
from service.domain.policy import PolicyFact, Verification
from service.domain.refusal import NotFound
from service.web.render import page
from service.web.views.event_page import validity
from service.web.views.wording import day_of

router = APIRouter(default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of the register as the list shows it; `stem` where its text is imported."""

    fact: PolicyFact
    validity: str
    unverified: str
    stem: str | None


@router.get("/policies")
def policies(
    request: Request,
    identity: Reader,
    q: Annotated[str, Query(max_length=60)] = "",
    mark: Annotated[str, Query(pattern="^(|V|S|U)$")] = "",
) -> HTMLResponse:
    """List the register and the imported policies."""
    context = context_of(request)
    register = context.office.register
    with context.store.read() as work:
        imported = work.policies.listing()
    stems = {policy.stem for policy in imported}
    today = day_of(context.now())
    rows = [
        FactRow(
            fact,
            validity(fact.document, today),
            "、".join(dict.fromkeys((*fact.unverified, *fact.document.unverified))),
            fact.document.stem if fact.document.stem in stems else None,
        )
        for fact in register.policies.values()
        if _matches(fact, q.strip().casefold(), mark)
    ]
    return page(
        request,
        "policies.html",
        identity=identity,
        key="policies",
        title="政策库",
        facts=rows,
        document_count=len({row.fact.document.id for row in rows}),
        register_version=register.version,
        imported=imported,
        marks=[(mark_.value, mark_.word) for mark_ in Verification],
        q=q,
        mark=mark,
    )


def _matches(fact: PolicyFact, text: str, mark: str) -> bool:
    searched = f"{fact.id} {fact.document.title} {fact.document.issue_number or ''} {fact.gist}".casefold()
    return text in searched and (not mark or fact.verification.value == mark)


@router.get("/policies/{stem}")
def policy(request: Request, identity: Reader, stem: str) -> HTMLResponse:
    """Show one imported policy verbatim. Raises `NotFound`."""
    with context_of(request).store.read() as work:
        found = next((policy for policy in work.policies.listing() if policy.stem == stem), None)
        if found is None:
            raise NotFound("这份文件没有入库，可能已被替换。")
        articles = sorted((a for a in work.policies.articles() if a.stem == stem), key=lambda a: a.position)
    return page(
        request, "policy.html", identity=identity, key="policies", title=found.title, policy=found, articles=articles
    )
