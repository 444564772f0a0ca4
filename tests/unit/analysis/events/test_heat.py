"""The score of an event, as `levels.yaml` of the alert plan states it."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.events.heat import Authority, EventFacts, HeatSettings, Relevance, heat_of

QUIET = EventFacts()
WORST = EventFacts(
    categories=("R07",), death=True, vulnerable=True, similar_cases=9, items_24h=400, accounts=900, views=9_000_000,
    reposts=9_000, views_peak=9_000_000, last_2h=100, mean_2h=2.0, authority=Authority.MEDIA, relevance=Relevance.LOCAL,
)  # fmt: skip


def test_the_worst_event_scores_one_hundred_and_the_quietest_less_than_twenty() -> None:
    assert heat_of(WORST).score == 100.0
    assert heat_of(QUIET).score < 20


def test_the_score_is_the_sum_of_its_parts() -> None:
    heat = heat_of(WORST)
    assert heat.score == pytest.approx(sum(part.points for part in heat.parts))
    assert [part.name for part in heat.parts] == ["severity", "spread", "velocity", "authority", "relevance"]
    assert [part.points for part in heat.parts] == [25, 25, 20, 15, 15]


class TestSeverity:
    @pytest.mark.parametrize(
        ("facts", "level"),
        [
            (EventFacts(categories=("R03",)), 2),
            (EventFacts(categories=("R03", "R07")), 4),
            (EventFacts(categories=("R01",), death=True), 4),
            (EventFacts(categories=("R01",), deaths=2, vulnerable=True), 5),
            (EventFacts(categories=("R01",), death=True, vulnerable=True, similar_cases=3), 5),
            (EventFacts(categories=("R01",), similar_cases=2), 3),
            (EventFacts(categories=("R14",), severity=4), 4),
        ],
    )
    def test_death_vulnerable_people_and_similar_cases_add_one_each_up_to_five(
        self, facts: EventFacts, level: int
    ) -> None:
        assert heat_of(facts).severity.share == level / 5
        assert f"严重程度{level}级" in heat_of(facts).severity.words

    def test_what_raised_the_level_is_said(self) -> None:
        words = heat_of(EventFacts(categories=("R01",), death=True, similar_cases=4)).severity.words
        assert "死亡" in words
        assert "4起" in words


class TestSpread:
    def test_the_largest_of_the_four_measures_counts(self) -> None:
        heat = heat_of(EventFacts(items_24h=20, accounts=250, views=100_000))
        assert heat.spread.share == 0.5
        assert "参与账号250个" in heat.spread.words

    def test_unknown_counts_are_left_out(self) -> None:
        assert "阅读" not in heat_of(EventFacts(items_24h=1, views=None, reposts=None)).spread.words

    @pytest.mark.parametrize(
        ("facts", "freeze"),
        [
            (EventFacts(reposts_peak=500), True),
            (EventFacts(views_peak=5_000), True),
            (EventFacts(reposts_peak=499, views_peak=4_999), False),
            (EventFacts(reposts=5_000, views=50_000), False),
        ],
    )
    def test_evidence_is_frozen_from_500_reposts_or_5000_views_of_one_item(
        self, facts: EventFacts, freeze: bool
    ) -> None:
        """法释〔2013〕21号第二条."""
        assert heat_of(facts).freeze_evidence is freeze


class TestVelocity:
    @pytest.mark.parametrize(
        ("last", "mean", "share"), [(2, 2.0, 0.0), (10, 2.0, 1.0), (6, 2.0, 0.5), (40, 2.0, 1.0), (1, 2.0, 0.0)]
    )
    def test_growth_from_one_to_five_times_maps_to_zero_to_one(self, last: int, mean: float, share: float) -> None:
        assert heat_of(EventFacts(last_2h=last, mean_2h=mean)).velocity.share == share

    def test_without_a_day_of_history_there_is_no_growth(self) -> None:
        assert heat_of(EventFacts(last_2h=50, mean_2h=None)).velocity.share == 0
        assert "数据不足" in heat_of(EventFacts(last_2h=50, mean_2h=None)).velocity.words


COUNTS = st.integers(0, 10**7)


@given(
    st.sampled_from(["items_24h", "accounts", "views", "reposts", "last_2h", "similar_cases"]), COUNTS, COUNTS, COUNTS
)
def test_more_of_a_fact_never_lowers_the_score(name: str, base: int, less: int, more: int) -> None:
    low, high = sorted((less, more))
    quiet: dict[str, Any] = {"items_24h": base, "mean_2h": 3.0}
    fewer, further = (heat_of(EventFacts(**{**quiet, name: count})) for count in (low, high))
    assert fewer.score <= further.score


def test_every_number_comes_from_the_settings() -> None:
    doubled = HeatSettings(items_24h=400, growth=(1.0, 9.0), similar_cases=5)
    facts = EventFacts(items_24h=100, last_2h=10, mean_2h=2.0, similar_cases=3, categories=("R03",))
    assert heat_of(facts).spread.share == 0.5
    assert heat_of(facts, doubled).spread.share == 0.25
    assert heat_of(facts, doubled).velocity.share == 0.5
    assert heat_of(facts, doubled).severity.share < heat_of(facts).severity.share
    assert {f.name for f in fields(HeatSettings)} >= {"weights", "authority", "relevance", "freeze_reposts"}


@pytest.mark.parametrize("broken", [{"items_24h": -1}, {"severity": 0}, {"severity": 6}, {"accounts": -3}])
def test_impossible_facts_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="EventFacts"):
        EventFacts(**broken)
