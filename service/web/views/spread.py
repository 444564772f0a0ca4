"""How an event spread: documents per hour, who spoke and when first, and the counts the score was made from. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crawlers.records import SourceClass
from service.domain.events.event import EventDocument
from service.domain.places import PROVINCE
from service.web.views.wording import local, word

__all__ = ["Bar", "Turn", "class_rows", "hour_series", "spread_bars", "spread_figures", "turns_of"]

_MOST_HOURS = 168
_AUTHORITIES = frozenset({SourceClass.OFFICIAL, SourceClass.CENTRAL_MEDIA, SourceClass.PROVINCIAL_MEDIA})
_WIDEST_BAR = 48
"""User units; from fifteen hours on the bars fill the drawing."""
_BUSY = 3
"""Documents from which on the fullest hour counts as a peak."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that an event took: when, in what words, and the number of the document that took it."""

    at: datetime
    words: str
    source: str
    number: int


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
    # An event of three hours would else be drawn as three walls.
    step = min(width / len(series), _WIDEST_BAR)
    return [
        Bar(
            round(i * step, 1),
            round(floor - count / top * height, 1),
            round(max(step - 1, 0.8), 1),
            round(count / top * height, 1),
        )
        for i, (_, count) in enumerate(series)
    ]


def class_rows(classes: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return the counts by source class, most first."""
    return [(word("source_class", code), count) for code, count in Counter(classes).most_common()]


def turns_of(documents: Sequence[EventDocument], *, whole: bool = True) -> list[Turn]:
    """Return who spoke first, the first of every further class of sources, the fullest hour, and the latest, in order of time.

    `documents` are in order of time, as the page numbers them. The first official or leading medium is told as that. Of
    those that are not the `whole` event the last is not its latest.
    """
    told: dict[int, list[str]] = {}
    seen: set[str] = set()
    for number, document in enumerate(documents, start=1):
        if document.source_class not in seen:
            told[number] = [_turn_word(document.source_class, seen)]
        seen.add(document.source_class)
    if peak := _peak(documents):
        number, words = peak
        told.setdefault(number, []).append(words)
    if documents and whole:
        told.setdefault(len(documents), ["最近一篇"])
    return [
        Turn(_at(documents[number - 1]), "，".join(words), documents[number - 1].source_name, number)
        for number, words in sorted(told.items())
    ]


def _turn_word(source_class: str, seen: set[str]) -> str:
    if not seen:
        return "首发"
    if source_class in _AUTHORITIES and not seen & _AUTHORITIES:
        return f"权威信源首次出现（{word('source_class', source_class)}）"
    return f"{word('source_class', source_class)}首次出现"


def _peak(documents: Sequence[EventDocument]) -> tuple[int, str] | None:
    """Return the first document of the fullest hour and what to say of it; the earlier of two that are as full."""
    hours = [_at(document).replace(minute=0, second=0, microsecond=0) for document in documents]
    counts = Counter(hours)
    most = max(counts.values(), default=0)
    if most < _BUSY:
        return None
    fullest = min(hour for hour, count in counts.items() if count == most)
    return hours.index(fullest) + 1, f"{local(fullest).hour} 时最多，共 {most} 篇"


def _at(document: EventDocument) -> datetime:
    return document.published_at or document.stored_at


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
    others = sum(not code.startswith(PROVINCE) for code in codes)
    told = ["本省"] if others < len(codes) else []
    return "、".join([*told, f"外省 {others} 个"] if others else told) or "未提到地区"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "未知"
