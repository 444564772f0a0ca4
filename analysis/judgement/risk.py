"""From decision values to calibrated probabilities, a level and categories.

The stack is a logistic regression over decision values of the models below it. Another tier adds its decision values
as further inputs; what follows stays as it is. Probabilities are calibrated on predictions for later months than the
models had seen, which is how the product is used.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.assessment import RISK_CATEGORIES, CategoryScore, Level

__all__ = [
    "Inputs",
    "RiskStack",
    "level_of",
    "likely_categories",
    "logistic",
    "ranked",
    "shown_categories",
    "sigmoid",
    "stack_inputs",
]

POSITIVE_CATEGORY = "R14"
# Decision values lie within ± 2; of weights 0.5 to 3 the ones from 2 on did best on predictions for later months.
_SIGN_WEIGHT = 2.0
STACK_INPUTS = ("risk", "remit", "any category", "strong term", "floor")

Inputs = npt.NDArray[np.float64]


def sigmoid(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return 1 / (1 + e^-x) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


def logistic(value: float) -> float:
    """Return 1 / (1 + e^-x) of one number, without overflow."""
    return 0.5 * (1 + math.tanh(0.5 * value))


def stack_inputs(decisions: Inputs, labels: Sequence[str], facts: Inputs) -> Inputs:
    """Return the inputs named `STACK_INPUTS`, one row a document.

    Args:
        decisions: Decision values of tier 1, rows × `labels`.
        labels: Names of the columns.
        facts: Rows × 2: whether a strong term stands in the document, whether a floor rule holds.
    """
    column = {label: number for number, label in enumerate(labels)}
    categories = sigmoid(decisions[:, [column[code] for code in RISK_CATEGORIES]])
    return np.column_stack(
        (
            decisions[:, column["risk"]],
            decisions[:, column["remit"]],
            np.log(categories.sum(axis=1) + 1e-9),
            facts,
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskStack:
    """Weights of the stack, its thresholds, and what is said of a document that names nothing of the field."""

    risk_weights: tuple[float, ...]
    risk_bias: float
    remit_weights: tuple[float, ...]
    remit_bias: float
    risk_threshold: float
    remit_threshold: float
    category_scale: Mapping[str, tuple[float, float]]
    category_threshold: float
    unread_risk: float
    unread_remit: float

    @classmethod
    def from_manifest(cls, stack: Mapping[str, Any]) -> "RiskStack":
        """Read the stack from a manifest."""
        fields = dict(stack)
        for name in ("risk_weights", "remit_weights"):
            fields[name] = tuple(fields[name])
        fields["category_scale"] = {code: (scale[0], scale[1]) for code, scale in stack["category_scale"].items()}
        return cls(**fields)

    def probabilities(self, inputs: Inputs) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return p_in_remit and p_risk of each row; a risk is in the remit, so the first is never the smaller one."""
        # Not `@`: BLAS sums a row in another order for another batch size, and one document must score as it does in a batch.
        p_risk = sigmoid((inputs * np.array(self.risk_weights)).sum(axis=1) + self.risk_bias)
        p_remit = sigmoid((inputs * np.array(self.remit_weights)).sum(axis=1) + self.remit_bias)
        return np.maximum(p_remit, p_risk), p_risk

    def categories(
        self, decisions: Mapping[str, float], level: Level, p_risk: float, leading: Mapping[str, float]
    ) -> tuple[CategoryScore, ...]:
        """Return the categories of a document at `level`, as `shown_categories` has it."""
        return shown_categories(
            self.category_scores(decisions, leading), level, p_risk, (self.risk_threshold, self.category_threshold)
        )

    def category_scores(self, decisions: Mapping[str, float], leading: Mapping[str, float]) -> list[CategoryScore]:
        """Return every category with its chance if the document is a risk, the leading one first, the others by chance.

        The leading one has the highest decision value after what `leading`, the signs of the situation, adds.
        """
        chances = {code: self._category(code, decisions[code]) for code in RISK_CATEGORIES}
        return ranked(chances, {code: decisions[code] + _SIGN_WEIGHT * leading.get(code, 0.0) for code in chances})

    def _category(self, code: str, decision: float) -> float:
        slope, offset = self.category_scale[code]
        return round(logistic(slope * decision + offset), 4)


def ranked(chances: Mapping[str, float], weights: Mapping[str, float]) -> list[CategoryScore]:
    """Return a score a category, the one of most weight first, the others by chance.

    The leading one gets at least the chance of any other, so that whoever reads the chances alone finds the same one
    leading.
    """
    first = max(chances, key=lambda code: weights[code])
    told = {**chances, first: max(chances.values())}
    scores = [CategoryScore(code=code, p=p) for code, p in told.items()]
    return sorted(scores, key=lambda score: (score.code != first, -score.p, score.code))


def level_of(p_in_remit: float, p_risk: float, cuts: tuple[float, float]) -> Level:
    """Return the level that the cuts of risk and remit give."""
    risk_threshold, remit_threshold = cuts
    if p_risk >= risk_threshold:
        return Level.RISK
    return Level.IN_REMIT if p_in_remit >= remit_threshold else Level.OFF_TOPIC


def shown_categories(
    scores: Sequence[CategoryScore], level: Level, p_risk: float, cuts: tuple[float, float]
) -> tuple[CategoryScore, ...]:
    """Return of all `scores`, the leading one first, those that a document at `level` has.

    A risk has at least one; a document of the remit without much risk has R14 alone; one off topic has none.

    Args:
        scores: Every category, the leading one first.
        level: The level of the document.
        p_risk: Its chance of a risk.
        cuts: Of risk and of category.
    """
    risk_threshold, category_threshold = cuts
    if level is Level.OFF_TOPIC:
        return ()
    if level is Level.IN_REMIT and p_risk < risk_threshold / 2:
        return (CategoryScore(code=POSITIVE_CATEGORY, p=round(1 - p_risk, 4)),)
    return likely_categories(scores, category_threshold)


def likely_categories(scores: Sequence[CategoryScore], cut: float) -> tuple[CategoryScore, ...]:
    """Return the leading category and the others whose chance reaches the cut."""
    return tuple(score for number, score in enumerate(scores) if number == 0 or score.p >= cut)
