"""政策跟踪: the list of topics, the page of one with its tabs, and what people do there."""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.claims import Stance
from service.api.identity import Guard, Identity, Reader, context_of
from service.domain.people import Act
from service.domain.refusal import NotFound
from service.domain.sheet import QUESTIONS, RiskSheet, SheetLevel, Weight
from service.domain.topic import Phase, PhaseKind, TopicState, phase_at
from service.domain.topic_report import TopicReport
from service.flows import topics as flows
from service.flows.topic_report import SPANS, report_topic
from service.web.render import page
from service.web.views import topic_page as views

router = APIRouter()

Follower = Annotated[Identity, Depends(Guard(Act.FOLLOW))]
Signer = Annotated[Identity, Depends(Guard(Act.SIGN_SHEET))]
Texts = Annotated[list[str], Form()]


def _read_phases(kind: Texts, since: Texts, until: Texts) -> list[Phase]:
    return views.read_phases(kind, since, until)


PhaseForm = Annotated[list[Phase], Depends(_read_phases)]

_TABS = (("overview", "概览"), ("voices", "问题与观点"), ("sheet", "风险评估表"), ("settings", "设置"))
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = [(kind.value, kind.word) for kind in PhaseKind]


@router.get("/topics")
def topics(
    request: Request,
    identity: Reader,
    state: Annotated[str, Query(pattern="^(open|closed|)$")] = "open",
) -> HTMLResponse:
    """List topics with their phase, volume and sheet."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        found = work.topics.listing(state=state or None)
        totals, lately = work.topics.totals(), work.topics.totals(since=now - timedelta(days=7))
        sheets = {topic.id: work.topics.sheets(topic.id) for topic in found}
        titles = [policy.title for policy in work.policies.listing()]
    rows = [
        (
            topic,
            phase_at(topic, now, now=now),
            totals.get(topic.id, 0),
            lately.get(topic.id, 0),
            sheets[topic.id][0] if sheets[topic.id] else None,
        )
        for topic in found
    ]
    return page(
        request,
        "topics.html",
        identity=identity,
        key="topics",
        title="政策跟踪",
        rows=rows,
        state=state,
        titles=titles,
        kinds=_KINDS,
        blank=views.phases_of_form(None),
    )


@router.post("/topics")
def open_topic(
    request: Request,
    identity: Follower,
    title: Annotated[str, Form(max_length=300)],
    number: Annotated[str, Form(max_length=80)] = "",
    words: Annotated[str, Form(max_length=2000)] = "",
    without: Annotated[str, Form(max_length=1000)] = "",
    *,
    phases: PhaseForm,
) -> RedirectResponse:
    """Open a topic."""
    context = context_of(request)
    topic = flows.open_topic(
        context.store,
        identity.person,
        title=title,
        issue_number=number,
        words=views.words_of(words),
        without=views.words_of(without),
        phases=phases,
        now=context.now(),
    )
    return RedirectResponse(f"/topics/{topic.id}?done=topic_opened", status_code=303)


@router.get("/topics/{topic_id}")
def topic_page(
    request: Request,
    identity: Reader,
    topic_id: str,
    tab: Annotated[str, Query(pattern="^(overview|voices|sheet|settings)$")] = "overview",
    phase: Annotated[int, Query(ge=0, le=24)] = 0,
    pivot: Annotated[int, Query(ge=0, le=24)] = 0,
    days: Annotated[int, Query()] = 7,
) -> HTMLResponse:
    """Show one topic. Raises `NotFound` where there is none."""
    context = context_of(request)
    now = context.now()
    report = report_topic(
        context.store, topic_id, now=now, pivot=pivot or None, days=days if days in SPANS else SPANS[1]
    )
    with context.store.read() as work:
        sheets = work.topics.sheets(topic_id)
    return page(
        request,
        "topic.html",
        identity=identity,
        key="topics",
        title=report.topic.title,
        tab=tab,
        tabs=_TABS,
        report=report,
        topic=report.topic,
        closed=report.topic.state is TopicState.CLOSED,
        current=phase_at(report.topic, now, now=now),
        trend=views.trend(report),
        phases=views.phase_lines(report),
        days=days if days in SPANS else SPANS[1],
        spans=SPANS,
        next_act=views.next_act(report.topic, sheets, now=now),
        kinds=_KINDS,
        phase_rows=views.phases_of_form(report.topic),
        **_voices(report, phase),
        **_sheet(sheets),
    )


def _voices(report: TopicReport, number: int) -> dict[str, Any]:
    """Return the questions and arguments of the phase of that number; without one, the questions of all phases together."""
    chosen = next((one for one in report.phases if one.window.number == number), None)
    return {
        "chosen": chosen,
        "stances": [(stance, chosen.of(stance) if chosen else []) for stance in Stance],
        "asked": chosen.figures.questions if chosen else report.questions,
    }


def _sheet(sheets: Sequence[RiskSheet]) -> dict[str, Any]:
    latest = sheets[0] if sheets else None
    return {
        "sheets": sheets,
        "latest": latest,
        "sheet_questions": QUESTIONS,
        "concerns": views.concern_rows(latest),
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
    write_topic(report, file)
    with context.store.write() as work:
        work.audit.append(
            actor=identity.person.name,
            action="topic.exported",
            subject=f"topic:{topic_id}",
            detail={"name": report.topic.title},
            now=context.now(),
        )
    name = quote(f"解读要点 {report.topic.title[:40]}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(file.getvalue(), media_type=_XLSX, headers=headers)


@router.post("/topics/{topic_id}/settings")
def settings(
    request: Request,
    identity: Follower,
    topic_id: str,
    words: Annotated[str, Form(max_length=2000)] = "",
    without: Annotated[str, Form(max_length=1000)] = "",
    *,
    phases: PhaseForm,
) -> RedirectResponse:
    """Change words and phases; documents are assigned anew."""
    context = context_of(request)
    flows.change_topic(
        context.store,
        identity.person,
        topic_id,
        words=views.words_of(words),
        without=views.words_of(without),
        phases=phases,
        now=context.now(),
    )
    return RedirectResponse(f"/topics/{topic_id}?done=topic_changed", status_code=303)


@router.post("/topics/{topic_id}/close")
def close(request: Request, identity: Follower, topic_id: str) -> RedirectResponse:
    """End the watch."""
    context = context_of(request)
    flows.close_topic(context.store, identity.person, topic_id, now=context.now())
    return RedirectResponse(f"/topics/{topic_id}?done=topic_closed", status_code=303)


@router.post("/topics/{topic_id}/sheet")
async def save_sheet(request: Request, identity: Follower, topic_id: str) -> RedirectResponse:
    """Save the next version of the risk assessment sheet."""
    from fastapi.concurrency import run_in_threadpool

    context = context_of(request)
    form = await request.form()
    columns = {name: [str(value) for value in form.getlist(name)] for name in _COLUMNS}

    def save() -> None:
        flows.save_sheet(
            context.store,
            identity.person,
            topic_id,
            answers={key: str(form.get(f"answer_{key}", "")) for key in QUESTIONS},
            concerns=views.read_concerns(columns),
            level=views.read_level(str(form.get("level", ""))),
            reason=str(form.get("reason", ""))[:1000],
            now=context.now(),
        )

    await run_in_threadpool(save)
    return RedirectResponse(f"/topics/{topic_id}?tab=sheet&done=sheet_saved", status_code=303)


_COLUMNS = ("concern", "group", "likelihood", "impact", "answer", "owner")


@router.post("/topics/{topic_id}/sheet/{version}/sign")
def sign_sheet(request: Request, identity: Signer, topic_id: str, version: int) -> RedirectResponse:
    """Sign the latest version."""
    context = context_of(request)
    if version <= 0:
        raise NotFound("没有这一版评估表")
    flows.sign_sheet(context.store, identity.person, topic_id, version, now=context.now())
    return RedirectResponse(f"/topics/{topic_id}?tab=sheet&done=sheet_signed", status_code=303)
