"""Which clocks an alert has: those that its level proposes, and those that start at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.alerts.rounds import marked_moment
from service.domain.clocks.calendar import CalendarYearMissingError
from service.domain.clocks.clock import MET_STATES, SYSTEM, Clock, ClockRule, ClockState, Start, arm, dropped, due_at
from service.domain.events.facts import IncidentFacts, holds
from service.domain.rules.register import Register

__all__ = ["cited", "clock_for", "clock_id", "is_verified", "propose"]


def propose(
    *,
    alert: Alert,
    categories: Sequence[str],
    facts: IncidentFacts,
    register: Register,
    known_at: datetime,
    post_at: datetime | None,
    now: datetime,
    existing: Sequence[Clock] = (),
) -> tuple[Clock, ...]:
    """Return the clocks to save: new ones, and proposed ones of `existing` that the level now starts at once.

    The 5 h and 24 h clocks are only ever proposed here: a named person starts them by setting grade Ⅰ or Ⅱ. What the
    data starts at once runs in the name of the system from `known_at`, first confirmed knowledge. Unverified clocks
    never start by themselves, disabled ones do not appear. A clock that a person decided on is left alone; a proposal that
    ended only because the alert was closed is made anew once it is open again, and a closed alert gets none. What was
    answered before the alert rose is asked anew from the rise on: an answer to a lower level answers no higher one.
    """
    if alert.state is AlertState.CLOSED:
        return ()
    present = {clock.rule_id: clock for clock in sorted(existing, key=lambda clock: clock.round)}
    found: list[Clock] = []
    for rule, start in _applying(alert.level, categories, facts, register):
        clock = present.get(rule.id)
        if clock is None or dropped(clock):
            fresh = clock_for(rule, alert, facts, register, known_at=known_at, post_at=post_at, now=now)
            found.append(arm(fresh, by=SYSTEM, now=now) if start is Start.ARM and fresh.verified else fresh)
            continue
        risen = _risen_since(alert, clock) if rule.answers else None
        if risen is not None:
            again = clock_for(rule, alert, facts, register, known_at=risen, post_at=post_at, now=now)
            again = replace(again, id=f"{again.id}~{clock.round + 1}")
            found.append(arm(again, by=SYSTEM, now=now) if start is Start.ARM and again.verified else again)
            continue
        # A proposal follows what is known of its rule now; what a person or the system started keeps what it was started on.
        waiting = clock.state is ClockState.PROPOSED and clock.verified != is_verified(rule, register)
        asked = replace(clock, verified=not clock.verified) if waiting else clock
        if start is Start.ARM and asked.verified and asked.state in {ClockState.PROPOSED, ClockState.EXPIRED}:
            found.append(arm(asked, by=SYSTEM, now=now))
        elif waiting:
            found.append(asked)
    return tuple(found)


def _risen_since(alert: Alert, clock: Clock) -> datetime | None:
    """Return when the alert rose after this duty was done, `None` where it did not, or the duty is not done."""
    risen = marked_moment(alert.extras, "risen_at")
    done = clock.met_at if clock.state in MET_STATES else None
    return risen if risen is not None and done is not None and risen > done else None


def is_verified(rule: ClockRule, register: Register) -> bool:
    """Tell whether a clock may start by itself: its limit and every policy it rests on are verified, or the office checked the clock."""
    if rule.check is not None and rule.check.speaks:
        return rule.check.holds
    return rule.verified and all(register.policies[policy].verified for policy in rule.policies)


def cited(rule: ClockRule, register: Register) -> str:
    """Return the policies that a clock rests on as they are quoted, each once: two entries may be of one document."""
    return "；".join(dict.fromkeys(register.policies[policy].citation for policy in rule.policies))


def clock_id(alert_id: str, rule_id: str) -> str:
    """Return the id of the one clock that an alert has of a rule."""
    return f"{alert_id}-{rule_id}"


def clock_for(
    rule: ClockRule,
    alert: Alert,
    facts: IncidentFacts,
    register: Register,
    *,
    known_at: datetime,
    post_at: datetime | None,
    now: datetime,
) -> Clock:
    """Return the proposed clock of a rule; where its due time cannot be told, `reason` says why in Chinese."""
    limit = rule.limit_for(facts.recall_class)
    clock = Clock(
        id=clock_id(alert.id, rule.id),
        alert_id=alert.id,
        rule_id=rule.id,
        role=rule.role,
        action=rule.action,
        limit=limit or "prompt",
        state=ClockState.PROPOSED,
        start_at=known_at,
        post_at=post_at,
        due_at=None,
        basis=cited(rule, register),
        verified=is_verified(rule, register),
        proposed_at=now,
        policy_version=register.version,
    )
    if limit is None:
        return replace(clock, reason="召回级别待核实，级别确定前按及时办理")
    try:
        return replace(clock, due_at=due_at(limit, known_at, register.calendar))
    except CalendarYearMissingError as error:
        return replace(clock, reason=str(error))


def _applying(
    level: AlertLevel, categories: Sequence[str], facts: IncidentFacts, register: Register
) -> Iterator[tuple[ClockRule, Start]]:
    bound = {clock for rule in register.categories.values() for clock in rule.clocks}
    own = {
        clock
        for category in categories
        if category in register.categories
        for clock in register.categories[category].clocks
    }
    for rule in register.clocks.values():
        start = rule.levels.get(level)
        if start is None or not rule.enabled or (rule.id in bound and rule.id not in own):
            continue
        if holds(rule.when, categories, facts):
            yield rule, start
