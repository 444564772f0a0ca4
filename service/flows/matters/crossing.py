"""Looks every few minutes whether complaints tell of events that are talked about online, and proposes what it finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analysis.assessment import Assessment, EntityType
from service.domain.matters.crossing import (
    WINDOW,
    Crossing,
    EventTraits,
    MatterTraits,
    compare,
    symptoms_in,
    worth_comparing,
)
from service.domain.matters.matter import Matter, MatterKind
from service.flows.taking_turns import take_turn
from service.ports.store import Store, Work

__all__ = ["EVERY", "CrossingReport", "cross_check", "traits_of"]

EVERY = timedelta(minutes=2)

_TURN = "crossing.turn"
_LOOKS_BACK = timedelta(days=30)
_READ, _MATTERS, _EVENTS = 1_000, 3_000, 1_000
_MOST_OF_ONE = 5
_COMPLAINT = "complaint"
_PRODUCTS = (EntityType.DRUG, EntityType.DEVICE, EntityType.COSMETIC, EntityType.VACCINE)


@dataclass(slots=True)
class CrossingReport:
    """Counts of one look."""

    read: int = 0
    compared: int = 0
    proposed: int = 0

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {"read": self.read, "compared": self.compared, "proposed": self.proposed}


def cross_check(store: Store, *, now: Callable[[], datetime]) -> CrossingReport:
    """Read what was judged, and compare the matters of the last thirty days with the events of that time.

    Where another process had the turn, nothing is done. What a person decided stays as it is; a likeness that is known keeps its first reasons.
    """
    moment = now()
    report = CrossingReport()
    if not take_turn(store, _TURN, every=EVERY, now=moment):
        return report
    with store.read() as work:
        matters = [
            matter
            for matter in work.matters.received(since=moment - _LOOKS_BACK, until=moment, limit=_MATTERS)
            if matter.kind is not MatterKind.APPLICATION
        ]
        # Older ones are compared with nothing, but the subjects of a year count them: a first import brings a year at once.
        fresh = _read(work, work.matters.unread(limit=_READ))
        listed = work.events.listing(since=moment - _LOOKS_BACK - WINDOW, limit=_EVENTS) if matters else []
        events = [EventTraits.of(event) for event in listed if event.document_count > 0]
        known = {
            (link.matter_id, link.event_id)
            for links in work.matters.links_of([matter.id for matter in matters]).values()
            for link in links
        }
    said = [(matter, traits) for matter in _with(matters, fresh) if (traits := MatterTraits.of(matter)) is not None]
    found = _best(_online(store, _compared(said, events, report, moment), moment), known)
    report.read, report.proposed = len(fresh), len(found)
    if fresh or found:
        _save(store, fresh, found, moment)
    return report


def traits_of(matter: Matter, title: str, text: str, said: Assessment, event_id: str | None) -> MatterTraits:
    """Return what a judged record names."""
    places = [one.code for one in said.entities if one.type is EntityType.REGION and one.code]
    return MatterTraits(
        products=frozenset(name for kind in _PRODUCTS for name in said.entity_names(kind)),
        classes=frozenset(said.entity_names(EntityType.PRODUCT_CLASS)),
        firms=frozenset(said.entity_names(EntityType.FIRM)),
        batches=frozenset(said.entity_names(EntityType.BATCH_NO)),
        regions=frozenset(places or ([matter.region] if matter.region else [])),
        symptoms=symptoms_in(f"{title}\n{text}"),
        categories=frozenset(said.category_codes),
        event_id=event_id,
    )


def _read(work: Work, matters: Sequence[Matter]) -> dict[str, Matter]:
    """Return, by id, those of the matters whose documents are judged, with what they name."""
    waiting = {matter.id: matter for matter in matters if MatterTraits.of(matter) is None and matter.document_id}
    judged = work.documents.search_documents_of(list(waiting))
    found = {}
    for one in judged:
        said = work.documents.assessment_of(one.document_id)
        if said is not None:
            matter = waiting[one.document_id]
            traits = traits_of(matter, one.title, one.text, said, one.event_id)
            found[matter.id] = replace(matter, traits=traits.as_json())
    return found


def _with(matters: Sequence[Matter], fresh: dict[str, Matter]) -> list[Matter]:
    return [fresh.get(matter.id, matter) for matter in matters]


def _compared(
    said: Sequence[tuple[Matter, MatterTraits]], events: Sequence[EventTraits], report: CrossingReport, now: datetime
) -> list[Crossing]:
    found = []
    near = worth_comparing(said, events)
    for event in events:
        for at in near[event.id]:
            report.compared += 1
            likeness = compare(*said[at], event, now=now)
            if likeness is not None:
                found.append(likeness)
    return found


def _online(store: Store, found: Sequence[Crossing], now: datetime) -> list[Crossing]:
    """Return the likenesses to events that others than complainants tell of: a complaint may be an event of its own."""
    if not found:
        return []
    with store.read() as work:
        spreads = work.events.spreads(sorted({one.event_id for one in found}), now=now)
    heard = {event_id for event_id, spread in spreads.items() if set(spread["source_classes"]) - {_COMPLAINT}}
    return [one for one in found if one.event_id in heard]


def _best(found: Sequence[Crossing], known: set[tuple[str, str]]) -> list[Crossing]:
    """Return the new ones among the five likeliest of each matter."""
    of: dict[str, list[Crossing]] = {}
    for one in sorted(found, key=lambda likeness: (-likeness.score, likeness.event_id)):
        of.setdefault(one.matter_id, []).append(one)
    best = [one for some in of.values() for one in some[:_MOST_OF_ONE]]
    return [one for one in best if (one.matter_id, one.event_id) not in known]


def _save(store: Store, fresh: dict[str, Matter], found: Sequence[Crossing], now: datetime) -> None:
    with store.write() as work:
        # Somebody may have acted since: only what was read is added.
        current = work.matters.get_all(list(fresh))
        work.matters.save_all([replace(matter, traits=fresh[matter.id].traits) for matter in current.values()])
        there = work.matters.links_of([one.matter_id for one in found])
        new = [one for one in found if all(one.event_id != link.event_id for link in there[one.matter_id])]
        work.matters.save_links(new)
        for one in new:
            detail = {"event": one.event_id, "score": one.score, "reasons": list(one.reasons)}
            work.audit.append(
                actor="system", action="matter.likened", subject=f"matter:{one.matter_id}", detail=detail, now=now
            )
