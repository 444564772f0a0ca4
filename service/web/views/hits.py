"""Found documents as the search page lists them, with their hits marked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.domain.events.event import EventDocument
from service.ports.search import SearchDocument, SearchQuery
from service.web.views.marking import excerpt, marked

__all__ = ["Hit", "from_search", "from_store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One found document."""

    document_id: str
    kind: str
    title: Markup
    excerpt: Markup
    source: str
    source_class: str
    level: int
    severity: int
    categories: tuple[str, ...]
    at: datetime
    url: str | None
    event_id: str | None


def from_search(document: SearchDocument, query: SearchQuery, names: Mapping[str, str]) -> Hit:
    """Return the hit for a document of the search engine."""
    words = _words(query)
    return Hit(
        document_id=document.document_id,
        kind=document.kind,
        title=marked(document.title or document.text[:40], _spans(document.title, words)),
        excerpt=excerpt(document.text, _spans(document.text, words)),
        source=names.get(document.source_id, document.source_id),
        source_class=document.source_class,
        level=document.level,
        severity=document.severity,
        categories=document.categories,
        at=document.published_at,
        url=document.url,
        event_id=document.event_id,
    )


def from_store(row: EventDocument, query: SearchQuery, names: Mapping[str, str]) -> Hit | None:
    """Return the hit for a stored document where it holds every word and passes the filters, else `None`."""
    text = f"{row.title}\n{row.text}".casefold()
    words = _words(query)
    if not all(word.casefold() in text for word in words) or any(
        word.replace(" ", "").casefold() in text for word in query.excluded
    ):
        return None
    if (query.level_at_least or 0) > row.level or (query.source_class and query.source_class != row.source_class):
        return None
    if query.level_at_most is not None and row.level > query.level_at_most:
        return None
    if query.tone and query.tone != row.tone:
        return None
    return Hit(
        document_id=row.document_id,
        kind=row.kind,
        title=marked(row.title or row.text[:40], _spans(row.title, words)),
        excerpt=excerpt(row.text, _spans(row.text, words)),
        source=names.get(row.source_id, row.source_name),
        source_class=row.source_class,
        level=row.level,
        severity=row.severity,
        categories=row.categories,
        at=row.published_at or row.stored_at,
        url=row.url,
        event_id=None,
    )


def _words(query: SearchQuery) -> list[str]:
    return [*query.tokens, *("".join(run) for run in (*query.begun, *query.phrases))]


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    folded = text.casefold()
    # Case folding may change lengths (ß → ss); then offsets would be wrong, and nothing is marked.
    if len(folded) != len(text):
        return []
    found: list[tuple[int, int]] = []
    for word in words:
        start = folded.find(word.casefold())
        while start >= 0:
            found.append((start, start + len(word)))
            start = folded.find(word.casefold(), start + max(1, len(word)))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
