"""What the policy library is asked of an event, and who answers: at once, or only what was asked before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from analysis.assessment import Assessment, CategoryScore, Level, Tone
from crawlers.records import Document, DocumentKind
from service.domain.events.event import Event, EventDocument

__all__ = ["Articles", "Library", "Question"]

_DOCUMENTS_READ = 5
_TEXT_READ = 200

Articles: TypeAlias = Sequence[dict[str, Any]]
"""The articles that an event's situation calls for, best first, in the shape of a basis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which articles in force `on` that day an event's situation calls for. Equal questions have equal answers."""

    event_id: str
    title: str
    text: str
    categories: tuple[str, ...]
    severity: int
    first_at: datetime
    on: date

    @classmethod
    def of(cls, event: Event, documents: Sequence[EventDocument], on: date) -> "Question":
        """Ask of an event by its title and the openings of its first reports."""
        return cls(
            event_id=event.id,
            title=event.title,
            text="\n".join(f"{one.title}\n{one.text[:_TEXT_READ]}" for one in documents[:_DOCUMENTS_READ]),
            categories=tuple(event.categories),
            severity=event.severity,
            first_at=event.first_at,
            on=on,
        )

    def document(self) -> Document:
        """Return the event as one document."""
        return Document(
            id=self.event_id,
            source_id="event",
            native_id=self.event_id,
            kind=DocumentKind.ARTICLE,
            title=self.title,
            text=self.text,
            fetched_at=self.first_at,
            published_at=self.first_at,
        )

    def assessment(self) -> Assessment:
        """Return what is known of the event as the judgement of one document."""
        return Assessment(
            document_id=self.event_id,
            level=Level.RISK,
            p_in_remit=1.0,
            p_risk=1.0,
            categories=tuple(CategoryScore(code=code, p=1.0) for code in self.categories),
            severity=self.severity,
            tone=Tone.NEUTRAL,
            entities=(),
            evidence=(),
            model="event",
        )


class Library(Protocol):
    """Whom an alert's articles are asked of."""

    def answer(self, questions: Sequence[Question]) -> list[Articles]:
        """Return the answer to each question, in order."""
        ...

    def recall(self, question: Question, /) -> Articles | None:
        """Return at once what an equal question was answered, `None` where that is not known or no longer holds."""
        ...
