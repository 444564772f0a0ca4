"""The hours in which a source answered are kept as bits, whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.schedule.answering import KEPT_HOURS, AnsweredHours

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def after(*hours: int) -> AnsweredHours:
    known: AnsweredHours | None = None
    for n in hours:
        known = AnsweredHours.of(AnsweredHours.noted(known, FIRST + n * HOUR + timedelta(minutes=59)).to_memory())
    assert known is not None
    return known


@pytest.mark.parametrize("hours", [(0,), (0, 0, 1), (0, 5, 700), (9, 3, 10)])
def test_the_hours_read_back_as_they_were_noted(hours: tuple[int, ...]) -> None:
    assert after(*hours).hours() == [FIRST + n * HOUR for n in sorted(set(hours))]


def test_a_month_is_kept_and_what_is_older_is_forgotten_but_not_since_when() -> None:
    known = after(0, 1, KEPT_HOURS, 10**6)
    assert (known.since, known.hours()) == (FIRST, [FIRST + 10**6 * HOUR])
    assert len(after(*range(2 * KEPT_HOURS)).to_memory()["bits"]) == KEPT_HOURS // 4


@pytest.mark.parametrize("broken", [None, "x", {}, {"since": "x", "last": "y", "bits": "z"}, {"since": 1}])
def test_a_memory_that_is_none_is_taken_for_none(broken: object) -> None:
    assert AnsweredHours.of(broken) is None
