"""Which sources answered while documents were gathered, in one sentence: what is missing there was perhaps not seen. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from service.domain.beijing import beijing

__all__ = ["Heard", "Window", "compared_sentence", "coverage_sentence"]

# A source is asked at least once a day; one failed visit is made good the day after.
_LONGEST_PAUSE = timedelta(hours=36)
_NAMED = 5
# Some source is asked several times an hour; where none answers for so long, collecting stood still.
_STANDSTILL = timedelta(hours=6)
_HOUR = timedelta(hours=1)

Window = tuple[datetime, datetime]
"""A half-open span of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A source that is visited: since when it is known, and the hours in which it answered, the earliest first."""

    name: str
    since: datetime
    answered: Sequence[datetime]


def coverage_sentence(sources: Sequence[Heard], *, since: datetime, until: datetime) -> str:
    """Return how many of the visited sources answered from `since` to `until`, and which were silent, all of it or for long."""
    known = [source for source in sources if source.since < until]
    if not known:
        return "采集覆盖：本期没有自动采集的信源，稿件只来自导入和推送。"
    pauses = [(source.name, _longest_pause(source, since, until)) for source in known]
    silent = [name for name, pause in pauses if pause is None]
    paused = [(pause, name) for name, pause in pauses if pause is not None and pause > _LONGEST_PAUSE]
    longest = [f"{name}（最长{pause // timedelta(hours=1)}小时）" for pause, name in sorted(paused, reverse=True)]
    gaps = [
        f"；{what}：{_listed(names)}"
        for what, names in (("整期没有应答", silent), ("超过36小时没有应答", longest))
        if names
    ]
    end = "".join(gaps) + "。没有应答期间的稿件可能缺漏。" if gaps else "，没有超过36小时的间断。"
    return f"采集覆盖：自动采集的信源{len(known)}个，本期有应答{len(known) - len(silent)}个{end}"


def compared_sentence(sources: Sequence[Heard], before: Window, after: Window, *, now: datetime) -> str:
    """Say which gaps in collecting make the figures of two half-open windows hard to compare, or that there are none.

    That is a time of six hours or more in which no source answered, a source that was silent in one window, and one that
    was not collected from the beginning.
    """
    since, until = before[0], max(after[1], before[1])
    known = [source for source in sources if source.since < until]
    if not known:
        return "采集覆盖：其间没有自动采集的信源，稿件只来自导入和推送。"
    heard = sorted({hour for source in known for hour in source.answered if since <= hour < until})
    begun = min(max(since, source.since) for source in known)
    stood = [
        f"{beijing(last + _HOUR, now)}至{beijing(end, now)}没有任何信源应答"
        for last, end in pairwise((begun - _HOUR, *heard, until))
        if end - (last + _HOUR) >= _STANDSTILL
    ]
    silent = [
        (what, [source.name for source in known if source.since <= start and not _answers(source, start, end)])
        for what, (start, end) in (("之前时段没有应答", before), ("之后时段没有应答", after))
        if end - start >= _STANDSTILL
    ]
    late = ("其间才开始采集", [source.name for source in known if source.since > since])
    gaps = [*stood, *(f"{what}：{_listed(names)}" for what, names in (*silent, late) if names)]
    if gaps:
        return f"采集有缺漏：{'；'.join(gaps)}。前后稿件数的差别可能由此而来。"
    return f"采集覆盖：自动采集的信源{len(known)}个，两个时段都没有中断。"


def _answers(source: Heard, start: datetime, end: datetime) -> bool:
    return any(start <= hour < end for hour in source.answered)


def _longest_pause(source: Heard, since: datetime, until: datetime) -> timedelta | None:
    """Return the longest time without an answer, `None` where there was none at all."""
    start = max(since, source.since)
    heard = [hour for hour in source.answered if start <= hour < until]
    return max(later - earlier for earlier, later in pairwise((start, *heard, until))) if heard else None


def _listed(names: Sequence[str]) -> str:
    rest = f"等{len(names)}个" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + rest
