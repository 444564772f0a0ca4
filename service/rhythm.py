"""What a role does again and again, by a clock that may be set back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["Rhythm"]


@dataclass(slots=True)
class Rhythm:
    """Tells when something that is done `every` so often is due: at once, then each time so much has passed.

    A clock that was set back makes it due at once: a next time that is kept would not come for as long as the clock was
    ahead, a year where the machine started with a wrong date. The clock of a drill runs fast, so that a monotonic one
    does not do.
    """

    every: timedelta
    _last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Tell whether it is due at `now`; if so, it counts as done."""
        if self._last is not None and self._last <= now < self._last + self.every:
            return False
        self._last = now
        return True
