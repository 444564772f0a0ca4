"""The drill's report: when each event was seen, alerted, acknowledged and answered, against the clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.beijing import BEIJING
from service.domain.clocks.clock import Clock, ClockState
from service.domain.events.event import EventDocument
from service.drill.case_line import CaseLine, case_html, head_row, to_the_second
from service.drill.scenario import ExpectedEvent, Release, Scenario

__all__ = ["ClockLine", "DrillReport", "EventLine", "Observed", "as_html", "build_report"]

_LEVELS = {"none": "未达预警", "blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"}
_ORDER = ("none", "blue", "yellow", "orange", "red")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the drill's store holds at the end: each event's members, its alert, that alert's clocks, mail and case per alert.

    `acknowledged` says when somebody first took the alert: one that rises is to be taken again, and its own time is of
    the last.
    """

    members: Mapping[str, Sequence[EventDocument]]
    alerts: Mapping[str, Alert]
    clocks: Mapping[str, Sequence[Clock]]
    mails: Mapping[str, Sequence[datetime]]
    cases: Mapping[str, CaseLine] = field(default_factory=dict)
    acknowledged: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One clock of an event: its action, state, due time and when it was met."""

    action: str
    basis: str
    state: str
    due_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One expected event as it went. Times are the drill's; `None` means that it did not happen.

    `together` counts the expected documents in the event that holds most of them, of `expected` in all.
    """

    id: str
    title: str
    first_at: datetime
    seen_at: datetime | None
    alerted_at: datetime | None
    mailed_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    level: str
    expected_level: str
    answer_due_at: datetime
    together: int
    expected: int
    clocks: tuple[ClockLine, ...]
    case: CaseLine | None = None

    @property
    def answered_in_time(self) -> bool | None:
        """Whether the answer came in time; `None` where there was none."""
        return None if self.answered_at is None else self.answered_at <= self.answer_due_at

    @property
    def level_reached(self) -> bool:
        """Whether the alert reached at least the expected level."""
        return _ORDER.index(self.level) >= _ORDER.index(self.expected_level)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """One finished drill; `ended_early` where somebody ended it before its time line did."""

    scenario_id: str
    title: str
    goals: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    speed: float
    documents: int
    events: tuple[EventLine, ...]
    other_alerts: tuple[str, ...]
    ended_early: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; times in ISO form."""
        rows: dict[str, Any] = _plain(asdict(self))
        for row, event in zip(rows["events"], self.events, strict=True):
            row |= {"answered_in_time": event.answered_in_time, "level_reached": event.level_reached}
        return rows


def build_report(
    scenario: Scenario,
    observed: Observed,
    *,
    started_at: datetime,
    ended_at: datetime,
    speed: float,
    ended_early: bool = False,
) -> DrillReport:
    """Hold what was observed against what the scenario expects."""
    homes = {event.id: _home(scenario, event, observed) for event in scenario.events}
    lines = [_line(scenario, event, homes[event.id], observed, started_at) for event in scenario.events]
    claimed = {home for home in homes.values() if home is not None}
    others = [alert.title for event_id, alert in observed.alerts.items() if event_id not in claimed]
    return DrillReport(
        scenario_id=scenario.id,
        title=scenario.title,
        goals=scenario.goals,
        started_at=started_at,
        ended_at=ended_at,
        speed=speed,
        documents=sum(len(members) for members in observed.members.values()),
        events=tuple(lines),
        other_alerts=tuple(others),
        ended_early=ended_early,
    )


def _home(scenario: Scenario, event: ExpectedEvent, observed: Observed) -> str | None:
    titles = _titles(scenario, event)
    counts = {event_id: len(_held(members, titles)) for event_id, members in observed.members.items()}
    best = max(counts, key=lambda event_id: counts[event_id], default=None)
    return best if best is not None and counts[best] else None


def _titles(scenario: Scenario, event: ExpectedEvent) -> set[tuple[str, str]]:
    return {(release.source, release.title or "") for release in _releases(scenario, event)}


def _releases(scenario: Scenario, event: ExpectedEvent) -> list[Release]:
    return [release for release in scenario.releases if release.id in event.documents]


def _held(members: Sequence[EventDocument], titles: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(member.source_id, member.title) for member in members} & titles


def _line(
    scenario: Scenario, event: ExpectedEvent, home: str | None, observed: Observed, started_at: datetime
) -> EventLine:
    titles = _titles(scenario, event)
    members = observed.members.get(home, ()) if home else ()
    alert = observed.alerts.get(home) if home else None
    first_at = started_at + min(release.at for release in _releases(scenario, event))
    seen = [member.stored_at for member in members if (member.source_id, member.title) in titles]
    mails = observed.mails.get(alert.id, ()) if alert else ()
    clocks = observed.clocks.get(alert.id, ()) if alert else ()
    return EventLine(
        id=event.id,
        title=event.title,
        first_at=first_at,
        seen_at=min(seen, default=None),
        alerted_at=alert.raised_at if alert else None,
        mailed_at=min(mails, default=None),
        acknowledged_at=observed.acknowledged.get(alert.id, alert.acknowledged_at) if alert else None,
        answered_at=alert.answered_at if alert else None,
        closed_at=alert.closed_at if alert else None,
        level=alert.peak_level.key if alert else "none",
        expected_level=event.expected_level,
        answer_due_at=first_at + event.answer_within,
        together=len(_held(members, titles)),
        expected=len(titles),
        clocks=tuple(_clock_line(clock) for clock in clocks),
        case=observed.cases.get(alert.id) if alert else None,
    )


def _clock_line(clock: Clock) -> ClockLine:
    return ClockLine(
        action=clock.action, basis=clock.basis, state=_STATES[clock.state], due_at=clock.due_at, met_at=clock.met_at
    )


_STATES: Mapping[ClockState, str] = {
    ClockState.PROPOSED: "建议，未启动",
    ClockState.ARMED: "在走",
    ClockState.PAUSED: "已暂停",
    ClockState.MET: "按时完成",
    ClockState.MET_LATE: "逾期完成",
    ClockState.CANCELLED: "已取消",
    ClockState.EXPIRED: "建议已失效",
}


# A4 with the mark at the head of every printed page: a sheet of a drill that is found on a desk is taken for a real one.
_STYLE = """<style>
:root { color-scheme: light; }
body { max-width: 760px; margin: 0 auto; padding: 16px 20px 40px; background: #fff; color: #17222d; overflow-wrap: anywhere;
  font: 15px/1.7 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1 { margin: 0 0 8px; font-size: 24px; line-height: 1.4; }
h2 { margin: 28px 0 8px; padding-top: 12px; border-top: 2px solid #17222d; font-size: 18px; }
h3 { margin: 20px 0 6px; font-size: 16px; }
table { width: calc(100% - 1px); margin: 8px 0 16px; border-collapse: collapse; font-size: 14px; line-height: 1.5; }
th, td { padding: 4px 8px; border: 1px solid #8c9aa8; text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; }
thead th { background: #eef2f5; }
/* The last rule of a table as wide as the page is cut off by a printer. Left to themselves a long basis takes the room and a time is broken within its seconds. */
.limits { table-layout: fixed; }
.limits th:nth-child(n + 3) { width: 14%; }
.limits th:first-child { width: 18%; }
tbody th { font-weight: normal; white-space: nowrap; }
@page { size: A4; margin: 22mm 18mm 20mm;
  @top-center { content: "【演练】数据与收件人均为虚构"; font: bold 11pt "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
  @bottom-center { content: "第" counter(page) "页，共" counter(pages) "页"; font: 10pt "Noto Sans CJK SC", sans-serif; } }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } table { font-size: 10pt; }
  h2, h3 { break-after: avoid; } tr, li { break-inside: avoid; } }
</style>"""


def as_html(report: DrillReport) -> str:
    """Return the report as one page without scripts or remote content."""
    goals = "".join(f"<li>{escape(goal)}</li>" for goal in report.goals)
    sections = "".join(_section(event) for event in report.events)
    others = "".join(f"<li>{escape(title)}</li>" for title in report.other_alerts) or "<li>无</li>"
    early = "<p><strong>本次演练提前结束，剧本没有演完。</strong></p>" if report.ended_early else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{_STYLE}'
        f"<title>【演练】{escape(report.title)}报告</title></head><body>"
        f"<h1>【演练】{escape(report.title)} 演练报告</h1>"
        f"<p>演练时间 {report.started_at.astimezone(BEIJING):%Y年}{_show(report.started_at)} 至 {_show(report.ended_at)}，时钟 ×{report.speed:g}，归入事件的稿件"
        f" {report.documents} 篇。数据与收件人均为虚构。</p>{early}<h2>演练目标</h2><ol>{goals}</ol>"
        f"{sections}<h2>其他预警</h2><ul>{others}</ul></body></html>"
    )


def _section(event: EventLine) -> str:
    steps = (
        ("首发", event.first_at),
        ("系统发现", event.seen_at),
        ("预警", event.alerted_at),
        ("邮件送达", event.mailed_at),
        ("确认", event.acknowledged_at),
        ("回应", event.answered_at),
        ("办结", event.closed_at),
    )
    rows = "".join(
        f"<tr><th scope='row'>{name}</th><td>{_show(moment)}</td><td>{_since(moment, event.first_at)}</td></tr>"
        for name, moment in steps
    )
    clocks = "".join(
        f"<tr><td>{escape(clock.action)}</td><td>{escape(clock.basis)}</td><td>{clock.state}</td>"
        f"<td>{_show(clock.due_at)}</td><td>{_show(clock.met_at)}</td></tr>"
        for clock in event.clocks
    )
    verdict = {None: "演练结束时尚未回应", True: "在要求时限内回应", False: "超出要求时限"}[event.answered_in_time]
    return (
        f"<h2>{escape(event.title)}</h2><p>预警级别 {_marked(event.level)}（预期 {_LEVELS[event.expected_level]}"
        f"{'，已达到' if event.level_reached else '，未达到'}）；应归并 {event.expected} 篇，归入同一事件 {event.together} 篇；"
        f"回应时限 {_show(event.answer_due_at)}，{verdict}。</p>"
        f"<table>{head_row('环节', '时刻', '距首发')}{rows}</table>"
        f"<table class='limits'>{head_row('时限', '依据', '状态', '到期', '完成')}{clocks}</table>"
        f"{case_html(event.case) if event.case else ''}"
    )


def _marked(level: str) -> str:
    """Return a level by its shape and word, so that colour never carries it alone."""
    return f"{AlertLevel[level.upper()].mark} {_LEVELS[level]}"


def _show(moment: datetime | None) -> str:
    return "—" if moment is None else to_the_second(moment)


def _since(moment: datetime | None, first_at: datetime) -> str:
    if moment is None:
        return "—"
    minutes, seconds = divmod(max(0, int((moment - first_at).total_seconds())), 60)
    return f"{minutes} 分 {seconds:02d} 秒"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
