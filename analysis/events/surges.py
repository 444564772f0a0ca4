"""Surges: hours with more documents than the past explains.

The expectation of an hour is a level times an hour-of-day and a weekday profile, learned from the trailing weeks with
outliers cut. An alarm is a negative-binomial tail over the last 1, 3, 6 or 24 hours, or a CUSUM for a fourfold rise:
on injected real cascades the two together found more events sooner than EARS C1 to C3 at the same rate of false
alarms. An hour that was not observed is a gap, never a zero: it takes no part in learning or in the windows. Below
0.1 documents an hour statistics say nothing and `RARE` is returned; rules decide there. Pure.
"""

import itertools
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean, median

from crawlers.records import BEIJING

__all__ = ["HourCount", "Surge", "SurgeReason", "SurgeSettings", "judge_hours", "negative_binomial_tail"]

_HOUR = timedelta(hours=1)
_WEEKDAYS = 7
_HOURS = 24


class SurgeReason(StrEnum):
    """Why an hour is or is not a surge."""

    SCAN = "scan"
    CUSUM = "cusum"
    WITHIN_BAND = "within_band"
    TOO_FEW = "too_few"
    RARE = "rare"
    SHORT_HISTORY = "short_history"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class HourCount:
    """Documents in the hour that begins at `hour`; `None` where nothing was observed (every source was down).

    Nothing is learned of what is usual from an hour that is not `whole`: a part of the sources was down. `late` is how many usual
    hours' worth may have come in it beside its own, as these answered again.
    """

    hour: datetime
    count: int | None
    whole: bool = True
    late: float = 0.0

    def __post_init__(self) -> None:
        """Refuse naive times and negative counts."""
        if self.hour.tzinfo is None:
            raise ValueError(f"HourCount.hour must carry a time zone, got {self.hour.isoformat()}")
        if self.count is not None and self.count < 0:
            raise ValueError(f"HourCount.count must not be negative, got {self.count}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeSettings:
    """Parameters of the judgement.

    `alpha` is the tail probability of one hour's window (0.0005 is about one false alarm in four weeks over four
    windows with a day's rest between alarms); `ratio` the rise that the CUSUM looks for and `decision` its limit.
    `fewest` documents in the window are needed whatever the statistics say.
    """

    weeks: int = 4
    guard_hours: int = 24
    fewest_hours: int = 72
    windows: tuple[int, ...] = (1, 3, 6, 24)
    alpha: float = 0.0005
    ratio: float = 4.0
    decision: float = 7.0
    fewest: int = 3
    rarest: float = 0.1
    dispersion: tuple[float, float] = (0.5, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """The judgement of the newest hour.

    `observed`, `expected`, `lower` and `upper` are documents in the `window_hours` hours up to its end (the window
    that speaks loudest); `upper` is the largest count that the past explains at `alpha`. `p` is the tail probability
    of `observed`, `parameters` what a reader needs to repeat the sum.
    """

    hour: datetime
    is_surge: bool
    reason: SurgeReason
    window_hours: int
    observed: int
    expected: float
    lower: int
    upper: int
    p: float
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Baseline:
    level: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    dispersion: float

    def expected(self, hour: datetime) -> float:
        local = hour.astimezone(BEIJING)
        return self.level * self.hours[local.hour] * self.weekdays[local.weekday()]


def judge_hours(counts: Sequence[HourCount], settings: SurgeSettings | None = None) -> Surge:
    """Return the judgement of the last hour of `counts`, learned from the hours before it.

    `counts` must be in time order without repeats; hours missing from it are gaps, like hours of `None`.

    Raises:
        ValueError: when `counts` is empty or out of order.
    """
    numbers = settings or SurgeSettings()
    if not counts:
        raise ValueError("judge_hours needs at least the hour to judge")
    if any(b.hour <= a.hour for a, b in itertools.pairwise(counts)):
        raise ValueError("judge_hours needs hours in time order without repeats")
    newest = counts[-1]
    since = newest.hour - timedelta(weeks=numbers.weeks)
    until = newest.hour - numbers.guard_hours * _HOUR
    past = [(c.hour, c.count) for c in counts if since <= c.hour <= until and c.count is not None and c.whole]
    if newest.count is None:
        return _nothing(newest, SurgeReason.GAP)
    if len(past) < numbers.fewest_hours:
        return _nothing(newest, SurgeReason.SHORT_HISTORY)
    baseline = _learn(past, numbers)
    return _judge(counts, baseline, numbers)


def _judge(counts: Sequence[HourCount], baseline: _Baseline, numbers: SurgeSettings) -> Surge:
    newest = counts[-1]
    windows = [_window(counts, hours, baseline) for hours in numbers.windows]
    tails = [negative_binomial_tail(observed, mean, baseline.dispersion) for observed, mean in windows]
    loudest = min(range(len(windows)), key=lambda n: (tails[n], numbers.windows[n]))
    observed, mean = windows[loudest]
    cusum = _cusum(counts, baseline, numbers)
    reason = SurgeReason.WITHIN_BAND
    if tails[loudest] < numbers.alpha:
        reason = SurgeReason.SCAN
    elif cusum > numbers.decision:
        reason = SurgeReason.CUSUM
    alarmed = reason in {SurgeReason.SCAN, SurgeReason.CUSUM}
    if alarmed and observed < numbers.fewest:
        reason = SurgeReason.TOO_FEW
    elif alarmed and baseline.level < numbers.rarest:
        reason = SurgeReason.RARE
    return Surge(
        hour=newest.hour,
        is_surge=reason in {SurgeReason.SCAN, SurgeReason.CUSUM},
        reason=reason,
        window_hours=numbers.windows[loudest],
        observed=observed,
        expected=round(mean, 3),
        lower=_quantile(numbers.alpha, mean, baseline.dispersion),
        upper=_quantile(1 - numbers.alpha, mean, baseline.dispersion),
        p=tails[loudest],
        parameters={
            "alpha": numbers.alpha,
            "level_per_hour": round(baseline.level, 4),
            "dispersion": round(baseline.dispersion, 3),
            "cusum": round(cusum, 3),
            "cusum_limit": numbers.decision,
            "ratio": numbers.ratio,
            "weeks": float(numbers.weeks),
        },
    )


def negative_binomial_tail(count: int, mean: float, dispersion: float) -> float:
    """Return P(X >= count) of a negative binomial with variance `mean + mean**2 / dispersion`.

    Above the mean the far terms themselves are added: 1 less what lies below is rounding alone from 1e-16 on, and of two
    loud windows the rounding would choose one.
    """
    if count <= 0:
        return 1.0
    terms = _probabilities(mean, dispersion)
    below = [next(terms) for _ in range(count)]
    if count <= mean:
        return max(0.0, 1.0 - math.fsum(below))
    tail = 0.0
    for term in terms:
        tail += term
        if term <= tail * sys.float_info.epsilon:
            break
    return tail


def _probabilities(mean: float, dispersion: float) -> Iterator[float]:
    """Yield P(X = 0), P(X = 1), ... by the ratio of neighbours, without end."""
    share = mean / (mean + dispersion)
    term = math.exp(-dispersion * math.log1p(mean / dispersion))
    for n in itertools.count():
        yield term
        term *= share * (dispersion + n) / (n + 1)


def _quantile(probability: float, mean: float, dispersion: float) -> int:
    """Return the smallest count whose distribution function reaches `probability`."""
    total = 0.0
    # The tail of a mean of 10,000 with dispersion 0.5 ends below 200,000; the bound only stops a broken input.
    for n, term in enumerate(itertools.islice(_probabilities(mean, dispersion), 1_000_000)):
        total += term
        if total >= probability:
            return n
    return 1_000_000


def _learn(past: Sequence[tuple[datetime, int]], numbers: SurgeSettings) -> _Baseline:
    values = [count for _, count in past]
    cap = max(3.0, 3 * median(values) + 3, sorted(values)[int(0.98 * (len(values) - 1))])
    cut = [(hour.astimezone(BEIJING), min(float(count), cap)) for hour, count in past]
    level = fmean(count for _, count in cut)
    if not level:
        return _Baseline(0.01, (1.0,) * _HOURS, (1.0,) * _WEEKDAYS, numbers.dispersion[0])
    hours = _profile(((at.hour, count) for at, count in cut), _HOURS, level)
    weekdays = _profile(((at.weekday(), count) for at, count in cut), _WEEKDAYS, level)
    means = [level * hours[at.hour] * weekdays[at.weekday()] for at, _ in cut]
    excess = fmean((c - m) ** 2 - m for (_, c), m in zip(cut, means, strict=True))
    squares = fmean(m * m for m in means)
    low, high = numbers.dispersion
    dispersion = high if excess <= 0 else min(high, max(low, squares / excess))
    return _Baseline(level, hours, weekdays, dispersion)


def _profile(values: Iterable[tuple[int, float]], size: int, level: float) -> tuple[float, ...]:
    """Return one factor for each of `size` slots, of mean 1."""
    # Ten pseudo-documents at the mean: a night hour seen four times must not promise silence.
    weight = 10.0
    sums, seen = [weight] * size, [weight] * size
    for slot, count in values:
        sums[slot] += count
        seen[slot] += level
    factors = [total / expected for total, expected in zip(sums, seen, strict=True)]
    mean = fmean(factors)
    return tuple(factor / mean for factor in factors)


def _window(counts: Sequence[HourCount], hours: int, baseline: _Baseline) -> tuple[int, float]:
    """Return what was observed in the last `hours` hours and what was expected in those of them that were observed."""
    since = counts[-1].hour - (hours - 1) * _HOUR
    seen = [c for c in counts[-hours:] if c.hour >= since and c.count is not None]
    return sum(c.count or 0 for c in seen), sum(baseline.expected(c.hour) * (1 + c.late) for c in seen)


def _cusum(counts: Sequence[HourCount], baseline: _Baseline, numbers: SurgeSettings) -> float:
    """Return the negative-binomial CUSUM over the guarded hours, a gap leaving it as it is."""
    since = counts[-1].hour - numbers.guard_hours * _HOUR
    k, total = baseline.dispersion, 0.0
    for c in counts[-numbers.guard_hours - 1 :]:
        if c.hour <= since or c.count is None:
            continue
        quiet = max(baseline.expected(c.hour) * (1 + c.late), 1e-6)
        loud = quiet * numbers.ratio
        step = c.count * math.log(numbers.ratio) - (c.count + k) * math.log((k + loud) / (k + quiet))
        total = max(0.0, total + step)
    return total


def _nothing(newest: HourCount, reason: SurgeReason) -> Surge:
    return Surge(
        hour=newest.hour,
        is_surge=False,
        reason=reason,
        window_hours=1,
        observed=newest.count or 0,
        expected=0.0,
        lower=0,
        upper=0,
        p=1.0,
        parameters={},
    )
