"""Versions of the model in an installation: trainings that were wished for, what came of them, and what is in force. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

__all__ = ["SHIPPED", "ModelState", "Placement", "TrainingRun", "training_wanting"]

SHIPPED = ""
"""The name under which a placement means the model that comes with the program."""

LEAST_LABELS = 50
LEAST_RISKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """One training with officers' labels: wished for by a person, started by a process, and how it ended.

    `version` and `manifest` (SHA-256 of the manifest) name what it made, empty while it has made nothing. `promoted`
    is `None` until it has ended. `reasons` are Chinese sentences: why it was refused, or what was measured.
    `measured` holds, by set of documents, the metrics before and after.
    """

    id: int
    wished_at: datetime
    wished_by: str
    until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    promoted: bool | None = None
    version: str = ""
    manifest: str = ""
    parent: str = ""
    labels: int = 0
    risks: int = 0
    reasons: tuple[str, ...] = ()
    measured: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A model put in force: `SHIPPED` or the version of a run, by whom, when and why; the last one counts."""

    id: int
    version: str
    actor: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """What the judging process last said: the version it judges by, the wanted one, and why it was not taken."""

    judging: str
    wanted: str
    refused: str
    at: datetime

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ModelState":
        """Read what `as_json` wrote."""
        return cls(
            judging=str(told["judging"]),
            wanted=str(told["wanted"]),
            refused=str(told["refused"]),
            at=datetime.fromisoformat(str(told["at"])),
        )

    def as_json(self) -> dict[str, str]:
        """Return the state as the store remembers it."""
        return {"judging": self.judging, "wanted": self.wanted, "refused": self.refused, "at": self.at.isoformat()}


def training_wanting(labels: int, risks: int) -> str:
    """Say what is wanting for a training with so many labelled documents and risks among them; empty where it can begin."""
    if labels >= LEAST_LABELS and risks >= LEAST_RISKS:
        return ""
    return f"至少要 {LEAST_LABELS} 篇标注、其中 {LEAST_RISKS} 篇风险才能训练，现有 {labels} 篇、风险 {risks} 篇，请继续标注"
