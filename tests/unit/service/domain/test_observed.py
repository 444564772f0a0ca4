"""While most sources are silent nothing is learned of what is usual, and what comes in late is no surge; a true one is."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from service.domain.observed import Voice, outages
from service.domain.surge import History, SurgeCall, decide

HOUR = timedelta(hours=1)
JUDGED = datetime(2026, 11, 25, 8, tzinfo=UTC)
NOW = JUDGED + timedelta(minutes=72)
WATCHED = [JUDGED - n * HOUR for n in range(24 * 28, -1, -1)]
TRIALS = 20


def voice(weight: float, *, silent: Sequence[datetime] = (), every: int = 1, since: datetime = WATCHED[0]) -> Voice:
    answered = [hour for hour in WATCHED[::every] if hour not in silent and hour >= since]
    return Voice(weight=weight, since=since, answered=answered)


def test_an_hour_is_partial_where_sources_are_silent_that_bring_more_than_half() -> None:
    silent = WATCHED[100:110]
    found = outages([voice(6, silent=silent), voice(4)], WATCHED)
    assert set(silent[2:]) <= set(found.partial)
    assert not set(WATCHED[112:]) & set(found.partial)
    assert set(outages([voice(4, silent=silent), voice(6)], WATCHED).partial) <= {WATCHED[110]}


def test_a_source_that_is_visited_once_a_day_is_not_silent_between() -> None:
    assert outages([voice(9, every=24), voice(1)], WATCHED).partial == set()


def test_of_a_source_that_came_later_or_went_for_good_nothing_is_expected() -> None:
    late, gone = voice(9, since=WATCHED[300]), voice(9, silent=WATCHED[-200:])
    assert outages([late, voice(1)], WATCHED).partial == set()
    assert outages([gone, voice(1)], WATCHED).partial == set()
    assert set(outages([voice(9, silent=WATCHED[-100:]), voice(1)], WATCHED).partial) >= set(WATCHED[-98:])


def test_where_nothing_is_known_of_the_sources_no_hour_is_partial() -> None:
    assert outages([], WATCHED).partial == set()


def simulated(seed: int, silent_hours: int, *, ended: int, burst: int, known: bool) -> SurgeCall:
    """Judge the last hour after an outage of nine tenths of what comes, all of which came late, without its own time."""
    chance = np.random.default_rng(seed)
    end = len(WATCHED) - 1 - ended
    silent = set(WATCHED[end - silent_hours : end])
    counts, held = {}, 0
    for n, hour in enumerate(WATCHED):
        rhythm = (1 + 0.8 * math.sin((hour.hour - 1) / 24 * 2 * math.pi)) * (1.2 if hour.weekday() < 5 else 0.5)
        large, small = (int(chance.poisson(chance.gamma(2.0, rate * rhythm / 2.0))) for rate in (1.35, 0.15))
        held += large if hour in silent else 0
        counts[hour] = small + (0 if hour in silent else large) + (min(held, 100) if n == end else 0)
    counts[JUDGED] += burst
    [said] = decide(
        {"risk": counts},
        answered=set(WATCHED),
        history=History(since=WATCHED[0] - 14 * 24 * HOUR, answered=640),
        standing={},
        now=NOW,
        voices=[*(voice(9, silent=sorted(silent)) for _ in range(3)), voice(3)] if known else [],
    )
    return said.call


@pytest.mark.parametrize(("silent", "ended", "burst"), [(6, 0, 120), (12, 0, 250), (12 * 24, 12, 40), (6, 1, 40)])
def test_an_outage_raises_no_false_surge_and_a_true_one_in_the_same_hour_is_found(
    silent: int, ended: int, burst: int
) -> None:
    # Of the weeks themselves one has a rise of its own.
    alike = [
        seed for seed in range(TRIALS) if simulated(seed, 0, ended=ended, burst=0, known=True) is SurgeCall.NOTHING
    ]
    assert len(alike) >= TRIALS - 1
    quiet = [simulated(seed, silent, ended=ended, burst=0, known=True) for seed in alike]
    assert quiet.count(SurgeCall.NEW) == 0
    loud = [simulated(seed, silent, ended=ended, burst=burst, known=True) for seed in range(TRIALS)]
    assert loud.count(SurgeCall.NEW) >= 0.9 * TRIALS


def test_without_knowing_which_sources_answered_the_same_outages_look_like_surges() -> None:
    said = [simulated(seed, 12, ended=0, burst=0, known=False) for seed in range(TRIALS)]
    assert said.count(SurgeCall.NEW) > TRIALS / 2


def test_a_true_surge_while_most_sources_are_silent_is_found() -> None:
    silent = set(WATCHED[-6:])
    counts = {hour: 0 if hour in silent else 1 for hour in WATCHED} | {JUDGED: 18}
    [said] = decide(
        {"risk": counts},
        answered=set(WATCHED),
        history=History(since=WATCHED[0] - 14 * 24 * HOUR, answered=640),
        standing={},
        now=NOW,
        voices=[voice(9, silent=sorted(silent)), voice(1)],
    )
    assert said.call is SurgeCall.NEW
