"""Which alert comes first wherever several are listed: by what is due next, then by how grave it is. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert, AlertState
from service.domain.alerts.handling import answered_last
from service.domain.clocks.clock import Clock, ClockRole, ClockRule, ClockState

__all__ = ["asking", "by_urgency", "next_due", "unstarted_before"]

_URGENT = timedelta(hours=24)
_FAR = timedelta(days=36500)


def asking(alert: Alert, clocks: Sequence[Clock], rules: Mapping[str, ClockRule]) -> list[Clock]:
    """Return the clocks of an alert without the proposals that its answer has met already: nobody has to start those any more.

    What was proposed after the last answer, as by a level that a person raised since, is met by none.
    """
    if alert.state is not AlertState.ANSWERED:
        return list(clocks)
    spoken = answered_last(alert)
    answering = {rule.id for rule in rules.values() if rule.answers}
    return [
        clock
        for clock in clocks
        if clock.state is not ClockState.PROPOSED
        or clock.rule_id not in answering
        or (clock.proposed_at is not None and spoken is not None and clock.proposed_at > spoken)
    ]


def next_due(clocks: Sequence[Clock]) -> Clock | None:
    """Return the clock that counts first: the soonest running one of the office, else the soonest proposed one."""
    own = [clock for clock in clocks if clock.role is ClockRole.OWN and clock.due_at is not None]
    for state in (ClockState.ARMED, ClockState.PROPOSED):
        due = [(clock.due_at, clock.id, clock) for clock in own if clock.state is state and clock.due_at is not None]
        if due:
            return min(due, key=lambda item: item[:2])[2]
    return None


def unstarted_before(
    alerts: Sequence[Alert], clocks: Mapping[str, Sequence[Clock]], due_at: datetime, now: datetime
) -> tuple[Alert, Clock] | None:
    """Return the soonest limit of the office that waits to be started and would end before `due_at`, with its alert.

    One that is past counts no more, but where `due_at` itself is past every other one does: a running limit hides none that
    is more pressing.
    """
    found = [
        (clock.due_at, clock.id, alert, clock)
        for alert in alerts
        for clock in clocks.get(alert.id, ())
        if clock.role is ClockRole.OWN and clock.state is ClockState.PROPOSED and clock.due_at is not None
    ]
    pressing = [one for one in found if now < one[0] and (one[0] < due_at or due_at < now)]
    soonest = min(pressing, key=lambda one: one[:2], default=None)
    return None if soonest is None else soonest[2:]


def by_urgency(
    alerts: Sequence[Alert], clocks: Mapping[str, Sequence[Clock]], now: datetime
) -> list[tuple[Alert, Clock | None]]:
    """Return alerts with their first clock, most urgent first.

    A running clock due within 24 h (or late) comes before everything, soonest first; then the gravest level, the
    soonest deadline and the longest wait decide.
    """

    def key(pair: tuple[Alert, Clock | None]) -> tuple[int, datetime, int, datetime, datetime]:
        alert, clock = pair
        due = clock.due_at if clock is not None and clock.due_at is not None else now + _FAR
        urgent = clock is not None and clock.state is ClockState.ARMED and due - now <= _URGENT
        return (0 if urgent else 1, due if urgent else now, -int(alert.level), due, alert.raised_at)

    return sorted(((alert, next_due(clocks.get(alert.id, ()))) for alert in alerts), key=key)
