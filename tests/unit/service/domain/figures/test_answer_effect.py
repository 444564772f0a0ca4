"""What the briefing says of an answer is what the evaluation measured of it, in one line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.domain.figures.answered import AnswerEffect
from service.domain.figures.briefing import Change
from service.domain.figures.effect import Question, Trend, WindowFigures, effect

ANSWERED = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
SPAN = timedelta(days=3)


def counted(before: int, after: int, *, later: timedelta = SPAN, coverage: str = "") -> AnswerEffect:
    """Return the line of an effect with these counts, whose later window is so long."""
    first = WindowFigures(since=ANSWERED - SPAN, until=ANSWERED, documents=before)
    second = WindowFigures(since=ANSWERED, until=ANSWERED + later, documents=after)
    found = AnswerEffect.of(effect(first, second))
    assert (found.before, found.after, found.span, found.later) == (before, after, SPAN, later)
    return AnswerEffect(
        before=before,
        after=after,
        span=SPAN,
        later=later,
        change=found.change,
        early=found.early,
        coverage=coverage,
    )


def test_an_effect_that_was_not_measured_says_so() -> None:
    assert counted(4, 1, later=timedelta(hours=23)).words == "回应前3日4篇，回应后不满1日，未测"
    assert counted(0, 0).words == "回应前后3日都没有稿件，未测"


def test_a_difference_is_told_with_both_counts_and_no_cause() -> None:
    assert counted(50, 21).words == "回应前3日50篇，后3日21篇（下降58%）"
    assert counted(20, 25).words == "回应前3日20篇，后3日25篇（上升25%）"
    assert counted(0, 3).words == "回应前3日0篇，后3日3篇（此前没有）"
    assert counted(3, 3).words == "回应前3日3篇，后3日3篇（持平）"


def test_where_nothing_was_heard_yet_the_time_that_is_over_is_told() -> None:
    told = counted(0, 0, later=timedelta(hours=29)).words
    assert told == "回应前3日、后1日5小时都没有稿件，未测"


def test_a_rate_a_day_is_named_only_where_there_is_one() -> None:
    short = timedelta(hours=29)
    assert counted(0, 12, later=short).words == "回应前3日0篇，后1日5小时12篇（此前没有）"
    assert counted(72, 29, later=short).words == "回应前3日72篇，后1日5小时29篇（持平）"


def test_a_change_that_rounds_to_nothing_is_called_none() -> None:
    assert counted(300, 301).words == "回应前3日300篇，后3日301篇（持平）"
    assert Change(name="监测信息", count=299, before=300).words == "持平"
    assert effect(_window(300), _window(301)).words[0][3] == "持平"


def test_where_not_all_documents_were_read_shares_are_of_those_and_questions_are_not_compared() -> None:
    asked = (Question(sentence="还能用吗？", count=3),)
    before, after = (
        replace(_window(count), most=5_000, tones={"neg": 2_500}, asking=40, questions=questions)
        for count, questions in ((20_000, asked), (8_000, ()))
    )
    found = effect(before, after)
    assert (found.trend, AnswerEffect.of(found).words) == (Trend.FELL, "回应前3日20000篇，后3日8000篇（下降60%）")
    assert (before.negative_share, found.asking_change, found.settled) == (0.5, None, ())
    assert found.words[-1] == ("提问稿件（篇）", "40", "40", "")
    whole = effect(replace(before, documents=5_000), replace(after, documents=5_000))
    assert (whole.asking_change, whole.settled) == (0.0, asked)


def _window(documents: int) -> WindowFigures:
    return WindowFigures(since=ANSWERED - SPAN, until=ANSWERED, documents=documents)


def test_windows_of_different_length_are_compared_by_the_day() -> None:
    told = counted(30, 10, later=timedelta(days=1, hours=12)).words
    assert told == "回应前3日30篇，后1日12小时10篇（日均下降33%）"
