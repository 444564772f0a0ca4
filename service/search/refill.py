"""Fills the search projection from the store where a start finds it empty or made by older rules, or a restore asked for it."""

from service.ports.search import Search
from service.ports.store import Store, Work
from service.search.verify import VerifyReport, is_older, note_rules, verify

__all__ = ["ask_for_refill", "rebuilding", "refill", "renew"]

_ASKED = "search.refill"
_DONE = "search.refilled"


def ask_for_refill(work: Work) -> None:
    """Let the next start compare the whole projection with the store: after a restore it may be missing, or ahead."""
    work.set_value(_ASKED, True)  # noqa: FBT003 - the value itself


def refill(store: Store, search: Search) -> VerifyReport | None:
    """Put the projection right where it was asked for, is empty though the store is not, or was made by older rules; else `None`.

    What was begun and not ended, because the process was stopped, is done by the next start. Raises as `verify` does.
    """
    with store.read() as work:
        asked = bool(work.value(_ASKED, default=False))
        held = work.documents.search_versions(after_seq=0, limit=1)
    shown = search.versions(after_seq=0, limit=1)
    if not (held or shown):
        note_rules(store, search)
    if not asked and (not held or (shown and not is_older(store, search))):
        return None
    if not asked:
        with store.write() as work:
            ask_for_refill(work)
    _note_done(store, 0)
    report = verify(store, search, repair=True, progress=lambda done: _note_done(store, done))
    with store.write() as work:
        work.set_value(_ASKED, False)  # noqa: FBT003 - the value itself
    return report


def _note_done(store: Store, documents: int) -> None:
    with store.write() as work:
        work.set_value(_DONE, documents)


def rebuilding(store: Store, search: Search) -> str | None:
    """Say that the projection is being filled, or waits for that, with how far it is; `None` where it is whole.

    Raises as `verify` does.
    """
    with store.read() as work:
        asked = bool(work.value(_ASKED, default=False))
        done, judged = work.value(_DONE, default=0), 0
        if asked:
            judged = work.documents.count() - work.documents.pending_count()
        held = work.documents.search_versions(after_seq=0, limit=1)
    if asked:
        return f"检索索引正在重建，结果可能不全：已核对 {done:,} 篇，共 {max(done, judged):,} 篇"
    if held and (not search.versions(after_seq=0, limit=1) or is_older(store, search)):
        return "检索索引不完整，结果可能不全；一分钟内自动开始重建，投递进程没有运行时除外"
    return None


def renew(store: Store, search: Search) -> VerifyReport:
    """Make every document of the projection anew by the rules in force. Raises as `verify` does."""
    return verify(store, search, repair=True, whole=True)
