"""Measuring two ways of doing one thing: interleaved rounds in one process, processor time, medians, the ratio first."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Comparison", "Figure", "LeftOut", "compare", "cost", "typical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One row: rates in units per second of processor time; `low` and `high` bound the ratio over the rounds.

    `product_right` and `peer_right` are shares of right answers, where the row has answers to be right about.
    """

    name: str
    unit: str
    peer: str
    corpus: str
    units: int
    rounds: int
    product_rate: float
    peer_rate: float
    ratio: float
    low: float
    high: float
    product_right: float | None = None
    peer_right: float | None = None

    def to_json(self) -> dict[str, object]:
        """Return the row for standard output."""
        right = {"product_right": self.product_right, "peer_right": self.peer_right}
        return {
            "bench": self.name,
            "ratio": round(self.ratio, 2),
            "ratio_low": round(self.low, 2),
            "ratio_high": round(self.high, 2),
            "product": round(self.product_rate, 1),
            "peer": round(self.peer_rate, 1),
            "unit": self.unit,
            "peer_name": self.peer,
            "corpus": self.corpus,
            "units": self.units,
            "rounds": self.rounds,
            **{name: round(share, 4) for name, share in right.items() if share is not None},
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """One row without a peer: a value with its unit, on what, over how many."""

    name: str
    value: float
    unit: str
    about: str
    units: int

    def to_json(self) -> dict[str, object]:
        """Return the row for standard output."""
        return {
            "bench": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "about": self.about,
            "units": self.units,
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that cannot be measured here, and why."""

    why: str


def compare(
    name: str,
    *,
    unit: str,
    peer_name: str,
    corpus: str,
    units: int,
    rounds: int,
    product: Callable[[], float],
    peer: Callable[[], float],
) -> Comparison:
    """Run both in turn, the other one first each round; each returns the seconds of processor time it took for `units`."""
    seconds: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            theirs = peer()
            seconds.append((product(), theirs))
        else:
            seconds.append((product(), peer()))
    ratios = sorted(theirs / ours for ours, theirs in seconds)
    return Comparison(
        name=name,
        unit=unit,
        peer=peer_name,
        corpus=corpus,
        units=units,
        rounds=rounds,
        product_rate=units / statistics.median(ours for ours, _ in seconds),
        peer_rate=units / statistics.median(theirs for _, theirs in seconds),
        ratio=statistics.median(ratios),
        low=ratios[0],
        high=ratios[-1],
    )


def cost(work: Callable[[], object]) -> float:
    """Return the processor seconds of this process, all threads, that `work` takes; at least a microsecond."""
    began = time.process_time()
    work()
    return max(time.process_time() - began, 1e-6)


def typical(measured: Callable[[], float], rounds: int) -> float:
    """Return the median of `rounds` measurements."""
    return statistics.median(measured() for _ in range(rounds))
