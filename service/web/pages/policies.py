"""政策库: what is stored and searched, what the register demands with how well it is known, clocks, and what was made together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from analysis.matching.articles import missing_articles
from service.api.context import AppContext
from service.api.identity import Identity, PolicyChecker, PolicyLinker, Reader, context_of
from service.domain.policies.checks import CheckVerdict
from service.domain.policies.library import LibraryQuery, LinkKind, name_of
from service.domain.policies.policy import Policy, PolicyKind, PolicyLevel, Standing
from service.domain.refusal import NotFound, Refusal
from service.domain.rules.register import Register
from service.domain.rules.verification import entry_of, stem_of, words_of
from service.flows.rules.policy_links import link_policies, linked_policies
from service.flows.rules.verifying import check_entry
from service.flows.topics.acts import topic_of_policies
from service.ports.store import Work
from service.web.downloads import saved_as
from service.web.media_types import XLSX
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.views.gist_rows import gist_rows, laws_of
from service.web.views.policy_views import (
    chapters_of,
    clock_rows,
    document_rows,
    fact_rows,
    hits,
    numbered,
    pair_rows,
    query_of,
)
from service.web.views.wording import day_of

router = APIRouter(default_response_class=HTMLResponse)

_MOST_DOCUMENTS = 200
_MOST_HITS = 50
# More than a library holds: ranked before it is cut, so that no law falls out by its place in the alphabet.
_MOST_RANKED = 5000
_TABS = ("library", "facts", "clocks", "pairs")
_MARKS = (("V", "已核对原文"), ("S", "据公开报道"), ("U", "待核实"), ("O", "本单位已核实"))


class LibraryForm(BaseModel):
    """What the form of the library asks for; every field may be absent."""

    q: str = Field(default="", max_length=60)
    tab: str = Field(default="library", max_length=10)
    mark: str = Field(default="", pattern="^(|V|S|U|O)$")
    level: str = Field(default="", max_length=20)
    kind: str = Field(default="", max_length=20)
    standing: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=6)
    on: str = Field(default="", max_length=10)


@router.get("/policies")
def policies(request: Request, identity: Reader, form: Annotated[LibraryForm, Query()]) -> HTMLResponse:
    """Show one tab of the library."""
    if form.tab not in _TABS:
        raise NotFound("没有这个页签，请从政策库的页签中选择。")
    context = context_of(request)
    today = day_of(context.now())
    day = _day(form.on) or today
    with context.store.read() as work:
        asked = query_of(
            form.q,
            level=form.level,
            kind=form.kind,
            standing=form.standing,
            region=form.region,
            on=day,
            limit=_MOST_RANKED,
            names=_names(work, context.office.register) if form.q else (),
        )
        view = _tab(form.tab, work, context, asked, form.q, form.mark)
    return page(
        request,
        "policies.html",
        identity=identity,
        key="policies",
        title="政策库",
        tab=form.tab,
        form=form,
        on=day,
        today=today,
        register_version=context.office.register.version,
        problem=context.rulebook.problem if context.rulebook else None,
        calendar=context.office.register.calendar.notice(today),
        **view,
    )


def _names(work: Work, register: Register) -> set[str]:
    """Return the names of the stored documents, and of those of which articles are summed up."""
    titles = [*(one.title for one in work.policies.listing()), *(one.title for one in register.documents.values())]
    return {name_of(title) for title in titles}


def _tab(tab: str, work: Work, context: AppContext, asked: LibraryQuery, q: str, mark: str) -> dict[str, Any]:
    register = context.office.register
    match tab:
        case "facts":
            held: dict[str, set[str]] = {}
            for article in work.policies.articles():
                held.setdefault(article.stem, set()).add(article.number)
            numbers = {stem: frozenset(found) for stem, found in held.items()}
            facts = fact_rows(register, numbers, day_of(context.now()), text=q, mark=mark)
            return {"facts": facts, "marks": _MARKS}
        case "clocks":
            return {"clocks": clock_rows(register)}
        case "pairs":
            return {"pairs": pair_rows(linked_policies(work.policies.listing(), work.policies.links()))}
        case _:
            return _library(work, register, asked)


def _library(work: Work, register: Register, asked: LibraryQuery) -> dict[str, Any]:
    found = work.policies.find(asked)
    narrowed = asked.level or asked.kind or asked.standing or asked.region
    held = {article.key for article in work.policies.articles()}
    gists = [] if narrowed else gist_rows(register, held, asked.words)
    ranked = hits(work.policies.find_articles(asked), asked.words, asked.on)
    interpreted = {link.about for link in work.policies.links() if link.kind is LinkKind.INTERPRETS}
    return {
        "rows": document_rows(found, work.policies.article_counts(), interpreted, asked.on)[:_MOST_DOCUMENTS],
        "rows_in_all": len(found),
        "hits": ranked[:_MOST_HITS],
        "hits_in_all": len(ranked),
        "gists": gists[:_MOST_HITS] if asked.words else (),
        "gists_in_all": len(gists),
        "gist_laws": () if asked.words else laws_of(gists),
        "levels": [(one.value, one.word) for one in PolicyLevel],
        "kinds": [(one.value, one.word) for one in PolicyKind],
        "standings": [(one.value, one.word) for one in Standing],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.get("/policies/ledger.{suffix}")
def ledger(request: Request, identity: Reader, suffix: str) -> Response:
    """Return the ledger of all documents as a file. Raises `NotFound` for another format than `csv` and `xlsx`."""
    from service.export.ledger import ledger_csv, ledger_rows, ledger_xlsx

    del identity
    if suffix not in {"csv", "xlsx"}:
        raise NotFound("台账只有 csv 和 xlsx 两种格式。")
    context = context_of(request)
    today = day_of(context.now())
    with context.store.read() as work:
        held = work.policies.listing()
        linked = linked_policies(held, work.policies.links())
        titles = {one.id: one.title for one in context.office.register.documents.values()}
        rows = ledger_rows(held, work.policies.article_counts(), linked, on=today, titles=titles)
    drill = context.drill is not None
    content = ledger_csv(rows) if suffix == "csv" else ledger_xlsx(rows, on=today, drill=drill)
    kind = "text/csv; charset=utf-8" if suffix == "csv" else XLSX
    headers = saved_as(f"政策台账-{today.isoformat()}.{suffix}", drill=drill)
    return Response(content, media_type=kind, headers=headers)


@router.get("/policies/entries/{subject}")
def entry(request: Request, identity: Reader, subject: str) -> HTMLResponse:
    """Show one entry of the register with what was found when it was checked. Raises `NotFound`."""
    return _show_entry(request, identity, subject)


def _show_entry(request: Request, identity: Identity, subject: str, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    register = context.office.register
    found = entry_of(register, subject)
    if found is None:
        raise NotFound("政策目录里没有这一条，可能已改名，请从政策库进入。")
    stem = stem_of(register, found)
    with context.store.read() as work:
        checks = work.policies.checks_of(subject)
        policy = work.policies.get(stem) if stem else None
    kind = subject.partition(":")[0]
    facts = [found] if kind == "fact" else [register.policies[p] for p in getattr(found, "policies", ())]
    return page(
        request,
        "policy_entry.html",
        identity=identity,
        key="policies",
        title=words_of(found),
        refused=refused,
        subject=subject,
        kind=kind,
        entry=found,
        words=words_of(found),
        facts=facts,
        sources=register.sources,
        clock=next((row for row in clock_rows(register) if f"clock:{row.rule.id}" == subject), None),
        checks=checks,
        check=found.check,
        policy=policy,
    )


@router.post("/policies/entries/{subject}")
def check(
    request: Request,
    identity: PolicyChecker,
    subject: str,
    verdict: Annotated[str, Form(max_length=20)],
    reason: Annotated[str, Form(max_length=1000)] = "",
    *,
    sent: Sent,
) -> Response:
    """Record what an administrator found when comparing the entry with the text."""
    context = context_of(request)
    register = context.rulebook.shipped() if context.rulebook else context.office.register
    try:
        chosen = _verdict(verdict)
        check_entry(context.store, identity.person, subject, chosen, reason, register=register, now=context.now())
    except Refusal as refusal:
        refused = replace(refused_by(request, refusal, sent), action=f"/policies/entries/{quote(subject)}")
        return _show_entry(request, identity, subject, refused=refused)
    if context.rulebook is not None:
        context.rulebook.refresh(context.now(), at_once=True)
    return RedirectResponse(f"/policies/entries/{quote(subject)}?done=checked", status_code=303)


def _verdict(text: str) -> CheckVerdict:
    if text not in set(CheckVerdict):
        raise Refusal("请选择核实结论。")
    return CheckVerdict(text)


@router.get("/policies/{stem}")
def policy(request: Request, identity: Reader, stem: str, version: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
    """Show one stored document verbatim, or an earlier text of it. Raises `NotFound`."""
    return _show_policy(request, identity, stem, version)


def _show_policy(
    request: Request, identity: Identity, stem: str, version: int = 0, *, refused: Refused = NOT_REFUSED
) -> HTMLResponse:
    context = context_of(request)
    register = context.office.register
    with context.store.read() as work:
        found = work.policies.get(stem)
        if found is None:
            raise NotFound("这份文件没有入库，可能已被替换。")
        articles = work.policies.articles_of(stem)
        versions = work.policies.versions(stem)
        held = work.policies.listing()
        links = work.policies.links(stem)
        spoken_of = [_held(held, link.about) for link in links if link.stem == stem]
        topic = topic_of_policies(work, [found, *spoken_of])
    earlier = next((one for one in versions if one.version == version), None)
    gists = {key: gist.gist for key, gist in register.gists.items() if key.startswith(f"{stem}#")}
    whole = earlier or (versions[0] if versions and not articles else None)
    return page(
        request,
        "policy.html",
        identity=identity,
        key="policies",
        title=found.title,
        refused=refused,
        policy=found,
        successor=_title_of(found.superseded_by, held, register),
        standing=found.standing(day_of(context.now())),
        articles=() if whole else numbered(articles, gists),
        chapters=() if whole else chapters_of(articles),
        missing=() if whole else missing_articles(article.number for article in articles),
        whole=whole,
        versions=versions,
        duties=[fact for fact in register.policies.values() if fact.document.stem == stem],
        linked=linked_policies(held, links).get(stem),
        spoken_of=spoken_of,
        topic=topic,
        others=_linkable(found, held),
    )


def _title_of(name: str | None, held: Sequence[Policy], register: Register) -> str | None:
    """Return the title of a document that the library or the register knows by its stem or number there."""
    titles = {one.id: one.title for one in register.documents.values()} | {one.stem: one.title for one in held}
    return titles.get(name, name) if name else None


def _held(policies: Sequence[Policy], stem: str) -> Policy:
    return next(policy for policy in policies if policy.stem == stem)


def _linkable(found: Policy, held: Sequence[Policy]) -> list[Policy]:
    """Return what can be linked with a document: its policies for an interpretation, interpretations for anything else, the latest first."""
    speaks = found.kind is PolicyKind.INTERPRETATION
    fit = [one for one in held if (one.kind is PolicyKind.INTERPRETATION) is not speaks and one.stem != found.stem]
    return sorted(fit, key=lambda one: (one.issued or date.min, one.title), reverse=True)[:_MOST_DOCUMENTS]


@router.post("/policies/{stem}/link")
def link(
    request: Request,
    identity: PolicyLinker,
    stem: str,
    other: Annotated[str, Form(max_length=300)],
    drafted: Annotated[str, Form(max_length=3)] = "",
    approved: Annotated[str, Form(max_length=3)] = "",
    *,
    sent: Sent,
) -> Response:
    """Link an interpretation with its policy, from either side."""
    context = context_of(request)
    with context.store.read() as work:
        found = work.policies.get(stem)
    speaks = found is not None and found.kind is PolicyKind.INTERPRETATION
    speaking, about = (stem, other) if speaks else (other, stem)
    try:
        link_policies(
            context.store, identity.person, speaking, about, drafted=drafted, approved=approved, now=context.now()
        )
    except Refusal as refusal:
        refused = replace(refused_by(request, refusal, sent), action=f"/policies/{quote(stem)}/link")
        return _show_policy(request, identity, stem, refused=refused)
    return RedirectResponse(f"/policies/{quote(stem)}?done=linked", status_code=303)
