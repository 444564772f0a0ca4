"""The office's own words, and the documents that are to be judged again because words changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analysis.assessment import Assessment
from service.domain.words.own_words import OwnWord, WordSort

__all__ = ["EarlierJudgement", "Rejudgements", "Words"]


class Words(Protocol):
    """Own words, those that were removed too."""

    def save(self, words: Sequence[OwnWord]) -> None:
        """Insert or replace words by id."""
        ...

    def get(self, word_id: str) -> OwnWord | None:
        """Return the word, or `None`."""
        ...

    def in_force(self) -> list[OwnWord]:
        """Return the words that are not removed, in the order in which they were added."""
        ...

    def listing(
        self,
        *,
        sort: WordSort | None = None,
        query: str = "",
        removed: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> list[OwnWord]:
        """Return words in force, or removed ones, the latest first; `query` stands in the word, its name, phrase or note."""
        ...

    def counts(self) -> dict[str, int]:
        """Return how many words of each sort are in force; sorts without any are left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierJudgement:
    """What stood of a document that is judged again although its text did not change."""

    assessment: Assessment
    event_id: str | None
    duplicate_of: str | None


class Rejudgements(Protocol):
    """Documents whose text did not change and that are judged again. Each is asked for, queued, and settled once judged."""

    def ask(self, *, since: datetime, limit: int, now: datetime) -> int:
        """Ask for up to `limit` judged documents of `since` or later, the latest first; return how many are asked for anew."""
        ...

    def ask_of(self, document_ids: Sequence[str], *, now: datetime) -> None:
        """Let those of the documents that are judged await assessment at once, before what `queue` lets wait."""
        ...

    def countable(self, *, since: datetime, limit: int) -> int:
        """Return how many `ask` would cover."""
        ...

    def open_count(self) -> int:
        """Return how many are asked for and not judged yet; one that was set aside while it was judged is not waited for."""
        ...

    def queue(self, *, limit: int, now: datetime) -> int:
        """Let up to `limit` of those asked for await assessment, in the order in which they came; return how many."""
        ...

    def resume(self, document_ids: Sequence[str], *, now: datetime) -> None:
        """Take those of the documents, which await assessment, for judged again whose present text was judged before."""
        ...

    def earlier(self, document_ids: Sequence[str]) -> dict[str, EarlierJudgement]:
        """Return what stood of those of the documents that were queued here and not edited since, by id."""
        ...

    def settle(self, document_ids: Sequence[str]) -> None:
        """Forget these: they are judged."""
        ...
