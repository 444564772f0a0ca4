import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.events.surges import HourCount, SurgeReason, SurgeSettings, judge_hours, negative_binomial_tail

START = datetime(2026, 1, 5, tzinfo=UTC)


def series(rate: float, weeks: int = 4, seed: int = 7) -> list[HourCount]:
    """Hourly counts with a daily and weekly rhythm, seeded."""
    chance = random.Random(seed)
    counts = []
    for n in range(weeks * 168):
        hour = START + timedelta(hours=n)
        rhythm = (1 + 0.8 * math.sin((hour.hour - 1) / 24 * 2 * math.pi)) * (1.2 if hour.weekday() < 5 else 0.5)
        mean = chance.gammavariate(2.0, rate * rhythm / 2.0)
        counts.append(HourCount(hour=hour, count=_poisson(chance, mean)))
    return counts


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, n = math.exp(-mean), 1.0, -1
    while product > limit:
        product *= chance.random()
        n += 1
    return max(0, n)


def with_last(counts: list[HourCount], *last: int | None) -> list[HourCount]:
    """The series with its last hours replaced."""
    kept = counts[: len(counts) - len(last)]
    return [*kept, *(replace(c, count=n) for c, n in zip(counts[-len(last) :], last, strict=True))]


class TestSurge:
    def test_a_sudden_hour_is_a_surge_with_its_numbers(self) -> None:
        surge = judge_hours(with_last(series(0.5), 12))
        assert surge.is_surge
        assert surge.observed == 12
        assert surge.upper < 12
        assert surge.p < 0.0005
        assert surge.parameters["alpha"] == 0.0005
        assert surge.expected > 0

    def test_a_slow_rise_is_found_over_a_longer_window(self) -> None:
        surge = judge_hours(with_last(series(0.5), *[3] * 24))
        assert surge.is_surge
        assert surge.window_hours > 1

    def test_an_ordinary_hour_is_within_the_band(self) -> None:
        surge = judge_hours(with_last(series(3.0), 3))
        assert not surge.is_surge
        assert surge.lower <= surge.observed <= surge.upper

    def test_false_alarms_are_rare_on_ordinary_weeks(self) -> None:
        counts = series(1.0, weeks=8, seed=11)
        alarms, last = 0, -99
        for n in range(4 * 168, len(counts)):
            if judge_hours(counts[max(0, n - 4 * 168 - 24) : n + 1]).is_surge and n - last > 24:
                alarms, last = alarms + 1, n
        assert alarms <= 3

    def test_two_documents_are_never_a_surge(self) -> None:
        quiet = [HourCount(hour=START + timedelta(hours=n), count=0) for n in range(28 * 24)]
        assert judge_hours(with_last(quiet, 2)).reason in {SurgeReason.TOO_FEW, SurgeReason.WITHIN_BAND}

    def test_a_silent_topic_is_left_to_the_rules(self) -> None:
        quiet = [HourCount(hour=START + timedelta(hours=n), count=0) for n in range(28 * 24)]
        assert judge_hours(with_last(quiet, 5)).reason is SurgeReason.RARE


class TestGaps:
    def test_an_unobserved_hour_is_a_gap_and_not_a_judgement(self) -> None:
        assert judge_hours(with_last(series(1.0), None)).reason is SurgeReason.GAP

    def test_a_day_without_observation_does_not_lower_the_expectation(self) -> None:
        counts = series(3.0)
        gap = [replace(c, count=None) if 300 <= n < 420 else c for n, c in enumerate(counts)]
        zero = [replace(c, count=0) if 300 <= n < 420 else c for n, c in enumerate(counts)]
        full, gapped, zeroed = (judge_hours(with_last(list(c), 4)) for c in (counts, gap, zero))
        assert abs(gapped.expected - full.expected) < abs(zeroed.expected - full.expected)

    def test_missing_rows_and_unknown_counts_are_the_same(self) -> None:
        counts = with_last(series(2.0), 9)
        unknown = [replace(c, count=None) if n % 5 == 0 and n < 660 else c for n, c in enumerate(counts)]
        missing = [c for c in unknown if c.count is not None]
        assert judge_hours(unknown) == judge_hours(missing)

    def test_three_days_of_history_are_needed(self) -> None:
        assert judge_hours(series(1.0)[:80]).reason is SurgeReason.SHORT_HISTORY


class TestInput:
    def test_hours_out_of_order_are_refused(self) -> None:
        with pytest.raises(ValueError, match="time order"):
            judge_hours(list(reversed(series(1.0)[:10])))

    def test_no_hour_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least"):
            judge_hours([])

    def test_naive_hours_and_negative_counts_are_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            HourCount(hour=datetime(2026, 1, 1), count=1)  # noqa: DTZ001
        with pytest.raises(ValueError, match="negative"):
            HourCount(hour=START, count=-1)


@given(st.integers(1, 60), st.floats(0.01, 50), st.floats(0.5, 50))
def test_the_tail_falls_with_the_count_and_stays_a_probability(count: int, mean: float, dispersion: float) -> None:
    here, further = (negative_binomial_tail(n, mean, dispersion) for n in (count, count + 1))
    assert 0.0 <= further <= here <= 1.0


def test_the_tail_agrees_with_the_exact_sum() -> None:
    k, mean = 2.0, 3.0
    p = k / (k + mean)
    exact = 1 - sum(math.comb(n + 1, n) * p**2 * (1 - p) ** n for n in range(5))
    assert negative_binomial_tail(5, mean, k) == pytest.approx(exact)


def test_a_tail_far_smaller_than_rounding_is_still_told() -> None:
    mean = 1.0
    poisson = math.fsum(math.exp(-mean) / math.factorial(n) for n in range(24, 60))
    assert negative_binomial_tail(24, mean, 1e9) == pytest.approx(poisson, rel=1e-6)


@given(st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=1, max_size=300), st.integers(0, 3))
def test_any_series_gives_a_finite_judgement(values: list[int | None], weeks: int) -> None:
    counts = [HourCount(hour=START + timedelta(hours=n), count=v) for n, v in enumerate(values)]
    surge = judge_hours(counts, SurgeSettings(weeks=weeks + 1, fewest_hours=10))
    assert math.isfinite(surge.expected)
    assert 0.0 <= surge.p <= 1.0
    assert surge.lower <= surge.upper


@given(st.integers(3, 30))
def test_more_documents_in_the_last_hour_never_undo_a_surge(count: int) -> None:
    counts = series(0.5)
    if judge_hours(with_last(counts, count)).is_surge:
        assert judge_hours(with_last(counts, count + 1)).is_surge
