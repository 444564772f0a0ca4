"""Spread of an event: who spoke first, who followed of their own, and how it went from there.

Ten sites that carry one agency report are one voice: documents are folded into voices by the text they repeat, by the
origin (来源) that they name, and by their source. Pure: documents in, rows out; nothing is stored.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawlers.records import BEIJING, SourceClass

__all__ = ["Spread", "SpreadDocument", "TimelineKind", "TimelineRow", "spread_of"]

_AUTHORITIES = frozenset({SourceClass.OFFICIAL, SourceClass.CENTRAL_MEDIA, SourceClass.PROVINCIAL_MEDIA})
_CLASS_NAMES = {
    SourceClass.OFFICIAL: "官方",
    SourceClass.CENTRAL_MEDIA: "中央媒体",
    SourceClass.PROVINCIAL_MEDIA: "省级媒体",
    SourceClass.MEDIA: "媒体",
    SourceClass.TRADE: "行业媒体",
    SourceClass.SOCIAL: "社交平台",
    SourceClass.HOT_LIST: "热榜",
    SourceClass.COMPLAINT: "投诉举报",
    SourceClass.OTHER: "其他来源",
}


class TimelineKind(StrEnum):
    """What a row of the time line marks."""

    FIRST = "first"
    FIRST_OF_CLASS = "first_of_class"
    AUTHORITY = "authority"
    NEW_PROVINCE = "new_province"
    PEAK = "peak"
    LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadDocument:
    """What of a document its spread is told by.

    `duplicate_of` is the document whose text it repeats, `origin` the 来源 that it names, `author` the keyed hash of
    an account; `province` the two-digit GB/T code of the place that it speaks from or of.
    """

    document_id: str
    happened_at: datetime
    source_id: str
    source_name: str
    source_class: SourceClass
    title: str
    duplicate_of: str | None = None
    origin: str | None = None
    author: str | None = None
    province: str | None = None

    def __post_init__(self) -> None:
        """Refuse naive times."""
        if self.happened_at.tzinfo is None:
            raise ValueError(f"SpreadDocument.happened_at must carry a time zone, got {self.happened_at.isoformat()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """One moment of the event: when, which document, what it marks, and the sentence to show."""

    at: datetime
    kind: TimelineKind
    document_id: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How an event spread.

    `independent_sources` counts voices, `reprints` the documents that only repeat one. `hours` holds the documents of
    each hour from the first to the last one, quiet hours as 0. `doubling` is the time in which the last doubling of
    the count happened, `None` below four documents.
    """

    documents: int
    independent_sources: int
    reprints: int
    accounts: int
    provinces: tuple[str, ...]
    by_class: tuple[tuple[SourceClass, int], ...]
    first_seen_at: datetime
    authority_at: datetime | None
    hours: tuple[tuple[datetime, int], ...]
    doubling: timedelta | None
    timeline: tuple[TimelineRow, ...]


def spread_of(documents: Iterable[SpreadDocument]) -> Spread:
    """Return the spread of an event's documents; their order does not matter.

    Raises:
        ValueError: when there is no document.
    """
    rows = sorted(documents, key=lambda d: (d.happened_at, d.document_id))
    if not rows:
        raise ValueError("an event without a document has no spread")
    voices = _voices(rows)
    authority = next((d for d in rows if d.source_class in _AUTHORITIES), None)
    classes = Counter(d.source_class for d in rows)
    return Spread(
        documents=len(rows),
        independent_sources=len(set(voices)),
        reprints=sum(d.duplicate_of is not None for d in rows),
        accounts=len({d.author or d.source_id for d in rows}),
        provinces=tuple(dict.fromkeys(d.province for d in rows if d.province)),
        by_class=tuple(sorted(classes.items(), key=lambda pair: (-pair[1], pair[0]))),
        first_seen_at=rows[0].happened_at,
        authority_at=authority.happened_at if authority else None,
        hours=_hours(rows),
        doubling=_doubling(rows),
        timeline=_timeline(rows, authority),
    )


def _voices(rows: Sequence[SpreadDocument]) -> list[str]:
    """Return for each document the name of its voice; two documents of one voice share it."""
    known = {d.document_id for d in rows}
    voice: dict[str, str] = {}
    for d in rows:
        if d.duplicate_of in known and d.duplicate_of in voice:
            voice[d.document_id] = voice[d.duplicate_of]
        elif d.duplicate_of:
            voice[d.document_id] = f"text:{d.duplicate_of}"
        else:
            # On a platform the account speaks, not the platform.
            voice[d.document_id] = d.origin or (f"{d.source_id}:{d.author}" if d.author else d.source_name)
    return [voice[d.document_id] for d in rows]


def _hours(rows: Sequence[SpreadDocument]) -> tuple[tuple[datetime, int], ...]:
    counts = Counter(_hour(d.happened_at) for d in rows)
    hour, last = min(counts), max(counts)
    series = []
    while hour <= last:
        series.append((hour, counts.get(hour, 0)))
        hour += timedelta(hours=1)
    return tuple(series)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(BEIJING).replace(minute=0, second=0, microsecond=0)


def _doubling(rows: Sequence[SpreadDocument]) -> timedelta | None:
    fewest = 4
    if len(rows) < fewest:
        return None
    return rows[-1].happened_at - rows[(len(rows) - 1) // 2].happened_at


def _timeline(rows: Sequence[SpreadDocument], authority: SpreadDocument | None) -> tuple[TimelineRow, ...]:
    marks = [_mark(rows[0], TimelineKind.FIRST, f"首次出现：{rows[0].source_name}")]
    classes, provinces = {rows[0].source_class}, {rows[0].province, None}
    for d in rows[1:]:
        if d is authority:
            marks.append(_mark(d, TimelineKind.AUTHORITY, f"权威来源首次发声：{d.source_name}"))
        elif d.source_class not in classes:
            name = _CLASS_NAMES[d.source_class]
            marks.append(_mark(d, TimelineKind.FIRST_OF_CLASS, f"{name}首次出现：{d.source_name}"))
        elif d.province not in provinces:
            marks.append(_mark(d, TimelineKind.NEW_PROVINCE, f"扩散到新的省份：{d.source_name}"))
        classes.add(d.source_class)
        provinces.add(d.province)
    marks.extend(_peak(rows))
    if rows[-1].document_id not in {mark.document_id for mark in marks}:
        marks.append(_mark(rows[-1], TimelineKind.LATEST, f"最新一篇：{rows[-1].source_name}"))
    return tuple(sorted(marks, key=lambda mark: (mark.at, mark.kind)))


def _peak(rows: Sequence[SpreadDocument]) -> list[TimelineRow]:
    """Return the busiest hour as a row of its first document, once it has three documents."""
    fewest = 3
    hour, count = max(Counter(_hour(d.happened_at) for d in rows).items(), key=lambda pair: (pair[1], pair[0]))
    if count < fewest:
        return []
    first = next(d for d in rows if _hour(d.happened_at) == hour)
    return [_mark(first, TimelineKind.PEAK, f"传播高峰：{hour:%m月%d日%H时}共{count}篇")]


def _mark(document: SpreadDocument, kind: TimelineKind, words: str) -> TimelineRow:
    return TimelineRow(at=document.happened_at, kind=kind, document_id=document.document_id, words=words)
