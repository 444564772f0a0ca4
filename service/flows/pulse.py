"""Whether judgement is alive: its role leaves a mark every minute, and a mark that is old is told where people look.

A role that hangs, or dies at each start, makes no noise otherwise: a day without alerts looks like a quiet day.
"""

from datetime import datetime, timedelta

from service.ports.store import Store, Work

__all__ = ["leave_mark", "silent_since"]

_MARK = "judgement.alive"
_EVERY = timedelta(minutes=1)
# A batch through the encoder takes half a minute on two slow processors; five minutes are no batch.
_LATE = timedelta(minutes=5)


def leave_mark(store: Store, *, now: datetime) -> None:
    """Remember that judgement was alive at `now`; written once a minute."""
    with store.read() as work:
        last = _last(work)
    if last is not None and last <= now < last + _EVERY:
        return
    with store.write() as work:
        work.set_value(_MARK, now.isoformat())


def silent_since(work: Work, *, now: datetime, pace: float = 1.0) -> datetime | None:
    """Return since when judgement has shown no sign of life, `None` while it does or where it never ran."""
    last = _last(work)
    return last if last is not None and now - last > _LATE * pace else None


def _last(work: Work) -> datetime | None:
    kept = work.value(_MARK)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None
