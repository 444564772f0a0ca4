"""Versions of the model in an installation: trainings that were wished for, what came of them, and what is in force. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from analysis.frozen import LEAST_FROZEN, LEAST_FROZEN_RISKS, is_frozen

__all__ = [
    "LEAST_LABELS",
    "LEAST_RISKS",
    "SHIPPED",
    "LabelStock",
    "ModelState",
    "Placement",
    "TrainingRun",
    "fall_sentence",
    "figure",
    "in_order",
    "metric_word",
    "stock_of",
]

SHIPPED = ""
"""The name under which a placement means the model that comes with the program."""

LEAST_LABELS = 50
LEAST_RISKS = 20

_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "levels right": "级别判对",
        "risks found": "风险找到",
        "risk AP": "风险排序（AP）",
        "risk loss": "风险概率偏差",
        "first categories right": "首要类别判对",
        "severities within 1": "严重度相差不过一级",
        "tones right": "语气判对",
        "risk P@R.85": "召回 85% 时的精确率",
        "risk F1": "风险 F1",
        "remit AP": "职责相关排序（AP）",
        "category macro-F1": "类别平均 F1",
        "severity ±1 of found": "严重度相差不过一级（比例）",
        "tone macro-F1": "语气平均 F1",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """One training with officers' labels: wished for by a person, started by a process, and how it ended.

    `tries` counts the processes that took it in hand. `version` and `manifest` (SHA-256 of the manifest) name what it
    made, empty while it has made nothing. `promoted` is `None` until it has ended. `reasons` are Chinese sentences: why
    it was refused, or what was measured. `measured` holds, by set of documents, the metrics before and after.
    """

    id: int
    wished_at: datetime
    wished_by: str
    tries: int = 0
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

    def is_held(self, now: datetime) -> bool:
        """Tell whether a process has it in hand at `now`: its lease runs, and began before the clock was set back, if it was."""
        if self.finished_at is not None or self.until is None or self.until <= now:
            return False
        return self.started_at is None or self.started_at <= now + (self.until - self.started_at)


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
    """What the judging process last said: the version it judges by, the wanted one, and why it was not taken.

    `cut` is the chance from which that version calls a document a risk.
    """

    judging: str
    wanted: str
    refused: str
    cut: float
    at: datetime

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "ModelState":
        """Read what `as_json` wrote."""
        return cls(
            judging=str(told["judging"]),
            wanted=str(told["wanted"]),
            refused=str(told["refused"]),
            cut=float(told["cut"]),
            at=datetime.fromisoformat(str(told["at"])),
        )

    def says_as(self, other: "ModelState") -> bool:
        """Tell whether both say the same, whenever they said it."""
        return (self.judging, self.wanted, self.refused) == (other.judging, other.wanted, other.refused)

    def as_json(self) -> dict[str, str | float]:
        """Return the state as the store remembers it."""
        return {
            "judging": self.judging,
            "wanted": self.wanted,
            "refused": self.refused,
            "cut": self.cut,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStock:
    """How many documents are labelled, how many of these as risks, and both of the events that are kept to measure on."""

    labels: int
    risks: int
    frozen: int
    frozen_risks: int

    @property
    def wanting(self) -> str:
        """What is wanting for a training; empty where it can begin. Without a measure every model would be refused."""
        if self.labels < LEAST_LABELS or self.risks < LEAST_RISKS:
            return (
                f"至少要 {LEAST_LABELS} 篇标注、其中 {LEAST_RISKS} 篇风险才能训练，"
                f"现有 {self.labels} 篇、风险 {self.risks} 篇，请继续标注"
            )
        if self.frozen < LEAST_FROZEN or self.frozen_risks < LEAST_FROZEN_RISKS:
            return (
                f"留作检验的五分之一事件里至少要 {LEAST_FROZEN} 篇标注、其中 {LEAST_FROZEN_RISKS} 篇风险才能训练，"
                f"现有 {self.frozen} 篇、风险 {self.frozen_risks} 篇，请再标注一些别的事件的稿件"
            )
        return ""


def stock_of(groups: Iterable[tuple[str, int, int]]) -> LabelStock:
    """Return the stock of labels by group (event, else document): its name, labelled documents, risks among them."""
    rows = list(groups)
    kept = [row for row in rows if is_frozen(row[0])]
    return LabelStock(
        labels=sum(labels for _, labels, _ in rows),
        risks=sum(risks for *_, risks in rows),
        frozen=sum(labels for _, labels, _ in kept),
        frozen_risks=sum(risks for *_, risks in kept),
    )


def metric_word(name: str) -> str:
    """Return the Chinese name of a metric; an unknown one stays as it is."""
    return _METRICS.get(name, name)


def in_order(names: Iterable[str]) -> list[str]:
    """Return names of metrics in the order in which people read them."""
    order = list(_METRICS)
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def figure(value: float) -> str:
    """Return a metric as people read it: a count whole, anything else with three decimals."""
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.3f}"


def fall_sentence(name: str, before: float, after: float) -> str:
    """Return a reason against a model as a Chinese sentence."""
    match name:
        case "few labels":
            return f"保留集只有 {before:.0f} 篇标注、其中风险 {after:.0f} 篇，还不足以衡量，请继续标注"
        case "no gain":
            return "在保留集上没有变好，换用没有意义"
        case "too much change":
            return f"近期稿件有 {after:.1%} 会改变级别，超过 {before:.0%}，变动过大"
        case _:
            return f"{metric_word(name)}由 {figure(before)} 变为 {figure(after)}，变差了"
