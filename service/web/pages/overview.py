"""总览: what is due next, what nobody has taken, and whether the watch itself is healthy."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from analysis.assessment import Level
from crawlers.health import HealthState
from service.api.context import AppContext
from service.api.identity import QuietReader, Reader, context_of
from service.domain.alerts.alert import Alert
from service.domain.cases.turn import target_at
from service.domain.clocks.clock import Clock
from service.domain.clocks.urgency import by_urgency, unstarted_before
from service.domain.matters.matter_turn import soon
from service.flows.alerts.surges import count_now, history_of
from service.flows.learning.opinion_desk import count_proposals
from service.ports.store import Work
from service.web.desk import OpenAlerts, SourceHealth, source_health
from service.web.render import desk_of, fragment, page, waiting
from service.web.views.alert_rows import SPARK_HOURS, AlertRow, alert_row, level_counts
from service.web.views.charts import band_points, line_points, ticks
from service.web.views.deadlines import Deadline, deadline_of_alert, next_deadline
from service.web.views.first_run import first_run
from service.web.views.matter_rows import open_states
from service.web.views.overview import BAND_DAYS, Volume, city_tiles, day_start, volume
from service.web.views.surge_rows import history_sentence, surge_rows
from service.web.views.wording import day_of

router = APIRouter(default_response_class=HTMLResponse)

# A screen of 1080 lines shows ten; the style sheet leaves six on one of 768.
_RISK = int(Level.RISK)
_ROWS = 10
_TROUBLED = 4
_SURGES = 3
_SURGE_DAYS = 7


@router.get("/")
def overview(request: Request, identity: Reader) -> HTMLResponse:
    """Show the whole situation on one screen."""
    context = context_of(request)
    with context.store.read() as work:
        view = _now(request, work, context) | _alert_list(request, work, context) | _watch(work, context)
        view |= _surges(work, context)
    return page(request, "overview.html", identity=identity, key="overview", title="总览", **view)


@router.get("/fragments/now")
def level_counts_now(request: Request, identity: QuietReader) -> HTMLResponse:
    """Return the level counts and the next deadline for a live update, with what the frame says of them and of the service."""
    context = context_of(request)
    with context.store.read() as work:
        view = _now(request, work, context)
    told = waiting(request, context, identity, context.now())
    return fragment(request, "_now_live.html", identity=identity, **view, **told)


@router.get("/fragments/alerts")
def alert_list_now(request: Request, identity: QuietReader) -> HTMLResponse:
    """Return the alert list for a live update."""
    context = context_of(request)
    with context.store.read() as work:
        view = _alert_list(request, work, context) | {"volume": _volume(work, context)}
    return fragment(request, "_alert_list.html", identity=identity, **view)


@router.get("/fragments/watch")
def watch_now(request: Request, identity: QuietReader) -> HTMLResponse:
    """Return today's volume, the places and the sources for a live update: time changes them, and no alert has to."""
    context = context_of(request)
    with context.store.read() as work:
        view = _watch(work, context)
    return fragment(request, "_watch.html", identity=identity, **view)


@router.get("/fragments/surges")
def surges_now(request: Request, identity: QuietReader) -> HTMLResponse:
    """Return the surges that nobody has seen for a live update."""
    context = context_of(request)
    with context.store.read() as work:
        view = _surges(work, context)
    return fragment(request, "_surges.html", identity=identity, **view)


def _surges(work: Work, context: AppContext) -> dict[str, Any]:
    now = context.now()
    unseen = work.surges.listing(since=now - timedelta(days=_SURGE_DAYS), unseen=True)
    shown = unseen[:_SURGES]
    return {"surges": surge_rows(shown, count_now(work, shown), now), "surges_unseen": len(unseen)}


def _now(request: Request, work: Work, context: AppContext) -> dict[str, Any]:
    now = context.now()
    opened = desk_of(request).open_alerts(work, now, context.office.register.clocks)
    clocked = [pair for pair in by_urgency(opened.alerts, opened.clocks, now) if pair[1] is not None]
    running = [pair for pair in clocked if pair[1] is not None and pair[1].state.value == "armed"]
    pool = running or clocked
    soonest = min(pool, key=lambda pair: (pair[1].due_at or now) if pair[1] else now, default=None)
    alert = None
    if soonest is not None:
        target = _target_at(work, context, *soonest)
        alert = deadline_of_alert(alert_row(soonest[0], soonest[1], None, (), now), target)
    ahead = work.matters.listing(states=open_states(), due_after=now, limit=1)
    late = work.matters.listing(states=open_states(), due_before=now, limit=1)
    upcoming = next_deadline(alert, [*ahead, *late], now)
    return {
        "counts": level_counts(opened.alerts, opened.recent, now),
        "upcoming": upcoming,
        "unstarted": _unstarted(opened, upcoming, now),
        "matters_soon": sum(
            row[-1] for row in work.matters.waiting(before=soon(now, context.office.register.calendar))
        ),
    }


def _unstarted(opened: OpenAlerts, upcoming: Deadline | None, now: datetime) -> Deadline | None:
    """Return the limit that nobody has started yet though it would end before the running one that stands first."""
    if upcoming is None or not upcoming.running or upcoming.due_at is None:
        return None
    waiting = unstarted_before(opened.alerts, opened.clocks, upcoming.due_at, now)
    return None if waiting is None else deadline_of_alert(alert_row(*waiting, None, (), now))


def _target_at(work: Work, context: AppContext, alert: Alert, clock: Clock | None) -> datetime | None:
    """Return when the office's own target ends that is planned for the limit of this clock, `None` where none is or it was met."""
    workflow = context.office.register.workflow
    if clock is None or clock.due_at is None or clock.due_at - clock.start_at != workflow.limit:
        return None
    event = work.events.get(alert.event_id)
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    file = None if case is None else work.cases.file(case.id)
    if event is None:
        return None
    return target_at(file, workflow, known_at=event.known_at, start_at=clock.start_at, now=context.now())


def _alert_list(request: Request, work: Work, context: AppContext) -> dict[str, Any]:
    now = context.now()
    opened = desk_of(request).open_alerts(work, now, context.office.register.clocks)
    ordered = by_urgency(opened.alerts, opened.clocks, now)
    # Only a list without alerts tells it, and counting years of documents takes longer than all else here.
    documents = None if ordered else work.documents.count()
    return {
        "revision": opened.revision,
        "rows": rows_of(work, ordered[:_ROWS], context),
        "total": len(ordered),
        "documents": documents,
        "pending": work.documents.pending_count(),
        "first_run": None if ordered or documents else first_run(source_health(work, context.catalogue_sources, now)),
        "opinions_higher": 0 if context.opinions is None else count_proposals(work),
        "can_import": context.import_file is not None,
        "can_drill": context.drill is None and bool(context.scenarios),
    }


def rows_of(work: Work, ordered: list[tuple[Alert, Any]], context: AppContext) -> list[AlertRow]:
    """Return the lines of one screen of alerts; what it reads is bounded by the screen, not by the open alerts."""
    now = context.now()
    since = now - timedelta(hours=SPARK_HOURS)
    events = work.events.get_all([alert.event_id for alert, _ in ordered])
    return [
        alert_row(
            alert,
            clock,
            events.get(alert.event_id),
            work.events.hourly(alert.event_id, since=since, until=now),
            now,
        )
        for alert, clock in ordered
    ]


def _volume(work: Work, context: AppContext) -> Volume:
    now = context.now()
    return volume(work.rollups.hourly(since=day_start(now) - timedelta(days=BAND_DAYS), until=now), now)


def _watch(work: Work, context: AppContext) -> dict[str, Any]:
    now = context.now()
    day = _volume(work, context)
    tiles, province, elsewhere = city_tiles(
        work.rollups.totals(since=now - timedelta(hours=24), until=now, by="region", level_at_least=_RISK)
    )
    watched = source_health(work, context.catalogue_sources, now)
    troubled = [row for row in watched if row.trouble]
    return {
        "volume": day,
        "surges_too_short": history_sentence(history_of(work, now), now),
        "volume_ticks": ticks(day.top),
        "volume_json": _chart(day),
        "band": band_points(day, width=302, height=108),
        "line": line_points(day.whole, top=day.top, width=302, height=108),
        "unfinished": line_points(day.unfinished, top=day.top, width=302, height=108),
        "tiles": tiles,
        "province": province,
        "elsewhere": elsewhere,
        "rule_trouble": _rule_trouble(work, context),
        "troubled": troubled[:_TROUBLED],
        "source_counts": _source_counts(watched),
    }


def _rule_trouble(work: Work, context: AppContext) -> list[tuple[str, str, str, str]]:
    """Return what is wrong with the rules that the office keeps: a file that cannot be read, a missing year, a table that cites what has ended.

    Each is its name, what is said here, the whole, and the page that tells it. What follows from a missing year and what to do
    took four lines of the screen.
    """
    problem = context.rulebook.problem if context.rulebook is not None else None
    today = day_of(context.now())
    calendar = context.office.register.calendar.notice(today)
    trouble = [("政策数据", problem, problem, "/policies")] if problem else []
    if calendar:
        trouble.append(("节假日安排", calendar.partition("，")[0], calendar, "/policies/calendar"))
    table = context.situations
    if table is not None:
        ended = table.ended(work.policies.listing(), context.office.register, today)
        if found := [*table.faults, *ended]:
            trouble.append(("情形表", f"{len(found)} 处须改", "；".join(found), "/policies/situations"))
    return trouble


def _source_counts(watched: list[SourceHealth]) -> dict[str, int]:
    return {
        "on": sum(row.source.enabled for row in watched),
        "healthy": sum(row.health.state is HealthState.HEALTHY for row in watched),
        "never": sum(row.health.state is HealthState.NEVER_RUN for row in watched),
        "trouble": sum(row.trouble for row in watched),
    }


def _chart(day: Volume) -> dict[str, Any]:
    chart: dict[str, Any] = {
        "name": "稿件数",
        "label": day.label,
        "labels": [f"{hour:02d}时" for hour in range(24)],
        "interval": 5,
        "counts": day.whole,
        "running": {"at": day.running, "value": day.counts[day.running], "text": "未满一小时"},
    }
    if day.bands:
        chart |= {"low": [band.low for band in day.bands], "high": [band.high for band in day.bands]}
    if day.surge:
        hour, ratio = day.surge
        chart["surge"] = {"at": hour, "value": day.counts[hour], "text": f"高于区间 ×{ratio:.1f}"}
    return chart
