"""Clocks: what an article demands, by when, and where each running clock stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Clock", "ClockRole", "ClockState"]


class ClockRole(StrEnum):
    """Whose duty: the office's own, or another party's that the office watches."""

    OWN = "own"
    WATCH = "watch"


class ClockState(StrEnum):
    """A proposed clock does not run; only an armed clock counts down; late stays late."""

    PROPOSED = "proposed"
    ARMED = "armed"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One duty of one alert.

    `rule_id` names the row of the shipped clock table (`C-5H`, …). `limit` is the text of the limit (`5h`, `20wd`,
    `immediate`); `due_at` is `None` where the text gives no number. `start_at` is t0, first confirmed knowledge;
    `post_at` the time of the first post beside it. `basis` names the policy with number and article. `verified` is false where the limit is not
    verified: such a clock is never armed by itself.
    """

    id: str
    alert_id: str
    rule_id: str
    role: ClockRole
    action: str
    limit: str
    state: ClockState
    start_at: datetime
    post_at: datetime | None
    due_at: datetime | None
    basis: str
    verified: bool
    armed_by: str | None = None
    armed_at: datetime | None = None
    met_at: datetime | None = None
    reason: str | None = None
    warned: int = 0
