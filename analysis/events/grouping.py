"""Events: which documents are about one happening.

A document becomes a `Fingerprint`, an event is remembered as a bounded `EventSketch`, and `place` decides with a named
reason. Nothing here stores anything: a store keeps sketches under `sketch_keys`, finds candidates by equality with
`lookup_keys` among events last seen within `WINDOW`, and writes what `absorb` or `open_sketch` return.
`analysis.events.stream` is that store in memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Self

from analysis.events.affinity import compare, likelihood, products_agree
from analysis.events.contradictions import (
    befell_elsewhere,
    belongs_to_no_list,
    blames_another,
    concerns_another,
    graver_without_tie,
    is_of_another_batch,
    is_of_batch,
    same_form,
    share_batch,
    share_product,
    share_venue,
)
from analysis.events.fingerprints import NO_LONGER_KEPT, SET_FIELDS, Fingerprint, without
from analysis.events.places import PlaceRelation, local_codes, relate_places
from analysis.events.similarity import bands, resemblance

__all__ = [
    "CANDIDATES",
    "WINDOW",
    "EventSketch",
    "Placement",
    "PlacementReason",
    "absorb",
    "lookup_keys",
    "new_event_id",
    "open_sketch",
    "place",
    "sketch_keys",
]

WINDOW = timedelta(days=45)
"""How long after its last document an event can still be joined. The alert plan's rule of thumb is product, problem
and place within 72 hours; beyond that `place` asks for the more evidence the longer the silence."""

SAME_TEXT = 0.62
"""Resemblance from which two texts count as one text published again."""

CANDIDATES = 24
"""How many events that share keys with a document are worth comparing: those that share most, the newer on equal
counts. With 20 no placement of the labelled streams differs from comparing with all."""

JOIN = 0.5
"""Likelihood from which a document joins an event."""

_MEMBERS, _TERMS = 6, 64
_NAMES, _KEY_NAMES = 24, 6
_CROWD_WINDOW = timedelta(days=14)


class PlacementReason(StrEnum):
    """Why a document was put where it was."""

    SAME_DOCUMENT = "same_document"
    SAME_TEXT = "same_text"
    SAME_STORY = "same_story"
    SAME_BATCH = "same_batch"
    SAME_NOTICE = "same_notice"
    BY_HAND = "by_hand"
    NO_CANDIDATE = "no_candidate"
    OTHER_PLACE = "other_place"
    OTHER_PRODUCT = "other_product"
    OTHER_FIRM = "other_firm"
    OTHER_BATCH = "other_batch"
    TOO_DIFFERENT = "too_different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a document belongs; `event_id` is `None` where it opens a new event.

    `duplicate_of` is the document whose text this one repeats. `score` is the likelihood of the best candidate.
    """

    event_id: str | None
    duplicate_of: str | None
    score: float
    reason: PlacementReason


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSketch:
    """An event as far as joining it needs: at most six members and the sums over all of them."""

    event_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    count: int
    terms: Mapping[str, float]
    title_terms: Mapping[str, float]
    problem: Mapping[str, float]
    names: frozenset[str]
    products: frozenset[str]
    firms: frozenset[str]
    regions: frozenset[str]
    marks: frozenset[str]
    categories: frozenset[str]
    members: tuple[Fingerprint, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the sketch as plain JSON values."""
        return {
            "event_id": self.event_id,
            "first_seen_at": self.first_seen_at.isoformat(),
            "last_seen_at": self.last_seen_at.isoformat(),
            "count": self.count,
            "terms": dict(self.terms),
            "title_terms": dict(self.title_terms),
            "names": sorted(self.names),
            "products": sorted(self.products),
            "firms": sorted(self.firms),
            "regions": sorted(self.regions),
            "marks": sorted(self.marks),
            "categories": sorted(self.categories),
            "members": [member.to_json() for member in self.members],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the sketch that `to_json` wrote."""
        return cls(
            **{name: value for name, value in values.items() if name not in NO_LONGER_KEPT}
            | {name: frozenset(values[name]) for name in SET_FIELDS}
            | {"problem": without(values["terms"], frozenset(values["names"]))}
            | {name: datetime.fromisoformat(values[name]) for name in ("first_seen_at", "last_seen_at")}
            | {"members": tuple(Fingerprint.from_json(member) for member in values["members"])}
        )


def new_event_id(fingerprint: Fingerprint) -> str:
    """Return the id of the event that this document opens: the same on every replay."""
    return "e" + sha256(f"event\x1f{fingerprint.document_id}".encode("utf-8", "surrogatepass")).hexdigest()[:19]


def lookup_keys(fingerprint: Fingerprint) -> tuple[str, ...]:
    """Return the keys under which candidate events of this document are filed: at most 56 short strings.

    Text bands, heaviest words of the title and of the whole, products, firms, numbers, and places below a province:
    any one in common makes a candidate, `place` decides.
    """
    words = (*_heaviest(fingerprint.title_terms), *_heaviest(fingerprint.problem))
    keys = [
        *bands(fingerprint.signature),
        *(f"t:{word}" for word in words),
        *(product_key(name) for name in sorted(fingerprint.products)[:_KEY_NAMES]),
        *(f"f:{name}" for name in sorted(fingerprint.firms)[:_KEY_NAMES]),
        *(f"m:{mark}" for mark in sorted(fingerprint.marks)[:_KEY_NAMES]),
        *(f"r:{code}" for code in local_codes(fingerprint.regions)[:_KEY_NAMES]),
    ]
    return tuple(dict.fromkeys(keys))


def product_key(name: str) -> str:
    """Return the key under which events of a product are filed."""
    return f"p:{name}"


def _heaviest(terms: Mapping[str, float]) -> list[str]:
    return [word for word, _ in sorted(terms.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEY_NAMES]]


def sketch_keys(sketch: EventSketch) -> tuple[str, ...]:
    """Return the keys under which a store files this event: those of its remembered members."""
    return tuple(dict.fromkeys(key for member in sketch.members for key in lookup_keys(member)))


def open_sketch(fingerprint: Fingerprint, event_id: str) -> EventSketch:
    """Return the event that consists of this document alone."""
    return EventSketch(
        event_id=event_id,
        first_seen_at=fingerprint.happened_at,
        last_seen_at=fingerprint.happened_at,
        count=1,
        terms=fingerprint.terms,
        title_terms=fingerprint.title_terms,
        problem=fingerprint.problem,
        names=fingerprint.names,
        products=fingerprint.products,
        firms=fingerprint.firms,
        regions=fingerprint.regions,
        marks=fingerprint.marks,
        categories=fingerprint.categories,
        members=(fingerprint,),
    )


def absorb(sketch: EventSketch, fingerprint: Fingerprint) -> EventSketch:
    """Return the event with this document added; an already remembered document changes nothing."""
    if any(member.document_id == fingerprint.document_id for member in sketch.members):
        return sketch
    repeated = any(resemblance(member.signature, fingerprint.signature) >= SAME_TEXT for member in sketch.members)
    terms = _mean(sketch.terms, fingerprint.terms, sketch.count)
    names = (sketch.names | fingerprint.names) & terms.keys()
    return replace(
        sketch,
        first_seen_at=min(sketch.first_seen_at, fingerprint.happened_at),
        last_seen_at=max(sketch.last_seen_at, fingerprint.happened_at),
        count=sketch.count + 1,
        terms=terms,
        title_terms=_mean(sketch.title_terms, fingerprint.title_terms, sketch.count),
        problem=without(terms, names),
        names=frozenset(names),
        products=_join(sketch.products, fingerprint.products),
        firms=_join(sketch.firms, fingerprint.firms),
        regions=_join(sketch.regions, fingerprint.regions),
        marks=_join(sketch.marks, fingerprint.marks),
        categories=sketch.categories | fingerprint.categories,
        members=sketch.members if repeated else _remember(sketch.members, fingerprint),
    )


def place(fingerprint: Fingerprint, candidates: Sequence[EventSketch]) -> Placement:
    """Return which of `candidates` the document belongs to, if any.

    A document that is seen again stays where it is. The same text wins outright, else the most likely event, if it is
    likely enough. Candidates out of `WINDOW` are passed over. The order of `candidates` does not matter.
    """
    open_events = sorted((c for c in candidates if _within(c, fingerprint)), key=lambda c: c.event_id)
    for sketch in open_events:
        if any(member.document_id == fingerprint.document_id for member in sketch.members):
            return Placement(
                event_id=sketch.event_id, duplicate_of=None, score=1.0, reason=PlacementReason.SAME_DOCUMENT
            )
    alike = [(member, sketch) for sketch in open_events if (member := _alike(fingerprint, sketch)) is not None]
    copies = [pair for pair in alike if not same_form(fingerprint, pair[0])]
    if copies:
        copy, sketch = min(copies, key=lambda pair: (pair[0].happened_at, pair[0].document_id))
        return Placement(
            event_id=sketch.event_id, duplicate_of=copy.document_id, score=1.0, reason=PlacementReason.SAME_TEXT
        )
    # What is told alike word for word of another place or product is another happening, unless one batch ties them.
    forms = {sketch.event_id for member, sketch in alike if not share_batch(fingerprint, member)}
    open_events = [sketch for sketch in open_events if sketch.event_id not in forms]
    if not open_events:
        return Placement(event_id=None, duplicate_of=None, score=0.0, reason=PlacementReason.NO_CANDIDATE)
    return _placed(fingerprint, open_events)


def _placed(fingerprint: Fingerprint, sketches: Sequence[EventSketch]) -> Placement:
    """Return the placement by likelihood.

    What reads most like a matter of another place or product is one of its own and not of the next best, but for one of
    the same batch, of the same shop or practice, or where the product is what differs, of the same product.
    """
    crowd = _crowd(fingerprint, sketches)
    likely = [(_discounted(_likelihood(fingerprint, sketch), crowd), sketch) for sketch in sketches]
    likely.sort(key=lambda pair: (pair[0], pair[1].event_id), reverse=True)
    score, best = likely[0]
    against = _against(fingerprint, best)
    if against is None and score < JOIN:
        elsewhere = relate_places(fingerprint.regions, best.regions) in {PlaceRelation.APART, PlaceRelation.ELSEWHERE}
        against = PlacementReason.OTHER_PLACE if elsewhere else PlacementReason.TOO_DIFFERENT
    if against is not None:
        tied = next((pair for pair in likely if is_of_batch(fingerprint, pair[1].members)), None)
        if tied is not None:
            return Placement(
                event_id=tied[1].event_id, duplicate_of=None, score=tied[0], reason=PlacementReason.SAME_BATCH
            )
    kin = share_product if against is PlacementReason.OTHER_PRODUCT else share_venue
    for other, sketch in likely[1:] if against is not None else ():
        if other >= JOIN and kin(fingerprint, sketch.members) and _against(fingerprint, sketch) is None:
            score, best, against = other, sketch, None
            break
    if against is not None:
        return Placement(event_id=None, duplicate_of=None, score=score, reason=against)
    return Placement(event_id=best.event_id, duplicate_of=None, score=score, reason=PlacementReason.SAME_STORY)


def _against(fingerprint: Fingerprint, sketch: EventSketch) -> PlacementReason | None:
    """Return what rules out that the document is of an event, however alike they read."""
    if befell_elsewhere(fingerprint, sketch.members):
        return PlacementReason.OTHER_PLACE
    if concerns_another(fingerprint, sketch.members):
        return PlacementReason.OTHER_PRODUCT
    if blames_another(fingerprint, sketch.members):
        return PlacementReason.OTHER_FIRM
    if is_of_another_batch(fingerprint, sketch.members):
        return PlacementReason.OTHER_BATCH
    if belongs_to_no_list(fingerprint, sketch.members):
        return PlacementReason.TOO_DIFFERENT
    return PlacementReason.TOO_DIFFERENT if graver_without_tie(fingerprint, sketch.members) else None


def _likelihood(fingerprint: Fingerprint, sketch: EventSketch) -> float:
    """Return how likely the document is about the event: half its nearest member, half the event as a whole."""
    near = max(
        likelihood(compare(fingerprint, member, apart=fingerprint.happened_at - member.happened_at))
        for member in sketch.members
    )
    if len(sketch.members) == 1:
        return near
    whole = likelihood(compare(fingerprint, sketch, apart=fingerprint.happened_at - sketch.last_seen_at))
    return (near + whole) / 2


def _crowd(fingerprint: Fingerprint, sketches: Iterable[EventSketch]) -> int:
    """Return how many events of the last fortnight are about the same product."""
    return sum(
        products_agree(sketch.products, fingerprint.products) == 1
        and abs(fingerprint.happened_at - sketch.last_seen_at) <= _CROWD_WINDOW
        for sketch in sketches
    )


def _discounted(likelihood: float, crowd: int) -> float:
    """Return the likelihood with its odds lowered: where a dozen events share a product, sharing it proves little."""
    odds = likelihood / max(1e-9, 1 - likelihood) / max(1, crowd)
    return round(odds / (1 + odds), 4)


def _within(sketch: EventSketch, fingerprint: Fingerprint) -> bool:
    return sketch.first_seen_at - WINDOW <= fingerprint.happened_at <= sketch.last_seen_at + WINDOW


def _alike(fingerprint: Fingerprint, sketch: EventSketch) -> Fingerprint | None:
    """Return the earliest remembered document whose text this one repeats, but for what stands in it."""
    return next((m for m in sketch.members if resemblance(m.signature, fingerprint.signature) >= SAME_TEXT), None)


def _remember(members: tuple[Fingerprint, ...], newest: Fingerprint) -> tuple[Fingerprint, ...]:
    # The first two tell what the event began as, the last four where it has moved.
    kept = members if len(members) < _MEMBERS else members[:2] + members[3:]
    return (*kept, newest)


def _mean(sums: Mapping[str, float], added: Mapping[str, float], count: int) -> dict[str, float]:
    share = 1 / (count + 1)
    words = {word: weight * (1 - share) for word, weight in sums.items()}
    for word, weight in added.items():
        words[word] = words.get(word, 0.0) + weight * share
    heaviest = sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:_TERMS]
    return {word: round(weight, 4) for word, weight in heaviest}


def _join(a: AbstractSet[str], b: AbstractSet[str]) -> frozenset[str]:
    return frozenset([*sorted(a), *sorted(b - a)][:_NAMES])
