"""What is followed: topics with their documents and sheets, matters with their links to events, and disclosures.

Part of `service.ports.store`, from where they are imported.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from service.domain.matters.crossing import Crossing
from service.domain.matters.disclosure import DisclosureDecision
from service.domain.matters.matter import Matter, MatterKind, MatterState
from service.domain.topics.assigned import AssignedDocument
from service.domain.topics.sheet import RiskSheet
from service.domain.topics.topic import Topic

__all__ = ["HourlyCount", "Matters", "Topics", "WaitingCount"]

HourlyCount = tuple[datetime, str, int, int]
"""An hour, a tone, how many documents, and how many of them ask something."""

WaitingCount = tuple[str, str, MatterState, int]
"""A handler, who acted last, a state, and how many matters."""


class Topics(Protocol):
    """Topics, the documents assigned to them, and their risk assessment sheets."""

    def get(self, topic_id: str, *, hold: bool = False) -> Topic | None:
        """Return the topic, or `None`; with `hold` nobody else can change it until commit."""
        ...

    def save(self, topic: Topic) -> None:
        """Insert or replace."""
        ...

    def listing(self, *, state: str | None = None, limit: int = 200, offset: int = 0) -> list[Topic]:
        """Return topics, the last opened first."""
        ...

    def assign(self, rows: Sequence[AssignedDocument]) -> None:
        """Insert or replace documents of topics; none twice in one call."""
        ...

    def withdraw(self, document_ids: Sequence[str], *, topic_ids: Sequence[str]) -> None:
        """Take these documents out of these topics, because they are judged anew."""
        ...

    def clear(self, topic_id: str) -> None:
        """Take every document out of the topic."""
        ...

    def documents(
        self, topic_id: str, *, since: datetime, until: datetime, limit: int = 2000
    ) -> list[AssignedDocument]:
        """Return documents of `since` ≤ time < `until`, newest first."""
        ...

    def hourly(self, topic_id: str, *, since: datetime, until: datetime) -> list[HourlyCount]:
        """Return all documents of the window by hour and tone, in order of time; what has none is left out."""
        ...

    def totals(self, *, since: datetime | None = None) -> Mapping[str, int]:
        """Return how many documents each topic has, of that time on."""
        ...

    def save_sheet(self, sheet: RiskSheet) -> None:
        """Insert or replace a version."""
        ...

    def sheets(self, topic_id: str) -> list[RiskSheet]:
        """Return every version, the latest first."""
        ...

    def latest_sheets(self, topic_ids: Sequence[str]) -> dict[str, RiskSheet]:
        """Return the latest version of each of the topics that has one."""
        ...


class Matters(Protocol):
    """Matters, their links to events, and disclosures."""

    def get(self, matter_id: str, *, hold: bool = False) -> Matter | None:
        """Return the matter, or `None`; with `hold` nobody else can change it until commit."""
        ...

    def get_all(self, matter_ids: Sequence[str]) -> dict[str, Matter]:
        """Return those of the matters that there are, by id."""
        ...

    def save_all(self, matters: Sequence[Matter]) -> None:
        """Insert or replace; none twice in one call."""
        ...

    def listing(
        self,
        *,
        kind: MatterKind | None = None,
        states: Sequence[MatterState] = (),
        due_before: datetime | None = None,
        due_after: datetime | None = None,
        number: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[Matter]:
        """Return matters, the soonest due first, then the last received; those without a due time come last.

        Those of a `number` have it in theirs, whatever the case and width of its letters and digits.
        """
        ...

    def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many matters there are by kind and state; under the state `overdue` those whose due time is before `now`."""
        ...

    def waiting(self, *, before: datetime) -> list[WaitingCount]:
        """Return how many open matters are due before that time, by handler, who acted last, and state."""
        ...

    def received(self, *, since: datetime, until: datetime, limit: int = 5000) -> list[Matter]:
        """Return matters received in `since` ≤ time < `until`, the last received first."""
        ...

    def count_of_applicant(self, applicant: str, *, since: datetime, until: datetime) -> int:
        """Return how many matters of `since` ≤ time < `until` this applicant brought."""
        ...

    def unread(self, *, limit: int) -> list[Matter]:
        """Return matters of which nothing was read though their document is judged, whenever they came; the last received first."""
        ...

    def save_links(self, crossings: Sequence[Crossing]) -> None:
        """Insert or replace likenesses; none twice in one call."""
        ...

    def links_of(self, matter_ids: Sequence[str]) -> dict[str, list[Crossing]]:
        """Return each matter's likenesses, the likeliest first."""
        ...

    def links_of_event(self, event_id: str) -> list[Crossing]:
        """Return the likenesses of an event, the likeliest first."""
        ...

    def save_disclosure(self, disclosure: DisclosureDecision) -> None:
        """Insert or replace."""
        ...

    def disclosures(self, *, limit: int = 500) -> list[DisclosureDecision]:
        """Return decisions, the latest first."""
        ...
