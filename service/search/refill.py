"""Fills the search projection from the store where a start finds it empty or a restore asked for it."""

from service.ports.search import Search
from service.ports.store import Store, Work
from service.search.verify import VerifyReport, verify

__all__ = ["ask_for_refill", "refill"]

_ASKED = "search.refill"


def ask_for_refill(work: Work) -> None:
    """Let the next start compare the whole projection with the store: after a restore it may be missing, or ahead."""
    work.set_value(_ASKED, True)  # noqa: FBT003 - the value itself


def refill(store: Store, search: Search) -> VerifyReport | None:
    """Put the projection right where it was asked for, or where it is empty and the store is not; `None` where neither.

    What was begun and not ended, because the process was stopped, is done by the next start. Raises as `verify` does.
    """
    with store.read() as work:
        asked = bool(work.value(_ASKED, default=False))
        held = work.documents.search_versions(after_seq=0, limit=1)
    if not asked and (not held or search.versions(after_seq=0, limit=1)):
        return None
    if not asked:
        with store.write() as work:
            ask_for_refill(work)
    report = verify(store, search, repair=True)
    with store.write() as work:
        work.set_value(_ASKED, False)  # noqa: FBT003 - the value itself
    return report
