"""The deadlines that come next: of an alert's clock or of a matter, those in the head of an event, or why it shows none. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockRole, ClockState
from service.domain.events.need import NeedDecision
from service.domain.matters.matter import Matter
from service.domain.matters.matter_duty import Duty, DutyStanding, standing
from service.web.views.alert_rows import AlertRow, due_of
from service.web.views.wording import duty_name, level_chip, moment, remaining

__all__ = ["Deadline", "clock_cards", "deadline_of_alert", "next_deadline", "no_deadline"]

_DECIDED_IN_CASE = "处置中已决定回应；审批人在“是否公开回应”登记决定，才从知悉时起计48小时"
_CARDS = 2
_OPEN = frozenset({ClockState.ARMED, ClockState.PAUSED, ClockState.PROPOSED})
_RUNNING = frozenset({DutyStanding.RUNNING, DutyStanding.NEAR, DutyStanding.OVERDUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline as the overview shows it; `key` colours it, `due` is its ISO time for ticking in the browser.

    A matter is named by its kind and number: what a citizen wrote is not shown here. `target_at` is when the office's own
    target ends, where one is planned for this limit.
    """

    href: str
    title: str
    name: str
    basis: str
    cited: str
    text: str
    due: str | None
    start_at: datetime
    due_at: datetime | None
    running: bool
    overdue: bool
    key: str
    target_at: datetime | None = None


def deadline_of_alert(row: AlertRow, target_at: datetime | None = None) -> Deadline | None:
    """Return the deadline of a line of the alert list, `None` where it has none."""
    due = row.due
    if due is None:
        return None
    return Deadline(
        href=f"/events/{row.event_id}",
        title=row.title,
        name=due.name,
        basis=due.basis,
        cited=due.cited,
        text=due.text,
        due=due.due,
        start_at=due.start_at,
        due_at=due.due_at,
        running=due.running,
        overdue=due.overdue,
        key=row.chip.key,
        target_at=target_at if due.running else None,
    )


def no_deadline(
    alert: Alert | None, clocks: Sequence[Clock], decision: NeedDecision | None, *, in_case: bool = False
) -> tuple[str, str]:
    """Return what stands in the place of the deadlines of an event that has none with a due time, and why that is so.

    `in_case` says that its case decided to answer, which starts no clock: only the decision on the event does.
    """
    if alert is None or alert.level is AlertLevel.NONE:
        return "没有时限", "未达预警条件"
    if alert.state is AlertState.CLOSED:
        return "没有时限", "预警已关闭"
    if any(clock.role is ClockRole.OWN and clock.state in _OPEN for clock in clocks):
        return "没有到期时间", "须立即或及时办理的事项见“处置”"
    if alert.state is AlertState.ANSWERED or (decision is not None and not decision.needed):
        return "没有时限", "回应已登记" if alert.state is AlertState.ANSWERED else "已决定不公开回应"
    return "尚无时限", _DECIDED_IN_CASE if in_case and decision is None else "决定公开回应后，从知悉时起计48小时"


def next_deadline(alert: Deadline | None, matters: Sequence[Matter], now: datetime) -> Deadline | None:
    """Return what comes next: the alert's running clock where a matter is due no sooner, else the soonest matter.

    A matter that is overdue hides no running clock of an alert, however long it has been so; it stands on its own page.
    """
    found = [(duty.due_at, matter, duty) for matter in matters for duty in matter.duties if _runs(duty, now)]
    ahead = [one for one in found if one[0] is not None and one[0] >= now]
    pool = ahead if alert is not None and alert.running else found
    soonest = min(pool, key=lambda one: (one[0] or now, one[1].id), default=None)
    if soonest is None:
        return alert
    due_at, matter, duty = soonest
    if alert is not None and alert.running and (alert.due_at is None or due_at is None or alert.due_at <= due_at):
        return alert
    return _of_matter(matter, duty, now)


def _runs(duty: Duty, now: datetime) -> bool:
    return duty.due_at is not None and standing(duty, now) in _RUNNING


def _of_matter(matter: Matter, duty: Duty, now: datetime) -> Deadline:
    left = timedelta() if duty.due_at is None else duty.due_at - now
    overdue = left < timedelta()
    return Deadline(
        href=f"/matters/{matter.id}",
        title=f"办件 {matter.kind.word} {matter.number}",
        name=duty_name(duty.limit, duty.action),
        basis=duty.basis,
        cited=duty.basis,
        text=remaining(left),
        due=None if duty.due_at is None else duty.due_at.isoformat(),
        start_at=duty.start_at,
        due_at=duty.due_at,
        running=True,
        overdue=overdue,
        key="red" if overdue else "orange" if standing(duty, now) is DutyStanding.NEAR else "accent",
    )


# A running deadline is louder than a proposed one, whatever is due sooner; what was done tells more than what lapsed.
_CARD_ORDER = {
    ClockState.ARMED: 0,
    ClockState.PAUSED: 1,
    ClockState.PROPOSED: 2,
    ClockState.MET: 3,
    ClockState.MET_LATE: 3,
}


def clock_cards(clocks: Sequence[Clock], alert: Alert | None, now: datetime) -> list[dict[str, Any]]:
    """Return the two deadlines of the office that the head of an event shows, the loudest first."""
    own = [clock for clock in clocks if clock.role is ClockRole.OWN and clock.due_at is not None]
    open_first = sorted(own, key=lambda clock: _CARD_ORDER.get(clock.state, len(_CARD_ORDER)))
    key = level_chip(alert.level).key if alert else "none"
    cards = []
    for clock in open_first[:_CARDS]:
        due = due_of(clock, now)
        paused = "已暂停，" if clock.state is ClockState.PAUSED else ""
        note = f"{paused}到期 {moment(clock.due_at, now)}" if due.running else due.state_word
        if clock.excluding is not None:
            note = f"{clock.excluding.kind.word}，到期时间随{clock.excluding.kind.end_word}顺延"
        cards.append({"due": due, "key": key if due.running else "none", "note": note})
    return cards
