"""In which hours of the last weeks a source answered, kept small: a bit an hour. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

__all__ = ["KEPT_HOURS", "AnsweredHours"]

KEPT_HOURS = 30 * 24
"""So many hours are remembered: what surges are learned from, with the two days around it."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredHours:
    """`since` is the first hour in which the source ever answered, `last` the latest; bit n of `bits` is n hours before that."""

    since: datetime
    last: datetime
    bits: int

    @classmethod
    def of(cls, remembered: object) -> Self | None:
        """Return what `to_memory` wrote, `None` for anything else."""
        if not isinstance(remembered, Mapping):
            return None
        try:
            since, last = (datetime.fromisoformat(remembered[name]) for name in ("since", "last"))
            return cls(since=since, last=last, bits=int(remembered["bits"], 16))
        except (KeyError, ValueError, TypeError):
            return None

    def to_memory(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"since": self.since.isoformat(), "last": self.last.isoformat(), "bits": f"{self.bits:x}"}

    @classmethod
    def noted(cls, before: "AnsweredHours | None", at: datetime) -> "AnsweredHours":
        """Return what is remembered once the source answered `at`; a clock set back is a bit further down."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if before is None:
            return cls(since=hour, last=hour, bits=1)
        steps = int((hour - before.last) / _HOUR)
        kept = (1 << KEPT_HOURS) - 1
        if steps < 0:
            return cls(
                since=min(before.since, hour),
                last=before.last,
                bits=(before.bits | 1 << min(-steps, KEPT_HOURS)) & kept,
            )
        # A source that was silent for a month starts with nothing: shifting by years would make a number of megabytes.
        bits = before.bits << steps if steps < KEPT_HOURS else 0
        return cls(since=before.since, last=hour, bits=(bits | 1) & kept)

    def hours(self) -> list[datetime]:
        """Return the hours in which it answered, the earliest first."""
        return [self.last - n * _HOUR for n in range(self.bits.bit_length() - 1, -1, -1) if self.bits >> n & 1]
