"""What people do to clocks: start, cancel, pause, extend, meet; each with its name, and with its audit row in the same transaction."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import AlertState
from service.domain.clocks.clock import Clock, ClockRole, ClockRule, ClockState, arm, cancel, meet, pause
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.events.event import GRAVE_GRADES, Event
from service.domain.events.facts import Condition
from service.domain.events.need import need_decision
from service.domain.matters.clock_changes import extend, next_round
from service.domain.matters.clock_exclusion import exclude, resume
from service.domain.matters.matter_duty import HANDLED
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound
from service.domain.rules.duties import clock_for, clock_id
from service.flows.acts import (
    advance,
    alert_of,
    clock_of,
    event_of,
    facts_now,
    held_alert,
    note,
    permit,
    reason_of,
    refuse_beside_case,
)
from service.flows.alerts.consider import Office
from service.ports.store import Store, Work

__all__ = [
    "arm_clock",
    "cancel_clock",
    "exclude_time",
    "extend_clock",
    "meet_clock",
    "pause_clock",
    "resume_time",
    "start_clock",
]

_MOST_EVIDENCE = 20
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def arm_clock(store: Store, person: Person, clock_id: str, *, office: Office, now: datetime) -> Clock:
    """Start, resume, or start again a clock in the person's name. Its due time stays that of t0.

    Raises:
        Conflict: It runs or is met already, or grade or decision of the event rule it out, as 5 h without grade Ⅰ or Ⅱ.
        Forbidden, NotFound: As everywhere.
    """
    permit(person, Act.ARM_CLOCK)
    with store.write() as work:
        clock = clock_of(work, clock_id)
        rule = office.register.clocks.get(clock.rule_id)
        # What ran before it was paused runs on, whatever the grade became: only a person's act ends it.
        if rule is not None and clock.state is not ClockState.PAUSED:
            _still_applies(event_of(work, alert_of(work, clock.alert_id)), rule)
        started = _with_evidence(work, arm(clock, by=person.name, now=now))
        return _save(work, person, "clock.armed", started, now)


def start_clock(
    store: Store,
    person: Person,
    alert_id: str,
    rule_id: str,
    *,
    office: Office,
    now: datetime,
    since: datetime | None = None,
) -> Clock:
    """Start a clock that only people start, such as the reply to an application; `since` is when it was received.

    Raises:
        NotFound: There is no such alert or rule.
        Conflict: The alert has this clock already, the rule is none for people, or `since` lies in the future.
    """
    permit(person, Act.ARM_CLOCK)
    began = since or now
    if began > now:
        raise Conflict("收到时间不能晚于现在")
    with store.write() as work:
        alert = held_alert(work, alert_id)
        rule = office.register.clocks.get(rule_id)
        if rule is None or Condition.BY_HAND not in rule.when:
            raise NotFound("没有这项可由人工启动的时限")
        if work.clocks.get(clock_id(alert_id, rule_id)) is not None:
            raise Conflict(f"时限“{rule.action}”已在本预警下，请直接办理")
        event = event_of(work, alert)
        facts = facts_now(work, event, office, now)
        fresh = clock_for(rule, alert, facts, office.register, known_at=began, post_at=event.first_at, now=now)
        started = _with_evidence(work, arm(fresh, by=person.name, now=now))
        return _save(work, person, "clock.armed", started, now)


def cancel_clock(store: Store, person: Person, clock_id: str, reason: str, *, office: Office, now: datetime) -> Clock:
    """End a clock that does not apply, with the reason; time that is being left out of it ends first.

    Raises:
        Conflict: It is met or cancelled already.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="取消时限")
    with store.write() as work:
        held = _counting(clock_of(work, clock_id), person, office, now, remark="取消时限")
        clock = cancel(held, by=person.name, reason=why, now=now)
        return _save(work, person, "clock.cancelled", clock, now)


def pause_clock(store: Store, person: Person, clock_id: str, reason: str, *, now: datetime) -> Clock:
    """Mark a running clock as paused, with the reason; the due time does not move.

    Raises:
        Conflict: It does not run.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="暂停时限")
    with store.write() as work:
        clock = pause(clock_of(work, clock_id), by=person.name, reason=why)
        return _save(work, person, "clock.paused", clock, now)


def extend_clock(store: Store, person: Person, clock_id: str, reason: str, *, office: Office, now: datetime) -> Clock:
    """Put the due time off by the one extension that the text allows, with the reason.

    Raises:
        Conflict: The text allows none, it was used, the clock does not run, or it is late already.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="延长时限")
    register = office.register
    with store.write() as work:
        clock = clock_of(work, clock_id)
        rule = register.clocks.get(clock.rule_id)
        longer = extend(clock, rule, by=person.name, reason=why, now=now, calendar=register.calendar)
        return _save(work, person, "clock.extended", longer, now)


def exclude_time(
    store: Store, person: Person, clock_id: str, kind: ExclusionKind, reason: str, *, office: Office, now: datetime
) -> Clock:
    """Leave the time from now on out of a clock, until what is waited for has come.

    Raises:
        Conflict: The text leaves no such time out, or the clock does not run, is met or overdue.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="扣除时间")
    with store.write() as work:
        clock = clock_of(work, clock_id)
        resting = exclude(clock, kind, by=person.name, reason=why, now=now, register=office.register)
        begun = resting.exclusions[-1]
        detail = {"to": kind.word, "basis": begun.basis, "verified": begun.verified}
        return _save(work, person, "clock.excluded", resting, now, detail)


def resume_time(
    store: Store,
    person: Person,
    clock_id: str,
    *,
    office: Office,
    now: datetime,
    received_at: datetime | None = None,
    remark: str = "",
) -> Clock:
    """Let a clock's time count again since `received_at`, else from now on; its due time moves by what was left out.

    Raises:
        Conflict: Its time counts already, or what was waited for came before it was asked for or in the future.
    """
    permit(person, Act.ARM_CLOCK)
    with store.write() as work:
        held = clock_of(work, clock_id)
        if held.excluding is None:
            raise Conflict(f"“{held.action}”正在计时，没有可以结束的扣除")
        clock = resume(
            held, by=person.name, remark=remark[:1000], now=now, register=office.register, received_at=received_at
        )
        ended = clock.exclusions[-1]
        before = ended.due_before.isoformat() if ended.due_before else None
        detail = {"to": ended.kind.end_word, "received_at": (received_at or now).isoformat(), "due_before": before}
        return _save(work, person, "clock.resumed", clock, now, detail)


def _counting(clock: Clock, person: Person, office: Office, now: datetime, *, remark: str) -> Clock:
    """Return the clock with its time counting, so that it is judged by what was counted."""
    if clock.excluding is None:
        return clock
    return resume(clock, by=person.name, remark=remark, now=now, register=office.register)


def meet_clock(
    store: Store, person: Person, clock_id: str, *, office: Office, now: datetime, remark: str = ""
) -> Clock:
    """Record that the duty was done now; after the due time it is met late. A clock that answers marks the alert answered.

    A repeated duty runs anew from this moment, in the person's name, as long as the alert is not closed.

    Raises:
        Conflict: It is met or cancelled already, or it is one that a public answer meets and the alert's case is under way.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        held = _counting(clock_of(work, clock_id), person, office, now, remark=HANDLED)
        clock = meet(held, by=person.name, now=now, note=remark.strip() or None)
        rule = office.register.clocks.get(clock.rule_id)
        alert = alert_of(work, clock.alert_id)
        if rule is not None and rule.answers and clock.role is ClockRole.OWN and alert.state is not AlertState.CLOSED:
            refuse_beside_case(work, alert, office.register.workflow)
            advance(work, person.name, alert.id, AlertState.ANSWERED, now=now, detail={"clock": [clock.action]})
        following = next_round(clock, rule, by=person.name, now=now) if alert.state is not AlertState.CLOSED else None
        if following is not None:
            _save(work, person, "clock.armed", following, now)
        return _save(work, person, "clock.met", clock, now)


def _with_evidence(work: Work, clock: Clock) -> Clock:
    """Keep which documents were known when the clock was started; what a resumed one was started on stays."""
    if clock.evidence_ids:
        return clock
    known = work.events.documents(alert_of(work, clock.alert_id).event_id, limit=_MOST_EVIDENCE)
    return replace(clock, evidence_ids=tuple(one.document_id for one in known))


def _still_applies(event: Event, rule: ClockRule) -> None:
    """Refuse what a grade or a decision on the event rules out: two answers to one question must not run side by side."""
    if rule.by_grade and event.grade not in GRAVE_GRADES:
        raise Conflict(f"“{rule.action}”时限只适用于Ⅰ级、Ⅱ级事件，请先由审批人登记事件等级")
    if Condition.ORDINARY_GRADE in rule.when and event.grade in GRAVE_GRADES:
        raise Conflict("事件已登记为Ⅰ级或Ⅱ级，按5小时和24小时时限办理")
    decision = need_decision(event)
    if Condition.NEEDS_RESPONSE in rule.when and decision is not None and not decision.needed:
        raise Conflict(f"{decision.by}已决定不公开回应，请先改变这一决定")


def _save(
    work: Work, person: Person, action: str, clock: Clock, now: datetime, also: Mapping[str, Any] = _NOTHING
) -> Clock:
    work.clocks.save(clock)
    detail = {
        **also,
        "rule": clock.rule_id,
        "clock": clock.action,
        "state": clock.state.value,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "reason": clock.reason,
        "alert": clock.alert_id,
    }
    note(work, person, action, f"clock:{clock.id}", detail, now)
    return clock
