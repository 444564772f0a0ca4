"""Whether roles are alive: each leaves a mark every minute; one of judgement that is old is told where people look.

A role that hangs, or dies at each start, makes no noise otherwise: a day without alerts looks like a quiet day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from service.ports.store import Store, Work

__all__ = ["WATCHED", "leave_mark", "silent_roles", "silent_since"]

_JUDGEMENT = "judgement"
WATCHED = (_JUDGEMENT, "crawl", "web")
"""The roles that leave marks; deliver, which looks at them, is alive while it does."""

_EVERY = timedelta(minutes=1)
# A batch through the encoder takes half a minute on two slow processors; five minutes are no batch.
_LATE = timedelta(minutes=5)


def leave_mark(store: Store, *, now: datetime, role: str = _JUDGEMENT) -> None:
    """Remember that a role was alive at `now`; written once a minute."""
    with store.read() as work:
        last = _last(work, role)
    if last is not None and last <= now < last + _EVERY:
        return
    with store.write() as work:
        work.set_value(f"{role}.alive", now.isoformat())


def silent_since(work: Work, *, now: datetime, pace: float = 1.0) -> datetime | None:
    """Return since when judgement has shown no sign of life, `None` while it does or where it never ran."""
    last = _last(work, _JUDGEMENT)
    return last if last is not None and now - last > _LATE * pace else None


def silent_roles(work: Work, roles: Sequence[str], *, now: datetime) -> list[str]:
    """Return those of the roles that showed no sign of life for five minutes, or never did."""
    marks = {role: _last(work, role) for role in roles}
    return [role for role, last in marks.items() if last is None or abs(now - last) > _LATE]


def _last(work: Work, role: str) -> datetime | None:
    kept = work.value(f"{role}.alive")
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None
