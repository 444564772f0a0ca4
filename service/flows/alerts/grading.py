"""The two things that only a named person decides: the statutory grade of an event, and a level against the computed one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from analysis.events.heat import heat_of
from service.domain.alerts.alert import Alert, AlertLevel, AlertState, set_by_person
from service.domain.beijing import BEIJING
from service.domain.clocks.clock import MET_STATES, Clock, ClockRule, ClockState, Start, arm, cancel
from service.domain.events.corrections import FactKind, standing
from service.domain.events.event import GRAVE_GRADES, Event, IncidentGrade
from service.domain.events.facts import Condition, IncidentFacts
from service.domain.events.need import need_decision
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.domain.rules.basis import basis_for, matched_entries, with_matched
from service.domain.rules.duties import clock_for
from service.domain.rules.level import find_level
from service.domain.telling.escalation import asks, occasion_of
from service.flows.acts import EVENTS, event_of, facts_now, held_alert, note, permit, reason_of, save_alert
from service.flows.alerts.consider import Office, fresh_clocks, soonest_first
from service.flows.telling.tell import tell, told_marks
from service.ports.store import Store, Work

__all__ = ["set_grade", "set_level"]

_GRADE_WORDS = {IncidentGrade.I: "Ⅰ级", IncidentGrade.II: "Ⅱ级", IncidentGrade.III: "Ⅲ级", IncidentGrade.IV: "Ⅳ级"}

# The reason is all that stored clocks tell a grade's ending from a person's by.
_BY_GRADE = "改按5小时和24小时时限"


def set_grade(
    store: Store, person: Person, alert_id: str, grade: IncidentGrade, *, reason: str, office: Office, now: datetime
) -> Alert:
    """Set the statutory grade in the person's name.

    Grade Ⅰ or Ⅱ starts the 5 h and 24 h clocks from first confirmed knowledge and ends the 48 h clock of other public
    opinion; a later lower grade brings back a 48 h clock that the grade ended, unless a person decided that nothing is
    answered; what already runs stays until a person cancels it.

    Raises:
        Conflict: The alert is closed, or the event has this grade already.
        Refusal: There is no reason.
    """
    permit(person, Act.ARM_CLOCK)
    why = reason_of(reason, act="登记事件等级")
    with store.write() as work:
        work.alone(EVENTS)
        alert = held_alert(work, alert_id)
        event = event_of(work, alert)
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭，请先重新打开再登记事件等级")
        if event.grade is grade:
            raise Conflict(f"事件已由{event.grade_by}登记为{_GRADE_WORDS[grade]}")
        graded = replace(event, grade=grade, grade_by=person.name, revision=event.revision + 1)
        work.events.save(graded, ())
        facts = facts_now(work, graded, office, now)
        duties = basis_for(graded.categories, facts, office.register, now.astimezone(BEIJING).date())
        alert = save_alert(work, replace(alert, basis=with_matched(duties, matched_entries(alert.basis))), now)
        clocks = _regrade(work, person, alert, graded, facts, office, now)
        detail = {"grade": grade.value, "from": event.grade.value if event.grade else None, "reason": why}
        note(work, person, "event.graded", f"event:{event.id}", detail, now)
        occasion = f"graded:{grade.value}:{graded.revision}"
        tell(work, alert, graded, clocks, occasion=occasion, office=office, now=now)
        return alert


def _regrade(
    work: Work, person: Person, alert: Alert, event: Event, facts: IncidentFacts, office: Office, now: datetime
) -> list[Clock]:
    present = {clock.rule_id: clock for clock in work.clocks.of_alerts([alert.id]).get(alert.id, [])}
    for rule in office.register.clocks.values():
        clock = present.get(rule.id)
        moved = None
        if rule.by_grade and event.grade in GRAVE_GRADES:
            known = clock or clock_for(
                rule, alert, facts, office.register, known_at=event.known_at, post_at=event.first_at, now=now
            )
            moved = None if known.state in MET_STATES | {ClockState.ARMED} else arm(known, by=person.name, now=now)
        elif clock is not None and Condition.ORDINARY_GRADE in rule.when:
            moved = _ordinary(clock, rule, person, alert, event, now)
        if moved is not None:
            present[rule.id] = moved
            work.clocks.save(moved)
            action = "clock.armed" if moved.state is ClockState.ARMED else "clock.cancelled"
            detail = {"rule": rule.id, "clock": rule.action, "reason": moved.reason, "alert": alert.id}
            note(work, person, action, f"clock:{moved.id}", detail, now)
    return soonest_first([*present.values()], (), now)


def _ordinary(clock: Clock, rule: ClockRule, person: Person, alert: Alert, event: Event, now: datetime) -> Clock | None:
    assert event.grade is not None
    word = _GRADE_WORDS[event.grade]
    if event.grade in GRAVE_GRADES:
        if clock.state in MET_STATES | {ClockState.CANCELLED}:
            return None
        return cancel(clock, by=person.name, reason=f"事件登记为{word}，{_BY_GRADE}", now=now)
    decision = need_decision(event)
    wanted = rule.levels.get(alert.level) is Start.ARM if decision is None else decision.needed
    if wanted and clock.state is ClockState.CANCELLED and _BY_GRADE in (clock.reason or ""):
        return arm(clock, by=person.name, now=now, reason=f"事件改为{word}，恢复48小时时限")
    return None


def set_level(
    store: Store,
    person: Person,
    alert_id: str,
    level: AlertLevel,
    *,
    reason: str,
    office: Office,
    now: datetime,
    refuted: bool = False,
) -> Alert:
    """Set the opinion level in the person's name; it stands until something new appears.

    While a death is suspected nobody goes below orange; `refuted` records that the person has refuted it.

    Raises:
        Conflict: The alert is closed or has this level, the level is none, or a suspected death forbids it.
        Refusal: There is no reason.
    """
    permit(person, Act.CLOSE_ALERT)
    why = reason_of(reason, act="调整预警级别")
    with store.write() as work:
        work.alone(EVENTS)
        alert = held_alert(work, alert_id)
        event = event_of(work, alert)
        _check_level(alert, level)
        if refuted and (told := standing(event).get(FactKind.DEATHS)) is not None:
            raise Conflict(f"死亡人数已由{told.by}更正为{told.words}，请在事件页“更正”里改死亡人数，不必再勾选排除")
        if refuted:
            event = replace(event, facts={**event.facts, "death_refuted": True})
        facts = facts_now(work, event, office, now)
        if facts.suspects_death and level < AlertLevel.ORANGE:
            raise Conflict("疑似死亡尚未排除，最低只能调整为橙色；如已核实排除，请勾选并写明依据")
        work.events.save(replace(event, level=level.key, below_windows=0, revision=event.revision + 1), ())
        finding = find_level(heat_of(facts.spread), facts, office.register)
        moved = set_by_person(alert, level, by=person.name, reason=why, finding=finding, now=now)
        detail = {"level": level.key, "from": alert.level.key, "reason": why, "death_refuted": refuted}
        note(work, person, "alert.level_set", f"alert:{alert.id}", detail, now)
        if level > alert.level:
            moved = _told_of_rise(work, moved, event, facts, office, now)
        work.alerts.save(moved)
        return moved


def _check_level(alert: Alert, level: AlertLevel) -> None:
    if alert.state is AlertState.CLOSED:
        raise Conflict("预警已关闭，请先重新打开再调整级别")
    if level is AlertLevel.NONE:
        raise Conflict("不能调整为未达预警，不需要处置的请关闭预警")
    if level is alert.level:
        raise Conflict(f"预警已是{level.word}")


def _told_of_rise(work: Work, alert: Alert, event: Event, facts: IncidentFacts, office: Office, now: datetime) -> Alert:
    """Start what the rise starts and tell of it: where a round began this is its first mail, the next look tells nobody again."""
    existing: Sequence[Clock] = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    fresh = fresh_clocks(work, alert, event, facts, existing, office=office, now=now)
    for clock in fresh:
        work.clocks.save(clock)
    clocks = soonest_first(existing, fresh, now)
    occasion = occasion_of(alert) if asks(alert) else f"level_set:{alert.revision}"
    return told_marks(alert, tell(work, alert, event, clocks, occasion=occasion, office=office, now=now))
