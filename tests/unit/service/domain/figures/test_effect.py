from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.figures.effect import Question, Trend, WindowFigures, effect, halves

MOMENT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SPAN = timedelta(days=3)


def window(documents: int, *, after: bool = False, days: float = 3, **given: Any) -> WindowFigures:
    since = MOMENT if after else MOMENT - timedelta(days=days)
    return WindowFigures(since=since, until=since + timedelta(days=days), documents=documents, **given)


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        (window(30), window(9, after=True), Trend.FELL),
        (window(30), window(30, after=True), Trend.STEADY),
        (window(30), window(39, after=True), Trend.ROSE),
        (window(0), window(12, after=True), Trend.ROSE),
        (window(3), window(1, after=True), Trend.TOO_FEW),
        (window(30), window(0, after=True, days=0.2), Trend.TOO_EARLY),
        (window(8), window(3, after=True, days=0.18), Trend.TOO_EARLY),
        (window(30, days=0.5), window(30, after=True, days=0.5), Trend.STEADY),
        # Twelve in one day are more a day than thirty in three.
        (window(30), window(14, after=True, days=1), Trend.ROSE),
    ],
)
def test_the_trend_compares_documents_a_day(before: WindowFigures, after: WindowFigures, trend: Trend) -> None:
    assert effect(before, after).trend is trend


def test_the_sentence_names_windows_scope_and_figures_and_claims_no_cause() -> None:
    before = window(30, tones={"neg": 15, "neu": 15}, asking=6, scope="本事件全部稿件")
    after = window(9, after=True, tones={"neg": 3, "pos": 6}, asking=2)
    told = effect(before, after).sentence
    for words in ("本事件全部稿件", "11月17日 10:00", "11月23日 10:00", "50%到33%", "6篇到2篇", "不说明原因"):
        assert words in told


def test_some_hours_after_are_counted_and_not_made_into_a_change_a_day() -> None:
    found = effect(window(8, asking=2), window(3, after=True, days=0.18))
    assert (found.volume_change, found.negative_change, found.asking_change) == (None, None, None)
    assert "日均" not in found.sentence
    assert "稿件8篇到3篇" in found.sentence
    assert "不足一日，不作比较" in found.sentence
    assert {row[0]: row[2:] for row in found.words}["稿件（篇/日）"] == ("", "")


def test_counts_of_windows_of_different_length_show_no_change() -> None:
    rows = {row[0]: row for row in effect(window(30, asking=9), window(10, after=True, days=2, asking=2)).words}
    assert rows["提问稿件（篇）"] == ("提问稿件（篇）", "9", "2", "")
    assert rows["稿件（篇/日）"][3] == "-50%"


def test_a_question_asked_before_and_no_more_is_settled_and_one_asked_after_remains() -> None:
    when, price = Question(sentence="何时实施？", count=4), Question(sentence="药价会涨吗？", count=2)
    found = effect(window(30, questions=(when, price)), window(20, after=True, questions=(price,)))
    assert (found.settled, found.remaining) == ((when,), (price,))


def test_nothing_is_settled_before_time_has_passed() -> None:
    when = Question(sentence="何时实施？", count=4)
    assert effect(window(30, questions=(when,)), window(0, after=True, days=0.1)).settled == ()


@given(st.integers(0, 500), st.integers(0, 500))
def test_changes_and_trend_agree(first: int, second: int) -> None:
    found = effect(window(first, tones={"neg": first}), window(second, after=True))
    assert (found.volume_change is None) == (first == 0)
    if found.trend is Trend.FELL:
        assert second <= first * 0.7 + 1e-9
    if found.trend is Trend.ROSE:
        assert second >= first * 1.3 - 1e-9
    assert [len(row) for row in found.words] == [4, 4, 4, 4]


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_the_later_window_never_reaches_into_the_future(passed: timedelta) -> None:
    (since, until), (after, end) = halves(MOMENT, now=MOMENT + passed, span=SPAN)
    assert (until - since, until, after) == (SPAN, MOMENT, MOMENT)
    assert end == min(MOMENT + passed, MOMENT + SPAN)
