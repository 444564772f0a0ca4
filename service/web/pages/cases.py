"""处置: where every case stands and whose turn it is; one case with its text, reviews, liaison and evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from crawlers.personal_data import mask_personal_data
from service.api.identity import Handler, Identity, Reader, context_of
from service.domain.alerts.alert import Alert, AlertState
from service.domain.cases.bypass import state_told
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import BudgetUse, Turn, budget_used, turn_of, turns
from service.domain.clocks.clock import Clock
from service.domain.clocks.urgency import by_urgency, next_due
from service.domain.events.event import Event
from service.domain.refusal import NotFound
from service.export.case_archive import pack
from service.flows.cases.packing import pack_case
from service.ports.store import Work
from service.web.desk import OpenAlerts
from service.web.downloads import saved_as
from service.web.pages.case_show import show_case
from service.web.render import desk_of, page
from service.web.views.alert_rows import AlertRow, Due, alert_row, due_of
from service.web.views.case_page import TurnView, minutes, second_name_views, turn_views
from service.web.views.case_steps import next_step
from service.web.views.wording import Chip, duration, level_chip, spent_of

router = APIRouter(default_response_class=HTMLResponse)

_SHOWN = 20
_ENDED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case of the list: where it stands, whose turn it is, what its budget and its first clock say."""

    id: str
    title: str
    chip: Chip
    state: str
    round: int
    waiting: list[TurnView]
    used: int
    target: int
    over: bool
    running: str
    due: Due | None
    changed_at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """One alert without a running case, its next step and how long it has waited for it."""

    row: AlertRow
    next: str
    waited: str


@router.get("/cases")
def cases(request: Request, identity: Reader) -> HTMLResponse:
    """List running cases, mine first; then alerts without a running one; then what ended lately."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        opened = desk_of(request).open_alerts(work, now, context.office.register.clocks)
        running = work.cases.listing(limit=None)
        ended = work.cases.listing(over=True, limit=_ENDED)
        lines = _lines(request, identity, work, [case.id for case in running], opened)
        handled = {case.alert_id for case in running}
        urgent = [one for one in by_urgency(opened.alerts, opened.clocks, now) if one[0].id not in handled]
        over = work.cases.of_alerts([alert.id for alert, _ in urgent[:_SHOWN]])
    waiting = [
        WaitingAlert(
            alert_row(alert, clock, None, (), now),
            next_step(alert, () if alert.id in over else None),
            _waited(alert, now),
        )
        for alert, clock in urgent[:_SHOWN]
    ]
    return page(
        request,
        "cases.html",
        identity=identity,
        key="cases",
        title="处置",
        mine=[line for line in lines if line.mine],
        others=[line for line in lines if not line.mine],
        waiting=waiting,
        waiting_total=len(urgent),
        ended=ended,
        states=context.office.register.workflow.states,
    )


def _lines(request: Request, identity: Identity, work: Work, ids: Sequence[str], opened: OpenAlerts) -> list[CaseLine]:
    files = work.cases.files(ids)
    known = {alert.id: alert for alert in opened.alerts}
    # A case may outlive its alert; those that are closed are looked up one by one.
    alerts = {
        one.case.alert_id: known.get(one.case.alert_id) or work.alerts.get(one.case.alert_id) for one in files.values()
    }
    clocks = {**work.clocks.of_alerts([name for name in alerts if name not in known]), **opened.clocks}
    events = work.events.get_all([file.case.event_id for file in files.values()])
    people = work.people.listing()
    found = []
    for one in (files[case_id] for case_id in ids):
        alert, event = alerts[one.case.alert_id], events.get(one.case.event_id)
        if alert is not None and event is not None:
            waiting, mine = _turns(request, identity, one, event)
            views = turn_views(one, waiting, people, identity.person, _workflow(request))
            seconds = second_name_views(one, people, identity.person, _workflow(request))
            views, mine = [*views, *seconds], mine or any(view.mine for view in seconds)
            found.append(_line(request, one, alert, event, clocks.get(alert.id, ()), views, mine=mine))
    return found


def _turns(request: Request, identity: Identity, file: CaseFile, event: Event) -> tuple[tuple[Turn, ...], bool]:
    workflow = _workflow(request)
    mine = turn_of(identity.person, file, workflow, event.grade) is not None
    return turns(file, workflow, event.grade), mine


def _workflow(request: Request) -> Any:
    return context_of(request).office.register.workflow


def _line(
    request: Request,
    file: CaseFile,
    alert: Alert,
    event: Event,
    clocks: Sequence[Clock],
    waiting: list[TurnView],
    *,
    mine: bool,
) -> CaseLine:
    context = context_of(request)
    workflow = context.office.register.workflow
    now = context.now()
    used = budget_used(file, workflow, known_at=event.known_at, now=now)
    clock = next_due(clocks)
    spent = sum(minutes(one.used) for one in used)
    return CaseLine(
        id=file.case.id,
        title=alert.title,
        chip=level_chip(alert.level),
        state=state_told(file, workflow),
        round=file.case.round,
        waiting=waiting,
        used=spent,
        target=minutes(workflow.target),
        over=spent > minutes(workflow.target),
        running=_running(used),
        due=None if clock is None else due_of(clock, now),
        changed_at=file.case.changed_at,
        mine=mine,
    )


def _running(used: Sequence[BudgetUse]) -> str:
    now = next((one for one in used if one.running), None)
    return f"{now.part.name} {spent_of(minutes(now.used), minutes(now.part.planned))}" if now else ""


def _waited(alert: Alert, now: datetime) -> str:
    since = alert.raised_at if alert.state is AlertState.OPEN else alert.changed_at
    return duration(max(now - since, now - now))


@router.get("/cases/{case_id}")
def case_page(
    request: Request,
    identity: Reader,
    case_id: str,
    tab: Annotated[str, Query(max_length=20)] = "",
    *,
    older: Annotated[int | None, Query(ge=1)] = None,
    newer: Annotated[int | None, Query(ge=1)] = None,
    reference: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """Show one case; which tab comes first depends on what is this person's to do. Raises `NotFound`."""
    return show_case(request, identity, case_id, tab=tab, from_reference=reference, versions=(older, newer))


@router.get("/cases/{case_id}/archive")
def fetch_archive(request: Request, identity: Handler, case_id: str, *, pages: bool = False) -> Response:
    """Send the archive package of a case, with the pages as they were fetched where asked for; who fetched it is written down.

    Raises `NotFound`.
    """
    context = context_of(request)
    files = context.evidence if pages else None
    package = pack_case(
        context.store,
        identity.person.name,
        case_id,
        pack=pack,
        now=context.now(),
        files=files,
        drill=context.drill is not None,
    )
    if package is None:
        raise NotFound("没有这个处置，可能链接已失效，请从处置列表进入")
    # Titles are the press's and may name a telephone number: masked as in the package.
    title = mask_personal_data(package.bundle.file.case.title, landlines=True)
    headers = saved_as(f"处置归档 {title[:30]} {case_id[:20]}.zip", drill=context.drill is not None)
    return Response(package.content, media_type="application/zip", headers=headers)
