"""What a response or a policy changed: the same figures in a window before and a window after, and their difference.

It says what was said before and after, not why: a fall after an answer may have other reasons, so the verdict names
the figures and never claims a cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from service.domain.beijing import beijing

__all__ = ["FALL", "RISE", "STEADY", "Effect", "Question", "Trend", "WindowFigures", "effect", "halves", "in_percent"]

FALL, RISE = 0.7, 1.3
"""The share of the figure before at which, or below which, it fell, and from which on it rose."""

STEADY = "持平"
"""What a change that is none is called."""

_FEW = 5
_DAY = timedelta(days=1)
# Night and day differ: hours made into a rate a day are no comparison.
_LEAST_DAYS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the public: a sentence as somebody wrote it, how many documents ask it, and the first of these."""

    sentence: str
    count: int
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """What was said between `since` and `until` (half-open); `tones` counts documents by `neg`, `neu`, `pos`.

    `asking` counts documents that ask something, `questions` holds the most asked first. `scope` says in Chinese over
    what was counted. `sources` are who spoke for themselves, reprints left out, and `views` what platforms tell of the
    window's documents today; `None` is not counted, or not told. Where `most` is given, all but `documents` is of no more
    than the first so many.
    """

    since: datetime
    until: datetime
    documents: int
    tones: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    asking: int = 0
    questions: tuple[Question, ...] = ()
    scope: str = "全部稿件"
    most: int | None = None
    sources: int | None = None
    views: int | None = None

    @property
    def days(self) -> float:
        """The length in days."""
        return (self.until - self.since) / _DAY

    @property
    def per_day(self) -> float:
        """Documents a day."""
        return self.documents / self.days if self.days > 0 else 0.0

    @property
    def is_read_whole(self) -> bool:
        """Whether every document was read, so that what is asked in one window can be held against the other."""
        return self.most is None or self.documents <= self.most

    @property
    def negative_share(self) -> float | None:
        """The share of negative documents among those that were read; `None` without any."""
        read = self.documents if self.is_read_whole else self.most
        return self.tones.get("neg", 0) / read if read else None


class Trend(StrEnum):
    """What the figures show after, beside before."""

    FELL = "fell"
    STEADY = "steady"
    ROSE = "rose"
    TOO_FEW = "too_few"
    TOO_EARLY = "too_early"

    @property
    def word(self) -> str:
        """The trend in the interface."""
        return {
            "fell": "回落",
            "steady": "持平",
            "rose": "上升",
            "too_few": "样本太少",
            "too_early": "时间未到",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The difference between two windows. Changes are per day, so that windows of different length compare.

    `volume_change` and `asking_change` are shares of before (-0.4 is 40 % less), `None` where there was nothing before;
    `negative_change` is the difference of the negative shares (-0.1 is ten points less). All three are `None` while it
    is too early to compare. `remaining` are questions still asked after, `settled` those asked before and no more.
    `sentence` tells it with windows and scope in Chinese, `coverage` whether collecting went on in both windows; empty is
    not looked into.
    """

    before: WindowFigures
    after: WindowFigures
    trend: Trend
    volume_change: float | None
    negative_change: float | None
    asking_change: float | None
    remaining: tuple[Question, ...]
    settled: tuple[Question, ...]
    sentence: str
    coverage: str = ""

    @property
    def words(self) -> tuple[tuple[str, str, str, str], ...]:
        """The comparison as a table: name, before, after, change."""
        before, after, early = self.before, self.after, self.trend is Trend.TOO_EARLY
        volume = "" if early else _change(self.volume_change)
        # Counts of windows of different length are shown, not compared.
        comparable = after.days == before.days and after.is_read_whole and before.is_read_whole
        asking = _change(self.asking_change) if comparable and not early else ""
        return (
            *self._reach,
            ("稿件（篇/日）", f"{before.per_day:.1f}", "" if early else f"{after.per_day:.1f}", volume),
            ("稿件（篇）", str(before.documents), str(after.documents), ""),
            ("负面占比", _share(before.negative_share), _share(after.negative_share), _points(self.negative_change)),
            ("提问稿件（篇）", str(before.asking), str(after.asking), asking),
        )

    @property
    def _reach(self) -> tuple[tuple[str, str, str, str], ...]:
        before, after = self.before, self.after
        if before.sources is None or after.sources is None:
            return ()
        return (
            ("独立信源（个）", str(before.sources), str(after.sources), ""),
            ("阅读量（平台现示）", _told(before.views), _told(after.views), ""),
        )

    def as_json(self) -> dict[str, object]:
        """Return the effect as a record keeps it."""
        return {
            "trend": self.trend.value,
            "sentence": self.sentence,
            "coverage": self.coverage,
            "scope": self.before.scope,
            "table": [list(row) for row in self.words],
            "before": _figures(self.before),
            "after": _figures(self.after),
            "volume_change": self.volume_change,
            "negative_change": self.negative_change,
            "asking_change": self.asking_change,
            "remaining": [{"sentence": one.sentence, "count": one.count} for one in self.remaining],
            "settled": [{"sentence": one.sentence, "count": one.count} for one in self.settled],
        }


def halves(
    moment: datetime, *, now: datetime, span: timedelta = timedelta(days=3)
) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """Return the window of `span` before `moment` and the one after it; the later ends at `now` where that comes first."""
    return (moment - span, moment), (moment, max(moment, min(moment + span, now)))


def effect(
    before: WindowFigures, after: WindowFigures, *, still: Sequence[tuple[Question, bool]] | None = None
) -> Effect:
    """Compare two windows.

    `still` says of each question of `before` whether it is asked after; without it, questions are taken as the same by
    their sentence. Fewer than five documents in both windows, or an after of less than a day (than the before, where
    that is shorter), give no trend.
    """
    volume = _relative(before.per_day, after.per_day)
    asked = still if still is not None else _by_sentence(before, after)
    trend = _trend(before, after, volume)
    early = trend is Trend.TOO_EARLY
    # A question of documents that nobody read may be asked still.
    settled = () if early or not after.is_read_whole else tuple(question for question, again in asked if not again)
    negative = _difference(before.negative_share, after.negative_share)
    asked_change = _relative(_daily(before.asking, before), _daily(after.asking, after))
    whole = before.is_read_whole and after.is_read_whole
    return Effect(
        before=before,
        after=after,
        trend=trend,
        volume_change=None if early else volume,
        negative_change=None if early else negative,
        asking_change=asked_change if whole and not early else None,
        remaining=after.questions,
        settled=settled,
        sentence=_sentence(before, after, trend, volume),
    )


def _by_sentence(before: WindowFigures, after: WindowFigures) -> list[tuple[Question, bool]]:
    later = {question.sentence for question in after.questions}
    return [(question, question.sentence in later) for question in before.questions]


def _trend(before: WindowFigures, after: WindowFigures, volume: float | None) -> Trend:
    if after.days < min(_LEAST_DAYS, before.days):
        return Trend.TOO_EARLY
    if before.documents < _FEW and after.documents < _FEW:
        return Trend.TOO_FEW
    if volume is None:
        return Trend.ROSE
    return Trend.FELL if 1 + volume <= FALL else Trend.ROSE if 1 + volume >= RISE else Trend.STEADY


def _sentence(before: WindowFigures, after: WindowFigures, trend: Trend, volume: float | None) -> str:
    now = after.until
    windows = f"{beijing(before.since, now)}至{beijing(before.until, now)}与{beijing(after.since, now)}至{beijing(after.until, now)}"
    shares = f"负面占比{_share(before.negative_share)}到{_share(after.negative_share)}，" if after.documents else ""
    early = trend is Trend.TOO_EARLY
    volumes = (
        f"稿件{before.documents}篇到{after.documents}篇，"
        if early
        else f"日均{before.per_day:.1f}篇到{after.per_day:.1f}篇（{_change(volume)}），"
    )
    told = f"{volumes}{shares}提问稿件{before.asking}篇到{after.asking}篇"
    short = "；后一时段不足一日，不作比较" if early else "；后一时段较短，按日均比较"
    partial = short if after.days < before.days else ""
    return f"{trend.word}：{before.scope}，{windows}相比，{told}{partial}。数字只说明前后差别，不说明原因。"


def _relative(before: float, after: float) -> float | None:
    return (after - before) / before if before else None


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def _daily(count: int, figures: WindowFigures) -> float:
    return count / figures.days if figures.days > 0 else 0.0


def in_percent(change: float) -> str:
    """Return a change as `+12%`, one that rounds to nothing as 持平."""
    told = f"{change:+.0%}"
    return STEADY if told in {"+0%", "-0%"} else told


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"


def _told(count: int | None) -> str:
    return "平台未提供" if count is None else str(count)


def _change(change: float | None) -> str:
    return "此前没有" if change is None else in_percent(change)


def _points(change: float | None) -> str:
    return "—" if change is None else f"{100 * change:+.0f}个百分点"


def _figures(figures: WindowFigures) -> dict[str, object]:
    return {
        "since": figures.since.isoformat(),
        "until": figures.until.isoformat(),
        "documents": figures.documents,
        "tones": dict(figures.tones),
        "asking": figures.asking,
        "sources": figures.sources,
        "views": figures.views,
    }
