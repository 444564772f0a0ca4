"""What a briefing says of the sources that answered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.figures.coverage import Heard, compared_sentence, coverage_sentence

SINCE = datetime(2026, 11, 16, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
LONG_AGO = SINCE - timedelta(days=90)


def heard(name: str, *, every: int = 1, away: Sequence[int] = (), since: datetime = LONG_AGO) -> Heard:
    hours = [SINCE + timedelta(hours=n) for n in range(-48, 7 * 24, every) if n not in away]
    return Heard(name=name, since=since, answered=[hour for hour in hours if hour >= since])


def said(*sources: Heard) -> str:
    return coverage_sentence(sources, since=SINCE, until=UNTIL)


def test_sources_that_answered_all_the_time_are_counted_and_nothing_is_missing() -> None:
    assert said(heard("甲报"), heard("乙网", every=24)) == (
        "采集覆盖：自动采集的信源2个，本期有应答2个，没有超过36小时的间断。"
    )


def test_silent_and_paused_sources_are_named_the_longest_pause_first() -> None:
    sentence = said(
        heard("甲报"),
        heard("乙网", away=range(50, 100)),
        heard("丙局", away=range(60, 140)),
        heard("丁台", away=range(168)),
    )
    assert sentence == (
        "采集覆盖：自动采集的信源4个，本期有应答3个；整期没有应答：丁台；超过36小时没有应答：丙局（最长81小时）、"
        "乙网（最长51小时）。没有应答期间的稿件可能缺漏。"
    )


def test_a_source_begun_within_the_week_is_not_blamed_for_the_days_before() -> None:
    assert "没有超过36小时的间断" in said(heard("新报", since=SINCE + timedelta(days=4)))
    assert "没有自动采集的信源" in said(heard("后报", since=UNTIL))


@pytest.mark.parametrize("count", [5, 6])
def test_a_long_list_is_cut_with_its_number(count: int) -> None:
    sentence = said(*(Heard(name=f"报{n}", since=LONG_AGO, answered=()) for n in range(count)))
    assert ("等6个" in sentence, "报5" in sentence) == (count > 5, False)


def test_two_sources_of_one_name_are_two() -> None:
    assert said(heard("甲报", away=range(168)), heard("甲报", away=range(168)), heard("乙网")).startswith(
        "采集覆盖：自动采集的信源3个，本期有应答1个；整期没有应答：甲报、甲报。"
    )


ANSWERED = SINCE + timedelta(days=3)


def compared(*sources: Heard, after: timedelta = timedelta(days=3)) -> str:
    return compared_sentence(sources, (SINCE, ANSWERED), (ANSWERED, ANSWERED + after), now=UNTIL)


def test_figures_around_an_answer_of_which_nothing_was_missed_are_said_to_be_so() -> None:
    assert compared(heard("甲报"), heard("乙网", every=24)) == ("采集覆盖：自动采集的信源2个，两个时段都没有中断。")


def test_a_time_in_which_collecting_stood_still_is_told_with_its_bounds() -> None:
    away = range(80, 90)
    assert compared(heard("甲报", away=away), heard("乙网", every=10, away=away)) == (
        "采集有缺漏：11月19日 16:00至11月20日 02:00没有任何信源应答。前后稿件数的差别可能由此而来。"
    )
    assert "没有中断" in compared(heard("甲报", away=range(80, 85)))
    assert "没有中断" in compared(heard("甲报", away=away), heard("丙局"))


def test_collecting_that_stopped_with_the_answer_is_no_success_of_it() -> None:
    sentence = compared(heard("甲报", away=range(72, 168)))
    assert "11月19日 08:00至11月22日 08:00没有任何信源应答；之后时段没有应答：甲报。" in sentence


def test_a_source_that_was_silent_on_one_side_or_begun_between_is_named() -> None:
    sentence = compared(heard("甲报"), heard("乙网", away=range(72)), heard("新报", since=ANSWERED))
    assert sentence == ("采集有缺漏：之前时段没有应答：乙网；其间才开始采集：新报。前后稿件数的差别可能由此而来。")


def test_an_after_of_some_hours_blames_nobody_for_having_been_silent() -> None:
    assert "没有中断" in compared(heard("甲报", every=24), heard("乙网"), after=timedelta(hours=2))


def test_what_came_by_import_alone_is_said_to() -> None:
    assert compared() == "采集覆盖：其间没有自动采集的信源，稿件只来自导入和推送。"
