"""Full-text search and aggregation: a projection that is rebuilt from the store, never the truth.

Two adapters (SQLite FTS5, Elasticsearch) pass one contract suite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from crawlers.records import filled_at_once

__all__ = [
    "Search",
    "SearchDocument",
    "SearchHit",
    "SearchQuery",
    "SearchRefusedError",
    "SearchResult",
    "SearchUnavailableError",
]


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """What the search projection holds of one document; `version` is the external version (grows with each assessment)."""

    document_id: str
    version: int
    seq: int
    title: str
    text: str
    tokens: str
    source_id: str
    source_class: str
    kind: str
    level: int
    severity: int
    tone: str
    categories: tuple[str, ...]
    products: tuple[str, ...]
    firms: tuple[str, ...]
    regions: tuple[str, ...]
    event_id: str | None
    published_at: datetime
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What a person asks for. `tokens` are the query's words segmented as documents are; all must occur (a quoted phrase in order).

    `begun` are runs of characters that stand side by side, or begin a word; `excluded` are words, or several in order with
    blanks between, that must not occur, nor a word that begins with them. `since` ≤ published < `until`. `categories` are alternatives. `region` is a six-digit code and takes in the regions
    below it. `sort` is `newest` or `score`; `limit` is at most 100, `offset + limit` at most 10,000 (`ValueError`
    beyond).
    """

    tokens: tuple[str, ...] = ()
    begun: tuple[tuple[str, ...], ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    level_at_least: int | None = None
    level_at_most: int | None = None
    categories: tuple[str, ...] = ()
    region: str | None = None
    source_class: str | None = None
    tone: str | None = None
    sort: str = "newest"
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One found document; `score` is comparable only within one result."""

    document: SearchDocument
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Found documents, the total, and facet counts by field (`categories`, `source_class`, `level`, `region`)."""

    hits: tuple[SearchHit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    degraded: str | None = None


class SearchUnavailableError(Exception):
    """The search engine could not be reached or refused; the sentence says what and where."""


class SearchRefusedError(Exception):
    """Some documents can never be indexed as they are, so trying again is no use; all others of the batch are indexed."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        """Keep why, by document id."""
        self.reasons = dict(reasons)
        first = next(iter(self.reasons.items()), ("", ""))
        super().__init__(f"{len(self.reasons)} 篇稿件无法建立索引，例如 {first[0]}：{first[1]}")


class Search(Protocol):
    """A rebuildable projection for full-text search. Raises `SearchUnavailableError` where the engine does not answer."""

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id; an older version than the stored one is ignored. Raises `SearchRefusedError`."""
        ...

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents."""
        ...

    def find(self, query: SearchQuery) -> SearchResult:
        """Return what matches all tokens and filters."""
        ...

    def versions(self, *, after_seq: int, limit: int) -> list[tuple[int, str, int]]:
        """Return `(seq, document_id, version)` in order of `seq`, for comparing with the truth."""
        ...

    def made_by(self) -> str | None:
        """Return what `note_made_by` wrote; `None` where nobody did since the projection was made or emptied."""
        ...

    def note_made_by(self, rules: str) -> None:
        """Keep in the projection by which rules everything in it was made."""
        ...

    def clear(self) -> None:
        """Empty the projection."""
        ...

    def check(self) -> str | None:
        """Return `None` where the engine answers, else one sentence."""
        ...

    def close(self) -> None:
        """Give back every connection."""
        ...
