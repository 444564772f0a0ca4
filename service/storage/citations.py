"""What officers say of offered articles."""

from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from service.domain.policies.citation import Choice, Citation, CitationCount
from service.storage.dialects import upsert
from service.storage.schema import citations

__all__ = ["SqlCitations"]


class SqlCitations:
    """`service.ports.citations.Citations` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def put(self, citation: Citation) -> None:
        """Store what a person says; it takes the place of what was said of this article on this event."""
        row = {
            "event_id": citation.event_id,
            "article": citation.article,
            "situation": citation.situation,
            "choice": citation.choice.value,
            "actor": citation.actor,
            "at": citation.at,
        }
        upsert(self._connection, citations, [row], keys=("event_id", "article"))

    def of_event(self, event_id: str) -> list[Citation]:
        """Return what was said on an event, by article."""
        return self._read(select(citations).where(citations.c.event_id == event_id).order_by(citations.c.article))

    def of_situation(self, situation: str) -> list[Citation]:
        """Return what was said under a situation, by event and article."""
        order = (citations.c.event_id, citations.c.article)
        return self._read(select(citations).where(citations.c.situation == situation).order_by(*order))

    def _read(self, found: Select[Any]) -> list[Citation]:
        return [
            Citation(**{**row, "choice": Choice(row["choice"])}) for row in self._connection.execute(found).mappings()
        ]

    def counts(self) -> list[CitationCount]:
        """Return on how many events each article was accepted, rejected and added under each situation."""
        keys = (citations.c.situation, citations.c.article)
        sums = (
            func.sum(case((citations.c.choice == choice.value, 1), else_=0)).label(choice.value) for choice in Choice
        )
        asked = select(*keys, *sums).group_by(*keys).order_by(*keys)
        return [
            CitationCount(
                situation=row.situation,
                article=row.article,
                accepted=int(row.accepted),
                rejected=int(row.rejected),
                added=int(row.added),
            )
            for row in self._connection.execute(asked)
        ]
