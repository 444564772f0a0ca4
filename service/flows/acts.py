"""What every act of a person has in common: the role is checked, the thing is found, the act is written down."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.domain.alerts.alert import Alert, AlertState
from service.domain.alerts.alert_states import Mover
from service.domain.alerts.handling import moved
from service.domain.cases.file import Case
from service.domain.cases.workflow import Workflow
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts, facts_of
from service.domain.events.other_provinces import with_other_provinces
from service.domain.events.reported import spread_facts
from service.domain.people.person import Act, Person, may
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.office import Office
from service.flows.other_provinces import in_other_provinces
from service.ports.store import Work

__all__ = [
    "EVENTS",
    "advance",
    "alert_of",
    "clock_of",
    "event_of",
    "facts_from",
    "facts_now",
    "held_alert",
    "note",
    "permit",
    "reason_of",
    "refuse_beside_case",
    "refuse_over_case",
    "save_alert",
]

EVENTS = "events"
"""The name that a transaction passes to `Work.alone`, before it locks anything else, when it changes events.

An event is read, changed in memory and saved whole; without this lock the later of two transactions would undo what the
earlier one saved, and two workers that judge reports of one happening would each open an event.
"""
_LONGEST_REASON = 1000


def permit(person: Person, act: Act) -> None:
    """Check that the person may do this.

    Raises:
        Forbidden: The role is not granted the act, or the person is no longer active.
    """
    if person.disabled or not may(person.role, act):
        raise Forbidden(f"{person.name}（{person.role.word}）没有这项权限，请联系系统管理员或交由审批人办理")


def alert_of(work: Work, alert_id: str) -> Alert:
    """Return the alert. Raises `NotFound`."""
    alert = work.alerts.get(alert_id)
    if alert is None:
        raise NotFound("没有这条预警，可能链接已失效，请从预警列表进入")
    return alert


def held_alert(work: Work, alert_id: str) -> Alert:
    """Return the alert for a change: of two who act at once, the second sees what the first did. Raises `NotFound`."""
    alert = work.alerts.hold(alert_id)
    if alert is None:
        raise NotFound("没有这条预警，可能链接已失效，请从预警列表进入")
    return alert


def event_of(work: Work, alert: Alert) -> Event:
    """Return the alert's event. Raises `NotFound`."""
    event = work.events.get(alert.event_id)
    if event is None:
        raise NotFound("没有找到预警对应的事件")
    return event


def facts_now(work: Work, event: Event, office: Office, now: datetime) -> IncidentFacts:
    """Return what is known of the event at `now`."""
    return facts_from(work, event, work.events.spread(event.id, now=now), office, now)


def facts_from(work: Work, event: Event, counts: Mapping[str, Any], office: Office, now: datetime) -> IncidentFacts:
    """Return what is known of the event at `now`, whose `spread` at that time was read already."""
    facts = facts_of(event, spread_facts(event, counts, province=office.province, now=now))
    elsewhere = in_other_provinces(work, [event], province=office.province)
    return with_other_provinces(facts, elsewhere.get(event.id))


def clock_of(work: Work, clock_id: str) -> Clock:
    """Return the clock, whose alert nobody else can act on until commit. Raises `NotFound`."""
    found = work.clocks.get(clock_id)
    # Read again once the alert is held: another may have acted on the clock in between.
    clock = work.clocks.get(clock_id) if found is not None and work.alerts.hold(found.alert_id) else found
    if clock is None:
        raise NotFound("没有这个时限，可能链接已失效，请从事件页进入")
    return clock


def reason_of(text: str, *, act: str) -> str:
    """Return a reason without blanks around it.

    Raises:
        Refusal: It is empty or longer than 1,000 characters.
    """
    reason = text.strip()
    if not reason:
        raise Refusal(f"{act}须写明理由")
    if len(reason) > _LONGEST_REASON:
        raise Refusal(f"理由请控制在{_LONGEST_REASON}字以内，现为{len(reason)}字")
    return reason


def save_alert(work: Work, alert: Alert, now: datetime) -> Alert:
    """Save the alert as its next revision, changed now, and return it."""
    saved = replace(alert, changed_at=now, revision=alert.revision + 1)
    work.alerts.save(saved)
    return saved


def advance(
    work: Work,
    person_name: str,
    alert_id: str,
    state: AlertState,
    *,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    mover: Mover = Mover.HANDLER,
) -> Alert:
    """Move the alert to `state` in the open transaction, with its audit row `alert.<state>`; what stands there already is left.

    Who may is checked by the caller; `mover` says by which right (closing and reopening need `CLOSER`).

    Raises:
        NotFound: There is no such alert.
        Conflict: The table of states has no such move; the sentence says what to do instead.
    """
    alert = held_alert(work, alert_id)
    after = moved(alert, state, by=person_name, mover=mover, now=now)
    if after is alert:
        return alert
    told = {"was": alert.state.value, **(detail or {})}
    work.audit.append(
        actor=person_name, action=f"alert.{state.value}", subject=f"alert:{alert_id}", detail=told, now=now
    )
    return save_alert(work, after, now)


def refuse_beside_case(work: Work, alert: Alert, workflow: Workflow) -> None:
    """Pass where no case of the alert is under way: while one is, what is published is registered there and nowhere else.

    An alert that stands answered is not answered by the act, so there is nothing to go past.

    Raises:
        Conflict: A case is under way; `about` names it.
    """
    case = _under_way(work, alert, workflow)
    if case is not None:
        state = workflow.states[case.state]
        raise Conflict(
            f"本预警正在处置（{state}），请打开处置“{case.title}”，审核、签批后在其中登记发布，时限随发布记为完成",
            about=f"case:{case.id}",
        )


def refuse_over_case(work: Work, alert: Alert, workflow: Workflow) -> None:
    """Pass where no case of the alert is on its way to an answer. Raises `Conflict`, whose `about` names the case."""
    case = _under_way(work, alert, workflow)
    if case is not None:
        state = workflow.states[case.state]
        raise Conflict(
            f"本预警正在处置（{state}），不能关闭：请打开处置“{case.title}”办完；误报或重复的，由值班负责人在其中关闭处置",
            about=f"case:{case.id}",
        )


def _under_way(work: Work, alert: Alert, workflow: Workflow) -> Case | None:
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    open_ = case is not None and case.state not in workflow.final and alert.state is not AlertState.ANSWERED
    return case if open_ else None


def note(work: Work, person: Person, action: str, about: str, detail: Mapping[str, Any], now: datetime) -> None:
    """Append the audit row of the act."""
    work.audit.append(actor=person.name, action=action, subject=about, detail=detail, now=now)
