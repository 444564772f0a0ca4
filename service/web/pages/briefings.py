"""简报: the issues that were made, and the form that makes one."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from crawlers.disk_words import disk_sentence
from service.api.identity import Briefer, Identity, Reader, context_of
from service.api.room import NEEDS_ROOM
from service.domain.refusal import NotFound
from service.domain.week import parse_week, week_of
from service.export.replacing import complete_interrupted
from service.web.downloads import saved_as
from service.web.media_types import DOCX, HTML, PDF, XLSX
from service.web.render import page
from service.web.views.issues import download_name, issues_of, week_word

router = APIRouter()

_WEEKS = 12
_TYPES = {
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".html": HTML,
    ".pdf": PDF,
}


@router.get("/briefings")
def briefings(request: Request, identity: Reader) -> HTMLResponse:
    """List the issues."""
    return _show(request, identity)


def _show(request: Request, identity: Identity, fault: str = "", status: int = 200) -> HTMLResponse:
    context = context_of(request)
    folder = context.briefings
    if folder is not None:
        # Where the disk refuses, the issues that it has are listed; the next making says why.
        with suppress(OSError):
            complete_interrupted(folder)
    files = [path for path in folder.iterdir() if path.is_file()] if folder is not None and folder.is_dir() else []
    week = week_of(context.now()).before
    weeks = [(str(week_of(context.now())), f"{week_word(week_of(context.now()))}（本周至今）")]
    for _ in range(_WEEKS):
        weeks.append((str(week), week_word(week)))
        week = week.before
    return page(
        request,
        "briefings.html",
        identity=identity,
        key="briefings",
        title="简报",
        status=status,
        issues=issues_of(files),
        weeks=weeks[1:2] + weeks[:1] + weeks[2:],
        can_make=context.make_briefing is not None,
        lack=context.briefing_lack() if context.briefing_lack is not None else "",
        fault=fault,
    )


@router.post("/briefings", dependencies=[NEEDS_ROOM])
def make_briefing(request: Request, identity: Briefer, week: Annotated[str, Form(max_length=10)]) -> Response:
    """Make one week's issue."""
    context = context_of(request)
    if context.make_briefing is None:
        raise NotFound("本进程没有接入简报生成，请在服务器上用 yaowang brief 生成。")
    try:
        chosen = parse_week(week)
    except ValueError as error:
        return _show(request, identity, fault=f"{error}。", status=422)
    try:
        paths = context.make_briefing(str(chosen))
    except OSError as error:
        return _show(request, identity, fault=f"简报没有生成：{disk_sentence(error)}", status=500)
    with context.store.write() as work:
        detail = {"week": str(chosen), "file": [path.name for path in paths]}
        work.audit.append(
            actor=identity.person.name,
            action="briefing.made",
            subject=f"briefing:{chosen}",
            detail=detail,
            now=context.now(),
        )
    return RedirectResponse("/briefings?done=briefed", status_code=303)


@router.get("/briefings/{name}")
def fetch_briefing(request: Request, identity: Reader, name: str) -> Response:
    """Hand out one file; what was fetched is written down. Raises `NotFound`."""
    context = context_of(request)
    folder = context.briefings
    # Only a name that the folder itself lists is opened, so no path can be put together from outside.
    found = [p for p in folder.iterdir() if p.name == name and p.is_file()] if folder and folder.is_dir() else []
    if not found or found[0].suffix not in _TYPES:
        raise NotFound("没有这个文件，可能已被新的一期替换。")
    path = found[0]
    with context.store.write() as work:
        work.audit.append(
            actor=identity.person.name,
            action="briefing.fetched",
            subject=f"briefing:{path.stem}",
            detail={"file": path.name},
            now=context.now(),
        )
    # The file of a drill has its mark in its name already.
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=saved_as(download_name(path.name)))
