"""What a briefing tells of an alert: where it stands, what has happened to it in order, and what comes next. Pure.

A briefing is read by those who do not work in the service: its words are those of a letter, not of the work list.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from service.domain.alerts.alert import Alert, AlertReason, AlertState
from service.domain.alerts.handling import answered_last
from service.domain.alerts.rounds import marked_moment
from service.domain.beijing import beijing

__all__ = ["course_of", "next_of", "state_of"]

_STATES: Mapping[AlertState, str] = MappingProxyType(
    {state: state.word for state in AlertState}
    | {AlertState.ACKNOWLEDGED: "办理中", AlertState.ASSIGNED: "办理中", AlertState.CLOSED: "已办结"}
)
_RISES: Mapping[str, str] = MappingProxyType(
    {
        AlertReason.ESCALATED.value: "升级",
        AlertReason.MORE_DEATHS.value: "所报死亡增加",
        AlertReason.RAISED_AGAIN.value: "再次预警",
    }
)


def state_of(alert: Alert) -> str:
    """Return where the alert stands, in a word."""
    return _STATES[alert.state]


def course_of(alert: Alert, now: datetime) -> str:
    """Return what happened when, in order of time; a day is written once.

    What rose after it was answered is told with its rise: else an answered event waits for a confirmation, and nobody knows why.
    """
    moments = [
        (alert.raised_at, "预警"),
        (alert.acknowledged_at, "确认"),
        (alert.answered_at, "回应"),
        (marked_moment(alert.extras, "risen_at"), _rise(alert)),
        (marked_moment(alert.extras, "again_at"), "再次回应"),
        (alert.closed_at, "办结"),
    ]
    steps = sorted(((at, name) for at, name in moments if at is not None), key=lambda step: step[0])
    told = [(beijing(at, now), name) for at, name in steps]
    days = [said.rpartition(" ")[0] for said, _ in told]
    return "，".join(
        f"{said.rpartition(' ')[2] if place and days[place] == days[place - 1] else said}{name}"
        for place, (said, name) in enumerate(told)
    )


def _rise(alert: Alert) -> str:
    """Return how the alert rose last, in a word; what rose before the reason was kept beside the moment tells it by its round."""
    whys = (alert.extras.get("risen_why"), alert.extras.get("round_why"), alert.reason)
    return next((word for why in whys if (word := _RISES.get(str(why)))), _RISES[AlertReason.RAISED_AGAIN.value])


def next_of(alert: Alert) -> str:
    """Return the next step with the alert; an answer that was given before the event rose again is none to what is new."""
    if alert.state is AlertState.CLOSED:
        return "跟踪回应后的传播变化，完成评估归档"
    answered, risen = answered_last(alert), marked_moment(alert.extras, "risen_at")
    if answered is not None and risen is not None and answered < risen:
        asked = f"{'尽快确认' if alert.acknowledged_at is None else '核实'}{_rise(alert)}后的新情况"
        return f"{asked}，按时限再次回应"
    if alert.acknowledged_at is None:
        return "尽快确认，核实新情况" if alert.owner else "尽快确认并指派承办人，核实基本事实"
    return "完成事实核查与发布权限审查，按时限回应" if answered is None else "监测回应效果，必要时续报"
