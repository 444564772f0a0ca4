"""The drill's own clock: it stands while the processes start, and goes `speed` times as fast from then on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["MAX_SPEED", "DrillClock"]

MAX_SPEED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillClock:
    """A clock that every process of a drill agrees on, since all derive it from the same start and the wall clock.

    `begun` returns the wall time at which the time line began, or `None` while the processes start, which takes minutes
    on a starved machine; without it that is `started_at`.
    """

    started_at: datetime
    speed: float
    wall: Callable[[], datetime]
    begun: Callable[[], datetime | None] | None = None

    def __post_init__(self) -> None:
        """Refuse a speed outside ×1 to ×60."""
        if not 1 <= self.speed <= MAX_SPEED:
            raise ValueError(f"the speed of a drill is 1 to {MAX_SPEED}, got {self.speed}")

    def now(self) -> datetime:
        """Return the drill's present moment: never past `started_at` before the time line began."""
        wall, begun = self.wall(), self.started_at if self.begun is None else self.begun()
        if begun is None:
            return min(wall, self.started_at)
        elapsed = wall - begun
        return self.started_at + (elapsed * self.speed if elapsed > timedelta(0) else elapsed)
