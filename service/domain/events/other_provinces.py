"""The same product in another province: what makes two matters one for the whole country, though they are two events.

The alert plan makes red of two provinces that report one product, and what one province may publish ends where another
is affected (药品管理法 art. 107). Reports of one batch are one event by themselves; those of two batches, or of none, told
in two provinces stay two, and each has to know of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from analysis.events.heat import EventFacts
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts, facts_of
from service.domain.events.reported import is_local

__all__ = ["WITHIN", "OtherProvinces", "other_provinces", "products_asked", "with_other_provinces"]

WITHIN = timedelta(days=7)
"""How long ago the other matter was last told of, at most."""

_HARM_BY_PRODUCT = frozenset({"R01", "R07", "R11"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherProvinces:
    """Two-digit codes of the provinces where the product also harmed several people or one died, and the latest such event's title."""

    codes: frozenset[str]
    title: str


def products_asked(event: Event, *, province: str) -> tuple[str, ...]:
    """Return the products of an event of the office's province for which others are to be looked for; of another event none."""
    return event.products if is_local(event, province=province) and _harms(event) else ()


def other_provinces(event: Event, others: Sequence[Event], *, province: str) -> OtherProvinces | None:
    """Return where else in the country a product of this event did the like, `None` where nobody tells of it."""
    own = _provinces(event) | {province}
    kin = [
        other
        for other in others
        if other.id != event.id
        and not set(other.products).isdisjoint(event.products)
        and other.last_at >= event.last_at - WITHIN
        and _harms(other)
        and _provinces(other) - own
    ]
    if not kin:
        return None
    latest = max(kin, key=lambda other: (other.last_at, other.id))
    return OtherProvinces(codes=frozenset().union(*map(_provinces, kin)) - own, title=latest.title)


def with_other_provinces(facts: IncidentFacts, found: OtherProvinces | None) -> IncidentFacts:
    """Return the facts with the other provinces counted and named."""
    if found is None:
        return facts
    provinces = max(facts.spread.provinces, 1) + len(found.codes)
    return replace(facts, spread=replace(facts.spread, provinces=provinces), other_province_title=found.title)


def _harms(event: Event) -> bool:
    """Tell whether several people are said to be harmed by a named product, or one to have died."""
    known = facts_of(event, EventFacts())
    grave = known.suspects_cluster or known.suspects_death
    return bool(event.products and grave and not known.only_abroad and _HARM_BY_PRODUCT & set(event.categories))


def _provinces(event: Event) -> frozenset[str]:
    """Return the provinces that an event names."""
    return frozenset(code[:2] for code in event.regions if code.isdigit())
