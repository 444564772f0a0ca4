"""政策跟踪: the list of topics, the page of one with its tabs, and what people do there."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.topics.claims import Stance
from service.api.identity import Guard, Identity, Reader, context_of
from service.domain.people.person import Act
from service.domain.refusal import NotFound, Refusal
from service.domain.topics.sheet import QUESTIONS, Filled, RiskSheet, SheetLevel, Weight
from service.domain.topics.topic import PhaseKind, Topic, TopicState, phase_at
from service.domain.topics.topic_report import TopicReport
from service.flows.topics import acts as flows
from service.flows.topics.topic_report import SPANS, report_topic
from service.web.downloads import saved_as
from service.web.media_types import DOCX, XLSX
from service.web.refused import NOT_REFUSED, Refused, Sent, first, refused_by
from service.web.render import page
from service.web.views import topic_page as views
from service.web.views.paging import LAST_PAGE, pager
from service.web.views.topic_form import (
    concern_rows,
    concerns_typed,
    limits_typed,
    number_typed,
    phases_of_form,
    phases_typed,
    read_concerns,
    read_level,
)

router = APIRouter()

Follower = Annotated[Identity, Depends(Guard(Act.FOLLOW))]
Signer = Annotated[Identity, Depends(Guard(Act.SIGN_SHEET))]

_TABS = (("overview", "概览"), ("voices", "问题与观点"), ("sheet", "风险评估表"), ("settings", "设置"))
_LONGEST_COUNT = 6
_PAGE = 30
_KINDS = [(kind.value, kind.word) for kind in PhaseKind]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a topic is shown, as it stands in the address."""

    tab: Annotated[str, Query(pattern="^(overview|voices|sheet|settings)$")] = "overview"
    phase: Annotated[int, Query(ge=0, le=24)] = 0
    pivot: Annotated[int, Query(ge=0, le=24)] = 0
    days: Annotated[int, Query()] = 7

    @property
    def span(self) -> int:
        """How many days are compared before and after."""
        return self.days if self.days in SPANS else SPANS[1]


@router.get("/topics")
def topics(
    request: Request,
    identity: Reader,
    state: Annotated[str, Query(pattern="^(open|closed|all|)$")] = "open",
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """List topics with their phase, volume and sheet."""
    return _show_list(request, identity, state or "all", page_number)


def _show_list(
    request: Request, identity: Identity, state: str, number: int = 1, *, refused: Refused = NOT_REFUSED
) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        listed = work.topics.listing(
            state=None if state == "all" else state, limit=_PAGE + 1, offset=(number - 1) * _PAGE
        )
        found = listed[:_PAGE]
        totals, lately = work.topics.totals(), work.topics.totals(since=now - timedelta(days=7))
        sheets = work.topics.latest_sheets([topic.id for topic in found])
        titles = [policy.title for policy in work.policies.listing()]
    rows = [
        (
            topic,
            phase_at(topic, now, now=now),
            totals.get(topic.id, 0),
            lately.get(topic.id, 0),
            sheets.get(topic.id),
        )
        for topic in found
    ]
    earlier, later = pager("/topics", {"state": state}, number, more=len(listed) > _PAGE)
    return page(
        request,
        "topics.html",
        identity=identity,
        key="topics",
        title="政策跟踪",
        refused=refused,
        rows=rows,
        earlier=earlier,
        later=later,
        state=state,
        titles=titles,
        kinds=_KINDS,
        phase_rows=phases_typed(refused.typed) if refused.of("/topics") else phases_of_form(None),
    )


@router.post("/topics")
def open_topic(request: Request, identity: Follower, sent: Sent) -> Response:
    """Open a topic. What is refused is said on the list, above the form as it was filled in."""
    context = context_of(request)
    try:
        limits = limits_typed(sent)
        topic = flows.open_topic(
            context.store,
            identity.person,
            title=first(sent, "title"),
            issue_number=number_typed(sent),
            words=limits.words,
            without=limits.without,
            phases=limits.phases,
            now=context.now(),
        )
    except Refusal as refusal:
        return _show_list(request, identity, "open", refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic.id}?done=topic_opened", status_code=303)


@router.get("/topics/{topic_id}")
def topic_page(request: Request, identity: Reader, topic_id: str, asked: Annotated[Asked, Depends()]) -> HTMLResponse:
    """Show one topic. Raises `NotFound` where there is none."""
    return _show(request, identity, topic_id, asked)


def _show(
    request: Request, identity: Identity, topic_id: str, asked: Asked, *, refused: Refused = NOT_REFUSED
) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    report = report_topic(context.store, topic_id, now=now, pivot=asked.pivot or None, days=asked.span)
    with context.store.read() as work:
        sheets = work.topics.sheets(topic_id)
    return page(
        request,
        "topic.html",
        identity=identity,
        key="topics",
        title=report.topic.title,
        refused=refused,
        tab=asked.tab,
        tabs=_TABS,
        report=report,
        topic=report.topic,
        closed=report.topic.state is TopicState.CLOSED,
        current=phase_at(report.topic, now, now=now),
        trends=views.trends(report),
        phases=views.phase_lines(report),
        days=asked.span,
        spans=SPANS,
        next_act=views.next_act(report.topic, sheets, now=now),
        kinds=_KINDS,
        **_settings(report.topic, refused),
        **_voices(report, asked.phase),
        **_sheet(sheets, topic_id, refused),
    )


def _settings(topic: Topic, refused: Refused) -> dict[str, Any]:
    action = f"/topics/{topic.id}/settings"
    return {
        "phase_rows": phases_typed(refused.typed) if refused.of(action) else phases_of_form(topic),
        "words": refused.value(action, "words", "，".join(topic.words)),
        "without": refused.value(action, "without", "，".join(topic.without)),
    }


def _voices(report: TopicReport, number: int) -> dict[str, Any]:
    """Return the questions and arguments of the phase of that number; without one, the questions of all phases together."""
    chosen = next((one for one in report.phases if one.window.number == number), None)
    return {
        "chosen": chosen,
        "stances": [(stance, chosen.of(stance) if chosen else []) for stance in Stance],
        "asked": chosen.figures.questions if chosen else report.questions,
    }


def _sheet(sheets: Sequence[RiskSheet], topic_id: str, refused: Refused) -> dict[str, Any]:
    latest = sheets[0] if sheets else None
    action = f"/topics/{topic_id}/sheet"
    base = _count(first(refused.typed, "base")) if refused.of(action) else None
    overtaken = latest is not None and base is not None and base != latest.version
    return {
        "overtaken": overtaken,
        "sheets": sheets,
        "latest": latest,
        "sheet_action": action,
        "sheet_questions": QUESTIONS,
        "concerns": concerns_typed(refused.typed) if refused.of(action) else concern_rows(latest),
        "weights": list(Weight),
        "levels": list(SheetLevel),
    }


@router.get("/topics/{topic_id}/questions.xlsx")
def questions(request: Request, identity: Reader, topic_id: str) -> Response:
    """Download what the public asks and argues, for the interpretation. Raises `NotFound`."""
    from service.export.topic import write_topic

    context = context_of(request)
    report = report_topic(context.store, topic_id, now=context.now())
    file = io.BytesIO()
    with context.store.read() as work:
        sheets = work.topics.sheets(topic_id)
    write_topic(report, file, assessed=sheets[0] if sheets else None, drill=context.drill is not None)
    with context.store.write() as work:
        work.audit.append(
            actor=identity.person.name,
            action="topic.exported",
            subject=f"topic:{topic_id}",
            detail={"name": report.topic.title},
            now=context.now(),
        )
    headers = saved_as(f"解读要点 {report.topic.title[:40]}.xlsx", drill=context.drill is not None)
    return Response(file.getvalue(), media_type=XLSX, headers=headers)


@router.get("/topics/{topic_id}/sheet/{version}.docx")
def sheet_paper(request: Request, identity: Reader, topic_id: str, version: int) -> Response:
    """Download one version of the sheet, signed or not, as a paper. Raises `NotFound`."""
    from service.export.docx import write_docx
    from service.export.risk_sheet import lay_out_sheet

    context = context_of(request)
    with context.store.read() as work:
        sheets = work.topics.sheets(topic_id)
    sheet = next((one for one in sheets if one.version == version), None)
    if sheet is None:
        raise NotFound("没有这一版评估表")
    report = report_topic(context.store, topic_id, now=sheet.saved_at)
    file = io.BytesIO()
    write_docx(lay_out_sheet(report, sheet, newest=sheets[0].version, drill=context.drill is not None), file)
    with context.store.write() as work:
        work.audit.append(
            actor=identity.person.name,
            action="sheet.exported",
            subject=f"topic:{topic_id}",
            detail={"name": report.topic.title, "version": version},
            now=context.now(),
        )
    headers = saved_as(f"风险评估表 第{version}版 {report.topic.title[:40]}.docx", drill=context.drill is not None)
    return Response(file.getvalue(), media_type=DOCX, headers=headers)


@router.post("/topics/{topic_id}/settings")
def settings(request: Request, identity: Follower, topic_id: str, sent: Sent) -> Response:
    """Change words and phases; documents are assigned anew. What is refused is said above the form as it was filled in."""
    context = context_of(request)
    try:
        limits = limits_typed(sent)
        flows.change_topic(
            context.store,
            identity.person,
            topic_id,
            words=limits.words,
            without=limits.without,
            phases=limits.phases,
            seen=_count(first(sent, "seen")),
            now=context.now(),
        )
    except Refusal as refusal:
        return _show(request, identity, topic_id, Asked("settings"), refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic_id}?done=topic_changed", status_code=303)


@router.post("/topics/{topic_id}/close")
def close(request: Request, identity: Follower, topic_id: str, sent: Sent) -> Response:
    """End the watch."""
    context = context_of(request)
    try:
        flows.close_topic(context.store, identity.person, topic_id, now=context.now())
    except Refusal as refusal:
        return _show(request, identity, topic_id, Asked("settings"), refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic_id}?done=topic_closed", status_code=303)


@router.post("/topics/{topic_id}/reopen")
def reopen(request: Request, identity: Follower, topic_id: str, sent: Sent) -> Response:
    """Watch a closed topic again."""
    context = context_of(request)
    try:
        flows.reopen_topic(context.store, identity.person, topic_id, first(sent, "reason"), now=context.now())
    except Refusal as refusal:
        return _show(request, identity, topic_id, Asked("settings"), refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic_id}?done=topic_reopened", status_code=303)


@router.post("/topics/{topic_id}/sheet")
def save_sheet(request: Request, identity: Follower, topic_id: str, sent: Sent) -> Response:
    """Save the next version of the risk assessment sheet. What is refused is said above the form as it was filled in."""
    context = context_of(request)
    try:
        flows.save_sheet(
            context.store,
            identity.person,
            topic_id,
            Filled(
                answers={key: _plain(first(sent, f"answer_{key}")) for key in QUESTIONS},
                concerns=read_concerns(sent),
                level=read_level(first(sent, "level")),
                reason=first(sent, "reason")[:1000],
            ),
            base=_count(first(sent, "base")),
            now=context.now(),
        )
    except Refusal as refusal:
        return _show(request, identity, topic_id, Asked("sheet"), refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic_id}?tab=sheet&done=sheet_saved", status_code=303)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_COUNT else None


def _plain(text: str) -> str:
    # A browser counts a line break as one character and sends two.
    return text.replace("\r\n", "\n")


@router.post("/topics/{topic_id}/sheet/{version}/sign")
def sign_sheet(request: Request, identity: Signer, topic_id: str, version: int, sent: Sent) -> Response:
    """Sign the latest version."""
    context = context_of(request)
    try:
        if version <= 0:
            raise NotFound("没有这一版评估表")
        flows.sign_sheet(context.store, identity.person, topic_id, version, now=context.now())
    except Refusal as refusal:
        return _show(request, identity, topic_id, Asked("sheet"), refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/topics/{topic_id}?tab=sheet&done=sheet_signed", status_code=303)
