"""When an alert that nobody took goes further up, and when one that somebody took has been left lying. Pure.

Every time that an alert asks for an acknowledgement begins a *round*: raised, risen, or re-opened. What is told in a
round has the round in its key, so that nothing is told twice for one reason and a later rise is never mistaken for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState, Mover
from service.domain.alerts.handling import moved
from service.domain.alerts.rounds import marked_moment, next_round, round_number
from service.domain.beijing import beijing, countdown, in_minutes
from service.domain.clocks.clock import Clock
from service.domain.telling.routing import Routing, Target, Tier

__all__ = [
    "Escalation",
    "asks",
    "due_tier",
    "idle_since",
    "noted",
    "notes_on",
    "occasion_of",
    "reopened_by_person",
    "reopened_idle",
    "round_began",
    "steps_ahead",
    "tier_told",
]

_MAY_IDLE = frozenset({AlertState.ACKNOWLEDGED, AlertState.ASSIGNED})


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step that is due.

    Its number from 1, after how long a round it is due, who is to be told (those of every step up to it), and what it
    is called. Numbers above those of the rules are repetitions of the last step.
    """

    number: int
    after: timedelta
    receivers: tuple[Target, ...]
    words: str


_AGAIN = "仍无人确认"


def round_began(alert: Alert) -> datetime:
    """Return when the round began."""
    return marked_moment(alert.extras, "round_at") or alert.raised_at


def tier_told(alert: Alert) -> int:
    """Return the last step of this round that was told, 0 for none."""
    number = alert.extras.get("tier", 0)
    return number if isinstance(number, int) else 0


def due_tier(alert: Alert, routing: Routing, now: datetime) -> Escalation | None:
    """Return the highest step that is due and not told yet; `None` where none is.

    After the last step of the rules it is due again at the interval of its level, until somebody acknowledges. After a
    time in which nothing ran, several steps may be due at once: they are one, told to everybody of them, so that nobody
    gets three mails in one second. A clock that was set back makes nothing due.
    """
    if alert.state is not AlertState.OPEN:
        return None
    tiers, again = routing.tiers.get(alert.level, ()), routing.again.get(alert.level)
    waited = now - round_began(alert)
    due = sum(waited >= tier.after for tier in tiers)
    if tiers and due == len(tiers) and again is not None:
        due += (waited - tiers[-1].after) // again
    if due <= tier_told(alert):
        return None
    step = _step(tiers, again, due)
    return step if tier_told(alert) >= len(tiers) else replace(step, words=tiers[min(due, len(tiers)) - 1].words)


def steps_ahead(alert: Alert, routing: Routing, now: datetime) -> tuple[tuple[datetime, Escalation], ...]:
    """Return the steps of this round that are still to come, each with its moment; those that are due already are one, now.

    Of the repetitions of the last step, which have no end, it is the next one.
    """
    tiers, again = routing.tiers.get(alert.level, ()), routing.again.get(alert.level)
    if alert.state is not AlertState.OPEN or not tiers:
        return ()
    due, began, told = due_tier(alert, routing, now), round_began(alert), tier_told(alert)
    reached = max(due.number if due is not None else told, len(tiers))
    numbers = range(1, reached + (1 if again is None else 2))
    later = [(began + step.after, step) for step in (_step(tiers, again, number) for number in numbers)]
    coming = [(at, step) for at, step in later if at > now and step.number > told]
    return (*([(now, due)] if due is not None else []), *coming)


def _step(tiers: Sequence[Tier], again: timedelta | None, number: int) -> Escalation:
    receivers = tuple(dict.fromkeys(target for tier in tiers[:number] for target in tier.receivers))
    repeated = number - len(tiers)
    if repeated <= 0 or again is None:
        return Escalation(number, tiers[number - 1].after, receivers, tiers[number - 1].words)
    return Escalation(number, tiers[-1].after + repeated * again, receivers, _AGAIN)


def idle_since(alert: Alert, last_step: datetime | None, routing: Routing, now: datetime) -> timedelta | None:
    """Return for how long nobody took a step, where that is longer than the level allows; else `None`."""
    limit = routing.idle.get(alert.level)
    if limit is None or alert.state not in _MAY_IDLE or alert.acknowledged_at is None:
        return None
    rested = now - max(alert.acknowledged_at, last_step or alert.acknowledged_at)
    return rested if rested >= limit else None


def reopened_idle(alert: Alert, *, now: datetime) -> Alert:
    """Return the alert asking again, in a new round; its owner stays."""
    opened = moved(alert, AlertState.OPEN, by="system", mover=Mover.SYSTEM, now=now)
    return replace(opened, extras=MappingProxyType(next_round(opened.extras, why="idle", now=now)))


def reopened_by_person(alert: Alert, *, now: datetime) -> Alert:
    """Return an alert that somebody opened again: one that nobody had acknowledged asks anew, in a new round.

    Without one the steps that were told before it was closed would count as told, and nobody would hear of it.
    """
    if alert.state is not AlertState.OPEN:
        return alert
    return replace(alert, extras=MappingProxyType(next_round(alert.extras, why="reopened", now=now)))


def noted(alert: Alert, **facts: Any) -> Alert:
    """Return the alert with these marks of its round; `None` removes one."""
    extras = {**alert.extras, **facts}
    return replace(alert, extras=MappingProxyType({name: value for name, value in extras.items() if value is not None}))


def occasion_of(alert: Alert) -> str:
    """Return what the round's first mail is for: why and at which level, with the number from the second round on."""
    number = round_number(alert.extras)
    why = alert.extras.get("round_why", alert.reason)
    return f"{why}:{alert.level.key}" + (f":{number}" if number > 1 else "")


def asks(alert: Alert) -> bool:
    """Tell whether somebody must still acknowledge the alert and is mailed about it."""
    return alert.state is AlertState.OPEN and alert.level > AlertLevel.BLUE


def notes_on(occasion: str, alert: Alert, clocks: Sequence[Clock], now: datetime) -> tuple[str, ...]:
    """Return what is new to a reader who knows the alert already, so that a reminder is not taken for the mail before it.

    `clocks` are those that the mail is about: of a reminder of a deadline the one. What is counted says until when, since a
    mail may come late.
    """
    kind = occasion.partition(":")[0]
    if kind == "unacknowledged":
        return (f"截至{beijing(now, now)}已{in_minutes(now - round_began(alert))}无人确认，现逐级提醒",)
    if kind == "idle":
        return ("确认后久无办理动作，预警重新变为待确认，请再确认并办理",)
    if kind == "more_deaths":
        return (f"所报死亡增至{alert.extras.get('deaths')}人（待核实），此前确认、回应或关闭过的也须重新确认",)
    if kind == "escalated":
        return (f"级别上升到{alert.level.word}，此前确认过的也须重新确认",)
    if kind == "clock" and clocks and clocks[0].due_at is not None:
        return (f"截至{beijing(now, now)}，“{clocks[0].action}”{_used(clocks[0], clocks[0].due_at, now)}",)
    return ()


def _used(clock: Clock, due: datetime, now: datetime) -> str:
    """Return how much of its time a clock has used and how much is left, or by how much it is over."""
    left, whole = countdown(due, now), due - clock.counted_from
    if now >= due or whole <= timedelta():
        return left
    return f"已用去{int((now - clock.counted_from) / whole * 100)}%的时间，{left}"
