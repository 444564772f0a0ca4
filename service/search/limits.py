"""What both engines accept alike: how deep a person may page, which documents can be indexed, which tokens can be found."""

from collections.abc import Iterable, Sequence

from service.ports.search import SearchDocument, SearchQuery

__all__ = ["MAX_DEPTH", "MAX_LIMIT", "findable", "require_page", "separate"]

MAX_LIMIT = 100
MAX_DEPTH = 10_000

_SORTS = ("newest", "score")


def require_page(query: SearchQuery) -> None:
    """Raise `ValueError` for a page that is too large or too deep, and for an unknown order."""
    if query.sort not in _SORTS:
        raise ValueError(f"sort must be one of {_SORTS}, got {query.sort!r}")
    if not 0 <= query.limit <= MAX_LIMIT:
        raise ValueError(f"limit must be 0 to {MAX_LIMIT}, got {query.limit}")
    if query.offset < 0 or query.offset + query.limit > MAX_DEPTH:
        raise ValueError(f"offset must be 0 to {MAX_DEPTH - query.limit}, got {query.offset}")


def separate(documents: Sequence[SearchDocument]) -> tuple[list[SearchDocument], dict[str, str]]:
    """Return the newest version of each document that can be indexed, and why the others cannot, by id."""
    good: dict[str, SearchDocument] = {}
    refused: dict[str, str] = {}
    # All at once: a batch of which something cannot be encoded is rare.
    some = _reason(documents) is not None
    for document in documents:
        if some and (reason := _reason([document])) is not None:
            refused[document.document_id] = f"含有无法编码的字符（{reason}）"
            continue
        known = good.get(document.document_id)
        if known is None or known.version <= document.version:
            good[document.document_id] = document
    return list(good.values()), refused


def _reason(documents: Iterable[SearchDocument]) -> str | None:
    """Return why a text of these cannot be encoded, `None` where all can."""
    try:
        "".join([f"{one.title}{one.text}{one.tokens}{one.url}" for one in documents]).encode()
    except UnicodeEncodeError as error:
        return error.reason
    return None


def findable(tokens: Iterable[str]) -> list[str]:
    """Return the tokens that hold a letter, figure or character; punctuation is not indexed."""
    return [token for token in tokens if any(sign.isalnum() for sign in token)]
