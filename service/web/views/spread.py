"""How an event spread: documents per hour, who spoke, and the counts the score was made from. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.domain.event import EventDocument
from service.web.views.wording import local, word

__all__ = ["Bar", "class_rows", "hour_series", "spread_bars", "spread_figures"]

_MOST_HOURS = 168


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the server-drawn chart, in user units."""

    x: float
    y: float
    width: float
    height: float


def hour_series(hourly: Sequence[tuple[datetime, int]], until: datetime) -> list[tuple[str, int]]:
    """Return `(label, documents)` for every hour from the first document on, at most the last seven days, in Beijing time."""
    if not hourly:
        return []
    last = until.replace(minute=0, second=0, microsecond=0)
    first = max(min(hour for hour, _ in hourly), last - timedelta(hours=_MOST_HOURS - 1))
    counts = dict(hourly)
    hours = [first + timedelta(hours=step) for step in range(int((last - first) / timedelta(hours=1)) + 1)]
    return [
        (f"{local(hour).month}月{local(hour).day}日 {local(hour).hour:02d}时", counts.get(hour, 0)) for hour in hours
    ]


def spread_bars(
    series: Sequence[tuple[str, int]], *, width: int = 680, height: int = 210, floor: int = 230
) -> list[Bar]:
    """Return the bars of the drawing, zero at the bottom."""
    if not series:
        return []
    top = max(*(count for _, count in series), 1)
    step = width / len(series)
    return [
        Bar(
            round(i * step, 1),
            round(floor - count / top * height, 1),
            round(max(step - 1, 0.8), 1),
            round(count / top * height, 1),
        )
        for i, (_, count) in enumerate(series)
    ]


def class_rows(documents: Sequence[EventDocument]) -> list[tuple[str, int]]:
    """Return documents by source class, most first."""
    return [
        (word("source_class", code), count) for code, count in Counter(d.source_class for d in documents).most_common()
    ]


def spread_figures(spread: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the spread counts with what each is counted over; unknown is not zero."""
    return [
        ("近 24 小时", f"{_number(spread.get('items_24h'))} 篇"),
        ("近 2 小时", f"{_number(spread.get('items_2h'))} 篇"),
        ("信源", f"{_number(spread.get('sources'))} 个，独立 {_number(spread.get('independent_sources'))} 个"),
        ("账号", _number(spread.get("accounts"))),
        ("阅读", _number(spread.get("views"))),
        ("转发", _number(spread.get("reposts"))),
        ("涉及省份", _provinces([str(code) for code in spread.get("provinces", ())])),
    ]


def _provinces(codes: Sequence[str]) -> str:
    """Return which provinces are named; that this one is says nothing of how much of it."""
    others = sum(not code.startswith("36") for code in codes)
    told = ["本省"] if others < len(codes) else []
    return "、".join([*told, f"外省 {others} 个"] if others else told) or "未提到地区"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "未知"
