"""演练: scenarios with their goals, the start, the running drill, past reports, and the local mailbox."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from service.api.context import AppContext, DrillRun
from service.api.identity import DrillKeeper, Reader, context_of
from service.api.room import NEEDS_ROOM
from service.domain.refusal import Conflict, NotFound
from service.web.render import page
from service.web.views.drill_report import report_view

router = APIRouter()


@router.get("/drills")
def drills(request: Request, identity: Reader) -> HTMLResponse:
    """List scenarios and drills."""
    context = context_of(request)
    runs = _runs(context)
    return page(
        request,
        "drills.html",
        identity=identity,
        key="drills",
        title="演练",
        scenarios=context.scenarios,
        runs=runs,
        running=any(run.state == "running" for run in runs),
        can_start=context.start_drill is not None,
        has_mailbox=context.mailbox is not None,
    )


def _runs(context: AppContext) -> list[DrillRun]:
    return list(context.drill_runs()) if context.drill_runs is not None else []


@router.post("/drills", dependencies=[NEEDS_ROOM])
def start_drill(
    request: Request,
    identity: DrillKeeper,
    scenario: Annotated[str, Form(max_length=80)],
    speed: Annotated[float, Form(ge=1, le=60)] = 10.0,
) -> RedirectResponse:
    """Start a drill in its own process and folder. Raises `NotFound` or `Conflict`."""
    context = context_of(request)
    if context.drill is not None or context.start_drill is None:
        raise Conflict("这里不能启动演练：演练要从正式系统启动。")
    if scenario not in {known.id for known in context.scenarios}:
        raise NotFound("没有这个演练脚本，请从列表中选择。")
    if any(run.state == "running" for run in _runs(context)):
        raise Conflict("已有一场演练正在进行，请等它结束后再开始。")
    try:
        context.start_drill(scenario, speed, identity.person.name)
    except RuntimeError as error:
        raise Conflict(f"{error}。") from error
    return RedirectResponse("/drills?done=drill", status_code=303)


@router.get("/drills/mail")
def mailbox(request: Request, identity: Reader, key: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """List the local mailbox and show one message as text. Raises `NotFound` where this process has none."""
    context = context_of(request)
    if context.mailbox is None:
        raise NotFound("本系统已连接邮件服务器，没有本地邮箱。")
    messages = [_shown(message) for message in context.mailbox.messages()]
    shown = next(
        (message for message in messages if message["key"] == key), messages[0] if messages and not key else None
    )
    return page(request, "mail.html", identity=identity, key="drills", title="邮箱", messages=messages, shown=shown)


def _shown(message: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(message.sent_at) if message.sent_at else None
    return {
        "key": message.key,
        "subject": message.subject,
        "recipients": message.recipients,
        "at": at,
        "text": message.text,
    }


@router.get("/drills/{drill_id}")
def drill_report(request: Request, identity: Reader, drill_id: str) -> HTMLResponse:
    """Show a finished drill against its clocks. Raises `NotFound`."""
    context = context_of(request)
    run = next((run for run in _runs(context) if run.id == drill_id and run.report is not None), None)
    if run is None or run.report is None:
        raise NotFound("没有这份演练报告，演练可能还在进行。")
    try:
        report = report_view(json.loads(run.report.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound("演练报告无法读取，文件可能不完整。") from error
    return page(request, "drill_report.html", identity=identity, key="drills", title="演练报告", run=run, report=report)
