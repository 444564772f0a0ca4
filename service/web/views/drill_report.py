"""A drill's report (`report.json`) as its page shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.web.views.wording import duration

__all__ = ["ReportCase", "ReportClock", "ReportEvent", "ReportView", "report_view"]

_MOMENTS = (
    ("首发", "first_at"),
    ("采集", "seen_at"),
    ("预警", "alerted_at"),
    ("邮件", "mailed_at"),
    ("确认", "acknowledged_at"),
    ("回应", "answered_at"),
    ("关闭", "closed_at"),
)


@dataclass(frozen=True, slots=True)
class ReportClock:
    """One clock and how it ended."""

    action: str
    basis: str
    state: str
    due: datetime | None
    met: datetime | None


@dataclass(frozen=True, slots=True)
class ReportCase:
    """The case of an event: `steps` are `(name, who, when, minutes after knowledge)`, `parts` `(name, used, planned)` in minutes."""

    state: str
    steps: tuple[tuple[str, str, datetime | None, int], ...]
    parts: tuple[tuple[str, int, int], ...]
    used: int
    target: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """One expected event; `moments` are `(name, time, how long after the first post)`."""

    title: str
    level: str
    expected_level: str
    together: int
    expected: int
    moments: tuple[tuple[str, datetime | None, str], ...]
    clocks: tuple[ReportClock, ...]
    case: ReportCase | None = None


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole report."""

    goals: tuple[str, ...]
    documents: int
    events: tuple[ReportEvent, ...]
    other_alerts: tuple[str, ...]


def report_view(values: Mapping[str, Any]) -> ReportView:
    """Return the view of a report's JSON. Raises `KeyError`, `TypeError` or `ValueError` for another shape."""
    return ReportView(
        goals=tuple(values["goals"]),
        documents=int(values["documents"]),
        events=tuple(_event(event) for event in values["events"]),
        other_alerts=tuple(values["other_alerts"]),
    )


def _event(values: Mapping[str, Any]) -> ReportEvent:
    first = _time(values["first_at"])
    return ReportEvent(
        title=values["title"],
        level=values["level"],
        expected_level=values["expected_level"],
        together=values["together"],
        expected=values["expected"],
        moments=tuple(_moment(name, _time(values[key]), first) for name, key in _MOMENTS),
        clocks=tuple(
            ReportClock(clock["action"], clock["basis"], clock["state"], _time(clock["due_at"]), _time(clock["met_at"]))
            for clock in values["clocks"]
        ),
        case=_case(values["case"]) if values.get("case") else None,
    )


def _case(values: Mapping[str, Any]) -> ReportCase:
    return ReportCase(
        state=values["state"],
        steps=tuple(
            (one["name"], "系统" if one["by"] == "system" else one["by"], _time(one["at"]), int(one["minutes"]))
            for one in values["steps"]
        ),
        parts=tuple((one["name"], int(one["used"]), int(one["planned"])) for one in values["budget"]),
        used=int(values["used"]),
        target=int(values["target"]),
        refused=tuple(values["refused"]),
    )


def _moment(name: str, at: datetime | None, first: datetime | None) -> tuple[str, datetime | None, str]:
    if at is None or first is None or at == first:
        return name, at, ""
    return name, at, f"首发后 {duration(at - first)}"


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
