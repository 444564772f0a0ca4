"""The drill's own clock: it starts at the moment of the start and runs `speed` times as fast."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

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
        """Return the drill's present moment."""
        return self.started_at + (self.wall() - self.started_at) * self.speed
