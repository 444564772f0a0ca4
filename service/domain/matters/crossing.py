"""Whether a complaint tells of an event that is talked about online: scored from what both name, with the reasons. Pure.

A likeness is only proposed; a person confirms or rejects it, and what was rejected is not proposed again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import nsmallest
from typing import Any

from service.domain.events.event import Event
from service.domain.matters.matter import Matter
from service.domain.places import region_name

__all__ = [
    "LEAST",
    "WINDOW",
    "Crossing",
    "CrossingState",
    "EventTraits",
    "MatterTraits",
    "compare",
    "symptoms_in",
    "worth_comparing",
]

WINDOW = timedelta(days=14)
"""How far receipt and the event's time may lie apart."""

LEAST = 50
"""Points (of 100) from which a likeness is proposed."""

_ALL = 100
_PRODUCT, _CLASS, _FIRM, _BATCH = 40, 15, 30, 30
_COUNTY, _CITY = 20, 15
_SYMPTOM, _CATEGORY = 15, 10
_CLOSE = timedelta(days=3)
_SOON = 5
_SHORTEST_NAME = 2
_CITY_DIGITS = 4
_COUNTY_DIGITS = 6
_WORDS = 3
_MOST_OF_EVENT = 200

# Words for harm to the body as people write them; which of them two texts share matters, not what they mean.
_SYMPTOMS = (
    *(
        "寒战",
        "发热",
        "高热",
        "皮疹",
        "红疹",
        "过敏",
        "休克",
        "呕吐",
        "恶心",
        "腹泻",
        "腹痛",
        "头晕",
        "头痛",
        "昏迷",
        "抽搐",
        "水肿",
    ),
    *(
        "瘙痒",
        "红肿",
        "溃烂",
        "烂脸",
        "出血",
        "失明",
        "视力下降",
        "耳鸣",
        "胸闷",
        "心慌",
        "心悸",
        "呼吸困难",
        "肝损伤",
        "肝功能异常",
    ),
    *(
        "肾损伤",
        "感染",
        "化脓",
        "脱发",
        "低血糖",
        "乏力",
        "死亡",
        "异味",
        "异物",
        "霉变",
        "发霉",
        "变色",
        "沉淀",
        "絮状",
    ),
)


class CrossingState(StrEnum):
    """What a person said to the likeness."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return {"proposed": "待核对", "confirmed": "同一情况", "rejected": "无关"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """One matter beside one event: points of 100, the reasons in Chinese, and what a person decided."""

    matter_id: str
    event_id: str
    score: int
    reasons: tuple[str, ...]
    found_at: datetime
    state: CrossingState = CrossingState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterTraits:
    """What a record names: single products, classes of products, firms, batches, GB/T 2260 codes, signs of harm, categories.

    `event_id` is the event that the record itself was grouped into, as a document.
    """

    products: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()
    batches: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    symptoms: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    event_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the traits as a matter keeps them."""
        names = ("products", "classes", "firms", "batches", "regions", "symptoms", "categories")
        return {name: sorted(getattr(self, name)) for name in names} | {"event_id": self.event_id}

    @classmethod
    def of(cls, matter: Matter) -> "MatterTraits | None":
        """Return the traits that the matter keeps, `None` while it was not judged."""
        kept = matter.traits
        if "products" not in kept:
            return None
        names = ("products", "classes", "firms", "batches", "regions", "symptoms", "categories")
        return cls(**{name: frozenset(kept.get(name, ())) for name in names}, event_id=kept.get("event_id"))

    @property
    def names(self) -> frozenset[str]:
        """What an event must share one of to be worth comparing."""
        return frozenset(name for name in (*self.products, *self.firms, *self.classes) if len(name) >= _SHORTEST_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTraits:
    """What an event's documents name; `products` are products and classes alike."""

    id: str
    products: frozenset[str]
    firms: frozenset[str]
    regions: frozenset[str]
    symptoms: frozenset[str]
    categories: frozenset[str]
    marks: frozenset[str]
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, event: Event) -> "EventTraits":
        """Read the traits of a stored event: its own fields, and the words of its sketch."""
        terms: Mapping[str, Any] = event.sketch.get("terms") or {}
        return cls(
            id=event.id,
            products=frozenset(event.products),
            firms=frozenset(event.firms),
            regions=frozenset(event.regions),
            symptoms=symptoms_in(event.title, terms),
            categories=frozenset(event.categories),
            marks=frozenset(map(str, event.sketch.get("marks") or ())),
            first_at=event.first_at,
            last_at=event.last_at,
        )

    @property
    def names(self) -> frozenset[str]:
        """What a matter must share one of to be worth comparing."""
        return self.products | self.firms


def symptoms_in(text: str, words: Iterable[str] = ()) -> frozenset[str]:
    """Return the signs of harm that the text names, or that are among the words."""
    among = set(words)
    return frozenset(sign for sign in _SYMPTOMS if sign in text or sign in among)


def compare(matter: Matter, said: MatterTraits, event: EventTraits, *, now: datetime) -> Crossing | None:
    """Return the likeness of a matter and an event, `None` below 50 points or out of the window.

    A product or a firm must be shared: place, sign and kind of problem alone join what has nothing in common; other cities
    on both sides count against it. A record
    that was itself grouped into the event is that event.
    """
    apart = _apart(matter.received_at, event)
    grouped = said.event_id == event.id
    named = _shared_names(said, event)
    if not grouped and (apart > WINDOW or not named):
        return None
    parts = [*named, *_circumstances(said, event), *_nearness(apart)]
    if grouped:
        parts.insert(0, (_ALL, "研判时已归入该事件"))
    score = min(_ALL, sum(points for points, _ in parts))
    if score < LEAST:
        return None
    reasons = tuple(reason for _, reason in parts)
    return Crossing(matter_id=matter.id, event_id=event.id, score=score, reasons=reasons, found_at=now)


def _apart(at: datetime, event: EventTraits) -> timedelta:
    return max(event.first_at - at, at - event.last_at, timedelta(0))


def _shared_names(said: MatterTraits, event: EventTraits) -> list[tuple[int, str]]:
    parts = []
    for points, label, names in (
        (_PRODUCT, "同一产品", said.products & event.products),
        (_FIRM, "同一企业", said.firms & event.firms),
        (_BATCH, "同一批号", said.batches & event.marks),
    ):
        if names:
            parts.append((points, f"{label}：{_listed(names)}"))
    classes = said.classes & event.products
    if classes and not parts:
        parts.append((_CLASS, f"同类产品：{_listed(classes)}"))
    return parts


def _circumstances(said: MatterTraits, event: EventTraits) -> list[tuple[int, str]]:
    parts = []
    place = _shared_place(said.regions, event.regions)
    if place is not None:
        parts.append(place)
    signs = said.symptoms & event.symptoms
    if signs:
        parts.append((_SYMPTOM, f"同样表现：{_listed(signs)}"))
    if said.categories & event.categories:
        parts.append((_CATEGORY, "同类问题"))
    return parts


def _shared_place(mine: frozenset[str], theirs: frozenset[str]) -> tuple[int, str] | None:
    counties = {code for code in mine & theirs if len(code) == _COUNTY_DIGITS and not code.endswith("00")}
    if counties:
        return _COUNTY, "同一县区"
    here, there = _cities(mine), _cities(theirs)
    if shared := here & there:
        return _CITY, f"同一设区市：{region_name(min(shared))}"
    # One product in two cities may be one matter; an expired box of it in two shops is not.
    return (-_CITY, "不在同一设区市") if here and there else None


def _cities(codes: frozenset[str]) -> set[str]:
    return {code[:_CITY_DIGITS] for code in codes if code[2:_CITY_DIGITS] != "00"}


def _nearness(apart: timedelta) -> list[tuple[int, str]]:
    if apart <= _CLOSE:
        return [(_SOON, "时间相近（3日内）")]
    return [(0, f"相隔{apart.days}日")]


def _listed(names: Iterable[str]) -> str:
    return "、".join(sorted(names)[:_WORDS])


def worth_comparing(
    matters: Sequence[tuple[Matter, MatterTraits]], events: Sequence[EventTraits]
) -> dict[str, list[int]]:
    """Return, by event, the positions of the matters that share a name with it or were grouped into it.

    Of more than two hundred, those received nearest to its last document: a class of products is named by thousands.
    """
    filed: dict[str, list[int]] = {}
    for position, (_, said) in enumerate(matters):
        for name in said.names:
            filed.setdefault(name, []).append(position)
        if said.event_id is not None:
            filed.setdefault(f"={said.event_id}", []).append(position)
    found: dict[str, list[int]] = {}
    for event in events:
        shared = {at for name in (*event.names, f"={event.id}") for at in filed.get(name, ())}
        nearest = nsmallest(_MOST_OF_EVENT, shared, key=lambda at: abs(matters[at][0].received_at - event.last_at))
        found[event.id] = sorted(nearest)
    return found
