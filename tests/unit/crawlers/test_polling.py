"""When a source is visited next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.catalogue.declaration import QuietHours, Schedule
from crawlers.polling import Outcome, is_quiet, next_due, next_interval
from crawlers.ports import SourceProgress

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # midnight in Shanghai
SCHEDULE = Schedule(min=timedelta(minutes=15), max=timedelta(hours=24), start=timedelta(minutes=60))
FRESH = SourceProgress(source_id="daily")


def outcome(*, listed: int = 20, new: int = 0, failed: bool = False) -> Outcome:
    return Outcome(failed=failed, listed=listed, new=new)


class TestInterval:
    def test_first_visit_starts_from_the_declared_interval(self) -> None:
        schedule = SCHEDULE.model_copy(update={"adaptive": False})
        assert next_interval(FRESH, schedule, outcome()) == timedelta(minutes=60)

    @pytest.mark.parametrize(
        ("listed", "new", "minutes"),
        [(20, 0, 90), (0, 0, 90), (20, 3, 30), (2, 2, 30), (4, 2, 60), (4, 1, 90)],
    )
    def test_known_items_lengthen_and_new_ones_shorten(self, listed: int, new: int, minutes: int) -> None:
        assert next_interval(FRESH, SCHEDULE, outcome(listed=listed, new=new)) == timedelta(minutes=minutes)

    def test_failure_leaves_the_interval_alone(self) -> None:
        progress = replace(FRESH, interval_seconds=1800.0)
        assert next_interval(progress, SCHEDULE, outcome(failed=True)) == timedelta(minutes=30)

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), max_size=40))
    def test_interval_never_leaves_its_bounds(self, visits: list[tuple[int, int, bool]]) -> None:
        progress = FRESH
        for listed, new, failed in visits:
            interval = next_interval(progress, SCHEDULE, outcome(listed=listed, new=min(new, listed), failed=failed))
            assert SCHEDULE.min <= interval <= SCHEDULE.max
            progress = replace(progress, interval_seconds=interval.total_seconds())


class TestDue:
    def test_jitter_is_small_and_the_same_every_time(self) -> None:
        due = next_due(FRESH, SCHEDULE, outcome(), NOON)
        assert due == next_due(FRESH, SCHEDULE, outcome(), NOON)
        assert timedelta(minutes=81) <= due - NOON <= timedelta(minutes=99)

    def test_sources_do_not_march_in_step(self) -> None:
        dues = {next_due(SourceProgress(source_id=f"s{i}"), SCHEDULE, outcome(), NOON) for i in range(20)}
        assert len(dues) == 20

    def test_failures_double_the_wait_up_to_the_maximum(self) -> None:
        waits = [
            next_due(replace(FRESH, failures=n), SCHEDULE, outcome(failed=True), NOON) - NOON for n in range(1, 12)
        ]
        assert timedelta(minutes=54) <= waits[0] <= timedelta(minutes=66)
        assert timedelta(minutes=108) <= waits[1] <= timedelta(minutes=132)
        assert max(waits) <= SCHEDULE.max * 1.1

    def test_quiet_hours_multiply_the_wait(self) -> None:
        quiet = Schedule.model_validate({"min": "15m", "max": "24h", "start": "60m", "quiet": "23:00-06:30 x4"})
        by_day = next_due(FRESH, quiet, outcome(), NOON) - NOON
        by_night = next_due(FRESH, quiet, outcome(), NIGHT) - NIGHT
        assert abs(by_night - by_day * 4) < timedelta(seconds=1)

    def test_time_that_the_site_named_is_never_undercut(self) -> None:
        named = NOON + timedelta(days=1)
        assert next_due(FRESH, SCHEDULE, replace(outcome(failed=True), wait_until=named), NOON) == named

    def test_what_is_owed_is_fetched_soon(self) -> None:
        due = next_due(FRESH, SCHEDULE, replace(outcome(), pending=12), NOON)
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
