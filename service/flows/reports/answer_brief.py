"""What a week's briefing tells of answers: when, how much of each limit they used, and how much was said before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import BEGUN_STATES, MET_STATES, Clock, ClockRole, ClockState, limit_words
from service.domain.events.event import Event, EventDocument
from service.domain.figures.answered import AnswerEffect, LimitUse, ResponseRow
from service.domain.rules.register import Register
from service.flows.reports.effect import effect_of_answer
from service.ports.store import Work

__all__ = ["Raised", "response_rows"]

_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One alert of the week with its event, the first document of that, and its clocks."""

    alert: Alert
    event: Event
    first: EventDocument | None
    clocks: Sequence[Clock]


def response_rows(work: Work, raised: Sequence[Raised], register: Register, now: datetime) -> tuple[ResponseRow, ...]:
    """Return when each alert was answered, beside the clocks that an answer meets, without those that were cancelled or ended by a decision."""
    own = {rule.id: rule for rule in register.clocks.values() if rule.role is ClockRole.OWN}
    answering = {rule.id for rule in own.values() if rule.answers}
    shown = answering | {rule.id for rule in own.values() if rule.by_grade}
    rows: list[ResponseRow] = []
    for one in raised:
        begun = [clock for clock in one.clocks if clock.due_at is not None and clock.state in BEGUN_STATES | MET_STATES]
        answers = [clock.due_at for clock in begun if clock.rule_id in answering and clock.due_at is not None]
        if not answers and one.alert.answered_at is None:
            continue
        rows.append(
            ResponseRow(
                title=one.event.title,
                known_at=one.event.known_at,
                acknowledged_at=one.alert.acknowledged_at,
                answered_at=one.alert.answered_at,
                due_at=min(answers, default=None),
                uses=tuple(_use(clock, now) for clock in _soonest_first(begun) if clock.rule_id in shown),
                effect=_effect(work, one, now),
            )
        )
        if len(rows) == _MOST:
            break
    return tuple(rows)


def _soonest_first(clocks: Sequence[Clock]) -> list[Clock]:
    return sorted(clocks, key=lambda clock: (clock.due_at is None, clock.due_at, clock.id))


def _use(clock: Clock, now: datetime) -> LimitUse:
    until = clock.met_at or now
    # One that rests is not late before it runs again.
    open_late = clock.state is ClockState.ARMED and clock.due_at is not None and now > clock.due_at
    return LimitUse(
        action=clock.action,
        limit=limit_words(clock.limit),
        used=until - clock.start_at,
        met=clock.met_at is not None,
        late=open_late or clock.state is ClockState.MET_LATE,
    )


def _effect(work: Work, one: Raised, now: datetime) -> AnswerEffect | None:
    case = work.cases.of_alerts([one.alert.id]).get(one.alert.id)
    found = effect_of_answer(work, one.alert, work.cases.file(case.id) if case else None, now=now)
    return None if found is None else AnswerEffect.of(found)
