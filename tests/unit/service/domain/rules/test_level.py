from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.events.heat import Authority, EventFacts, Relevance, heat_of
from service.domain.alerts.alert import AlertLevel
from service.domain.events.facts import IncidentFacts
from service.domain.events.toll import Toll
from service.domain.rules.level import TRIGGER_NUMBERS, find_level
from tests.unit.service.domain.builders import facts, heat, register

NONE, BLUE, YELLOW, ORANGE, RED = AlertLevel


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0, NONE),
        (19.9, NONE),
        (20, BLUE),
        (39.9, BLUE),
        (40, YELLOW),
        (59.9, YELLOW),
        (60, ORANGE),
        (79.9, ORANGE),
        (80, RED),
        (100, RED),
    ],
)
def test_the_score_alone_gives_the_level_of_its_band(score: float, level: AlertLevel) -> None:
    found = find_level(heat(score), facts("R02"), register())
    assert (found.level, found.by_score, found.triggers) == (level, level, ())


DRUG = {"products": ("甲乙注射液",)}
# Each row: what is known, the trigger that must fire and its level.
TRIGGERS: list[tuple[str, str, AlertLevel, dict[str, Any]]] = [
    ("a suspected death with a named product opens red", "death_suspected", RED, {"death": True, **DRUG}),
    ("a claimed number of deaths counts as suspicion", "death_suspected", RED, {"spread": {"deaths": 2}, **DRUG}),
    ("fifty harmed are red", "cluster_50", RED, {"spread": {"persons_harmed": 50}}),
    ("a large cluster of unknown size is red", "cluster_50", RED, {"large_cluster": True}),
    (
        "a central or provincial headline on a local product is red",
        "media_headline",
        RED,
        {"headline": True, "spread": {"authority": Authority.MEDIA, "relevance": Relevance.LOCAL}},
    ),
    (
        "two provinces reporting cases of one product are red",
        "two_provinces",
        RED,
        {"cluster": True, "spread": {"provinces": 2}, **DRUG},
    ),
    ("ten harmed are orange", "cluster_10", ORANGE, {"spread": {"persons_harmed": 10}}),
    ("a class 1 recall is orange", "recall_1", ORANGE, {"recall_class": 1}),
    (
        "a vaccine item that more than triples in an hour is orange",
        "vaccine_growth",
        ORANGE,
        {"growth_1h": 3.1, "categories": ("R07",)},
    ),
    (
        "a national hot search that names the agency is orange",
        "hot_search_agency",
        ORANGE,
        {"hot_list": True, "hot_agency": True},
    ),
    (
        "three independent sources on one product are yellow",
        "three_posts",
        YELLOW,
        {"spread": {"independent_24h": 3}, **DRUG},
    ),
    ("a disputed notice is yellow", "notice_dispute", YELLOW, {"notice_dispute": True}),
    ("a local medium on one firm is yellow", "local_media", YELLOW, {"local_media": True, "firms": ("丙丁药业",)}),
    ("one credible source on severity 3 is blue", "single_credible", BLUE, {"credible": True}),
    ("a slow rise is blue", "slow_rise", BLUE, {"spread": {"items_24h": 3, "last_2h": 3, "mean_2h": 2.0}}),
]


@pytest.mark.parametrize(("_rule", "trigger", "level", "known"), TRIGGERS, ids=[row[0] for row in TRIGGERS])
def test_a_single_trigger_gives_its_level_with_a_sentence(
    _rule: str, trigger: str, level: AlertLevel, known: dict[str, Any]
) -> None:
    categories = known.get("categories", ("R02",))
    given = {name: value for name, value in known.items() if name != "categories"}
    found = find_level(heat(0, severity=3), facts(*categories, **given), register())
    fired = {one.id: one for one in found.triggers}
    assert fired[trigger].level is level
    assert fired[trigger].sentence in found.sentences
    assert found.level >= level


def test_sources_are_told_as_those_of_a_day() -> None:
    found = find_level(heat(0, severity=3), facts("R02", spread={"independent_24h": 3}, **DRUG), register())
    [told] = [one.sentence for one in found.triggers if one.id == "three_posts"]
    assert told.startswith("24小时内3个独立信源谈及")


def test_a_rise_is_told_in_counts_and_as_no_multiple_of_next_to_nothing() -> None:
    rising = {"items_24h": 3, "last_2h": 2, "mean_2h": 1 / 12}
    [told] = [
        one.sentence
        for one in find_level(heat(0), facts("R02", spread=rising), register()).triggers
        if one.id == "slow_rise"
    ]
    assert told == "热度上升，近2小时2篇，此前24小时平均每2小时0.1篇"


def test_a_headline_names_no_product_as_one_of_the_province() -> None:
    known = facts("R06", headline=True, spread={"authority": Authority.MEDIA, "relevance": Relevance.LOCAL}, **DRUG)
    [told] = [one.sentence for one in find_level(heat(0), known, register()).triggers if one.id == "media_headline"]
    assert "本省产品" not in told
    assert "涉及本省" in told


def test_every_trigger_of_the_data_has_a_row_above() -> None:
    assert {row[1] for row in TRIGGERS} == set(TRIGGER_NUMBERS)


# Each row: what is known and the trigger that must stay silent.
SILENT: list[tuple[str, str, dict[str, Any]]] = [
    ("a death without a product is no named link", "death_suspected", {"death": True}),
    ("a death that a person refuted is none", "death_suspected", {"death": True, "death_refuted": True, **DRUG}),
    ("forty-nine are not fifty", "cluster_50", {"spread": {"persons_harmed": 49}}),
    (
        "a known small number beats the word many",
        "cluster_50",
        {"large_cluster": True, "spread": {"persons_harmed": 3}},
    ),
    (
        "a headline on somebody else's product",
        "media_headline",
        {"headline": True, "spread": {"authority": Authority.MEDIA}},
    ),
    ("two provinces without a product", "two_provinces", {"cluster": True, "spread": {"provinces": 2}}),
    ("one province with cases", "two_provinces", {"cluster": True, "spread": {"provinces": 1}, **DRUG}),
    ("two sources on one product", "three_posts", {"spread": {"independent_24h": 2}, **DRUG}),
    ("one source that is not credible", "single_credible", {"severity": 5}),
    ("one credible source on severity 2", "single_credible", {"credible": True, "severity": 2}),
    (
        "a headline that only reposts",
        "media_headline",
        {"spread": {"authority": Authority.MEDIA, "relevance": Relevance.LOCAL}},
    ),
    ("a headline of an account", "media_headline", {"headline": True, "spread": {"relevance": Relevance.LOCAL}}),
    ("a hot search on another body", "hot_search_agency", {"names_agency": True}),
    ("two provinces that only talk", "two_provinces", {"spread": {"provinces": 2}, **DRUG}),
    ("nine are not ten", "cluster_10", {"spread": {"persons_harmed": 9}}),
    ("a class 2 recall", "recall_1", {"recall_class": 2}),
    ("growth of exactly three times", "vaccine_growth", {"growth_1h": 3.0, "categories": ("R07",)}),
    ("growth of another category", "vaccine_growth", {"growth_1h": 9.0}),
    ("a hot search without the agency", "hot_search_agency", {"hot_list": True}),
    ("a notice that names the agency beside it", "hot_search_agency", {"hot_list": True, "names_agency": True}),
    ("three sources without a product", "three_posts", {"spread": {"independent_24h": 3}}),
    ("a local medium without a firm", "local_media", {"local_media": True}),
    ("a rise from two items", "slow_rise", {"spread": {"items_24h": 2, "last_2h": 2, "mean_2h": 1.0}}),
    ("a steady flow", "slow_rise", {"spread": {"items_24h": 30, "last_2h": 2, "mean_2h": 2.0}}),
]


@pytest.mark.parametrize(("_rule", "trigger", "known"), SILENT, ids=[row[0] for row in SILENT])
def test_a_trigger_stays_silent_just_short_of_its_rule(_rule: str, trigger: str, known: dict[str, Any]) -> None:
    categories = known.get("categories", ("R02",))
    given = {name: value for name, value in known.items() if name not in {"categories", "severity"}}
    found = find_level(heat(0, severity=known.get("severity", 1)), facts(*categories, **given), register())
    assert trigger not in {one.id for one in found.triggers}


@pytest.mark.parametrize(
    ("_rule", "categories", "known", "level"),
    [
        ("vaccine is never below yellow", ("R07",), {}, YELLOW),
        ("an adverse-reaction cluster is never below yellow", ("R01",), {"cluster": True}, YELLOW),
        ("a single adverse reaction has no floor", ("R01",), {}, NONE),
        ("a suspected death opens at red even without a product", ("R09",), {"death": True}, RED),
        ("industry news is never above blue", ("R14",), {"recall_class": 1}, BLUE),
        ("industry news beside a risk category is not cut", ("R04", "R14"), {"recall_class": 1}, ORANGE),
        ("what happened abroad is never above yellow", ("R01",), {"death": True, "abroad": True}, YELLOW),
        (
            "two badly harmed are never below yellow",
            ("R10",),
            {"severe": True, "spread": {"persons_harmed": 2}},
            YELLOW,
        ),
        ("one badly harmed has no floor", ("R10",), {"severe": True, "spread": {"persons_harmed": 1}}, NONE),
        ("without risk there is no level", ("R07",), {"risk": False, "death": True}, NONE),
    ],
)
def test_floors_raise_and_ceilings_cut(
    _rule: str, categories: tuple[str, ...], known: dict[str, Any], level: AlertLevel
) -> None:
    found = find_level(heat(0), facts(*categories, **known), register())
    assert found.level is level
    assert bool(found.applied) is ((level is not NONE and level is not ORANGE) or not known.get("risk", True))


def test_a_sentence_names_at_most_three_products_and_the_number_of_deaths_where_it_is_known() -> None:
    many = ("甲", "乙", "丙", "丁")
    counted = find_level(heat(0), facts("R02", products=many, spread={"deaths": 2}), register())
    told = find_level(heat(0), facts("R02", products=many, death=True), register())
    assert counted.triggers[0].sentence == "疑似死亡2例，涉及“甲”“乙”“丙”"
    assert told.triggers[0].sentence == "疑似死亡，涉及“甲”“乙”“丙”"


def test_a_ceiling_that_moved_nothing_is_no_reason() -> None:
    found = find_level(heat(25), facts("R14"), register())
    assert (found.level, found.applied) == (BLUE, ())


def test_a_floor_that_moved_nothing_is_no_reason() -> None:
    found = find_level(heat(45), facts("R07"), register())
    assert (found.level, found.applied) == (YELLOW, ())


def test_abroad_counts_only_without_a_tie_to_this_country() -> None:
    known = facts("R01", death=True, abroad=True, home=True, spread={"relevance": Relevance.NATIONAL})
    assert find_level(heat(0), known, register()).level is RED
    here = facts("R01", death=True, abroad=True, spread={"relevance": Relevance.LOCAL})
    assert find_level(heat(0), here, register()).level is RED


def test_what_an_office_tells_of_its_daily_work_is_never_above_blue() -> None:
    assert find_level(heat(45), facts("R09", routine=True), register()).level is BLUE
    assert find_level(heat(45), facts("R09"), register()).level is YELLOW
    assert find_level(heat(45), facts("R03", routine=True), register()).level is YELLOW


def test_a_least_number_is_told_as_one() -> None:
    known = facts("R01", told_harmed=Toll(number=20, least=True), spread={"persons_harmed": 20})
    assert "受影响至少20人，达到10人" in find_level(heat(0), known, register()).sentences


def test_a_death_abroad_is_not_red_because_its_product_has_a_name() -> None:
    known = facts(
        "R01", death=True, abroad=True, products=("止咳糖浆",), spread={"relevance": Relevance.NATIONAL, "deaths": 17}
    )
    assert find_level(heat(48), known, register()).level is YELLOW


def test_a_suspected_death_is_carried_in_the_finding() -> None:
    assert find_level(heat(0), facts("R01", death=True), register()).death
    assert not find_level(heat(0), facts("R01"), register()).death


COUNTS = st.integers(0, 300)
KNOWN = st.builds(
    IncidentFacts,
    spread=st.builds(
        EventFacts,
        categories=st.lists(
            st.sampled_from([f"R{n:02}" for n in range(1, 14)]), min_size=1, max_size=3, unique=True
        ).map(tuple),
        items_24h=COUNTS,
        accounts=COUNTS,
        last_2h=COUNTS,
        mean_2h=st.none() | st.floats(0, 50),
        provinces=st.integers(0, 5),
        independent_24h=st.integers(0, 9),
        persons_harmed=st.none() | COUNTS,
        authority=st.sampled_from(Authority),
        relevance=st.sampled_from(Relevance),
    ),
    products=st.sampled_from([(), ("甲",)]),
    cluster=st.booleans(),
    recall_class=st.none() | st.integers(1, 3),
    credible=st.booleans(),
)


@given(known=KNOWN)
def test_a_suspected_death_never_lowers_the_level(known: IncidentFacts) -> None:
    with_death = replace(known, death=True)
    before = find_level(heat_of(known.spread), known, register())
    after = find_level(heat_of(with_death.spread), with_death, register())
    assert after.level >= before.level
    assert after.level is RED


@given(known=KNOWN)
def test_every_level_above_none_has_a_reason_that_reaches_it(known: IncidentFacts) -> None:
    found = find_level(heat_of(known.spread), known, register())
    reached = max([found.by_score, *(trigger.level for trigger in found.triggers)])
    assert found.level >= reached
    assert found.level == reached or found.applied
    assert all(found.sentences)
