"""The event that somebody means: told by telephone as a number, or copied as the address of its page."""

import re

from service.domain.events.event import Event
from service.domain.events.number import beginning_of, event_number
from service.domain.refusal import Conflict
from service.ports.store import Store

__all__ = ["event_named", "events_numbered", "where_now"]

_EVENT = re.compile(r"(?:^|/events/)([0-9A-Za-z-]{1,40})(?:[?#].*)?$")


def events_numbered(store: Store, said: str) -> list[Event]:
    """Return the events of a number, one as a rule; none for what is no number."""
    beginning = beginning_of(said)
    if beginning is None:
        return []
    with store.read() as work:
        return work.events.beginning_with(beginning)


def event_named(store: Store, said: str) -> str | None:
    """Return the id of the event that is given by its number, its id or its page's address; `None` for what is none of these.

    Raises `Conflict` where several events share the number.
    """
    found = events_numbered(store, said)
    if len(found) > 1:
        titles = "”“".join(one.title for one in found)
        raise Conflict(f"编号 {event_number(found[0].id)} 有{len(found)}个事件：“{titles}”，请改为粘贴事件页的网址")
    if found:
        return found[0].id
    given = _EVENT.search(said.strip())
    return given[1] if given else None


def where_now(store: Store, event_id: str) -> str:
    """Return the id of the event that this one was merged into, over any number of mergers; its own where it stands."""
    with store.read() as work:
        while (event := work.events.get(event_id)) is not None and event.merged_into is not None:
            event_id = event.merged_into
    return event_id
