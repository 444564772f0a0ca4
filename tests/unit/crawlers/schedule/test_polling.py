"""When a source is visited next."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.catalogue.declaration import QuietHours, Schedule
from crawlers.ports import SourceProgress
from crawlers.records import BEIJING, SourceClass
from crawlers.schedule.arrivals import Arrivals
from crawlers.schedule.polling import Outcome, is_quiet, learn, next_due, next_interval

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # midnight in Shanghai
SCHEDULE = Schedule(min=timedelta(minutes=15), max=timedelta(hours=24), start=timedelta(minutes=60))
FRESH = SourceProgress(source_id="daily")
HOUR = timedelta(hours=1)


def outcome(*, listed: int = 20, new: int = 0, failed: bool = False) -> Outcome:
    return Outcome(failed=failed, listed=listed, new=new, source_class=SourceClass.OFFICIAL)


def visited(rate: Callable[[datetime], float], *, days: int = 21, start: datetime = NOON) -> Arrivals:
    """What is learned by looking every hour at a source that publishes `rate` items an hour."""
    known, owed = Arrivals(), 0.0
    for hour in range(days * 24):
        since = start + hour * HOUR
        owed += rate(since)
        count, owed = int(owed), owed - int(owed)
        known = known.observe(since, since + HOUR, count=count, prior=0.5)
    return known


def steady(rate: float) -> Callable[[datetime], float]:
    return lambda _: rate


def office_hours(moment: datetime) -> float:
    local = moment.astimezone(BEIJING)
    return 2.0 if local.weekday() < 5 and 9 <= local.hour < 18 else 0.0


def interval(known: Arrivals, now: datetime = NOON, schedule: Schedule = SCHEDULE) -> timedelta:
    return next_interval(FRESH, schedule, outcome(), known, now)


class TestInterval:
    def test_first_visit_starts_from_the_declared_interval(self) -> None:
        assert interval(Arrivals(), schedule=SCHEDULE.model_copy(update={"adaptive": False})) == timedelta(minutes=60)
        assert abs(interval(Arrivals()) - timedelta(minutes=60)) < timedelta(minutes=2)

    def test_source_of_one_item_an_hour_is_visited_every_second_time_of_its_target(self) -> None:
        assert abs(interval(visited(lambda _: 1.0)) - timedelta(minutes=30)) < timedelta(minutes=3)

    def test_busier_sources_are_visited_more_often_and_silent_ones_seldom(self) -> None:
        waits = [interval(visited(steady(rate))) for rate in (8.0, 2.0, 0.5, 0.05, 0.0)]
        assert waits == sorted(waits)
        assert waits[0] == SCHEDULE.min
        assert waits[-1] > timedelta(hours=8)

    def test_what_keeps_office_hours_is_looked_at_in_office_hours(self) -> None:
        known = visited(office_hours)
        tuesday = datetime(2026, 12, 22, tzinfo=BEIJING)
        assert interval(known, tuesday.replace(hour=10)) < timedelta(hours=1)
        evening = interval(known, tuesday.replace(hour=19))
        assert timedelta(hours=8) < evening < timedelta(hours=16)
        saturday = interval(known, datetime(2026, 12, 19, 10, tzinfo=BEIJING))
        assert saturday > 2 * interval(known, tuesday.replace(hour=10))

    def test_a_burst_shortens_the_interval_for_some_hours(self) -> None:
        calm = visited(lambda _: 1.0)
        now = NOON + timedelta(days=21)
        burst = calm.observe(now, now + HOUR, count=6, prior=0.5)
        assert interval(burst, now + HOUR) < interval(calm, now) / 1.5
        assert abs(interval(burst, now + timedelta(hours=20)) - interval(calm, now + timedelta(hours=20))) < HOUR / 20

    def test_failure_leaves_the_interval_alone(self) -> None:
        progress = replace(FRESH, interval_seconds=1800.0)
        held = next_interval(progress, SCHEDULE, outcome(failed=True), visited(lambda _: 8.0), NOON)
        assert held == timedelta(minutes=30)

    @given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 50)), max_size=30))
    def test_interval_never_leaves_its_bounds(self, visits: list[tuple[int, int]]) -> None:
        known, now = Arrivals(), NOON
        for minutes, new in visits:
            known = known.observe(now, now + timedelta(minutes=minutes), count=new, prior=0.5)
            now += timedelta(minutes=minutes)
            assert SCHEDULE.min <= interval(known, now) <= SCHEDULE.max


class TestLearning:
    def test_first_visit_and_failed_ones_teach_nothing(self) -> None:
        seen = replace(FRESH, last_success_at=NOON - HOUR)
        assert learn(FRESH, SCHEDULE, outcome(new=20), NOON) == Arrivals()
        assert learn(seen, SCHEDULE, outcome(new=20, failed=True), NOON) == Arrivals()
        assert sum(learn(seen, SCHEDULE, outcome(new=20), NOON).counts) == pytest.approx(20)

    def test_published_times_tell_the_hour_and_the_rest_is_spread(self) -> None:
        since = NOON - timedelta(hours=3)
        known = Arrivals().observe(since, NOON, count=4, times=[since + timedelta(minutes=5)], prior=0.5)
        assert [round(known.counts[hour], 6) for hour in (9, 10, 11)] == [2.0, 1.0, 1.0]

    def test_what_was_learned_outlives_the_process(self) -> None:
        known = visited(office_hours, days=3)
        again = Arrivals.from_memory(json.loads(json.dumps(known.to_memory())))
        assert interval(again) == pytest.approx(interval(known), abs=timedelta(seconds=5))

    @pytest.mark.parametrize(
        "broken", [None, 3, {}, {"counts": [1], "watched": [], "recent": 0, "expected": 0, "at": None}]
    )
    def test_memory_that_cannot_be_read_is_nothing_known(self, broken: object) -> None:
        assert Arrivals.from_memory(broken) == Arrivals()


INTERVAL = timedelta(minutes=60)


class TestDue:
    def test_jitter_is_small_and_the_same_every_time(self) -> None:
        due = next_due(FRESH, SCHEDULE, outcome(), INTERVAL, NOON)
        assert due == next_due(FRESH, SCHEDULE, outcome(), INTERVAL, NOON)
        assert timedelta(minutes=54) <= due - NOON <= timedelta(minutes=66)

    def test_sources_do_not_march_in_step(self) -> None:
        dues = {next_due(SourceProgress(source_id=f"s{i}"), SCHEDULE, outcome(), INTERVAL, NOON) for i in range(20)}
        assert len(dues) == 20

    def test_failures_double_the_wait_up_to_the_maximum(self) -> None:
        waits = [
            next_due(replace(FRESH, failures=n), SCHEDULE, outcome(failed=True), INTERVAL, NOON) - NOON
            for n in range(1, 12)
        ]
        assert timedelta(minutes=54) <= waits[0] <= timedelta(minutes=66)
        assert timedelta(minutes=108) <= waits[1] <= timedelta(minutes=132)
        assert max(waits) <= SCHEDULE.max * 1.1

    @pytest.mark.parametrize(("usual", "longest"), [(INTERVAL, timedelta(hours=2)), (6 * INTERVAL, 6 * INTERVAL)])
    def test_where_nothing_answered_nobody_waits_longer_than_two_hours_or_the_usual_interval(
        self, usual: timedelta, longest: timedelta
    ) -> None:
        unanswered = replace(outcome(failed=True), unanswered=True)
        waits = [next_due(replace(FRESH, failures=n), SCHEDULE, unanswered, usual, NOON) - NOON for n in range(1, 12)]
        assert usual * 0.9 <= min(waits)
        assert max(waits) <= longest * 1.1

    def test_quiet_hours_multiply_the_wait(self) -> None:
        quiet = Schedule.model_validate({"min": "15m", "max": "24h", "start": "60m", "quiet": "23:00-06:30 x4"})
        by_day = next_due(FRESH, quiet, outcome(), INTERVAL, NOON) - NOON
        by_night = next_due(FRESH, quiet, outcome(), INTERVAL, NIGHT) - NIGHT
        assert abs(by_night - by_day * 4) < timedelta(seconds=1)

    def test_time_that_the_site_named_is_never_undercut(self) -> None:
        named = NOON + timedelta(days=1)
        assert next_due(FRESH, SCHEDULE, replace(outcome(failed=True), wait_until=named), INTERVAL, NOON) == named

    def test_what_is_owed_is_fetched_soon(self) -> None:
        due = next_due(FRESH, SCHEDULE, replace(outcome(), pending=12), INTERVAL, NOON)
        assert due - NOON <= SCHEDULE.min * 1.1

    @pytest.mark.parametrize(
        ("text", "hour", "quiet"),
        [
            ("23:00-06:30 x4", 23, True),
            ("23:00-06:30 x4", 3, True),
            ("23:00-06:30 x4", 7, False),
            ("12:00-14:00 x2", 13, True),
            ("12:00-14:00 x2", 14, False),
        ],
    )
    def test_quiet_hours_are_of_the_shanghai_day(self, text: str, hour: int, quiet: bool) -> None:
        moment = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(hours=hour - 8)
        assert is_quiet(QuietHours.model_validate(text), moment) is quiet
