"""Looking again: when, and what answers mean."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.schedule.looks import OFFSETS, Answer, Look, LookState, answered, first_look, is_flat, offsets_left

PUBLISHED = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def look(**changes: object) -> Look:
    values = {"document_id": "d", "source_id": "s", "since": PUBLISHED} | changes
    return Look(**values)  # type: ignore[arg-type]


def after(start: Look, *answers: tuple[Answer, float]) -> Look:
    """Return the look after answers at so many hours after publication."""
    for answer, hours in answers:
        start = answered(start, answer, published_at=PUBLISHED, now=PUBLISHED + hours * HOUR)
    return start


class TestWhen:
    def test_a_new_document_is_looked_at_ten_times_in_a_week(self) -> None:
        assert len(offsets_left(PUBLISHED, PUBLISHED)) == 10
        assert first_look("d", "s", published_at=PUBLISHED, now=PUBLISHED).due_at == PUBLISHED + HOUR / 2

    def test_a_document_found_late_is_looked_at_from_then_on(self) -> None:
        assert first_look("d", "s", published_at=PUBLISHED, now=PUBLISHED + 5 * HOUR).due_at == PUBLISHED + 8 * HOUR
        assert first_look("d", "s", published_at=PUBLISHED, now=PUBLISHED + 200 * HOUR).due_at is None

    def test_looks_grow_apart_and_end(self) -> None:
        due, moments = PUBLISHED, []
        held = first_look("d", "s", published_at=PUBLISHED, now=PUBLISHED)
        while held.due_at is not None:
            due = held.due_at
            moments.append(due)
            held = answered(held, Answer.LIVE, published_at=PUBLISHED, now=due)
        assert [moment - PUBLISHED for moment in moments] == list(OFFSETS)

    def test_what_stood_still_twice_is_looked_at_daily(self) -> None:
        held = look()
        for hours in (0.5, 1):
            held = answered(held, Answer.LIVE, published_at=PUBLISHED, now=PUBLISHED + hours * HOUR, flat=True)
        assert (held.flat, held.due_at) == (2, PUBLISHED + 24 * HOUR)
        grown = answered(held, Answer.LIVE, published_at=PUBLISHED, now=PUBLISHED + 24 * HOUR, flat=False)
        assert (grown.flat, grown.due_at) == (0, PUBLISHED + 48 * HOUR)

    @pytest.mark.parametrize(
        ("before", "now", "flat"),
        [
            ({"views": 1000, "likes": 5}, {"views": 1020, "likes": 5}, True),
            ({"views": 1000, "likes": 5}, {"views": 1021, "likes": 5}, False),
            ({"views": 1000, "likes": None}, {"views": 990, "likes": 7}, True),
            ({"views": None}, {"views": 7}, False),
            ({}, {}, False),
            ({"views": 0}, {"views": 1}, False),
        ],
    )
    def test_counts_stand_still_where_none_grew_by_a_fiftieth(
        self, before: dict[str, int | None], now: dict[str, int | None], flat: bool
    ) -> None:
        assert is_flat(before, now) is flat


class TestStates:
    def test_one_missing_answer_is_a_suspicion_that_is_checked_an_hour_later(self) -> None:
        held = after(look(), (Answer.MISSING, 1))
        assert (held.state, held.due_at) == (LookState.SUSPECT_GONE, PUBLISHED + 2 * HOUR)

    def test_a_second_one_at_least_an_hour_later_makes_it_gone_since_the_first(self) -> None:
        held = after(look(), (Answer.MISSING, 1), (Answer.MISSING, 1.5))
        assert (held.state, held.due_at) == (LookState.SUSPECT_GONE, PUBLISHED + 2 * HOUR)
        held = after(held, (Answer.MISSING, 2))
        assert (held.state, held.since) == (LookState.GONE, PUBLISHED + HOUR)

    def test_what_is_gone_is_asked_for_daily_for_a_month(self) -> None:
        held = after(look(), (Answer.MISSING, 1), (Answer.MISSING, 2))
        assert held.due_at == PUBLISHED + 26 * HOUR
        assert after(held, (Answer.MISSING, 24 * 32)).due_at is None

    def test_a_suspect_that_answers_was_live_all_the_time(self) -> None:
        assert after(look(), (Answer.MISSING, 1), (Answer.LIVE, 2)).state is LookState.LIVE

    def test_what_was_gone_and_answers_is_restored_and_may_go_again(self) -> None:
        held = after(look(), (Answer.MISSING, 1), (Answer.MISSING, 2), (Answer.LIVE, 26))
        assert (held.state, held.since) == (LookState.RESTORED, PUBLISHED + 26 * HOUR)
        assert after(held, (Answer.MISSING, 48), (Answer.MISSING, 49)).state is LookState.GONE

    @pytest.mark.parametrize("state", list(LookState))
    def test_an_unknown_answer_changes_no_state_and_is_asked_for_again(self, state: LookState) -> None:
        held = after(look(state=state), (Answer.UNKNOWN, 1))
        assert (held.state, held.since) == (state, PUBLISHED)
        assert held.due_at == PUBLISHED + 2 * HOUR

    def test_a_suspicion_is_not_forgotten_when_the_week_is_over(self) -> None:
        held = after(look(state=LookState.SUSPECT_GONE), (Answer.UNKNOWN, 200))
        assert held.due_at == PUBLISHED + 201 * HOUR

    @given(st.lists(st.tuples(st.sampled_from(list(Answer)), st.floats(0.1, 30)), max_size=20))
    def test_nothing_is_gone_without_two_missing_answers_an_hour_apart(
        self, answers: list[tuple[Answer, float]]
    ) -> None:
        held, now = look(), PUBLISHED
        missing: datetime | None = None
        for answer, hours in answers:
            now += hours * HOUR
            held = answered(held, answer, published_at=PUBLISHED, now=now)
            if answer is Answer.LIVE:
                missing = None
            elif answer is Answer.MISSING:
                missing = missing or now
            if held.state is LookState.GONE:
                assert missing is not None
                assert now - missing >= HOUR


def test_ten_looks_explain_the_spread_of_a_made_cascade() -> None:
    chance = np.random.default_rng(7)
    hours = np.sort(chance.lognormal(mean=1.2, sigma=1.3, size=4000))
    looks = np.array([0.0, *(offset / HOUR for offset in OFFSETS)])
    grid = np.linspace(0, 168, 2000)
    real = np.searchsorted(hours, grid)
    read = np.interp(grid, looks, np.searchsorted(hours, looks))
    assert np.abs(real - read).max() < 0.1 * hours.size
