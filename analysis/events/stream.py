"""Groups the documents of one stream in memory: what a store does, for `yaowang group`, replay and measuring."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from analysis.assessment import Assessment
from analysis.events.fingerprints import Fingerprint, fingerprint
from analysis.events.grouping import (
    CANDIDATES,
    WINDOW,
    EventSketch,
    Placement,
    absorb,
    lookup_keys,
    new_event_id,
    open_sketch,
    place,
    sketch_keys,
)
from crawlers.records import Document

__all__ = ["Grouper"]


class Grouper:
    """Events of one stream in memory, bounded by `WINDOW`.

    Documents must come roughly in time order; an event is forgotten once nothing has joined it for `WINDOW`.
    """

    def __init__(self) -> None:
        self._sketches: OrderedDict[str, EventSketch] = OrderedDict()
        self._keys: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._filed: dict[str, tuple[str, ...]] = {}

    def __len__(self) -> int:
        """Return how many events are remembered."""
        return len(self._sketches)

    def __iter__(self) -> Iterator[EventSketch]:
        """Return the remembered events, the longest unchanged first."""
        return iter(self._sketches.values())

    def add(self, document: Document, assessment: Assessment) -> Placement:
        """Place a document, remember it, and return its placement with the event's id always set."""
        return self.place(fingerprint(document, assessment))

    def place(self, fingerprint: Fingerprint) -> Placement:
        """Place a fingerprint as `add` does a document."""
        self._forget(fingerprint.happened_at)
        placement = place(fingerprint, self._candidates(fingerprint))
        event_id = placement.event_id or new_event_id(fingerprint)
        # A document that opened an event and comes again, changed beyond recognition, still belongs to it.
        known = event_id in self._sketches
        self._keep(absorb(self._drop(event_id), fingerprint) if known else open_sketch(fingerprint, event_id))
        return replace(placement, event_id=event_id)

    def _candidates(self, fingerprint: Fingerprint) -> list[EventSketch]:
        shared: dict[str, int] = defaultdict(int)
        for key in lookup_keys(fingerprint):
            for event_id in self._keys.get(key, ()):
                shared[event_id] += 1
        newest = sorted(shared, key=lambda event_id: (self._sketches[event_id].last_seen_at, event_id), reverse=True)
        best = sorted(newest, key=lambda event_id: -shared[event_id])[:CANDIDATES]
        return [self._sketches[event_id] for event_id in best]

    def _keep(self, sketch: EventSketch) -> None:
        self._sketches[sketch.event_id] = sketch
        self._filed[sketch.event_id] = sketch_keys(sketch)
        for key in self._filed[sketch.event_id]:
            self._keys[key][sketch.event_id] = None

    def _drop(self, event_id: str) -> EventSketch:
        sketch = self._sketches.pop(event_id)
        for key in self._filed.pop(event_id):
            events = self._keys[key]
            events.pop(event_id, None)
            if not events:
                del self._keys[key]
        return sketch

    def _forget(self, now: datetime) -> None:
        while self._sketches:
            oldest = next(iter(self._sketches.values()))
            if now - oldest.last_seen_at <= WINDOW:
                return
            self._drop(oldest.event_id)
