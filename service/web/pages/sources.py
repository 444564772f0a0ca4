"""信源: whether anything is blind, the switch of each source, and the way in for files."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from crawlers.health import HealthState
from crawlers.ports import SourceProgress
from service.api.context import AppContext
from service.api.identity import Identity, Importer, Reader, SourceKeeper, context_of
from service.api.room import NEEDS_ROOM
from service.domain.documents.imported import speaks_for_office
from service.domain.people.person import Act
from service.domain.refusal import Conflict, NotFound, Refusal
from service.flows.crawl.live_checks import ask_for_checks, switch_on, waiting
from service.flows.crawl.sources import resume_host, stop_host
from service.flows.crawl.sources import switch as switch_source
from service.flows.keeping.attachments import room_of
from service.web.desk import SourceHealth, source_health
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.upload import UploadRefused, take_table
from service.web.views.source_rows import source_row

router = APIRouter()

_MOST_PROBLEMS = 10


@router.get("/sources")
def sources(
    request: Request,
    identity: Reader,
    state: Annotated[str, Query(pattern="^(|trouble|healthy|never_run|stopped)$")] = "",
    q: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """List every declared source with its health in words."""
    return _show(request, identity, state, q)


def _show(
    request: Request, identity: Identity, state: str = "", q: str = "", *, refused: Refused = NOT_REFUSED
) -> HTMLResponse:
    context = context_of(request)
    with context.store.read() as work:
        watched = source_health(work, context.catalogue_sources, context.now())
        unchecked = len(waiting(work, context.catalogue_sources))
        progress = work.sources.all_progress()
        room = room_of(work, context.attachment_bytes)
        own = {one.id for one in work.own_sources.listing() if one.removed_at is None}
        stops = sorted(work.hosts.stopped().values(), key=lambda stop: stop.host)
    ordered = _kept(watched, state, q)
    states = [row.health.state for row in watched]
    return page(
        request,
        "sources.html",
        identity=identity,
        key="sources",
        title="信源",
        refused=refused,
        rows=[source_row(row, progress.get(row.source.id, SourceProgress(source_id=row.source.id))) for row in ordered],
        total=len(watched),
        counts={
            "healthy": states.count(HealthState.HEALTHY),
            "trouble": sum(row.trouble for row in watched),
            "never": states.count(HealthState.NEVER_RUN),
            "stopped": states.count(HealthState.STOPPED),
        },
        stops=stops,
        room=room.sentence(context.now()) if room.full else "",
        unchecked=unchecked,
        checking=sum(row.check.wished for row in watched),
        none_on=not any(row.source.enabled for row in watched),
        state=state,
        q=q,
        can_import=context.import_file is not None,
        can_add=context.source_book is not None,
        own=own if identity.may(Act.MANAGE_SOURCES) else frozenset(),
        problems=_problems(context) if identity.may(Act.MANAGE_SOURCES) else (),
    )


def _problems(context: AppContext) -> Sequence[str]:
    """Return what is wrong with the declarations, as far as it fits on the page."""
    problems = () if context.source_book is None else context.source_book.catalogue.problems
    return [str(problem) for problem in problems[:_MOST_PROBLEMS]]


def _kept(watched: list[SourceHealth], state: str, name: str) -> list[SourceHealth]:
    kept = [
        row
        for row in watched
        if name.strip() in row.source.name
        and (not state or row.health.state.value == state or (state == "trouble" and row.trouble))
    ]
    return sorted(kept, key=lambda row: (not row.trouble, row.health.state is HealthState.STOPPED, row.source.name))


@router.post("/sources/{source_id}/switch")
def switch(
    request: Request, identity: SourceKeeper, source_id: str, enabled: Annotated[bool, Form()]
) -> RedirectResponse:
    """Switch a source on or off over the catalogue's own setting; one that must pass its live check first is to be checked.

    Raises `NotFound`, `Conflict` where it may not be crawled.
    """
    context = context_of(request)
    source = next((source for source in context.catalogue_sources if source.id == source_id), None)
    if source is None:
        raise NotFound("没有这个信源。")
    done, actor = "switched", identity.person.name
    if not enabled:
        switch_source(context.store, source, enabled=False, actor=actor, now=context.now())
    elif not switch_on(context.store, source, actor=actor, now=context.now()):
        done = "check_asked"
    return RedirectResponse(f"/sources?done={done}#{source.id}", status_code=303)


@router.post("/sources/check")
def check_all(request: Request, identity: SourceKeeper) -> RedirectResponse:
    """Ask for the live check of every open source that waits for one; each is switched on as it passes."""
    context = context_of(request)
    ask_for_checks(context.store, context.catalogue_sources, actor=identity.person.name, now=context.now())
    return RedirectResponse("/sources?done=checks_asked", status_code=303)


@router.post("/sources/hosts/stop")
def stop_one_host(
    request: Request,
    identity: SourceKeeper,
    host: Annotated[str, Form(max_length=253)],
    reason: Annotated[str, Form(max_length=200)] = "",
    *,
    sent: Sent,
) -> Response:
    """Stop asking a host and what is below it, also by crawls that are under way. What is refused is said on the page."""
    context = context_of(request)
    try:
        stop_host(context.store, host, actor=identity.person.name, reason=reason, now=context.now())
    except Refusal as refusal:
        return _show(request, identity, refused=refused_by(request, refusal, sent))
    return RedirectResponse("/sources?done=stopped#stops", status_code=303)


@router.post("/sources/hosts/resume")
def resume_one_host(
    request: Request, identity: SourceKeeper, host: Annotated[str, Form(max_length=253)]
) -> RedirectResponse:
    """Let a stopped host go again. Raises `Conflict`."""
    context = context_of(request)
    resume_host(context.store, host, actor=identity.person.name, now=context.now())
    return RedirectResponse("/sources?done=resumed#stops", status_code=303)


@router.get("/import")
def import_page(request: Request, identity: Importer) -> HTMLResponse:
    """Show the form."""
    return _import_form(request, identity)


@router.post("/import", dependencies=[NEEDS_ROOM])
def import_file(
    request: Request,
    identity: Importer,
    source: Annotated[str, Form(max_length=80)],
    file: Annotated[UploadFile, File()],
    *,
    office_confirmed: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Take a file's rows; what was refused is said row by row. Only an administrator's confirmation opens an office's source."""
    context = context_of(request)
    importer = context.import_file
    if importer is None:
        raise NotFound("本进程没有接入文件导入，请在服务器上用 yaowang import 导入。")
    actor, confirmed = identity.person.name, office_confirmed and identity.may(Act.MANAGE_SOURCES)
    try:
        report, name = take_table(context, source, file, lambda path: importer(path, source, actor, confirmed))
    except UploadRefused as refused:
        return _import_form(request, identity, fault=str(refused), chosen=source)
    except Conflict as refusal:
        return _import_form(request, identity, fault=f"文件没有导入：{refusal.sentence}", chosen=source)
    return _import_form(request, identity, report=report, file_name=name)


def _import_form(
    request: Request,
    identity: Identity,
    *,
    fault: str = "",
    report: object = None,
    file_name: str = "",
    chosen: str = "",
) -> HTMLResponse:
    keeps = identity.may(Act.MANAGE_SOURCES)
    # Sources that take only files come first, and offices' last: the first is what a person who does not choose has chosen.
    order = sorted(
        (known for known in context_of(request).catalogue_sources if keeps or not speaks_for_office(known)),
        key=lambda known: (speaks_for_office(known), known.kind != "file_drop", known.name),
    )
    return page(
        request,
        "import.html",
        identity=identity,
        key="sources",
        title="导入文件",
        status=422 if fault else 200,
        sources=order,
        chosen=chosen,
        confirms=keeps,
        fault=fault,
        report=report,
        file_name=file_name,
    )
