"""What may happen to a clock beside meeting or ending it: one extension, a next round, a due time that became known, a meeting taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from service.domain.clocks.calendar import CalendarYearMissingError, WorkingCalendar
from service.domain.clocks.clock import (
    MET_STATES,
    SYSTEM,
    Clock,
    ClockRole,
    ClockRule,
    ClockState,
    due_at,
    limit_words,
)
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.clock_exclusion import as_duty
from service.domain.matters.matter_duty import HANDLED, due_of_duty
from service.domain.refusal import Conflict

__all__ = ["extend", "followed", "met_taken_back", "next_round", "settled", "unmet"]

_OPEN = frozenset({ClockState.PROPOSED, ClockState.ARMED, ClockState.PAUSED})
_REFUSED: Mapping[ClockState, str] = MappingProxyType(
    {
        ClockState.PROPOSED: "尚未启动",
        ClockState.PAUSED: "已暂停，请先恢复",
        ClockState.MET: "已完成",
        ClockState.MET_LATE: "已逾期完成",
        ClockState.CANCELLED: "已取消",
        ClockState.EXPIRED: "建议已失效",
    }
)


def extend(
    clock: Clock, rule: ClockRule | None, *, by: str, reason: str, now: datetime, calendar: WorkingCalendar
) -> Clock:
    """Put the due time off by the one extension that the text allows, counted from the first due time.

    Raises:
        Conflict: No person or no reason is named; the text allows none, or it was used; the clock does not run; it is late
            already, and late stays late; the calendar does not reach that far.
    """
    name = f"时限“{clock.action}”"
    if not by.strip() or by == SYSTEM:
        raise Conflict("延长时限须有具名人员")
    if not reason.strip():
        raise Conflict("延长时限须写明理由")
    if rule is None or rule.extend is None or clock.due_at is None:
        raise Conflict(f"{name}的依据没有规定可以延长")
    if clock.state is not ClockState.ARMED:
        raise Conflict(f"{name}{_REFUSED[clock.state]}，不能延长")
    if clock.extended_at is not None:
        raise Conflict(f"{name}已由{clock.extended_by}延长过，只能延长一次")
    if now > clock.due_at:
        raise Conflict(f"{name}已超过到期时间，不能再延长；逾期记录保留")
    try:
        later = due_at(rule.extend, clock.due_at, calendar)
    except CalendarYearMissingError as error:
        raise Conflict(str(error)) from error
    words = f"{by.strip()}：延长{limit_words(rule.extend)}，{reason.strip()}"
    # What was told of the first due time says nothing of the new one.
    return replace(
        clock,
        due_at=later,
        first_due_at=clock.due_at,
        extended_at=now,
        extended_by=by.strip(),
        reason=words,
        warned=0,
    )


def next_round(clock: Clock, rule: ClockRule | None, *, by: str, now: datetime) -> Clock | None:
    """Return the clock that follows a repeated duty just met, running from that moment in the same person's name; else `None`."""
    if rule is None or not rule.repeat or clock.role is not ClockRole.OWN or clock.met_at is None:
        return None
    whole = clock.due_at - clock.counted_from if clock.due_at is not None else None
    return replace(
        clock,
        id=f"{clock.id.partition('~')[0]}~{clock.round + 1}",
        state=ClockState.ARMED,
        start_at=clock.met_at,
        due_at=clock.met_at + whole if whole is not None else None,
        armed_by=by,
        armed_at=now,
        met_at=None,
        reason=None,
        warned=0,
        first_due_at=None,
        extended_at=None,
        extended_by=None,
        exclusions=(),
    )


def followed(clock: Clock, clocks: Iterable[Clock]) -> bool:
    """Tell whether a later round of the same duty is among the clocks of the alert."""
    return any(one.rule_id == clock.rule_id and one.round > clock.round for one in clocks)


def unmet(
    clock: Clock, rule: ClockRule | None, *, by: str, why: str, beside: Iterable[Clock] = (), paused: str | None = None
) -> Clock:
    """Return a clock that was met by mistake where it stood before, due as before; what was waited for then is waited for again.

    `beside` are the clocks of its alert, `paused` is the reason of the pause in which it was met.

    Raises:
        Conflict: It is not met, its duty is repeated, or was asked for anew since: then the next round runs already.
    """
    if clock.state not in MET_STATES or clock.met_at is None:
        raise Conflict(f"时限“{clock.action}”没有登记完成，可能已被撤销，请刷新页面")
    if rule is not None and rule.repeat:
        raise Conflict(
            f"时限“{clock.action}”按期重复，下一期已经开始计时，这一期的登记不撤销；请按下一期的到期时间办理"
        )
    if followed(clock, beside):
        raise Conflict(f"时限“{clock.action}”在事件升级后已重新计时，原来那次登记不撤销；请按新的到期时间办理")
    return met_taken_back(_waiting_again(clock), was=clock.met_at, by=by, why=why, paused=paused)


def met_taken_back(clock: Clock, *, was: datetime, by: str, why: str, paused: str | None = None) -> Clock:
    """Return a clock that was met at the moment `was` where it stood before, due as before; the same value where it was not.

    What was waited for is waited for again; `paused` is the reason of the pause in which it was met. What nobody ever
    started is a proposal. The last stage that was told is told again. What was late by then is late for good.
    """
    if clock.state not in MET_STATES or clock.met_at != was:
        return clock
    back = replace(clock, met_at=None, reason=f"{by}撤销完成登记：{why}", warned=max(clock.warned - 1, 0))
    if clock.armed_by is None:
        return replace(back, state=ClockState.PROPOSED)
    if clock.exclusions and clock.exclusions[-1].until is None:
        return replace(back, state=ClockState.PAUSED)
    return replace(back, state=ClockState.ARMED if paused is None else ClockState.PAUSED, reason=paused or back.reason)


def _waiting_again(clock: Clock) -> Clock:
    last = clock.exclusions[-1] if clock.exclusions else None
    if last is None or last.until != clock.met_at or last.remark != HANDLED:
        return clock
    going_on = replace(last, until=None, ended_by=None, remark="", days=None)
    # A supplement began the time anew. When it began before is not kept, and does not count: what comes begins it anew again.
    start_at = last.since if last.kind is ExclusionKind.SUPPLEMENT else clock.start_at
    return replace(clock, exclusions=(*clock.exclusions[:-1], going_on), due_at=last.due_before, start_at=start_at)


def settled(
    clock: Clock, calendar: WorkingCalendar, rule: ClockRule | None = None, recall_class: int | None = None
) -> Clock | None:
    """Return the clock with the due time that its calendar, or the class of the recall, now tells; `None` where neither does.

    The start stays: the time that passed while the calendar or the class was missing counts.
    """
    if clock.due_at is not None or clock.state not in _OPEN or clock.excluding is not None:
        return None
    if clock.exclusions:
        moved, _ = due_of_duty(as_duty(clock), calendar)
        return replace(clock, due_at=moved) if moved is not None else None
    by_class = rule is not None and not isinstance(rule.limit, str)
    limit = (rule.limit_for(recall_class) if rule is not None and by_class else None) or clock.limit
    if limit == clock.limit and not limit.endswith("wd"):
        return None
    try:
        due = due_at(limit, clock.start_at, calendar)
    except CalendarYearMissingError:
        return None
    reason = clock.reason if clock.state is ClockState.PAUSED else None
    return replace(clock, limit=limit, due_at=due, reason=reason)
