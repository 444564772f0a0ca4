"""What persons corrected of an event's grouping, as its page tells it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.events.event import Event
from service.domain.events.regrouping import Regrouping

__all__ = ["RegroupingRow", "others_of", "regrouping_rows"]


@dataclass(frozen=True, slots=True)
class RegroupingRow:
    """One act: what went where in a sentence, the event on its other side with its title, and whether it can be taken back."""

    id: str
    sentence: str
    other: str | None
    title: str
    by: str
    at: datetime
    reason: str
    whole: bool
    undone_by: str | None


def others_of(event_id: str, acts: Sequence[Regrouping]) -> list[str]:
    """Return the ids of the events on the other side of the acts."""
    return sorted({name for one in acts for name in (one.source, one.target) if name is not None} - {event_id})


def regrouping_rows(event_id: str, acts: Sequence[Regrouping], events: Mapping[str, Event]) -> list[RegroupingRow]:
    """Return the acts that concern the event, as they look from it."""
    return [_row(event_id, one, events) for one in acts]


def _row(event_id: str, act: Regrouping, events: Mapping[str, Event]) -> RegroupingRow:
    other = act.target if act.source == event_id else act.source
    known = events.get(other) if other is not None else None
    return RegroupingRow(
        id=act.id,
        sentence=_sentence(event_id, act),
        other=other,
        title=known.title if known is not None else "",
        by=act.actor,
        at=act.at,
        reason=act.reason,
        whole=act.whole,
        undone_by=act.undone_by,
    )


def _sentence(event_id: str, act: Regrouping) -> str:
    count = len(act.document_ids)
    if act.target is None:
        return f"移出 {count} 篇，不属于任何事件"
    if act.whole:
        return f"本事件 {count} 篇全部并入" if act.source == event_id else f"并入本事件 {count} 篇，来自"
    return f"移出 {count} 篇到" if act.source == event_id else f"移入 {count} 篇，来自"
