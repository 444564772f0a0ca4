"""Hands a piece of the audit trail to whoever writes it down elsewhere; that it was handed out stands in it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from service.domain.audit import START, AuditRow, ChainEnd
from service.ports.store import Store, Work

__all__ = ["export_audit", "holds_anchor"]

T = TypeVar("T")


def export_audit(
    store: Store,
    put: Callable[[Iterable[AuditRow], ChainEnd, ChainEnd], T],
    *,
    by: str,
    now: datetime,
    since: datetime | None = None,
) -> T:
    """Call `put` with the rows from the first one not older than `since`, the place before them and the chain's end.

    The rows are those of one moment; the last of them is the act of exporting itself.
    """
    with store.write() as work:
        detail = {"since": since.isoformat() if since else None}
        work.audit.append(actor=by, action="audit.exported", subject="audit:", detail=detail, now=now)
    with store.read() as work:
        head = work.audit.head()
        after = _before(work, since, head) if since else START
        return put(work.audit.chain(after=after.seq), after, head)


def _before(work: Work, since: datetime, head: ChainEnd) -> ChainEnd:
    """Return the place behind which everything is not older than `since`: the end itself where nothing is."""
    first = work.audit.first_since(since)
    return head if first is None else work.audit.at(first - 1) or START


def holds_anchor(store: Store, seq: int, digest: str) -> bool:
    """Tell whether the live chain has this row with this hash, given whole or by its first 16 digits or more."""
    with store.read() as work:
        place = work.audit.at(seq)
    return place is not None and len(digest) >= 16 and place.hash.startswith(digest.lower())  # noqa: PLR2004 - 64 bits, as printed on briefings
