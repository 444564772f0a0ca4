"""The hourly counts depend on rules, such as what counts as 涉赣; what was counted by older rules is counted anew.

A digest of the rules that were used is kept beside the counts, and changes in the transaction that counts anew.
"""

from collections.abc import Callable

from service.domain.figures.counting import cells_of, counted_by
from service.ports.store import Store, Work

__all__ = ["QUICK", "counts_are_older", "recount", "recount_where_quick"]

QUICK = 20_000
"""Up to so many documents a start counts anew by itself: 1.4 s for short ones on SQLite, in which nothing else is written."""

_COUNTED_BY = "rollups.counted_by"
_RANGE = 1000


def counts_are_older(work: Work) -> bool:
    """Tell whether documents were counted by other rules than those in force."""
    return work.value(_COUNTED_BY) != counted_by() and bool(work.documents.search_versions(after_seq=0, limit=1))


def recount(store: Store, *, only_older: bool = False, progress: Callable[[int], None] | None = None) -> int | None:
    """Count every judged document by the rules in force, each once; return how many, `None` where nothing was to be done.

    One transaction, which everybody else who counts waits for: 20,000 short documents took 1.4 s on SQLite.
    """
    with store.write() as work:
        work.alone("rollups")
        if only_older and not counts_are_older(work):
            return None
        work.rollups.clear()
        counted = after = 0
        while page := work.documents.search_versions(after_seq=after, limit=_RANGE):
            for document in work.documents.search_documents_of([document_id for _, document_id, _ in page]):
                for cell in cells_of(
                    at=document.published_at,
                    source_class=document.source_class,
                    categories=document.categories,
                    places=document.regions,
                    level=document.level,
                    tone=document.tone,
                ):
                    work.rollups.add(**cell._asdict())
            counted, after = counted + len(page), page[-1][0]
            if progress is not None:
                progress(counted)
        work.set_value(_COUNTED_BY, counted_by())
    return counted


def recount_where_quick(store: Store) -> int | None:
    """Count anew at a start where older rules counted few documents; return how many, `None` where nothing was done.

    A store without documents is counted by the rules in force from here on.
    """
    with store.read() as work:
        same, some = work.value(_COUNTED_BY) == counted_by(), work.documents.search_versions(after_seq=0, limit=1)
        if same or (some and work.documents.count() > QUICK):
            return None
    counted = recount(store)
    return counted if some else None
