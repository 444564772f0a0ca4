"""The gate for models that learned from officers' labels: measured on the frozen labels and on the office's own stream."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.assess import Analyser
from analysis.assessment import Assessment, Level
from analysis.frozen import LEAST_FROZEN, LEAST_FROZEN_RISKS
from analysis.training.data import Example
from analysis.training.evaluate import average_precision
from crawlers.records import Document

__all__ = [
    "MOST_CHANGED",
    "Fall",
    "Measured",
    "Shift",
    "compare",
    "measure",
    "measure_shift",
]

MOST_CHANGED = 0.1
"""Share of recent documents whose level another model may change, of few at least five; more is no adaptation."""

_ALWAYS_CHANGED = 5

_TOLERANCES: Mapping[str, float] = {
    "levels right": 0.0,
    "risks found": 0.0,
    "risk AP": 0.01,
    "risk loss": 0.01,
    "first categories right": 0.0,
    "severities within 1": 0.0,
    "tones right": 1.0,
}
"""By how much each may be worse: numbers of documents, but for average precision and loss, of which less is better."""

# Of many documents one in a hundred may turn from off topic to in the remit, or back, where risks are told better.
_OF_LEVELS = 0.01

_LESS_IS_BETTER = frozenset({"risk loss"})
_GAINS = ("levels right", "risks found", "risk loss")
_LEAST_GAIN = 1e-4
_LEAST_CHANCE = 1e-4
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Measured:
    """How a model does on labelled documents: counts of documents, average precision and loss by name."""

    documents: int
    risks: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Shift:
    """How another model would judge recent documents: how many, of how many the level changes, risks before and after."""

    documents: int
    changed: int
    before: int
    after: int

    @property
    def share(self) -> float:
        """The share of documents whose level changes."""
        return self.changed / max(1, self.documents)


@dataclass(frozen=True, slots=True)
class Fall:
    """One reason against a model: a metric that got worse, or `few labels`, `no gain`, `too much change`."""

    name: str
    before: float = 0.0
    after: float = 0.0

    def __str__(self) -> str:
        """The reason in English."""
        match self.name:
            case "few labels":
                return f"only {self.before:g} frozen labels with {self.after:g} risks to measure on"
            case "no gain":
                return "nothing that is watched got better on the frozen labels"
            case "too much change":
                return f"{self.after:.1%} of the recent documents would change their level, more than {self.before:.0%}"
            case _:
                return f"{self.name} went from {self.before:.4g} to {self.after:.4g}"


def measure(analyser: Analyser, examples: Sequence[Example]) -> Measured:
    """Measure a model on labelled documents."""
    said = _judged(analyser, [example.document for example in examples])
    pairs = list(zip(examples, said, strict=True))
    risky = np.array([example.level is Level.RISK for example in examples], dtype=bool)
    risks = [pair for pair in pairs if pair[0].level is Level.RISK]
    found = [(example, one) for example, one in risks if one.level is Level.RISK]
    metrics = {
        "levels right": float(sum(example.level is one.level for example, one in pairs)),
        "risks found": float(len(found)),
        "risk AP": average_precision(np.array([one.p_risk for one in said]), risky) if risks else 0.0,
        "risk loss": _balanced_loss(pairs),
        "first categories right": float(sum(e.categories[:1] == one.category_codes[:1] for e, one in found)),
        "severities within 1": float(sum(abs(e.severity - one.severity) <= 1 for e, one in found)),
        "tones right": float(sum(e.tone is one.tone for e, one in pairs)),
    }
    return Measured(len(examples), len(risks), metrics)


def _judged(analyser: Analyser, documents: Sequence[Document]) -> list[Assessment]:
    return [
        one
        for begin in range(0, len(documents), _BATCH)
        for one in analyser.assess(documents[begin : begin + _BATCH])
    ]  # fmt: skip


def _balanced_loss(pairs: Sequence[tuple[Example, Assessment]]) -> float:
    """Return the mean of the logarithmic losses of risks and of others: a mere shift of all chances gains nothing."""
    losses: dict[bool, list[float]] = {True: [], False: []}
    for example, said in pairs:
        chance = min(max(said.p_risk, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
        risky = example.level is Level.RISK
        losses[risky].append(-math.log(chance if risky else 1 - chance))
    means = [sum(side) / len(side) for side in losses.values() if side]
    return sum(means) / len(means) if means else 0.0


def measure_shift(before: Analyser, after: Analyser, documents: Sequence[Document]) -> Shift:
    """Judge recent documents by both models and count what changes."""
    pairs = list(zip(_judged(before, documents), _judged(after, documents), strict=True))
    return Shift(
        documents=len(pairs),
        changed=sum(one.level is not other.level for one, other in pairs),
        before=sum(one.level is Level.RISK for one, _ in pairs),
        after=sum(other.level is Level.RISK for _, other in pairs),
    )


def compare(before: Measured, after: Measured, shift: Shift | None = None) -> tuple[Fall, ...]:
    """Return every reason against the new model; empty where it may judge.

    Args:
        before: The frozen labels, measured with the model that judges now.
        after: The same labels, measured with the new model.
        shift: What it would change among recent documents, where there are any.
    """
    if before.documents < LEAST_FROZEN or before.risks < LEAST_FROZEN_RISKS:
        return (Fall("few labels", before.documents, before.risks),)
    falls = [
        Fall(name, before.metrics[name], after.metrics[name])
        for name, tolerance in _TOLERANCES.items()
        if _loss(name, before, after) > max(tolerance, _OF_LEVELS * before.documents if name == "levels right" else 0)
    ]
    if not falls and all(_loss(name, before, after) > -_LEAST_GAIN for name in _GAINS):
        falls.append(Fall("no gain"))
    if shift is not None and shift.changed > _ALWAYS_CHANGED and shift.share > MOST_CHANGED:
        falls.append(Fall("too much change", MOST_CHANGED, shift.share))
    return tuple(falls)


def _loss(name: str, before: Measured, after: Measured) -> float:
    worse = before.metrics[name] - after.metrics[name]
    return -worse if name in _LESS_IS_BETTER else worse
