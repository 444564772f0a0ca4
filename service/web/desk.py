"""What every page needs of the store, read once per change: the open alerts with their clocks, and the badges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers.health import Health, HealthState, health
from crawlers.ports import SourceProgress
from crawlers.records import Source
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.beijing import beijing
from service.domain.clocks.clock import Clock, ClockRule
from service.domain.clocks.urgency import asking
from service.flows.crawl.live_checks import NO_CHECK, CheckView, check_view
from service.flows.crawl.sources import host_of, stop_of
from service.ports.fetching import HostStop
from service.ports.store import Work

__all__ = ["Desk", "OpenAlerts", "SourceHealth", "badges", "source_health"]

_MOST_OPEN = 500
# Two days to compare, and the while for which a revision may stand.
_RECENT = timedelta(hours=72)
_TROUBLE = frozenset({HealthState.FAILING, HealthState.SILENT, HealthState.LATE, HealthState.ODD})


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """The open alerts of one revision, with the clocks that still ask for something; `recent` is when any were raised lately.

    `cut` says that more are open than these: the gravest, and of those the longest waiting.
    """

    revision: int
    alerts: Sequence[Alert]
    clocks: Mapping[str, Sequence[Clock]]
    recent: Sequence[tuple[AlertLevel, datetime]]
    cut: bool


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source with its effective switch, how it is doing, and how its live check stands."""

    source: Source
    health: Health
    trouble: bool
    check: CheckView = NO_CHECK


class Desk:
    """Keeps the open alerts until their revision changes; with 500 open, decoding them is most of a page's time."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._kept: OpenAlerts | None = None

    def open_alerts(self, work: Work, now: datetime, rules: Mapping[str, ClockRule]) -> OpenAlerts:
        """Return the open alerts as of this transaction."""
        revision = work.alerts.revision()
        kept = self._kept
        if kept is None or kept.revision != revision:
            found = work.alerts.open(limit=_MOST_OPEN + 1)
            alerts = tuple(found[:_MOST_OPEN])
            held = work.clocks.of_alerts([alert.id for alert in alerts])
            clocks = {alert.id: asking(alert, held.get(alert.id, ()), rules) for alert in alerts}
            raised = work.alerts.listing(since=now - _RECENT, limit=_MOST_OPEN)
            times = [(alert.level, alert.raised_at) for alert in raised]
            kept = OpenAlerts(revision, alerts, clocks, times, cut=len(found) > _MOST_OPEN)
            self._kept = kept
        return kept


def source_health(work: Work, sources: Sequence[Source], now: datetime) -> list[SourceHealth]:
    """Return every declared source with the switch that people set and its health."""
    progress = work.sources.all_progress()
    switches = work.sources.switches()
    stops, checks = work.hosts.stopped(), work.sources.checks()
    rows = []
    for source in sources:
        set_source = replace(source, enabled=switches.get(source.id, source.enabled))
        found = health(progress.get(source.id, SourceProgress(source_id=source.id)), set_source, now)
        check = check_view(source, checks.get(source.id), now)
        stop = stop_of(host_of(source), stops)
        if stop is not None and (set_source.enabled or check.wished):
            found = Health(state=HealthState.STOPPED, sentence=_stopped(stop, now))
        elif check.sentence and not set_source.enabled:
            found = replace(found, sentence=check.sentence)
        rows.append(SourceHealth(set_source, found, found.state in _TROUBLE, check))
    return rows


def _stopped(stop: HostStop, now: datetime) -> str:
    return f"{stop.actor}于{beijing(stop.at, now)}停止采集 {stop.host}：{stop.reason}。"


def badges(opened: OpenAlerts, troubled: int, cases: int, matters: int) -> Mapping[str, int]:
    """Return what waits for this person, by page; `cases` and `matters` are those in their hands."""
    return {
        "alerts": sum(alert.state is AlertState.OPEN for alert in opened.alerts),
        "cases": cases,
        "matters": matters,
        "sources": troubled,
    }
