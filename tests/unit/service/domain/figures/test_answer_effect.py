"""What the briefing says of an answer is what the evaluation measured of it, in one line."""

from datetime import UTC, datetime, timedelta

from service.domain.figures.briefing import AnswerEffect
from service.domain.figures.effect import WindowFigures, effect

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


def test_windows_of_different_length_are_compared_by_the_day() -> None:
    told = counted(30, 10, later=timedelta(days=1, hours=12)).words
    assert told == "回应前3日30篇，后1日12小时10篇（日均下降33%）"
