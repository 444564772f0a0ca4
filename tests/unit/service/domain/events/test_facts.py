from typing import Any

import pytest

from analysis.events.heat import EventFacts
from service.domain.events.event import IncidentGrade
from service.domain.events.facts import Condition, facts_of, holds
from tests.unit.service.domain.builders import event, facts


class TestFactsOf:
    def test_flags_are_read_from_the_stored_event(self) -> None:
        known = facts_of(
            event(
                facts={"cluster": True, "recall_class": 2, "growth_1h": 3.5, "misleading": False},
                harmed=12,
                deaths=1,
                grade=IncidentGrade.II,
            ),
            EventFacts(categories=("R01",)),
        )
        assert (known.cluster, known.recall_class, known.growth_1h, known.misleading) == (True, 2, 3.5, False)
        assert (known.harmed, known.spread.deaths, known.grade) == (12, 1, IncidentGrade.II)
        assert known.products == ("甲乙注射液",)
        assert known.risk

    @pytest.mark.parametrize(
        "wrong", [{"cluster": "yes"}, {"unheard": True}, {"recall_class": "1"}, {"products": True}]
    )
    def test_a_flag_of_another_type_or_name_is_left_out(self, wrong: dict[str, Any]) -> None:
        assert facts_of(event(facts=wrong), EventFacts()) == facts_of(event(), EventFacts())

    def test_counts_of_the_spread_stand_where_the_event_has_none(self) -> None:
        known = facts_of(event(), EventFacts(persons_harmed=7, deaths=2))
        assert (known.harmed, known.spread.deaths) == (7, 2)

    def test_an_event_without_severity_carries_no_risk(self) -> None:
        assert not facts_of(event(severity=0), EventFacts()).risk


# Each row: the condition, categories, facts, whether it holds.
ROWS: list[tuple[Condition, tuple[str, ...], dict[str, Any], bool]] = [
    (Condition.ADR, ("R01",), {}, True),
    (Condition.ADR, ("R02",), {}, False),
    (Condition.VACCINE, ("R07",), {}, True),
    (Condition.VACCINE, ("R01",), {}, False),
    (Condition.DRUG, ("R04",), {}, True),
    (Condition.DRUG, ("R04",), {"device": True}, False),
    (Condition.DRUG, ("R04", "R11"), {}, False),
    (Condition.DEVICE, ("R04",), {"device": True}, True),
    (Condition.DEVICE, ("R10",), {}, True),
    (Condition.DEVICE, ("R11",), {}, False),
    (Condition.DEVICE, ("R01", "R10"), {"device": True}, False),
    (Condition.DRUG, ("R01", "R10"), {"device": True}, True),
    (Condition.COSMETIC, ("R07", "R11"), {}, False),
    (Condition.COSMETIC, ("R05",), {"cosmetic": True}, True),
    (Condition.COSMETIC, ("R10",), {}, False),
    (Condition.DEATH, (), {"death": True}, True),
    (Condition.DEATH, (), {"spread": {"death": True}}, True),
    (Condition.DEATH, (), {"death": True, "death_refuted": True}, False),
    (Condition.SEVERE, (), {"severe": True}, True),
    (Condition.SEVERE, (), {"death": True}, True),
    (Condition.SEVERE, (), {}, False),
    (Condition.CLUSTER, (), {"spread": {"persons_harmed": 2}}, True),
    (Condition.CLUSTER, (), {"spread": {"similar_cases": 2}}, True),
    (Condition.CLUSTER, (), {"large_cluster": True}, True),
    (Condition.CLUSTER, (), {"spread": {"persons_harmed": 1}}, False),
    (Condition.DEATH_OR_CLUSTER, (), {"death": True}, True),
    (Condition.DEATH_OR_CLUSTER, (), {"cluster": True}, True),
    (Condition.DEATH_OR_CLUSTER, (), {"severe": True}, False),
    (Condition.DEATH_SEVERE_OR_CLUSTER, (), {"severe": True}, True),
    (Condition.DEATH_SEVERE_OR_CLUSTER, (), {}, False),
    (Condition.MISLEADING, (), {"misleading": True}, True),
    (Condition.MISLEADING, ("R13",), {}, True),
    (Condition.MISLEADING, ("R12",), {}, False),
    (Condition.RECALL, (), {"recall": True}, True),
    (Condition.RECALL, (), {"recall_class": 3}, True),
    (Condition.RECALL, (), {}, False),
    (Condition.RECALL_1_OR_2, (), {"recall_class": 2}, True),
    (Condition.RECALL_1_OR_2, (), {"recall": True}, False),
    (Condition.GRAVE_GRADE, (), {"grade": IncidentGrade.II}, True),
    (Condition.GRAVE_GRADE, (), {"grade": IncidentGrade.III}, False),
    (Condition.ORDINARY_GRADE, (), {}, True),
    (Condition.ORDINARY_GRADE, (), {"grade": IncidentGrade.I}, False),
    (Condition.NEEDS_RESPONSE, ("R12",), {}, True),
    (Condition.NEEDS_RESPONSE, ("R14",), {}, False),
    (Condition.NEEDS_RESPONSE, ("R12",), {"risk": False}, False),
    (Condition.COMPLAINT, (), {"complaint": True}, True),
    (Condition.COMPLAINT, (), {}, False),
    (Condition.PETITION, (), {"petition": True}, True),
    (Condition.PETITION, (), {}, False),
    (Condition.LEAD, (), {"lead": True}, True),
    (Condition.LEAD, (), {}, False),
    (Condition.ABROAD, (), {"abroad": True}, True),
    (Condition.ABROAD, (), {}, False),
    (Condition.ABROAD, (), {"abroad": True, "home": True}, False),
    (Condition.ONLY_INDUSTRY, ("R14",), {}, True),
    (Condition.ONLY_INDUSTRY, ("R14", "R04"), {}, False),
    (Condition.ONLY_INDUSTRY, (), {}, False),
    (Condition.ROUTINE, ("R09",), {"routine": True}, True),
    (Condition.ROUTINE, ("R09",), {}, False),
    (Condition.ROUTINE, ("R03", "R09"), {"routine": True}, False),
    (Condition.ROUTINE, ("R07",), {"routine": True}, False),
    (Condition.BY_HAND, (), {}, False),
]


@pytest.mark.parametrize(("condition", "categories", "known", "expected"), ROWS)
def test_a_condition_holds_where_its_facts_are_there(
    condition: Condition, categories: tuple[str, ...], known: dict[str, Any], *, expected: bool
) -> None:
    assert holds((condition,), categories, facts(*categories, **known)) is expected


def test_every_condition_has_a_row() -> None:
    assert {row[0] for row in ROWS} == set(Condition)


def test_all_of_a_list_must_hold_and_an_empty_list_always_does() -> None:
    known = facts("R01", cluster=True)
    assert holds((), (), known)
    assert holds((Condition.ADR, Condition.CLUSTER), ("R01",), known)
    assert not holds((Condition.ADR, Condition.DEATH), ("R01",), known)
