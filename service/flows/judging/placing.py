"""Which events the documents of one batch belong to: events are found with one query, read once, and change in memory."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from analysis.assessment import Assessment, Level
from analysis.events.fingerprints import Fingerprint, fingerprints
from analysis.events.grouping import (
    CANDIDATES,
    WINDOW,
    EventSketch,
    Placement,
    PlacementReason,
    absorb,
    lookup_keys,
    new_event_id,
    open_sketch,
    place,
    sketch_keys,
)
from crawlers.records import Document
from service.domain.events.event import Event
from service.domain.events.reported import absorb_report, open_event
from service.domain.events.speaker import Speaker
from service.ports.store import Work

__all__ = ["Placing"]


class Placing:
    """The events around one batch. Nothing is written here: `touched` hands over what changed, to be saved."""

    def __init__(self, work: Work, documents: Sequence[tuple[Document, Assessment]], *, most_opened: int) -> None:
        """Read every event that one of the documents may belong to; `most_opened` events are opened, others wait."""
        marks = fingerprints(documents)
        self._marks = {document.id: mark for (document, _), mark in zip(documents, marks, strict=True)}
        self._keys = {document_id: lookup_keys(mark) for document_id, mark in self._marks.items()}
        lookups = [(self._keys[name], mark.happened_at - WINDOW) for name, mark in self._marks.items()]
        found = work.events.candidates(lookups, limit=CANDIDATES)
        self._candidates = {name: [event.id for event in some] for name, some in zip(self._marks, found, strict=True)}
        self._events = work.events.get_all([new_event_id(mark) for mark in self._marks.values()])
        self._events |= {event.id: event for some in found for event in some}
        self._by_hand = work.regroupings.placed(list(self._marks))
        self._parents = _parents(documents)
        placed = work.events.of_documents(sorted(set(self._parents.values())))
        self._placed = dict(placed)
        named = {*placed.values(), *(name for name in self._by_hand.values() if name is not None)}
        self._events |= work.events.get_all([name for name in named if name not in self._events])
        self._sketches: dict[str, EventSketch] = {}
        self._filed: dict[str, set[str]] = {}
        self._filed_under: defaultdict[str, set[str]] = defaultdict(set)
        self._may_open = most_opened
        self._waiting: set[str] = set()
        self._waiting_keys: set[str] = set()

    def place(
        self, document: Document, assessment: Assessment, speaker: Speaker, *, now: datetime
    ) -> tuple[str | None, str | None] | None:
        """Return the event that the document belongs to and the document whose text it repeats; `None` where it has to wait.

        Risk documents open or join an event; documents of the remit only join one, the others stand alone. An
        attachment belongs where the page belongs that it lay beside. What a person placed belongs there. What would open one
        event too many waits for the next transaction, with all that may belong to it.
        """
        if self._follows_waiting(document.id):
            self._wait(document.id)
            return None
        mark = self._marks[document.id]
        if self._by_hand.get(document.id, "") is None:
            return None, None
        placement = self._placement(document.id, mark)
        if placement.event_id is None and assessment.level is not Level.RISK:
            return None, None
        event_id = placement.event_id or new_event_id(mark)
        # A document that opened an event and comes again, edited beyond recognition, still belongs to it.
        known = self._events.get(event_id)
        if known is None and not self._may_open:
            self._wait(document.id)
            return None
        self._may_open -= known is None
        sketch = open_sketch(mark, event_id) if known is None else absorb(self._sketch(event_id), mark)
        if known is None:
            event = open_event(event_id, document=document, assessment=assessment, speaker=speaker, sketch={}, now=now)
        else:
            event = absorb_report(
                known,
                document=document,
                assessment=assessment,
                speaker=speaker,
                sketch=known.sketch,
                repeats=placement.duplicate_of is not None,
            )
        self._events[event_id], self._sketches[event_id] = event, sketch
        keys = set(self._keys[document.id])
        if known is not None and event_id not in self._filed:
            keys.update(sketch_keys(sketch))
        self._file(event_id, keys)
        self._placed[document.id] = event_id
        return event_id, placement.duplicate_of

    def _follows_waiting(self, document_id: str) -> bool:
        parent = self._parents.get(document_id, "")
        return parent in self._waiting or not self._waiting_keys.isdisjoint(self._keys[document_id])

    def _wait(self, document_id: str) -> None:
        self._waiting.add(document_id)
        self._waiting_keys.update(self._keys[document_id])

    def stay(
        self, event: Event, document: Document, assessment: Assessment, speaker: Speaker, *, repeats: bool
    ) -> None:
        """Let a document that is judged again report to its event anew; the event's sketch holds it already and stays as it is."""
        known = self._known(event)
        self._events[event.id] = absorb_report(
            known,
            document=document,
            assessment=assessment,
            speaker=speaker,
            sketch=known.sketch,
            repeats=repeats,
            heard=True,
        )
        self._file(event.id, set(self._keys[document.id]))
        self._placed[document.id] = event.id

    def leave(self, event: Event) -> None:
        """Let an event be looked at again from which a document is gone."""
        self._known(event)
        self._file(event.id, set())

    def touched(self) -> list[tuple[Event, list[str]]]:
        """Return the events that were opened or joined, in that order, with the keys to file them under."""
        return [
            (replace(self._events[event_id], sketch=self._sketches[event_id].to_json()), sorted(keys))
            for event_id, keys in self._filed.items()
        ]

    def _placement(self, document_id: str, mark: Fingerprint) -> Placement:
        by_hand = self._by_hand.get(document_id)
        if by_hand is not None:
            return _known_place(by_hand, PlacementReason.BY_HAND)
        beside = self._placed.get(self._parents.get(document_id, ""))
        if beside is not None:
            return _known_place(beside, PlacementReason.SAME_NOTICE)
        return place(mark, self._around(document_id))

    def _around(self, document_id: str) -> list[EventSketch]:
        """Return what the store found before the batch, and what the batch touched since."""
        names = {name for key in self._keys[document_id] for name in self._filed_under.get(key, ())}
        names.update(name for name in self._candidates[document_id] if name not in self._filed)
        return [self._sketch(name) for name in names]

    def _known(self, event: Event) -> Event:
        known = self._events.setdefault(event.id, event)
        self._sketch(event.id)
        return known

    def _sketch(self, event_id: str) -> EventSketch:
        if event_id not in self._sketches:
            self._sketches[event_id] = EventSketch.from_json(self._events[event_id].sketch)
        return self._sketches[event_id]

    def _file(self, event_id: str, keys: set[str]) -> None:
        self._filed.setdefault(event_id, set()).update(keys)
        for key in keys:
            self._filed_under[key].add(event_id)


def _parents(documents: Sequence[tuple[Document, Assessment]]) -> dict[str, str]:
    return {document.id: str(parent) for document, _ in documents if (parent := document.extras.get("parent"))}


def _known_place(event_id: str, reason: PlacementReason) -> Placement:
    return Placement(event_id=event_id, duplicate_of=None, score=1.0, reason=reason)
