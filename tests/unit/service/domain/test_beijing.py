from datetime import UTC, datetime, timedelta

import pytest

from service.domain.beijing import beijing, countdown, dated, duration, in_minutes
from tests.unit.service.domain.builders import NOW


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "11月25日 14:32"),
        (datetime(2026, 11, 25, 16, 5, tzinfo=UTC), "11月26日 00:05"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025年12月31日 23:59"),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), "1月1日 00:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027年1月1日 00:00"),
    ],
)
def test_moments_are_written_in_beijing_time_with_the_year_only_where_it_differs(moment: datetime, words: str) -> None:
    assert beijing(moment, NOW) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "0秒"),
        (timedelta(seconds=9), "9秒"),
        (timedelta(minutes=30), "30分"),
        (timedelta(minutes=59, seconds=59), "59分59秒"),
        (timedelta(hours=2, minutes=3, seconds=4), "2小时03分04秒"),
        (timedelta(hours=3), "3小时00分"),
        (timedelta(hours=47, minutes=59), "47小时59分"),
        (timedelta(days=2), "2天"),
        (timedelta(days=15, hours=7), "15天7小时"),
        (-timedelta(hours=5), "5小时00分"),
    ],
)
def test_durations_are_exact_to_the_second_below_three_hours(span: timedelta, words: str) -> None:
    assert duration(span) == words


def test_a_countdown_says_what_is_left_or_over() -> None:
    assert countdown(NOW + timedelta(hours=4, minutes=5), NOW) == "剩余4小时05分"
    assert countdown(NOW, NOW) == "已超时0秒"
    assert countdown(NOW, NOW + timedelta(minutes=12, seconds=30)) == "已超时12分30秒"


def test_a_time_that_is_a_date_alone_says_no_midnight() -> None:
    midnight = datetime(2026, 11, 24, 16, tzinfo=UTC)
    assert dated(midnight, NOW) == "11月25日"
    assert dated(midnight + timedelta(seconds=1), NOW) == "11月25日 00:00"
    assert dated(NOW, NOW) == beijing(NOW, NOW)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=24), "24秒"),
        (timedelta(minutes=52, seconds=46), "52分"),
        (timedelta(hours=1, seconds=59), "1小时00分"),
        (timedelta(hours=30, seconds=1), "30小时00分"),
    ],
)
def test_what_is_read_later_says_no_seconds_beside_hours_and_minutes(span: timedelta, words: str) -> None:
    assert in_minutes(span) == words
