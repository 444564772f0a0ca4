"""What is asked of another model, and who asks it. Part of `service.ports.store`; `Adviser` is a port of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from service.domain.learning.opinion import OpinionTotals, SecondOpinion, Spent, Unfit
from service.domain.learning.opinion_words import Message

__all__ = ["Adviser", "AdviserError", "Opinions", "Reply"]


class AdviserError(Exception):
    """The other model gave nothing to read: `unfit` names why.

    `wish` is how long it asked to be left alone; `tokens` what it counted all the same, `None` where it did not say.
    `detail` is for the log: what was measured, never the text.
    """

    def __init__(self, unfit: Unfit, detail: str, *, wish: timedelta | None = None, tokens: int | None = None) -> None:
        """Keep the named reason."""
        super().__init__(f"{unfit.value}: {detail}")
        self.unfit = unfit
        self.detail = detail
        self.wish = wish
        self.tokens = tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The words that came back, and the tokens that question and answer cost (`None` where that was not said)."""

    content: str
    tokens: int | None


class Adviser(Protocol):
    """Another model, somewhere else."""

    @property
    def model(self) -> str:
        """The name that it is asked under."""
        ...

    @property
    def place(self) -> str:
        """Host and port, for people; no key."""
        ...

    @property
    def most_seconds(self) -> float:
        """How long one call lasts at most."""
        ...

    def ask(self, messages: Sequence[Message], *, most_tokens: int) -> Reply:
        """Put one question, once, within `most_seconds`.

        Raises:
            AdviserError: there is no answer; nothing else is raised, whatever comes back.
        """
        ...


class Opinions(Protocol):
    """Questions to another model: a bounded queue, and what came back.

    Who asks calls `Work.alone("opinions")` first, so nothing here is held against others.
    """

    def add(self, opinions: Sequence[SecondOpinion]) -> int:
        """Queue those whose document and content hash are not there yet; return how many."""
        ...

    def waiting_count(self) -> int:
        """Return how many are waiting or on their way."""
        ...

    def due(self, *, now: datetime, limit: int = 1) -> list[SecondOpinion]:
        """Return those that wait and are ready, oldest first."""
        ...

    def overdue(self, *, now: datetime, since: datetime) -> list[SecondOpinion]:
        """Return those on their way whose lease is over, and those that wait since before `since`; at most 100."""
        ...

    def save(self, opinion: SecondOpinion) -> None:
        """Replace what is kept of the opinion's question."""
        ...

    def get(self, document_id: str, content_hash: str) -> SecondOpinion | None:
        """Return the question about this version of a document, or `None`."""
        ...

    def answered_before(self, question: str) -> SecondOpinion | None:
        """Return an opinion that answers exactly this question, the latest; `None` where it was never answered."""
        ...

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, SecondOpinion]:
        """Return by document what was asked about the text as it is now."""
        ...

    def proposals(self, *, limit: int = 100) -> list[SecondOpinion]:
        """Return opinions above the judgement that nobody has looked at or labelled, of texts as they are now, latest first."""
        ...

    def spent(self, day: date) -> Spent:
        """Return what a day has cost."""
        ...

    def charge(self, day: date, *, calls: int = 0, tokens: int = 0, turned_away: int = 0) -> None:
        """Add to what a day has cost; tokens may be negative: what was set aside and not used."""
        ...

    def totals(self, *, since: datetime) -> OpinionTotals:
        """Return how questions stand; answered and refused ones are those settled at or after `since`."""
        ...
