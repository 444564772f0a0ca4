"""Time left out of a clock under an alert, by the same rules as out of a matter's: the clock rests, and its due time moves."""

from dataclasses import replace
from datetime import datetime

from service.domain.clocks.clock import Clock, ClockState
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.matter_clock import exclude_duty, exclusions_of, resume_duty
from service.domain.matters.matter_duty import Duty
from service.domain.rules.register import Register

__all__ = ["as_duty", "exclude", "may_exclude", "resume"]


def as_duty(clock: Clock) -> Duty:
    """Return what the rules of exclusion look at."""
    return Duty(
        rule_id=clock.rule_id,
        action=clock.action,
        limit=clock.limit,
        basis=clock.basis,
        verified=clock.verified,
        armed=clock.state is ClockState.ARMED or clock.excluding is not None,
        start_at=clock.start_at,
        due_at=clock.due_at,
        met_at=clock.met_at,
        warned=clock.warned,
        exclusions=clock.exclusions,
    )


def may_exclude(clock: Clock, now: datetime) -> tuple[ExclusionKind, ...]:
    """Return what may be left out of a clock's time from now on."""
    return exclusions_of(as_duty(clock), now)


def exclude(clock: Clock, kind: ExclusionKind, *, by: str, reason: str, now: datetime, register: Register) -> Clock:
    """Return the clock resting from now on, until what is waited for has come.

    Raises:
        Conflict: The text leaves no such time out, the clock does not run, is met or overdue, or no name or reason is given.
    """
    duty = exclude_duty(as_duty(clock), kind, by=by, reason=reason, now=now, register=register)
    begun = duty.exclusions[-1]
    return replace(
        clock,
        state=ClockState.PAUSED,
        exclusions=duty.exclusions,
        reason=f"{by}：{kind.word}，{begun.reason}",
    )


def resume(
    clock: Clock, *, by: str, remark: str, now: datetime, register: Register, received_at: datetime | None = None
) -> Clock:
    """Return the clock running again since `received_at`: due later by the working days left out, or anew after a supplement.

    Raises:
        Conflict: Its time counts already, nobody is named, or `received_at` lies before it was asked for or in the future.
    """
    duty = resume_duty(as_duty(clock), by=by, remark=remark, now=now, register=register, received_at=received_at)
    ended = duty.exclusions[-1]
    moved = "重新起算" if ended.kind is ExclusionKind.SUPPLEMENT else _days(ended.days)
    return replace(
        clock,
        state=ClockState.ARMED,
        start_at=duty.start_at,
        due_at=duty.due_at,
        warned=duty.warned,
        exclusions=duty.exclusions,
        reason=f"{by}：{ended.kind.end_word}，{moved}" + (f"，{ended.remark}" if ended.remark else ""),
    )


def _days(days: int | None) -> str:
    return "扣除的工作日待节假日安排收录后算出" if days is None else f"扣除{days}个工作日"
