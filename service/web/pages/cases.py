"""处置: every open alert by who must act now."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.identity import Reader, context_of
from service.domain.alert import Alert, AlertState
from service.web.render import desk_of, page
from service.web.views.alert_rows import AlertRow, alert_row, by_urgency
from service.web.views.case_steps import next_step
from service.web.views.wording import duration

router = APIRouter(default_response_class=HTMLResponse)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One alert with its next step and how long it has waited for it."""

    row: AlertRow
    next: str
    waited: str


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The alerts that wait for the same person or step."""

    name: str
    total: int
    rows: list[CaseRow]


@router.get("/cases")
def cases(request: Request, identity: Reader) -> HTMLResponse:
    """List who must act: me, nobody yet, each other owner."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        opened = desk_of(request).open_alerts(work, now)
    waiting: dict[str, list[CaseRow]] = {}
    for alert, clock in by_urgency(opened.alerts, opened.clocks, now):
        row = CaseRow(alert_row(alert, clock, None, (), now), next_step(alert), _waited(alert, now))
        waiting.setdefault(_group_of(alert, identity.person.name), []).append(row)
    order = sorted(waiting, key=lambda name: (_ORDER.get(name, len(_ORDER)), name))
    groups = [CaseGroup(name, len(waiting[name]), waiting[name][:_SHOWN]) for name in order]
    return page(request, "cases.html", identity=identity, key="cases", title="处置", groups_=groups)


_MINE, _UNSEEN, _UNASSIGNED = "等我办理", "等待确认", "等待指派"
_ORDER = {_MINE: 0, _UNSEEN: 1, _UNASSIGNED: 2}


def _group_of(alert: Alert, me: str) -> str:
    if alert.owner == me:
        return _MINE
    if alert.owner is not None:
        return f"{alert.owner} 办理中"
    return _UNSEEN if alert.state is AlertState.OPEN else _UNASSIGNED


def _waited(alert: Alert, now: datetime) -> str:
    since = alert.raised_at if alert.state is AlertState.OPEN else alert.changed_at
    return duration(max(now - since, now - now))
