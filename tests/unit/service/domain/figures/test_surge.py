"""Which series surge, since when that can be said, and what is said once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analysis.assessment import CATEGORY_NAMES
from analysis.events.surges import SurgeReason
from service.domain.figures.surge import (
    HISTORY,
    SERIES,
    SETTINGS,
    FoundSurge,
    History,
    SurgeCall,
    SurgeDecision,
    decide,
    hour_to_judge,
    may_wait,
    week_sentence,
)

HOUR = timedelta(hours=1)
NOW = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)
JUDGED = datetime(2026, 11, 25, 8, tzinfo=UTC)
BEGAN = JUDGED - timedelta(weeks=6)
FULL = 27 * 24 + 1
LONG = History(since=BEGAN, answered=FULL)


def hours(count: int = 24 * 28, *, until: datetime = JUDGED) -> list[datetime]:
    """The hours up to and with `until`, in which sources answered."""
    return [until - n * HOUR for n in range(count + 1)]


def usual(at: Iterable[datetime], *, each: int = 3) -> dict[datetime, int]:
    """A document in every third hour."""
    return {hour: 1 for hour in at if int(hour.timestamp() / 3600) % each == 0}


def burst(counts: Mapping[datetime, int], *sizes: int, last: datetime = JUDGED) -> dict[datetime, int]:
    """The counts with these many documents more in the last hours."""
    found = dict(counts)
    for back, size in enumerate(reversed(sizes)):
        found[last - back * HOUR] = found.get(last - back * HOUR, 0) + size
    return found


def judge(
    counts: Mapping[datetime, int],
    *,
    series: str = "R07",
    history: History = LONG,
    answered: Iterable[datetime] | None = None,
    standing: Mapping[str, FoundSurge] | None = None,
    now: datetime = NOW,
) -> SurgeDecision:
    watched = hours(until=hour_to_judge(now)) if answered is None else answered
    [decision] = decide({series: counts}, answered=set(watched), history=history, standing=standing or {}, now=now)
    return decision


def found(decision: SurgeDecision) -> FoundSurge:
    assert decision.found is not None
    return decision.found


def test_a_burst_is_a_new_surge_with_its_window_what_was_expected_and_the_reason() -> None:
    decision = judge(burst(usual(hours()), 7, 9, 7))
    assert (decision.call, decision.reason) == (SurgeCall.NEW, SurgeReason.SCAN)
    surge = found(decision)
    assert (surge.series, surge.since, surge.until, surge.first_hour) == (
        "R07",
        JUDGED - 2 * HOUR,
        NOW.replace(minute=0),
        JUDGED,
    )
    assert surge.observed in {23, 24}
    assert 0.3 < surge.expected < 3
    assert surge.upper < surge.observed


def test_the_sentence_names_beijing_hours_scope_count_and_what_is_usual() -> None:
    surge = replace(found(judge(burst(usual(hours()), 7, 9, 7))), observed=23, expected=4.2, upper=11)
    assert surge.sentence == "11月25日 14:00–17:00 疫苗与预防接种类风险稿件 23 篇，平时同时段约 4 篇（近四周）"
    assert surge.why == "3 小时内的篇数超出近四周同时段可以解释的上限（11 篇）"
    assert "不到 1 篇" in replace(surge, expected=0.4).sentence
    assert "约 1 篇" in replace(surge, expected=1.0).sentence
    assert "约 1 篇" in replace(surge, expected=1.02).sentence
    assert "约 1.4 篇" in replace(surge, expected=1.4).sentence
    assert "四倍" in replace(surge, reason=SurgeReason.CUSUM).why


@pytest.mark.parametrize(
    ("since", "until", "span"),
    [
        (datetime(2026, 11, 25, 13, tzinfo=UTC), datetime(2026, 11, 25, 16, tzinfo=UTC), "11月25日 21:00–24:00 "),
        (
            datetime(2026, 11, 25, 15, tzinfo=UTC),
            datetime(2026, 11, 25, 18, tzinfo=UTC),
            "11月25日 23:00–11月26日 02:00 ",
        ),
        (
            datetime(2026, 11, 24, 16, tzinfo=UTC),
            datetime(2026, 11, 25, 16, tzinfo=UTC),
            "11月25日 00:00–11月26日 00:00 ",
        ),
    ],
)
def test_a_window_over_midnight_names_both_days_where_it_must(since: datetime, until: datetime, span: str) -> None:
    surge = replace(found(judge(burst(usual(hours()), 7, 9, 7))), since=since, until=until)
    assert surge.sentence.startswith(span)


def test_what_is_usual_is_no_surge_and_says_so() -> None:
    decision = judge(usual(hours()))
    assert (decision.call, decision.reason, decision.found) == (SurgeCall.NOTHING, SurgeReason.WITHIN_BAND, None)


def test_before_four_weeks_no_surge_is_spoken_of_however_loud() -> None:
    loud = burst(usual(hours()), 500)
    short = History(since=JUDGED - HISTORY + HOUR, answered=FULL)
    assert judge(loud, history=short).reason is SurgeReason.SHORT_HISTORY
    assert judge(loud, history=History(since=None, answered=0)).reason is SurgeReason.SHORT_HISTORY
    assert judge(loud, history=History(since=JUDGED - HISTORY, answered=FULL)).call is SurgeCall.NEW


def test_four_weeks_of_which_most_were_not_answered_are_too_short() -> None:
    loud = burst(usual(hours()), 500)
    assert judge(loud, answered=hours(300)).reason is SurgeReason.SHORT_HISTORY
    assert judge(loud, answered=hours(400)).call is SurgeCall.NEW
    assert judge(loud, history=replace(LONG, answered=335)).reason is SurgeReason.SHORT_HISTORY
    assert judge(loud, history=replace(LONG, answered=336)).call is SurgeCall.NEW


def test_the_settings_are_those_whose_false_alarms_were_measured_and_the_history_is_four_weeks() -> None:
    assert (SETTINGS.alpha, SETTINGS.decision, SETTINGS.fewest_hours) == (0.0001, 9.0, 24 * 14)
    assert timedelta(days=28) == HISTORY


def test_an_hour_in_which_no_source_answered_is_not_judged() -> None:
    assert judge(burst(usual(hours()), 500), answered=hours()[1:]).reason is SurgeReason.GAP


def test_nights_in_which_nothing_was_observed_are_no_nights_of_nothing() -> None:
    last = JUDGED.replace(hour=21)
    watched = [at for at in hours(until=last) if at.hour not in range(16, 23)]
    # The first night that is watched brings as much as the days do: usual, where zeros would make it seven times too much.
    watched += [last - n * HOUR for n in range(6)]
    decision = judge(dict.fromkeys(watched, 4), answered=watched, now=last + HOUR + timedelta(minutes=12))
    assert decision.reason is SurgeReason.WITHIN_BAND
    with_zeros = judge(dict.fromkeys(watched, 4), answered=hours(until=last), now=last + HOUR + timedelta(minutes=12))
    assert with_zeros.call is SurgeCall.NEW


def test_series_with_less_than_a_document_in_ten_hours_are_left_to_the_rules() -> None:
    assert judge(burst({}, 8), series="R08").reason is SurgeReason.RARE


def test_a_surge_that_goes_on_is_the_same_until_a_whole_day_was_usual() -> None:
    counts = burst(usual(hours()), 7, 9, 7)
    first = found(judge(counts))
    for later, call in ((1, SurgeCall.GOES_ON), (24, SurgeCall.GOES_ON), (25, SurgeCall.NEW)):
        now = NOW + later * HOUR
        again = burst(counts | usual(hours(later, until=JUDGED + later * HOUR)), 30, last=JUDGED + later * HOUR)
        decision = judge(again, standing={"R07": first}, now=now)
        assert decision.call is call
        assert (found(decision) is first) == (call is SurgeCall.GOES_ON)


def test_a_clock_set_back_makes_no_second_surge() -> None:
    counts = burst(usual(hours()), 7, 9, 7)
    ahead = replace(found(judge(counts)), last_hour=JUDGED + 3 * HOUR)
    assert judge(counts, standing={"R07": ahead}).call is SurgeCall.GOES_ON


def test_a_count_that_was_taken_back_below_zero_counts_as_none() -> None:
    assert judge(usual(hours()) | {JUDGED: -2}).call is SurgeCall.NOTHING


def test_an_hour_is_judged_ten_minutes_after_its_end() -> None:
    assert hour_to_judge(NOW) == JUDGED
    assert hour_to_judge(NOW.replace(minute=10)) == JUDGED
    assert hour_to_judge(NOW.replace(minute=9, second=59)) == JUDGED - HOUR


def test_what_came_in_is_waited_for_until_an_hour_after_the_end() -> None:
    ends = JUDGED + HOUR
    assert may_wait(JUDGED, ends + timedelta(minutes=59)) == ends + timedelta(minutes=10)
    assert may_wait(JUDGED, ends + HOUR) is None
    # Later than that hour the next is due, and this one would never be judged.
    assert hour_to_judge(ends + HOUR) == JUDGED


def test_the_sentence_names_both_numbers_where_documents_came_late() -> None:
    surge = replace(found(judge(burst(usual(hours()), 7, 9, 7))), observed=23, expected=4.2)
    assert surge.told(27) == (
        "11月25日 14:00–17:00 疫苗与预防接种类风险稿件 23 篇（发现时，现 27 篇），平时同时段约 4 篇（近四周）"
    )
    assert surge.told(23) == surge.told() == surge.sentence


def test_every_category_is_a_series_and_so_are_risks_negative_ones_and_the_province() -> None:
    assert set(SERIES) == {"risk", "negative", "province", *CATEGORY_NAMES}
    assert all(series.category == key for key, series in SERIES.items() if key in CATEGORY_NAMES)
    assert (SERIES["negative"].tone, SERIES["province"].region, SERIES["province"].level) == ("neg", "36", 1)


def test_a_surge_stands_while_its_last_hour_is_not_a_day_past() -> None:
    surge = found(judge(burst(usual(hours()), 7, 9, 7)))
    assert surge.goes_on(NOW)
    ended = JUDGED + HOUR + timedelta(hours=24)
    assert surge.goes_on(ended - timedelta(seconds=1))
    assert not surge.goes_on(ended)


def test_the_week_tells_its_three_least_likely_surges_with_their_number_by_now_and_says_that_there_were_more() -> None:
    one = replace(found(judge(burst(usual(hours()), 7, 9, 7))), observed=23, expected=4.2)
    some = [
        replace(one, id=name, series=series, p=p)
        for name, series, p in (("a", "R01", 1e-6), ("b", "R02", 1e-9), ("c", "R03", 1e-7), ("d", "R04", 1e-8))
    ]
    told = week_sentence(some, {"b": 30})
    assert told.startswith(f"声量异动4次：{some[1].told(30)}；{some[3].sentence}；{some[2].sentence}等。")
    assert week_sentence(some[:3], {}) == (f"声量异动3次：{some[1].sentence}；{some[2].sentence}；{some[0].sentence}。")
    assert week_sentence([], {}) == ""
