"""What the weekly briefing tells of answers: whether they came in time, what they used of each limit, what was said around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.beijing import in_minutes
from service.domain.figures.effect import STEADY, Effect, Trend, in_percent

__all__ = ["AnswerEffect", "LimitUse", "ResponseRow", "late_in"]

_STILL_LATE = "逾期未回应"
_LATER_LATE = "首次按时，后续时限逾期未完成"
_LATER_OPEN = "首次按时，后续时限未完成"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """How much of one limit of a response was used: from t0 until it was met, or until the issue where it is not.

    `late` says whether it was met late, or ran out and is open still.
    """

    action: str
    limit: str
    used: timedelta
    met: bool
    late: bool = False

    @property
    def words(self) -> str:
        """The time used beside the limit: `发布权威信息3小时12分/5小时`."""
        pending = "" if self.met else "（未完成）"
        return f"{self.action}{in_minutes(self.used)}/{self.limit}{pending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEffect:
    """What the evaluation measures of an answer, in one line: documents of its event before it and after it.

    `span` and `later` are how long the two windows are; `change` is the share by which documents a day changed, `None`
    where there were none before or, with `early`, where too little time is over to compare. `coverage` says whether
    sources answered in both windows; empty is not looked into.
    """

    before: int
    after: int
    span: timedelta
    later: timedelta
    change: float | None
    early: bool = False
    coverage: str = ""

    @classmethod
    def of(cls, effect: Effect) -> "AnswerEffect":
        """Return the line of an effect: its own counts, windows and change, so that both always tell the same figure."""
        before, after = effect.before, effect.after
        return cls(
            before=before.documents,
            after=after.documents,
            span=before.until - before.since,
            later=after.until - after.since,
            change=effect.volume_change,
            early=effect.trend is Trend.TOO_EARLY,
            coverage=effect.coverage,
        )

    @property
    def measured(self) -> bool:
        """Whether there is a difference to tell: enough time is over, and something was said."""
        return not self.early and bool(self.before or self.after)

    @property
    def words(self) -> str:
        """What was measured, or why nothing was; it tells a difference and no cause."""
        span, later = _days(self.span), _days(self.later)
        if self.early:
            return f"回应前{span}{self.before}篇，回应后不满1日，未测"
        if not self.before and not self.after:
            both = f"前后{span}" if self.later == self.span else f"前{span}、后{later}"
            return f"回应{both}都没有稿件，未测"
        return f"回应前{span}{self.before}篇，后{later}{self.after}篇（{self._change}）"

    @property
    def _change(self) -> str:
        if self.change is None:
            return "此前没有"
        if in_percent(self.change) == STEADY:
            return STEADY
        daily = "" if self.later == self.span else "日均"
        return f"{daily}{'上升' if self.change > 0 else '下降'}{abs(self.change):.0%}"


def _days(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours // 24}日{hours % 24}小时" if hours % 24 else f"{hours // 24}日"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """One row of the response table 回应时效表; times are `None` where it has not happened.

    `uses` are the limits that run or ran, `effect` is `None` without an answer.
    """

    title: str
    known_at: datetime
    acknowledged_at: datetime | None
    answered_at: datetime | None
    due_at: datetime | None
    uses: tuple[LimitUse, ...] = ()
    effect: AnswerEffect | None = None

    @property
    def limits_used(self) -> str:
        """The time used of each limit, in one line."""
        return "；".join(use.words for use in self.uses)

    def verdict(self, now: datetime) -> str:
        """Whether the answer came in time; one that is still owed after its limit is told as late, not as pending.

        An event that was answered in time may have been opened again: what came in time then is the first answer alone.
        """
        if self.due_at is None:
            return "无在走时限"
        if self.answered_at is None:
            return _STILL_LATE if now > self.due_at else "尚未回应"
        if self.answered_at > self.due_at:
            return "逾期"
        late = [use for use in self.uses if use.late]
        if not late:
            return "按时" if all(use.met for use in self.uses) else _LATER_OPEN
        return "首次按时，后续时限逾期" if all(use.met for use in late) else _LATER_LATE


def late_in(verdict: str) -> Sequence[tuple[str, str]]:
    """Return what is said of an answer with this verdict, and what is proposed; nothing where none is late."""
    if verdict == _STILL_LATE:
        return [(verdict, "尽快回应或说明进展")]
    if verdict == _LATER_LATE:
        return [("再次启动的时限逾期未完成", "尽快回应或说明进展")]
    if "逾期" in verdict:
        return [("的回应逾期", "复盘用时，补齐会商与审签环节的值守安排")]
    return []
