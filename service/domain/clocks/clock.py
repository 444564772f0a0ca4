"""Clocks: what an article demands, by when, and where each running clock stands.

No clock pauses by itself, none is back-dated, and what was late stays late (突发事件应对法第六十一条, 药品管理法第一百四十九条).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

from service.domain.alerts.alert import AlertLevel
from service.domain.beijing import BEIJING
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.exclusion import Exclusion
from service.domain.events.facts import Condition
from service.domain.policies.checks import Check
from service.domain.refusal import Conflict

__all__ = [
    "BEGUN_STATES",
    "MET_STATES",
    "SYSTEM",
    "WARN_AT",
    "Clock",
    "ClockRole",
    "ClockRule",
    "ClockState",
    "Stage",
    "Start",
    "arm",
    "cancel",
    "drop",
    "dropped",
    "due_at",
    "earliest_due",
    "expire",
    "limit_words",
    "meet",
    "pause",
    "warning",
]

SYSTEM = "system"
"""The actor of what no person did."""

WARN_AT = (60, 85)
"""The two shares of a limit, in per cent, at which people are told where its rule names none."""


class ClockRole(StrEnum):
    """Whose duty: the office's own, or another party's that the office watches."""

    OWN = "own"
    WATCH = "watch"


class ClockState(StrEnum):
    """A proposed clock does not run; only an armed clock counts down; late stays late."""

    PROPOSED = "proposed"
    ARMED = "armed"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


BEGUN_STATES = frozenset({ClockState.ARMED, ClockState.PAUSED})
"""The states of a clock that was started and is not over."""

MET_STATES = frozenset({ClockState.MET, ClockState.MET_LATE})
"""The states of a clock whose duty is done, in time or late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One duty of one alert.

    `rule_id` names the row of the shipped clock table (`C-5H`, …). `limit` is the text of the limit (`5h`, `20wd`,
    `immediate`); `due_at` is `None` where the text gives no number. `start_at` is t0, first confirmed knowledge;
    `post_at` the time of the first post beside it. `basis` names the policy with number and article. `verified` is false where the limit is not
    verified: such a clock is never armed by itself. `warned` is the last `Stage` that was told to people. `first_due_at` is the due
    time before the one extension; `policy_version` that of the register which the limit was read from; `evidence_ids` the documents
    that were known when it was started. `exclusions` are times that do not count, the last of which may go on.
    """

    id: str
    alert_id: str
    rule_id: str
    role: ClockRole
    action: str
    limit: str
    state: ClockState
    start_at: datetime
    post_at: datetime | None
    due_at: datetime | None
    basis: str
    verified: bool
    armed_by: str | None = None
    armed_at: datetime | None = None
    met_at: datetime | None = None
    reason: str | None = None
    warned: int = 0
    proposed_at: datetime | None = None
    first_due_at: datetime | None = None
    extended_at: datetime | None = None
    extended_by: str | None = None
    policy_version: str | None = None
    evidence_ids: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def excluding(self) -> Exclusion | None:
        """The exclusion that goes on now, while the clock rests; `None` where none does."""
        last = self.exclusions[-1] if self.exclusions else None
        resting = self.state is ClockState.PAUSED and last is not None and last.until is None
        return last if resting else None

    @property
    def counted_from(self) -> datetime:
        """The start, moved on by the times that did not count: shares of the time are counted from here."""
        spans = (
            one.until - one.since for one in self.exclusions if one.until is not None and one.since >= self.start_at
        )
        return self.start_at + sum(spans, timedelta(0))

    @property
    def round(self) -> int:
        """The number of the round of its duty, 1 where it was asked for once."""
        return int(self.id.partition("~")[2] or 1)

    def occasion(self, stage: "Stage", *, taken_back: int = 0) -> str:
        """Return the name under which a stage is told: one for each stage of one due time, so that it is told once, whatever restarts.

        `taken_back` is how often it was met by mistake: it is told anew each time.
        """
        rounds = self.id.partition("~")[2]
        again = (f"~{rounds}" if rounds else "") + ("+" if self.extended_at is not None else "")
        again += "-" * sum(one.until is not None for one in self.exclusions)
        again += f"!{taken_back}" if taken_back else ""
        return f"clock:{self.rule_id}{again}:{int(stage)}"


class Start(StrEnum):
    """What an opinion level does with a clock: offer it to a person, or start it at once."""

    PROPOSE = "propose"
    ARM = "arm"


class Stage(IntEnum):
    """How far a running clock has come, in the order in which people are told."""

    QUIET = 0
    FIRST = 1
    SECOND = 2
    OVERDUE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """One row of the shipped clock table.

    `limit` is the text of the limit, or one per recall class (1 to 3). `levels` says what each opinion level does with
    it, where every one of `when` holds. `by_grade` clocks start when a named person sets grade Ⅰ or Ⅱ; a public
    statement of this office meets those that `answers`. `warn_at` are the two shares of the time, in per cent, at which
    people are told. `expires_after` ends a proposal that nobody took up; `None` keeps it, as a checklist. `extend` is
    the one extension that the text allows; a `repeat` clock starts anew when it is met, as long as the event is open.
    `check` is what the office found when it compared the limit with the text.
    """

    id: str
    role: ClockRole
    limit: str | Mapping[int, str]
    action: str
    policies: tuple[str, ...]
    when: tuple[Condition, ...] = ()
    levels: Mapping[AlertLevel, Start] = field(default_factory=lambda: MappingProxyType({}))
    by_grade: bool = False
    answers: bool = False
    verified: bool = True
    enabled: bool = True
    extend: str | None = None
    warn_at: tuple[int, int] = WARN_AT
    expires_after: timedelta | None = None
    repeat: bool = False
    check: Check | None = None

    def limit_for(self, recall_class: int | None) -> str | None:
        """Return the limit that applies; `None` where it depends on a recall class that is not known."""
        if isinstance(self.limit, str):
            return self.limit
        return None if recall_class is None else self.limit.get(recall_class)


_LIMIT = re.compile(r"([1-9]\d{0,3})(h|d|wd)")
_WORDS: Mapping[str, str] = MappingProxyType(
    {"h": "小时", "d": "日", "wd": "个工作日", "immediate": "立即", "prompt": "及时"}
)
_LAST_SECOND = time(23, 59, 59)


def limit_words(limit: str) -> str:
    """Return a limit as the interface writes it: `5小时`, `15日`, `20个工作日`, `立即`, `及时`."""
    number, unit = _split(limit)
    return f"{number or ''}{_WORDS[unit]}"


def due_at(limit: str, start: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Return when a duty that began at `start` is due; `None` where the text gives no number.

    Hours are elapsed hours, through nights and holidays. Of days and working days the first is not counted and the last
    ends at midnight in Beijing (民法典第二百零一条、第二百零三条), so the last second of that day is returned; an end on a holiday is
    not put off, because being early harms nobody.

    Raises:
        CalendarYearMissingError: Working days reach a year whose holidays are not known.
        ValueError: `limit` is not a limit.
    """
    return _due(limit, start, calendar.add_working_days)


def earliest_due(limit: str, start: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Return what `due_at` returns, or before when it is not due where a year's days off are not known: provisional, never too late."""
    return _due(limit, start, calendar.earliest)


def _due(limit: str, start: datetime, counted: Callable[[date, int], date]) -> datetime | None:
    number, unit = _split(limit)
    if number is None:
        return None
    if unit == "h":
        return start + timedelta(hours=number)
    first = start.astimezone(BEIJING).date()
    last = first + timedelta(days=number) if unit == "d" else counted(first, number)
    return datetime.combine(last, _LAST_SECOND, tzinfo=BEIJING).astimezone(start.tzinfo)


def _split(limit: str) -> tuple[int | None, str]:
    if limit in {"immediate", "prompt"}:
        return None, limit
    match = _LIMIT.fullmatch(limit)
    if match is None:
        raise ValueError(f"{limit!r} is no limit: write <n>h, <n>d, <n>wd, immediate or prompt")
    return int(match[1]), match[2]


def arm(clock: Clock, *, by: str, now: datetime, reason: str | None = None) -> Clock:
    """Start a clock in the name of `by`. Its start and due time stay those of t0: starting late wins no time.

    The system itself starts only verified clocks that nobody has decided on.

    Raises:
        Conflict: It runs or is finished already; or the system tries what only a person may.
    """
    if clock.state in {ClockState.ARMED, ClockState.MET, ClockState.MET_LATE}:
        raise Conflict(f"时限“{clock.action}”{_STATE_WORDS[clock.state]}，不能再次启动")
    if by == SYSTEM and not (clock.verified and clock.state in {ClockState.PROPOSED, ClockState.EXPIRED}):
        raise Conflict(f"时限“{clock.action}”须由具名人员启动")
    name = _named(by)
    if clock.excluding is not None:
        raise Conflict(
            f"时限“{clock.action}”因{clock.excluding.kind.word}暂不计时，请登记{clock.excluding.kind.end_word}，到期时间随之顺延"
        )
    if clock.state is ClockState.PAUSED and clock.armed_by is not None:
        # Who started it stays on record; who let it run on is in the audit.
        return replace(clock, state=ClockState.ARMED, reason=reason)
    return replace(clock, state=ClockState.ARMED, armed_by=name, armed_at=now, reason=reason)


def cancel(clock: Clock, *, by: str, reason: str, now: datetime) -> Clock:
    """End a clock that does not apply. Only a named person may, with a reason; that it was late already stays beside it.

    Raises:
        Conflict: No person or no reason is named, or the duty is met already.
    """
    if clock.state in {ClockState.MET, ClockState.MET_LATE, ClockState.CANCELLED}:
        raise Conflict(f"时限“{clock.action}”{_STATE_WORDS[clock.state]}，不能取消")
    late = clock.state in BEGUN_STATES and clock.due_at is not None and now > clock.due_at
    why = _reason(reason, by, "取消")
    return replace(clock, state=ClockState.CANCELLED, reason=f"{why}（取消时已超过到期时间）" if late else why)


_DROPPED = "预警关闭，建议不再采纳"


def drop(clock: Clock, *, by: str, now: datetime) -> Clock:
    """End a proposal because its alert is closed by `by`: the alert was decided on, the clock was not.

    Raises:
        Conflict: No person is named, or the clock is over already.
    """
    return cancel(clock, by=by, reason=_DROPPED, now=now)


def dropped(clock: Clock) -> bool:
    """Tell whether the clock ended as a proposal only because its alert was closed, so that it is free once that is open again."""
    # The reason is all that stored clocks tell the two apart by.
    ended = clock.state is ClockState.CANCELLED and clock.armed_by is None
    return ended and clock.reason is not None and clock.reason.endswith(f"：{_DROPPED}")


def pause(clock: Clock, *, by: str, reason: str) -> Clock:
    """Mark a running clock as paused. Only a named person may, with a reason; the due time does not move.

    Raises:
        Conflict: No person or no reason is named, or the clock does not run.
    """
    if clock.state is not ClockState.ARMED:
        raise Conflict(f"时限“{clock.action}”{_STATE_WORDS[clock.state]}，不能暂停")
    return replace(clock, state=ClockState.PAUSED, reason=_reason(reason, by, "暂停"))


def meet(clock: Clock, *, by: str, now: datetime, note: str | None = None) -> Clock:
    """Record that the duty was done at `now`; after the due time it is met late and stays so.

    Raises:
        Conflict: No person is named, or the clock does not run: who starts it answers for it by name.
    """
    if clock.state not in BEGUN_STATES:
        first = "，请先由审批人启动再登记" if clock.state in {ClockState.PROPOSED, ClockState.EXPIRED} else ""
        raise Conflict(f"时限“{clock.action}”{_STATE_WORDS[clock.state]}，不能登记完成{first}")
    _person(by, "登记完成")
    return _met(clock, now, note)


def _met(clock: Clock, at: datetime, note: str | None) -> Clock:
    late = clock.due_at is not None and at > clock.due_at
    return replace(clock, state=ClockState.MET_LATE if late else ClockState.MET, met_at=at, reason=note)


def met_shifted(clock: Clock, *, was: datetime, at: datetime, note: str | None) -> Clock:
    """Return a clock that was met at the moment `was` as met at another, late by that; the same value where it was not."""
    return _met(clock, at, note) if clock.state in MET_STATES and clock.met_at == was else clock


def expire(clock: Clock, rule: ClockRule, now: datetime) -> Clock | None:
    """Return the clock as expired where nobody took up its proposal in time, else `None`."""
    if clock.state is not ClockState.PROPOSED or rule.expires_after is None or clock.proposed_at is None:
        return None
    if now < clock.proposed_at + rule.expires_after:
        return None
    return replace(clock, state=ClockState.EXPIRED, reason="建议未被采纳，已自动失效")


def warning(clock: Clock, now: datetime, *, warn_at: tuple[int, int] = WARN_AT) -> Stage:
    """Return how far a running clock has come; a clock that does not run or has no due time is quiet."""
    if clock.state is not ClockState.ARMED or clock.due_at is None:
        return Stage.QUIET
    if now > clock.due_at:
        return Stage.OVERDUE
    whole = clock.due_at - clock.counted_from
    used = (now - clock.counted_from) * 100
    return Stage.SECOND if used >= whole * warn_at[1] else Stage.FIRST if used >= whole * warn_at[0] else Stage.QUIET


_STATE_WORDS: Mapping[ClockState, str] = MappingProxyType(
    {
        ClockState.PROPOSED: "尚未启动",
        ClockState.ARMED: "正在计时",
        ClockState.PAUSED: "已暂停",
        ClockState.MET: "已完成",
        ClockState.MET_LATE: "已逾期完成",
        ClockState.CANCELLED: "已取消",
        ClockState.EXPIRED: "建议已失效",
    }
)


def _named(by: str) -> str:
    name = by.strip()
    if not name:
        raise Conflict("启动时限须有具名人员")
    return name


def _person(by: str, act: str) -> None:
    if not by.strip() or by == SYSTEM:
        raise Conflict(f"{act}时限须有具名人员")


def _reason(reason: str, by: str, act: str) -> str:
    _person(by, act)
    text = reason.strip()
    if not text:
        raise Conflict(f"{act}时限须写明理由")
    return f"{by}：{text}"
