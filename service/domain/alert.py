"""Alerts: an event raised to a person, with level, reasons, policy basis, clocks and owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

__all__ = ["Alert", "AlertLevel", "AlertState"]


class AlertLevel(IntEnum):
    """Opinion level of the product's own scale 内部舆情预警 (policies.md §5.1); higher is graver."""

    NONE = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def word(self) -> str:
        """The level's name in the interface."""
        return {0: "未达预警", 1: "蓝色", 2: "黄色", 3: "橙色", 4: "红色"}[int(self)]

    @property
    def mark(self) -> str:
        """The level's shape, so that colour never carries it alone."""
        return {0: "—", 1: "●", 2: "■", 3: "◆", 4: "▲"}[int(self)]

    @property
    def key(self) -> str:
        """The lower-case name that storage and style sheets use."""
        return self.name.lower()


class AlertState(StrEnum):
    """Where an alert stands with the people who must act."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One raised event.

    `id` is deterministic from the event and the policy basis. `reason` is the named reason of the decision that
    raised it, `triggers` the sentences (Chinese) that say why this level; `basis` the policy articles as JSON
    (`policy_id, title, issue_number, article, gist, verified, why`); `publication` the publication-authority finding as JSON
    (`verdict, sentence, basis, alternative`); `lead` the department that must answer (name, or 待指定).
    """

    id: str
    event_id: str
    level: AlertLevel
    peak_level: AlertLevel
    state: AlertState
    title: str
    reason: str
    triggers: tuple[str, ...]
    score: float
    basis: tuple[Mapping[str, Any], ...]
    publication: Mapping[str, Any]
    lead: str
    raised_at: datetime
    changed_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    owner: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str | None = None
    answered_at: datetime | None = None
    extras: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 1
