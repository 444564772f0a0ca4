"""Who was told, who will be told when and why, and who will not: rows for the event's page and the routing page. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.domain.cases.call import Reader
from service.domain.clocks.clock import WARN_AT, Clock, ClockState, Stage
from service.domain.telling.receivers import HoldReason, Plan
from service.domain.telling.routing import Routing
from service.ports.routing import Notice
from service.web.views.wording import duration, duty_name, word

__all__ = [
    "Coming",
    "HeldRow",
    "PersonRow",
    "ToldRow",
    "called_row",
    "coming_clocks",
    "coming_row",
    "occasion_word",
    "plan_rows",
    "told_rows",
]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One mail: when, to whom, on which occasion, why, and what became of it; `merged` is the subject of the mail it went in.

    `replaced` says that a later one on the same alert left in its place: what became of that became of it.
    """

    at: datetime
    name: str
    occasion: str
    why: str
    state: str
    told: bool
    merged: str = ""
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a plan, with the reason for or against."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Those who are not told for one reason; `amiss` where they should have been and cannot be reached."""

    why: str
    names: tuple[str, ...]
    amiss: bool

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that will be told if nobody acts: when, what, to whom and why; `muted` where it is held back at that time."""

    at: datetime
    what: str
    names: tuple[PersonRow, ...]
    note: str = ""
    muted: bool = False


_OCCASIONS: Mapping[str, str] = {
    "first_raise": "首次预警",
    "escalated": "级别上升",
    "more_deaths": "死亡增加",
    "raised_again": "重新预警",
    "unacknowledged": "未确认提醒",
    "idle": "久无进展",
    "reopened": "重新打开",
    "graded": "登记事件等级",
    "corrected": "更正事实",
    "level_set": "人工调级",
    "assigned": "指派",
    "unanswered": "撤销回应登记",
    "unmet": "撤销完成登记",
    "clock": "时限提醒",
    "turn": "处置待办",
    "turn_unheld": "处置无人可办",
    "turn_late": "处置步骤超时",
}
_STAGES = {int(Stage.FIRST): "首次提醒", int(Stage.SECOND): "二次提醒", int(Stage.OVERDUE): "超时"}


def occasion_word(name: str) -> str:
    """Return an occasion in words: `unacknowledged:1:2` is `未确认提醒 第2次`."""
    kind, _, rest = name.partition(":")
    shown = _OCCASIONS.get(kind, kind)
    last = rest.rpartition(":")[2]
    if kind == "unacknowledged":
        return f"{shown} 第{last}次"
    if kind == "clock" and last.isdigit():
        return f"时限{_STAGES.get(int(last), '提醒')}"
    return shown


def told_rows(
    notices: Sequence[Notice],
    states: Mapping[str, str],
    merged: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    stands_for: Mapping[str, str] = MappingProxyType({}),
) -> list[ToldRow]:
    """Return what was told or held back, the newest first; `states` are the outbox's by key.

    `merged` says of mails that went in a merged one under which subject (`merged`); `stands_for` names for one that did not
    leave itself the one that did: what became of that became of it.
    """

    def state(key: str) -> str:
        return states.get(stands_for.get(key, key), "done")

    return [
        ToldRow(
            at=one.at,
            name=one.person_name,
            occasion=occasion_word(one.occasion),
            why=one.why,
            state=word("delivery", state(one.key)) if one.told else "未发",
            told=one.told,
            merged=str(merged[one.key]["merged"]) if one.key in merged else "",
            replaced=one.key in stands_for and one.key not in merged,
        )
        for one in sorted(notices, key=lambda one: (one.at, one.key), reverse=True)
    ]


def plan_rows(found: Plan) -> tuple[list[PersonRow], list[HeldRow]]:
    """Return who would be told with every cause, and who not by their reason: the unreachable first, the unnamed last."""
    told = [PersonRow(one.person.name, one.words) for one in found.told]
    by_reason: dict[tuple[HoldReason, str], list[str]] = {}
    for one in found.held:
        by_reason.setdefault((one.reason, one.words), []).append(one.person.name)
    order = sorted(by_reason, key=lambda key: (key[0] is HoldReason.NOT_NAMED, key[0] is not HoldReason.NO_ADDRESS))
    held = [HeldRow(key[1], tuple(by_reason[key]), amiss=key[0] is HoldReason.NO_ADDRESS) for key in order]
    return told, held


def coming_row(at: datetime, what: str, planned: Plan) -> Coming:
    """Return what will be told at a time; where it reaches nobody, the note says why."""
    names = tuple(PersonRow(one.person.name, one.words) for one in planned.told)
    if planned.mute is not None:
        return Coming(at, what, names, planned.mute.sentence, muted=True)
    without = [one.person.name for one in planned.held if one.reason is HoldReason.NO_ADDRESS]
    return Coming(at, what, names, f"{'、'.join(without)}没有邮箱" if without and not names else "")


def called_row(at: datetime, what: str, some: Sequence[Reader]) -> Coming:
    """Return what those who are called to a step will be told at a time; the note names those who cannot be reached."""
    without = [one.person.name for one in some if not one.person.email]
    names = tuple(PersonRow(one.person.name, one.why) for one in some if one.person.email)
    return Coming(at, what, names, f"{'、'.join(without)}没有邮箱" if without else "")


def coming_clocks(
    clocks: Sequence[Clock], warn_at: Mapping[str, tuple[int, int]], now: datetime
) -> list[tuple[datetime, str]]:
    """Return when running deadlines will still remind, and of what; deadlines are never muted."""
    found = []
    for clock in clocks:
        if clock.state is not ClockState.ARMED or clock.due_at is None:
            continue
        span = clock.due_at - clock.counted_from
        first, second = warn_at.get(clock.rule_id, WARN_AT)
        stages = ((1, first, f"用时{first}%"), (2, second, f"用时{second}%"), (3, 100, "超时"))
        for stage, share, words in stages:
            at = clock.counted_from + timedelta(seconds=span.total_seconds() * share / 100)
            if stage > clock.warned and at > now:
                found.append((at, f"{duty_name(clock.limit, clock.action)}{words}"))
    return found


def idle_note(alert: Alert, routing: Routing) -> str:
    """Say when an alert that somebody took will ask again, empty where it will not."""
    limit = routing.idle.get(alert.level)
    waits = alert.state in {AlertState.ACKNOWLEDGED, AlertState.ASSIGNED}
    if limit is None or not waits or alert.level <= AlertLevel.BLUE:
        return ""
    return f"确认后 {duration(limit)}没有任何办理动作，将重新待确认并再次发送"
