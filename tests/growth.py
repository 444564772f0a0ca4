"""How the time of a piece of work grows with what it is given; how fast the machine is does not matter."""

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["LINEAR", "growth"]

Given = TypeVar("Given")

LINEAR = 24.0
"""What eight times as much may cost: 8 where time grows as the input does, 64 where it grows as its square."""


def growth(work: Callable[[Given], object], small: Given, large: Given) -> float:
    """Return how many times the processor time of `small` the work takes for `large`, the best of two runs each.

    Less than a millisecond counts as one: below it, chance decides.
    """
    return _cost(work, large) / max(_cost(work, small), 0.001)


def _cost(work: Callable[[Given], object], given: Given) -> float:
    spans = []
    for _ in range(2):
        began = time.process_time()
        work(given)
        spans.append(time.process_time() - began)
    return min(spans)
