"""Looks up where else in the country the products of the office's events did harm."""

from collections.abc import Mapping, Sequence

from analysis.events.grouping import product_key
from service.domain.events.event import Event
from service.domain.events.other_provinces import WITHIN, OtherProvinces, other_provinces, products_asked
from service.ports.store import Work

__all__ = ["in_other_provinces"]

_MOST = 50
"""Other events of one's products that are read; what shares most of them comes first."""


def in_other_provinces(work: Work, events: Sequence[Event], *, province: str) -> Mapping[str, OtherProvinces]:
    """Return by event what `other_provinces` finds, by one query; without an entry for an event of which there is nothing."""
    asked = [(event, names) for event in events if (names := products_asked(event, province=province))]
    lookups = [([product_key(name) for name in names], event.last_at - WITHIN) for event, names in asked]
    found = work.events.candidates(lookups, limit=_MOST) if lookups else []
    told = {
        event.id: other_provinces(event, others, province=province)
        for (event, _), others in zip(asked, found, strict=True)
    }
    return {event_id: one for event_id, one in told.items() if one is not None}
