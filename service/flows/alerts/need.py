"""A named person decides whether an event is answered publicly; the clock of other public opinion follows the decision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.beijing import BEIJING
from service.domain.clocks.clock import MET_STATES, Clock, ClockRule, ClockState, arm, cancel
from service.domain.events.event import Event
from service.domain.events.facts import Condition, IncidentFacts, holds
from service.domain.events.need import NeedDecision, need_decision, need_signs, propose_need
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.domain.rules.basis import basis_for, matched_entries, with_matched
from service.domain.rules.duties import clock_for
from service.flows.acts import EVENTS, event_of, facts_now, held_alert, note, permit, reason_of, save_alert
from service.flows.alerts.consider import Office
from service.ports.store import Store, Work

__all__ = ["decide_need"]

_WORDS = {True: "需要公开回应", False: "不需要公开回应"}


def decide_need(
    store: Store, person: Person, alert_id: str, *, needed: bool, reason: str, office: Office, now: datetime
) -> NeedDecision:
    """Decide in the person's name whether this office answers publicly; the last decision stands.

    An answer that is needed starts the 48 h clock from first confirmed knowledge, where no grade Ⅰ or Ⅱ has put the 5 h
    and 24 h clocks in its place; one that is not needed ends it with the reason. Clocks that other duties start stay.

    Raises:
        Conflict: The alert is closed, or this is decided already.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="决定是否回应")
    with store.write() as work:
        work.alone(EVENTS)
        alert = held_alert(work, alert_id)
        event = event_of(work, alert)
        before = need_decision(event)
        _check(alert, before, needed=needed)
        decision = NeedDecision(needed=needed, by=person.name, at=now, reason=why)
        proposal = propose_need(event.categories, facts_now(work, event, office, now), need_signs(event))
        told = {"need_decided": decision.as_json(), "response_needed": needed}
        decided = replace(event, facts={**event.facts, **told}, revision=event.revision + 1)
        work.events.save(decided, ())
        facts = facts_now(work, decided, office, now)
        duties = basis_for(decided.categories, facts, office.register, now.astimezone(BEIJING).date())
        alert = save_alert(work, replace(alert, basis=with_matched(duties, matched_entries(alert.basis))), now)
        clocks = _follow(work, person, alert, decided, facts, decision, office, now)
        detail = {
            "needed": needed,
            "from": before.needed if before else None,
            "reason": why,
            "proposal": proposal.as_json(),
            "clock": [clock.action for clock in clocks],
        }
        note(work, person, "event.need_decided", f"event:{event.id}", detail, now)
        return decision


def _check(alert: Alert, before: NeedDecision | None, *, needed: bool) -> None:
    if alert.state is AlertState.CLOSED:
        raise Conflict("预警已关闭，请先重新打开再决定是否回应")
    if before is not None and before.needed is needed:
        raise Conflict(f"{before.by}已决定{_WORDS[needed]}")


def _follow(
    work: Work,
    person: Person,
    alert: Alert,
    event: Event,
    facts: IncidentFacts,
    decision: NeedDecision,
    office: Office,
    now: datetime,
) -> Sequence[Clock]:
    """Start or end the clocks that depend on whether an answer is needed; return those that moved."""
    present = {clock.rule_id: clock for clock in work.clocks.of_alerts([alert.id]).get(alert.id, [])}
    moved: list[Clock] = []
    for rule in office.register.clocks.values():
        if Condition.NEEDS_RESPONSE not in rule.when or alert.level is AlertLevel.NONE:
            continue
        clock = present.get(rule.id)
        if decision.needed:
            changed = _started(rule, clock, alert, event, facts, person, office, now)
        else:
            changed = _ended(clock, person, decision)
        if changed is not None:
            work.clocks.save(changed)
            moved.append(changed)
            action = "clock.armed" if changed.state is ClockState.ARMED else "clock.cancelled"
            detail = {"rule": rule.id, "clock": rule.action, "reason": changed.reason, "alert": alert.id}
            note(work, person, action, f"clock:{changed.id}", detail, now)
    return moved


def _started(
    rule: ClockRule,
    clock: Clock | None,
    alert: Alert,
    event: Event,
    facts: IncidentFacts,
    person: Person,
    office: Office,
    now: datetime,
) -> Clock | None:
    if not holds(rule.when, event.categories, facts):
        return None
    if clock is None:
        clock = clock_for(rule, alert, facts, office.register, known_at=event.known_at, post_at=event.first_at, now=now)
    if clock.state in MET_STATES | {ClockState.ARMED}:
        return None
    return arm(clock, by=person.name, now=now)


def _ended(clock: Clock | None, person: Person, decision: NeedDecision) -> Clock | None:
    if clock is None or clock.state in MET_STATES | {ClockState.CANCELLED}:
        return None
    return cancel(clock, by=person.name, reason=f"决定不公开回应：{decision.reason}", now=decision.at)
