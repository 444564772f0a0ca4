"""While most sources are silent nothing is learned of what is usual, and what comes in late is no surge; a true one is."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from service.domain.figures.observed import Voice, outages
from service.domain.figures.surge import History, SurgeCall, decide

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


def test_one_hour_more_than_its_pause_is_no_silence_and_what_the_rest_may_bring_stands_in_the_hour_of_its_return() -> (
    None
):
    silent = WATCHED[100:110]
    found = outages([voice(6, silent=silent), voice(4)], WATCHED)
    assert set(found.partial) == {*silent[1:], WATCHED[110]}
    # Of eleven hours two are its pause: nine hours of six tenths.
    assert found.late == {WATCHED[110]: pytest.approx(5.4)}


@pytest.mark.parametrize(("missed", "late"), [(1, {}), (2, {WATCHED[102]: 0.25})])
def test_a_quarter_of_an_hour_that_comes_late_is_counted_and_less_is_not(
    missed: int, late: dict[datetime, float]
) -> None:
    found = outages([voice(1, silent=WATCHED[100 : 100 + missed]), voice(3)], WATCHED)
    assert (found.late, set(found.partial)) == (late, set(late))
    assert outages([voice(1, silent=WATCHED[100:102]), voice(3.1)], WATCHED).late == {}


def test_a_source_that_rests_each_night_is_not_silent_then() -> None:
    rests = [hour for hour in WATCHED if hour.hour in range(16, 22)]
    assert outages([voice(9, silent=rests), voice(1)], WATCHED).partial == set()


def test_half_of_what_is_usual_suffices_and_less_does_not() -> None:
    silent = WATCHED[100:110]
    half, less = (outages([voice(5, silent=silent), voice(rest)], WATCHED) for rest in (5, 4.9))
    assert (set(half.partial), set(less.partial)) == ({WATCHED[110]}, {*silent[1:], WATCHED[110]})


def test_of_a_source_that_is_visited_every_third_day_two_days_without_an_answer_are_a_silence() -> None:
    answered = WATCHED[::72]
    found = outages([voice(9, every=72), voice(1)], WATCHED)
    silent = {hour for n, hour in enumerate(WATCHED) if n % 72 >= 48}
    # Each answer brings a day more than its pace.
    assert found.late == dict.fromkeys(answered[1:], pytest.approx(24 * 0.9))
    assert set(found.partial) == silent | set(answered[1:])


def test_no_more_than_a_week_comes_late_however_long_nobody_read() -> None:
    found = outages([voice(1, silent=WATCHED[100:400]), voice(1)], WATCHED)
    assert found.late == {WATCHED[400]: 84.0}


def test_a_source_that_answered_three_times_is_not_expected_and_one_that_answered_four_times_is() -> None:
    three, four = (Voice(weight=9, since=WATCHED[-9], answered=WATCHED[-9 : -9 + count]) for count in (3, 4))
    assert set(outages([three, voice(1)], WATCHED).partial) == set()
    assert set(outages([four, voice(1)], WATCHED).partial) == set(WATCHED[-4:])


@pytest.mark.parametrize(("hours", "expected"), [(7 * 24, True), (7 * 24 + 1, False)])
def test_whoever_is_silent_for_more_than_a_week_is_gone(hours: int, *, expected: bool) -> None:
    found = outages([voice(9, silent=WATCHED[-hours:]), voice(1)], WATCHED)
    assert bool(found.partial) is expected


def test_answers_outside_of_the_hours_that_are_judged_make_none_of_these_late() -> None:
    early = [WATCHED[0] - n * HOUR for n in (200, 100, 50)]
    long_ago = Voice(weight=1, since=early[0], answered=[*early, *WATCHED])
    assert outages([long_ago], WATCHED[1:]).late == {}
    assert outages([long_ago], []).partial == ()


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
