"""What officers accepted, rejected and added of the articles that were offered."""

from typing import Protocol

from service.domain.policies.citation import Citation, CitationCount

__all__ = ["Citations"]


class Citations(Protocol):
    """One word an event and article; the last one stands."""

    def put(self, citation: Citation) -> None:
        """Store what a person says; it takes the place of what was said of this article on this event."""
        ...

    def of_event(self, event_id: str) -> list[Citation]:
        """Return what was said on an event, by article."""
        ...

    def of_situation(self, situation: str) -> list[Citation]:
        """Return what was said under a situation, by event and article."""
        ...

    def counts(self) -> list[CitationCount]:
        """Return on how many events each article was accepted, rejected and added under each situation."""
        ...
