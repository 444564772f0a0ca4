"""异动: more documents than the past explains. Which series are judged, since when that can be said, what is new. Pure.

A surge goes on until its series was a whole day within what is usual; what rises again before is the same surge, so
that the office hears of one thing once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.assessment import CATEGORY_NAMES
from analysis.events.surges import HourCount, Surge, SurgeReason, SurgeSettings, judge_hours
from service.domain.beijing import BEIJING
from service.domain.figures.observed import Outages, Voice, outages
from service.domain.places import PROVINCE

__all__ = [
    "HISTORY",
    "SERIES",
    "SETTINGS",
    "FoundSurge",
    "History",
    "Series",
    "SurgeCall",
    "SurgeDecision",
    "decide",
    "hour_to_judge",
    "may_wait",
    "week_sentence",
]

HISTORY = timedelta(weeks=4)
"""How long sources must have answered before a surge is spoken of."""

_HOUR = timedelta(hours=1)
_REST = timedelta(hours=24)
# What is published in the last minutes of an hour is collected in the first of the next.
_SETTLES = timedelta(minutes=10)
# Before the next hour is due.
_WAITS = timedelta(hours=1)
_WHOLE_ABOVE = 2
_TOLD_A_WEEK = 3

# Some fifteen series are judged where the standing settings were measured on one. In quiet weeks a series of 0.15 to 5
# documents an hour is falsely called 0.1 to 0.3 times a week by these, 0.2 to 0.6 times by those. Half of the hours of
# the four weeks must have been answered.
SETTINGS = SurgeSettings(alpha=0.0001, decision=9.0, fewest_hours=336)


class SurgeCall(StrEnum):
    """What follows from the judgement of a series."""

    NEW = "new"
    GOES_ON = "goes_on"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Documents that are counted together by hour: at least of `level`, and of one category, tone or region where it is given."""

    key: str
    word: str
    level: int = 2
    category: str = ""
    tone: str = ""
    region: str = ""


SERIES: Mapping[str, Series] = MappingProxyType(
    {
        series.key: series
        for series in (
            Series(key="risk", word="风险稿件"),
            Series(key="negative", word="负面风险稿件", tone="neg"),
            Series(key="province", word="涉赣稿件", level=1, region=PROVINCE),
            *(Series(key=code, word=f"{name}类风险稿件", category=code) for code, name in CATEGORY_NAMES.items()),
        )
    }
)
"""All that is judged, by key; a category's key is its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSurge:
    """A surge as it was found, kept for people.

    It was found by the hour `first_hour` and still stood in `last_hour`. `observed` documents came from `since` to
    `until`, where the four weeks before let one expect `expected`, and `upper` at most.
    """

    id: str
    series: str
    first_hour: datetime
    last_hour: datetime
    since: datetime
    until: datetime
    observed: int
    expected: float
    upper: int
    reason: SurgeReason
    p: float
    parameters: Mapping[str, Any]
    found_at: datetime
    seen_by: str | None = None
    seen_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """What the office reads: `11月25日 14:00–17:00 风险稿件 23 篇，平时同时段约 4 篇（近四周）`."""
        return self.told()

    def told(self, by_now: int | None = None) -> str:
        """Return the sentence; where these hours hold another number of documents by now, it names both numbers."""
        word = SERIES[self.series].word if self.series in SERIES else self.series
        since_then = "" if by_now is None or by_now == self.observed else f"（发现时，现 {by_now} 篇）"
        count = f"{self.observed} 篇{since_then}"
        return f"{_span(self.since, self.until)} {word} {count}，平时同时段{_about(self.expected)}（近四周）"

    @property
    def why(self) -> str:
        """The named reason in words."""
        if self.reason is SurgeReason.CUSUM:
            return "连续多小时偏多，累计超出近四周同时段规律，相当于持续升至约四倍"
        hours = int((self.until - self.since) / _HOUR)
        return f"{hours} 小时内的篇数超出近四周同时段可以解释的上限（{self.upper} 篇）"

    def goes_on(self, now: datetime) -> bool:
        """Tell whether its last hour is not a whole day past."""
        return now - (self.last_hour + _HOUR) < _REST


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Since when sources answer (`None`: none ever did), and in how many hours of the last four weeks one did."""

    since: datetime | None
    answered: int

    @property
    def complete_at(self) -> datetime | None:
        """When it is four weeks long."""
        return None if self.since is None else self.since + HISTORY

    def is_long(self, now: datetime) -> bool:
        """Tell whether it is four weeks long and half of them answered; before, no surge is spoken of."""
        return self.complete_at is not None and self.complete_at <= now and self.answered >= SETTINGS.fewest_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeDecision:
    """What is said of one series; `found` is what is to be kept, `None` where there is nothing."""

    series: Series
    call: SurgeCall
    reason: SurgeReason
    found: FoundSurge | None = None


def hour_to_judge(now: datetime) -> datetime:
    """Return the last whole hour that ended at least ten minutes ago."""
    return (now - _SETTLES).replace(minute=0, second=0, microsecond=0) - _HOUR


def may_wait(hour: datetime, now: datetime) -> datetime | None:
    """Return the moment up to which documents that came in are waited for before the hour is judged; `None` once none is.

    That is for an hour after its end: then it is judged with what was counted, before the next hour is due.
    """
    ends = hour + _HOUR
    return ends + _SETTLES if now < ends + _WAITS else None


def decide(
    counts: Mapping[str, Mapping[datetime, int]],
    *,
    answered: Collection[datetime],
    history: History,
    standing: Mapping[str, FoundSurge],
    now: datetime,
    voices: Sequence[Voice] = (),
) -> list[SurgeDecision]:
    """Say of each series of `counts` whether the last whole hour stands in a surge, and whether that is new.

    `counts` holds documents by key of the series and hour. An hour in which no source answered is a gap, whatever was
    counted in it; one in which most of what the `voices` usually bring was silent, or came late, is judged and not
    learned from. `standing` are the latest surges by series.
    """
    hour = hour_to_judge(now)
    if not history.is_long(hour):
        return [_nothing(SERIES[key], SurgeReason.SHORT_HISTORY) for key in counts]
    steps = range(int(HISTORY / _HOUR), -1, -1)
    watched = [hour - step * _HOUR for step in steps]
    said, silent = set(answered), outages(voices, watched)
    return [
        _decide(SERIES[key], _seen(hours, watched, said, silent), standing.get(key), now)
        for key, hours in counts.items()
    ]


def _seen(
    counts: Mapping[datetime, int], watched: Sequence[datetime], answered: Collection[datetime], silent: Outages
) -> list[HourCount]:
    return [
        HourCount(
            hour=at,
            count=max(0, counts.get(at, 0)) if at in answered else None,
            whole=at not in silent.partial,
            late=silent.late.get(at, 0.0),
        )
        for at in watched
    ]


def _decide(series: Series, counts: Sequence[HourCount], standing: FoundSurge | None, now: datetime) -> SurgeDecision:
    hour = hour_to_judge(now)
    judged = judge_hours(counts, SETTINGS)
    if not judged.is_surge:
        return _nothing(series, judged.reason)
    if standing is not None and hour - standing.last_hour <= _REST:
        return SurgeDecision(series=series, call=SurgeCall.GOES_ON, reason=judged.reason, found=standing)
    found = _found(series, judged, now)
    return SurgeDecision(series=series, call=SurgeCall.NEW, reason=judged.reason, found=found)


def _found(series: Series, judged: Surge, now: datetime) -> FoundSurge:
    return FoundSurge(
        id=f"{judged.hour:%Y%m%d%H}-{series.key}",
        series=series.key,
        first_hour=judged.hour,
        last_hour=judged.hour,
        since=judged.hour - (judged.window_hours - 1) * _HOUR,
        until=judged.hour + _HOUR,
        observed=judged.observed,
        expected=judged.expected,
        upper=judged.upper,
        reason=judged.reason,
        p=judged.p,
        parameters=dict(judged.parameters),
        found_at=now,
    )


def week_sentence(surges: Sequence[FoundSurge], by_now: Mapping[str, int]) -> str:
    """Return what the weekly briefing says of the week's surges, the loudest first; nothing where there were none.

    `by_now` are the documents of their hours by now, by id.
    """
    if not surges:
        return ""
    loudest = sorted(surges, key=lambda surge: (surge.p, surge.since, surge.id))[:_TOLD_A_WEEK]
    more = "等" if len(surges) > len(loudest) else ""
    return f"声量异动{len(surges)}次：{'；'.join(surge.told(by_now.get(surge.id)) for surge in loudest)}{more}。"


def _nothing(series: Series, reason: SurgeReason) -> SurgeDecision:
    return SurgeDecision(series=series, call=SurgeCall.NOTHING, reason=reason)


def _about(expected: float) -> str:
    if expected < 1:
        return "不到 1 篇"
    return f"约 {expected:.0f} 篇" if expected >= _WHOLE_ABOVE else f"约 {expected:.1f} 篇".replace(".0", "")


def _span(since: datetime, until: datetime) -> str:
    begins, ends = since.astimezone(BEIJING), until.astimezone(BEIJING)
    first = f"{begins.month}月{begins.day}日 {begins:%H:%M}"
    if (until - since) >= timedelta(days=1) or (begins.date() != ends.date() and ends.hour):
        return f"{first}–{ends.month}月{ends.day}日 {ends:%H:%M}"
    return f"{first}–{'24:00' if begins.date() != ends.date() else f'{ends:%H:%M}'}"
