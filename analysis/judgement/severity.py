"""Severity 1 to 5 of a risk, from the models' decision values, the counted facts and the signs of the situation.

A multinomial logistic regression over the ordinal models (at least 2, 3, 4, 5), facts and signs; of its chances the
median step is the severity, which errs by less than the likeliest one. Above it stands one rule: a death that a
sentence ties to a product is 5.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import Any

from analysis.judgement.signs import SEVERITY_SIGNS, Signs

__all__ = ["MOST_SEVERE", "SEVERITY_INPUTS", "SEVERITY_LABELS", "SeverityModel", "severity_inputs", "severity_of"]

MOST_SEVERE = 5
SEVERITY_LABELS = tuple(f"severity>={step}" for step in range(2, MOST_SEVERE + 1))
_FACTS = ("deaths", "cluster", "one harmed", "several harmed", "vulnerable")
SEVERITY_INPUTS = (*SEVERITY_LABELS, *_FACTS, *SEVERITY_SIGNS)
_SEVERAL = 3
_HALF = 0.5
_GRAVE = 4
_GRAVE_CHANCE = 0.4
"""To miss a grave one is worse than to tell a 3 as one. On later months' risks that no model had seen .76 of the grave
ones are found (at .5: .67), exact .66 (.65); of documents .87 (.83), exact .68 (.69); of written entries .82 (.78),
exact .70 (.71)."""
# Sums of the same chances in another order differ in the last bit.
_NOISE = 1e-9

Facts = Mapping[str, int | bool | str]


def severity_inputs(decisions: Mapping[str, float], facts: Facts, signs: Signs) -> list[float]:
    """Return the inputs named `SEVERITY_INPUTS`."""
    harmed = int(facts.get("harmed", 0))
    return [
        *(decisions[label] for label in SEVERITY_LABELS),
        float(int(facts.get("deaths", 0)) > 0),
        float(bool(facts.get("cluster")) or bool(facts.get("large_cluster"))),
        float(harmed == 1),
        float(harmed >= _SEVERAL),
        float(bool(facts.get("vulnerable"))),
        *signs.severity,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityModel:
    """One weight vector and bias per severity."""

    weights: tuple[tuple[float, ...], ...]
    biases: tuple[float, ...]

    @classmethod
    def from_manifest(cls, stored: Mapping[str, Any]) -> "SeverityModel":
        """Read the model from a manifest."""
        return cls(weights=tuple(map(tuple, stored["weights"])), biases=tuple(stored["biases"]))

    def severity(self, decisions: Mapping[str, float], facts: Facts, signs: Signs, rules: Sequence[str]) -> int:
        """Return the severity of a risk, `rules` being the names of the rules that hold."""
        return severity_of(self.chances(decisions, facts, signs), rules)

    def chances(self, decisions: Mapping[str, float], facts: Facts, signs: Signs) -> list[float]:
        """Return the chance of each severity, 1 to 5, if the document is a risk."""
        inputs = severity_inputs(decisions, facts, signs)
        sums = [bias + sum(map(mul, row, inputs)) for row, bias in zip(self.weights, self.biases, strict=True)]
        most = max(sums)
        masses = [math.exp(value - most) for value in sums]
        whole = sum(masses)
        return [mass / whole for mass in masses]


def severity_of(chances: Sequence[float], rules: Sequence[str]) -> int:
    """Return the median step of the chances of 1 to 5, 4 where a grave one is likely enough, and 5 where a sentence ties a death to a product."""
    if "product_death" in rules:
        return MOST_SEVERE
    reached, whole = accumulate(chances), sum(chances)
    median = 1 + next(step for step, mass in enumerate(reached) if mass >= _HALF * whole - _NOISE)
    grave = sum(chances[_GRAVE - 1 :]) >= _GRAVE_CHANCE * whole - _NOISE
    return max(median, _GRAVE) if grave else median
