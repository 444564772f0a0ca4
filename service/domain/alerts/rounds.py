"""Rounds of an alert: each time it asks for an acknowledgement a new one begins. Pure, over the alert's own marks.

The number of the round is part of what makes a mail the same mail, so that a later rise is never taken for an earlier
one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = ["marked_moment", "next_round", "round_number"]

_OF_A_ROUND = frozenset({"tier", "shift", "muted", "round_why"})


def marked_moment(extras: Mapping[str, Any], name: str) -> datetime | None:
    """Return the moment that a mark of the alert holds, `None` where the alert has no such mark."""
    text = extras.get(name)
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def round_number(extras: Mapping[str, Any]) -> int:
    """Return the number of the round, 1 where there was no other."""
    number = extras.get("round", 1)
    return number if isinstance(number, int) else 1


def next_round(extras: Mapping[str, Any], *, why: str, now: datetime) -> dict[str, Any]:
    """Return the marks at the beginning of a new round that began `now` because of `why`."""
    kept = {name: value for name, value in extras.items() if name not in _OF_A_ROUND}
    return {**kept, "round": round_number(extras) + 1, "round_at": now.isoformat(), "round_why": why}
