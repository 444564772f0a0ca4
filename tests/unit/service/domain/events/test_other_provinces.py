"""One product in two provinces: which events make one of another's province known, and what follows."""

from datetime import timedelta
from typing import Any

import pytest

from analysis.events.heat import EventFacts, Relevance, heat_of
from service.domain.alerts.alert import AlertLevel
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts
from service.domain.events.other_provinces import WITHIN, other_provinces, products_asked, with_other_provinces
from service.domain.policies.policy import Verdict
from service.domain.rules.level import find_level
from service.domain.rules.publication import publication_authority
from tests.unit.service.domain.builders import NOW, event, register

HERE = event(harmed=6)


def there(**given: Any) -> Event:
    known: dict[str, Any] = {"id": "E2", "title": "汝城两人休克", "regions": ("431026",), "harmed": 2}
    return event(**(known | given))


def test_a_cluster_of_the_same_product_in_another_province_is_found_and_named() -> None:
    found = other_provinces(HERE, [there()], province="36")
    assert found is not None
    assert (found.codes, found.title) == (frozenset({"43"}), "汝城两人休克")


def test_the_latest_names_it_and_every_province_counts_once() -> None:
    others = [
        there(),
        there(id="E3", title="又一起", last_at=NOW + timedelta(hours=1)),
        there(id="E4", regions=("411500",)),
    ]
    found = other_provinces(HERE, others, province="36")
    assert found is not None
    assert (found.codes, found.title) == (frozenset({"41", "43"}), "又一起")


@pytest.mark.parametrize(
    "other",
    [
        there(id="E1"),
        there(products=("丙丁片",)),
        there(harmed=1),
        there(categories=("R08",)),
        there(regions=("360100",)),
        there(regions=("JP",)),
        there(regions=("431026", "JP"), facts={"abroad": True}),
        there(last_at=HERE.last_at - WITHIN - timedelta(minutes=1)),
    ],
    ids=["itself", "other product", "one person", "a price", "at home", "a country", "abroad", "long ago"],
)
def test_nothing_else_makes_two_provinces_of_one(other: Event) -> None:
    assert other_provinces(HERE, [other], province="36") is None


def test_a_death_is_enough_and_without_harm_here_nobody_is_asked() -> None:
    assert other_provinces(HERE, [there(harmed=None, deaths=1)], province="36") is not None
    assert products_asked(HERE, province="36") == ("甲乙注射液",)
    assert products_asked(event(harmed=1), province="36") == ()
    assert products_asked(there(), province="36") == ()


def test_an_event_that_names_both_provinces_itself_is_not_counted_twice() -> None:
    assert other_provinces(event(harmed=6, regions=("360700", "431026")), [there()], province="36") is None


def test_two_provinces_make_it_red_name_the_other_and_end_what_this_office_may_publish() -> None:
    known = IncidentFacts(
        spread=EventFacts(categories=("R01",), severity=3, persons_harmed=6, relevance=Relevance.LOCAL, provinces=1),
        products=HERE.products,
    )
    facts = with_other_provinces(known, other_provinces(HERE, [there()], province="36"))
    finding = find_level(heat_of(facts.spread), facts, register())
    assert finding.level is AlertLevel.RED
    assert "2个省份报告同一产品“甲乙注射液”的情况（另见“汝城两人休克”）" in finding.sentences
    assert publication_authority(("R01",), known, register()).verdict is not Verdict.RESERVED_NATIONAL
    assert publication_authority(("R01",), facts, register()).verdict is Verdict.RESERVED_NATIONAL
    assert with_other_provinces(known, None) == known
