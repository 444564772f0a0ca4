"""The drill's own clock: real time until the start, `speed` times as fast from then on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["MAX_SPEED", "DrillClock"]

MAX_SPEED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillClock:
    """A clock that every process of a drill agrees on, since all derive it from the same start and the wall clock."""

    started_at: datetime
    speed: float
    wall: Callable[[], datetime]

    def __post_init__(self) -> None:
        """Refuse a speed outside ×1 to ×60."""
        if not 1 <= self.speed <= MAX_SPEED:
            raise ValueError(f"the speed of a drill is 1 to {MAX_SPEED}, got {self.speed}")

    def now(self) -> datetime:
        """Return the drill's present moment; the first seconds, while its processes start, count as they are."""
        elapsed = self.wall() - self.started_at
        return self.started_at + (elapsed * self.speed if elapsed > timedelta(0) else elapsed)
