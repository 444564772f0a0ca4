"""What persons corrected of an event, as its page tells it beside what the program makes of the reports. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.events.corrections import Correction, FactKind, Standing, reported_value, standing
from service.domain.events.event import Event

__all__ = ["FactRow", "correction_rows", "fact_rows"]


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact that can be corrected: what is told, what the program makes of the reports, and what a form starts with.

    `id`, `by` and `source` are those of the correction that stands, empty for none; `dispute` is what later reports claim.
    """

    kind: str
    word: str
    told: str
    reported: str
    id: str
    by: str
    source: str
    dispute: str
    number: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One act of the history in a sentence."""

    sentence: str
    source: str
    reason: str
    by: str
    at: datetime


def fact_rows(event: Event) -> list[FactRow]:
    """Return the facts of an event that can be corrected, places first."""
    held = standing(event)
    return [_fact(event, kind, held.get(kind)) for kind in FactKind]


def _fact(event: Event, kind: FactKind, one: Standing | None) -> FactRow:
    reported = reported_value(event, kind)
    return FactRow(
        kind=kind.value,
        word=kind.word,
        told=one.words if one else reported,
        reported=reported,
        id=one.id if one else "",
        by=one.by if one else "",
        source=one.source if one else "",
        dispute=one.dispute if one else "",
        number=str(one.number) if one and one.number is not None else "",
        places=tuple(place.name for place in one.places) if one else (),
    )


def correction_rows(acts: Sequence[Correction]) -> list[CorrectionRow]:
    """Return the acts on an event, each in a sentence."""
    return [
        CorrectionRow(
            sentence=f"{one.kind.word}更正为{one.value}（系统当时为{one.reported}）"
            if one.value is not None
            else f"{one.kind.word}恢复程序计数（{one.reported}）",
            source=one.source,
            reason=one.reason,
            by=one.actor,
            at=one.at,
        )
        for one in acts
    ]
