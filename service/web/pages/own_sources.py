"""添加信源: an address is probed, what was found is looked at and saved; an added source is changed or removed."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from crawlers.records import Source
from service.api.context import AppContext
from service.api.identity import Identity, SourceKeeper, context_of
from service.domain.refusal import NotFound, Refusal
from service.flows.crawl.live_checks import switch_on
from service.flows.crawl.own_sources import (
    CLASSES,
    INTERVALS,
    SourceWish,
    add_source,
    change_source,
    is_official_host,
    own_source,
    remove_source,
    wish_of,
)
from service.flows.crawl.probes import KEPT, ask_for_probe, probe_of
from service.flows.crawl.source_book import SourceBook
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.views.probed import probe_view
from service.web.views.wording import word

router = APIRouter(prefix="/sources", default_response_class=HTMLResponse)

_LATEST = 10


class SourceForm(BaseModel):
    """What an administrator says of a source."""

    called: str = Field(default="", max_length=200)
    source_class: str = Field(default="", max_length=40)
    minutes: int = Field(default=60, ge=1, le=10_000)
    basis: str = Field(default="", max_length=1000)
    region: str = Field(default="", max_length=12)
    office_confirmed: bool = False

    def wish(self) -> SourceWish:
        """Return it as the flow takes it."""
        return SourceWish(
            name=self.called,
            source_class=self.source_class,
            minutes=self.minutes,
            legal_basis=self.basis,
            region=self.region.strip(),
            office_confirmed=self.office_confirmed,
        )


class NewSourceForm(SourceForm):
    """What is said of a source that is not saved yet; `enabled` asks for its live check at once."""

    enabled: bool = False


@router.get("/add")
def add_page(request: Request, identity: SourceKeeper) -> HTMLResponse:
    """Show where an address is entered, and the probes of the last days."""
    return _add_page(request, identity)


def _add_page(request: Request, identity: Identity, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    _book(context)
    with context.store.read() as work:
        latest = work.own_sources.latest_probes(limit=_LATEST)
    return page(
        request,
        "source_add.html",
        identity=identity,
        key="sources",
        title="添加信源",
        refused=refused,
        latest=[probe_view(one, context.now()) for one in latest],
        days=KEPT.days,
    )


@router.post("/probes")
def ask(
    request: Request,
    identity: SourceKeeper,
    url: Annotated[str, Form(max_length=4000)] = "",
    called: Annotated[str, Form(max_length=80)] = "",
    *,
    sent: Sent,
) -> Response:
    """Ask for the probe of an address, and lead to where its outcome is shown. What is refused is said on the page."""
    context = context_of(request)
    _book(context)
    try:
        probe = ask_for_probe(
            context.store,
            identity.person,
            url=url,
            name=called,
            sources=context.catalogue_sources,
            now=context.now(),
        )
    except Refusal as refusal:
        return _add_page(request, identity, refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/sources/probes/{probe.id}", status_code=303)


@router.get("/probes/{probe_id}")
def probe_page(request: Request, identity: SourceKeeper, probe_id: str) -> HTMLResponse:
    """Show what came of a probe, or that it is still under way. Raises `NotFound`."""
    return _probe_page(request, identity, probe_id)


def _probe_page(request: Request, identity: Identity, probe_id: str, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    _book(context)
    with context.store.read() as work:
        probe = probe_of(work, probe_id)
    draft = probe.draft or {}
    return page(
        request,
        "source_probe.html",
        identity=identity,
        key="sources",
        title="探查结果",
        refused=refused,
        probe=probe_view(probe, context.now()),
        wish=wish_of(draft, name=probe.name),
        asks_office=not is_official_host(str(draft.get("url", probe.url))),
        **_choices(),
    )


@router.post("/probes/{probe_id}")
def save(
    request: Request, identity: SourceKeeper, probe_id: str, form: Annotated[NewSourceForm, Form()], sent: Sent
) -> Response:
    """Save what a probe found as a source, and ask for its live check where that is wished."""
    context = context_of(request)
    book, now = _book(context), context.now()
    try:
        source = add_source(
            context.store,
            identity.person,
            probe_id,
            form.wish(),
            declared=book.refresh(now, at_once=True).sources,
            now=now,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _probe_page(request, identity, probe_id, refused=refused_by(request, refusal, sent))
    done = "source_added"
    if form.enabled:
        switch_on(context.store, source, actor=identity.person.name, now=now)
        done = "source_added_checked"
    return _to_list(context, source, done)


@router.get("/own/{source_id}")
def own_page(request: Request, identity: SourceKeeper, source_id: str) -> HTMLResponse:
    """Show what can be changed of an added source. Raises `NotFound`."""
    return _own_page(request, identity, source_id)


def _own_page(request: Request, identity: Identity, source_id: str, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    _book(context)
    with context.store.read() as work:
        own = own_source(work, source_id)
    return page(
        request,
        "source_own.html",
        identity=identity,
        key="sources",
        title="修改信源",
        refused=refused,
        own=own,
        url=str(own.declaration["url"]),
        wish=wish_of(own.declaration),
        asks_office=not is_official_host(str(own.declaration["url"])),
        **_choices(),
    )


@router.post("/own/{source_id}")
def change(
    request: Request, identity: SourceKeeper, source_id: str, form: Annotated[SourceForm, Form()], sent: Sent
) -> Response:
    """Change an added source. What is refused is said on the page."""
    context = context_of(request)
    _book(context)
    try:
        source = change_source(context.store, identity.person, source_id, form.wish(), now=context.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _own_page(request, identity, source_id, refused=refused_by(request, refusal, sent))
    return _to_list(context, source, "source_changed")


@router.post("/own/{source_id}/remove")
def remove(request: Request, identity: SourceKeeper, source_id: str) -> RedirectResponse:
    """Remove an added source. Raises `NotFound`."""
    context = context_of(request)
    book = _book(context)
    remove_source(context.store, identity.person, source_id, now=context.now())
    book.refresh(context.now(), at_once=True)
    return RedirectResponse("/sources?done=source_removed", status_code=303)


def _to_list(context: AppContext, source: Source, done: str) -> RedirectResponse:
    _book(context).refresh(context.now(), at_once=True)
    return RedirectResponse(f"/sources?done={done}#{quote(source.id)}", status_code=303)


def _book(context: AppContext) -> SourceBook:
    """Return what keeps the added sources. Raises `NotFound` in a drill, which knows only those of its own world."""
    if context.source_book is None:
        raise NotFound("演练只使用自带的虚构信源，不能添加。")
    return context.source_book


def _choices() -> dict[str, Any]:
    return {
        "classes": [(one.value, word("source_class", one.value)) for one in CLASSES],
        "intervals": [(str(minutes), _spoken(minutes)) for minutes in INTERVALS],
    }


def _spoken(minutes: int) -> str:
    return f"{minutes} 分钟" if minutes < 60 else f"{minutes // 60} 小时"  # noqa: PLR2004 - of an hour
