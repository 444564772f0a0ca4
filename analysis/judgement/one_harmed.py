"""One person harmed whom no pattern found: what the encoder says of the whole text, in a head of its own.

A third of the single persons that patterns and the card of points miss have their harm in no word of any list (袜子脱不下来,
两个手指合不拢). The head is linear in the encoder's vector and in the card's points. It is asked only of a risk in which
nobody was counted, and tells one person or nobody: a number has to stand in the text. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.harm.circumstances import SENTENCE, is_refuted
from analysis.harm.weighed import tells_of_several, weigh
from analysis.judgement.aside import tells_no_harm
from analysis.reading import Reading

__all__ = ["ENOUGH", "ONE_HARMED", "OneHarmed", "asks_for_one", "head_inputs", "with_one_harmed"]

ONE_HARMED = "one_harmed_whole"
"""Name of the rule that an explanation tells where the head counted a person."""

ENOUGH = 0.5
"""Log-odds from which one person counts. Of .0 to 1.5 in folds by event it gains most F1 where precision does not fall."""

Facts = Mapping[str, int | bool | str]
_UNWEIGHED = (-1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneHarmed:
    """The head: weights of the inputs that `head_inputs` makes, and a bias."""

    weights: npt.NDArray[np.float64]
    bias: float

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "OneHarmed":
        """Read the head from a manifest."""
        return cls(weights=np.array(stored["weights"]), bias=float(stored["bias"]))

    def tells_one(self, vector: npt.NDArray[np.float32], reading: Reading) -> bool:
        """Tell whether a text in which nobody was counted tells of one person harmed; `vector` is the encoder's of it."""
        return float(head_inputs(vector, reading) @ self.weights) + self.bias > ENOUGH


def head_inputs(vector: npt.NDArray[np.float32], reading: Reading) -> npt.NDArray[np.float64]:
    """Return what the head reads: the vector, the points of the card, and 1 where the card found no ailment to weigh."""
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(reading.joined)]
    weighed = weigh(reading.joined, sentences)
    card = _UNWEIGHED if weighed is None else (weighed.points, 0.0)
    return np.concatenate((vector.astype(np.float64), card))


def asks_for_one(reading: Reading) -> bool:
    """Tell whether a text leaves the question open: nobody was counted, nothing is refuted, several are not told without a number."""
    return not (
        reading.people or tells_no_harm(reading) or is_refuted(reading.title.text) or tells_of_several(reading.joined)
    )


def with_one_harmed(facts: Facts) -> Facts:
    """Return facts with the one person whom the whole text tells; `harmed_by` says that no words of it were counted."""
    return MappingProxyType({**facts, "harmed": 1, "harmed_by": "whole"})
