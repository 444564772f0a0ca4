"""办件: complaints, reports, petitions and applications with their clocks; likenesses with events."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.context import AppContext
from service.api.identity import Guard, Identity, Importer, Reader, context_of
from service.api.room import NEEDS_ROOM
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.matter import MatterAct, MatterKind, acts_of
from service.domain.people.person import Act
from service.domain.refusal import NotFound, Refusal
from service.flows.keeping.privacy import note_personal_read
from service.flows.matters import acts as flows
from service.flows.matters.matter_watch import coming_of_matter
from service.web.received import received
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.upload import UploadRefused, take_table
from service.web.views.matter_rows import coming_rows, duty_rows, kind_counts, matter_row, open_states, reader_rows
from service.web.views.paging import LAST_PAGE, pager

router = APIRouter()

Keeper = Annotated[Identity, Depends(Guard(Act.HANDLE_MATTER))]
Extender = Annotated[Identity, Depends(Guard(Act.EXTEND_MATTER))]
Remark = Annotated[str, Form(max_length=1000)]

_PAGE = 40
_KINDS = [(kind.value, kind.word) for kind in MatterKind]
_KIND = "^(|complaint|report|petition|application)$"


@router.get("/matters")
def matters(
    request: Request,
    identity: Reader,
    kind: Annotated[str, Query(pattern=_KIND)] = "",
    state: Annotated[str, Query(pattern="^(open|overdue|all)$")] = "open",
    number: Annotated[str, Query(max_length=80)] = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """List matters, the soonest due first; a part of a number is looked for among all of them, done or not."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        found = work.matters.listing(
            kind=MatterKind(kind) if kind else None,
            states=() if state == "all" or number.strip() else open_states(),
            due_before=now if state == "overdue" and not number.strip() else None,
            number=number.strip(),
            limit=_PAGE + 1,
            offset=(page_number - 1) * _PAGE,
        )
        links = work.matters.links_of([matter.id for matter in found])
        counts = work.matters.counts(now=now)
    _note(context, identity, "matters:", [matter.id for matter in found[:_PAGE]])
    asked = {"kind": kind, "state": state, "number": number}
    earlier, later = pager("/matters", asked, page_number, more=len(found) > _PAGE)
    return page(
        request,
        "matters.html",
        identity=identity,
        key="matters",
        title="办件",
        rows=[matter_row(matter, links[matter.id], context.office.register, now=now) for matter in found[:_PAGE]],
        counts=kind_counts(counts),
        kind=kind,
        state=state,
        number=number.strip(),
        kinds=_KINDS,
        earlier=earlier,
        later=later,
        can_import=context.import_matters is not None,
    )


@router.get("/matters/import")
def import_page(request: Request, identity: Importer) -> HTMLResponse:
    """Show the form."""
    return _import_form(request, identity)


@router.post("/matters/import", dependencies=[NEEDS_ROOM])
def import_file(
    request: Request,
    identity: Importer,
    source: Annotated[str, Form(max_length=80)],
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form(pattern=_KIND)] = "",
) -> HTMLResponse:
    """Take a file's records; what was refused is said record by record."""
    context = context_of(request)
    importer = context.import_matters
    if importer is None:
        raise NotFound("本进程没有接入文件导入，请在服务器上用 yaowang matters import 导入。")
    chosen = MatterKind(kind) if kind else None
    try:
        report, name = take_table(
            context, source, file, lambda path: importer(path, source, chosen, identity.person.name)
        )
    except UploadRefused as refused:
        return _import_form(request, identity, fault=str(refused))
    return _import_form(request, identity, report=report, file_name=name)


def _import_form(
    request: Request, identity: Identity, *, fault: str = "", report: object = None, file_name: str = ""
) -> HTMLResponse:
    context = context_of(request)
    sources = [one for one in context.catalogue_sources if one.source_class.value == "complaint"]
    return page(
        request,
        "matters_import.html",
        identity=identity,
        key="matters",
        title="导入办件",
        status=422 if fault else 200,
        sources=sources,
        kinds=_KINDS,
        fault=fault,
        report=report,
        file_name=file_name,
    )


@router.get("/matters/{matter_id}")
def matter_page(request: Request, identity: Reader, matter_id: str) -> HTMLResponse:
    """Show one matter. Raises `NotFound` where there is none."""
    return _show_matter(request, identity, matter_id)


def _show_matter(
    request: Request, identity: Identity, matter_id: str, *, refused: Refused = NOT_REFUSED
) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        matter = flows.matter_of(work, matter_id)
        document = work.documents.get(matter.document_id) if matter.document_id else None
        links = work.matters.links_of([matter.id])[matter.id]
        events = work.events.get_all([link.event_id for link in links])
        audit = work.audit.rows(subject=f"matter:{matter.id}", limit=50)
        others = flows.same_applicant(work, matter)
        coming = coming_of_matter(work, matter, context.office.register, now)
    acts = acts_of(matter)
    _note(context, identity, f"matter:{matter.id}", [matter.id])
    return page(
        request,
        "matter.html",
        identity=identity,
        key="matters",
        title=matter.title,
        refused=refused,
        matter=matter,
        text=document.text if document is not None else matter.text,
        duties=duty_rows(matter, context.office.register, now=now),
        links=[(link, events.get(link.event_id)) for link in links],
        coming=coming_rows(coming),
        readers=reader_rows(coming),
        acts=acts,
        audit=audit,
        others=others,
        source=next((one.name for one in context.catalogue_sources if one.id == matter.source_id), matter.source_id),
    )


def _note(context: AppContext, identity: Identity, subject: str, shown: Sequence[str]) -> None:
    """Write down who is shown records, in the same request: numbers are masked, the person's own story is not."""
    if shown:
        note_personal_read(context.store, identity.person, subject, what="matters", documents=shown, now=context.now())


def _answer(
    request: Request, identity: Identity, matter_id: str, sent: Sent, *, done: str, step: Callable[[], object]
) -> Response:
    """Do an act on a matter and lead to its page, which tells that it is `done` or, with what was typed, why not."""
    try:
        step()
    except Refusal as refusal:
        return _show_matter(request, identity, matter_id, refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/matters/{matter_id}?done={done}", status_code=303)


@router.post("/matters/{matter_id}/{act}")
def act_on(
    request: Request,
    identity: Keeper,
    matter_id: str,
    act: MatterAct,
    remark: Remark = "",
    handler: Annotated[str, Form(max_length=64)] = "",
    *,
    sent: Sent,
) -> Response:
    """Take the matter one step on."""
    context = context_of(request)
    step = partial(
        flows.act_on_matter,
        context.store,
        identity.person,
        matter_id,
        act,
        register=context.office.register,
        now=context.now(),
        remark=remark,
        handler=handler,
    )
    return _answer(request, identity, matter_id, sent, done="matter_moved", step=step)


@router.post("/matters/{matter_id}/clocks/{rule_id}/extend")
def extend(request: Request, identity: Extender, matter_id: str, rule_id: str, reason: Remark, sent: Sent) -> Response:
    """Extend one clock, once."""
    context = context_of(request)
    step = partial(
        flows.extend_matter,
        context.store,
        identity.person,
        matter_id,
        rule_id,
        reason,
        register=context.office.register,
        now=context.now(),
    )
    return _answer(request, identity, matter_id, sent, done="matter_extended", step=step)


@router.post("/matters/{matter_id}/clocks/{rule_id}/exclude")
def exclude(
    request: Request,
    identity: Extender,
    matter_id: str,
    rule_id: str,
    kind: Annotated[ExclusionKind, Form()],
    reason: Remark,
    sent: Sent,
) -> Response:
    """Leave the time from now on out of one clock, as the text allows."""
    context = context_of(request)
    register, now = context.office.register, context.now()
    step = partial(
        flows.exclude_time, context.store, identity.person, matter_id, rule_id, kind, reason, register=register, now=now
    )
    return _answer(request, identity, matter_id, sent, done="matter_excluded", step=step)


@router.post("/matters/{matter_id}/clocks/{rule_id}/resume")
def resume(
    request: Request,
    identity: Extender,
    matter_id: str,
    rule_id: str,
    sent: Sent,
    since: Annotated[str, Form(max_length=16)] = "",
    remark: Remark = "",
) -> Response:
    """Let one clock's time count again; `since` is when what was waited for came, in Beijing time."""
    context = context_of(request)
    register, now = context.office.register, context.now()
    return _answer(
        request,
        identity,
        matter_id,
        sent,
        done="matter_resumed",
        # Within the step, so that a time nobody can read is answered like any other refusal.
        step=lambda: flows.resume_time(
            context.store,
            identity.person,
            matter_id,
            rule_id,
            register=register,
            now=now,
            received_at=received(since),
            remark=remark,
        ),
    )


@router.post("/matters/{matter_id}/clocks/{rule_id}/start")
def start(request: Request, identity: Extender, matter_id: str, rule_id: str, sent: Sent) -> Response:
    """Start a clock whose limit is not verified, by name."""
    context = context_of(request)
    step = partial(flows.start_duty, context.store, identity.person, matter_id, rule_id, now=context.now())
    return _answer(request, identity, matter_id, sent, done="armed", step=step)


@router.post("/matters/{matter_id}/events/{event_id}")
def decide_likeness(
    request: Request,
    identity: Keeper,
    matter_id: str,
    event_id: str,
    remark: Remark = "",
    *,
    same: Annotated[bool, Form()],
    sent: Sent,
) -> Response:
    """Confirm or reject that the matter tells of the event."""
    context = context_of(request)
    step = partial(
        flows.decide_likeness,
        context.store,
        identity.person,
        matter_id,
        event_id,
        same=same,
        remark=remark,
        now=context.now(),
    )
    return _answer(request, identity, matter_id, sent, done="matter_linked", step=step)
