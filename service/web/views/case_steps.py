"""Where the answer to an alert stands: its steps in order, and the next one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.alerts.alert import Alert, AlertState
from service.domain.audit import AuditRow
from service.domain.cases.turn import Turn
from service.domain.events.event import Event

__all__ = ["CaseStep", "case_steps", "next_step"]


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step; `at` is `None` while it is not done, and `todo` says whether it waits or comes later."""

    name: str
    at: datetime | None
    by: str | None
    todo: str


def next_step(alert: Alert | None, turns: Sequence[Turn] | None = None) -> str:
    """Return the next step in words; where a case waits for one, that of the case, whatever the alert lacks.

    `turns` are what its case waits for: none once the case is over, `None` where no case was opened.
    """
    if alert is None:
        return "继续监测"
    if alert.state is AlertState.OPEN:
        return "确认收到"
    if turns:
        return "、".join(turn.name for turn in turns)
    return _after_case(alert) if turns is not None else _without_case(alert)


def _after_case(alert: Alert) -> str:
    # Its reactions were tracked and evaluated before the case was archived: nothing more is waited for.
    return _without_case(alert) if alert.state is AlertState.CLOSED else "处置已结束，核对后关闭预警"


def _without_case(alert: Alert) -> str:
    if alert.state is AlertState.CLOSED:
        return "已关闭，继续监测是否反复"
    if alert.state is AlertState.ANSWERED:
        return "跟踪反应，满足条件后关闭"
    return "指派承办人" if alert.owner is None else "核实事实并登记回应"


def case_steps(
    event: Event, alert: Alert | None, acts: Sequence[AuditRow], turns: Sequence[Turn] | None = None
) -> list[CaseStep]:
    """Return the steps from alert to closing with who did each and when, as the audit trail has it."""
    if alert is None:
        return []
    done = {row.action: row for row in acts}
    assigned = done.get("alert.assigned") if alert.owner else None
    graded = done.get("event.graded") if event.grade else None
    answered = done.get("alert.answered") if alert.answered_at else None
    rows = (
        ("系统预警", alert.raised_at, "系统"),
        ("确认收到", alert.acknowledged_at, alert.acknowledged_by),
        ("指派承办人", assigned.at if assigned else None, assigned.actor if assigned else None),
        ("登记事件等级", graded.at if graded else None, event.grade_by),
        ("登记回应", alert.answered_at, answered.actor if answered else None),
        ("关闭预警", alert.closed_at, alert.closed_by),
    )
    waiting = next_step(alert, turns)
    return [CaseStep(name, at, by, "下一步" if waiting.endswith(name) else "待办") for name, at, by in rows]
