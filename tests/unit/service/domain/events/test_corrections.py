"""What a person corrected is told with its mark, whatever the program summed up."""

from dataclasses import replace
from typing import Any

import pytest

from service.domain.cases.outpaced import outpaced
from service.domain.events.corrections import (
    Correction,
    FactKind,
    Place,
    as_corrected,
    as_reported,
    correct,
    reported_value,
    restored,
)
from service.domain.events.event import Event
from service.domain.events.facts import facts_of
from service.domain.events.known import known_facts
from service.domain.events.reported import spread_facts
from service.domain.telling.letter import write_letter
from service.domain.telling.notification import subject
from tests.builders import NOW, build_alert, build_event

SPREAD: dict[str, Any] = {
    **dict.fromkeys(("items_24h", "items_2h", "items_prev_24h", "items_1h", "items_prev_1h", "accounts"), 1),
    **dict.fromkeys(("views", "reposts")),
    "independent_24h": 1,
    "source_classes": [],
    "provinces": [],
}


def event(**given: Any) -> Event:
    facts = {"death": True, "cluster": True, "jiangxi": True, "cases": ["a", "b"], "places": ["江西省赣州市于都县"]}
    return build_event(**{"harmed": 30, "deaths": 2, "regions": ("360731",), "facts": facts, **given})


def corrected(told: Event, kind: FactKind, value: Any) -> Event:
    act = Correction(
        id="f1",
        event_id=told.id,
        kind=kind,
        value="",
        reported=reported_value(told, kind),
        source="市局",
        reason="核实",
        actor="甲",
        at=NOW,
    )
    return correct(told, act, value)


ALL = (
    (FactKind.HARMED, 0),
    (FactKind.HARMED, 3),
    (FactKind.DEATHS, 0),
    (FactKind.DEATHS, 1),
    (FactKind.PLACES, (Place("430000", "湖南省"),)),
)


@pytest.mark.parametrize(("kind", "value"), ALL)
def test_what_the_reports_tell_is_kept_whole_and_comes_back(kind: FactKind, value: Any) -> None:
    told = event()
    after = corrected(told, kind, value)
    assert restored(after, kind) == told
    assert as_corrected(as_reported(after)) == after


def test_that_nobody_died_ends_the_suspicion_and_that_one_died_ends_a_refutation() -> None:
    def suspects(one: Event) -> bool:
        return facts_of(one, spread_facts(one, SPREAD, province="36", now=NOW)).suspects_death

    assert suspects(event())
    assert not suspects(corrected(event(), FactKind.DEATHS, 0))
    refuted = replace(event(), facts={**event().facts, "death_refuted": True})
    assert not suspects(refuted)
    assert suspects(corrected(refuted, FactKind.DEATHS, 1))


def test_one_harmed_is_no_cluster_whatever_the_reports_say() -> None:
    one = corrected(event(), FactKind.HARMED, 1)
    assert not facts_of(one, spread_facts(one, SPREAD, province="36", now=NOW)).suspects_cluster


@pytest.mark.parametrize(
    ("kind", "value", "title", "told"),
    [
        (FactKind.DEATHS, 1, "某地两人输液后死亡", "（人工更正：死亡1人）"),
        (FactKind.DEATHS, 0, "某地两人输液后死亡", "（人工更正：无人死亡）"),
        (FactKind.HARMED, 3, "某地30人输液后寒战", "（人工更正：受影响3人）"),
        (FactKind.HARMED, 30, "某地30人输液后寒战", ""),
    ],
)
def test_a_subject_says_beside_the_title_what_was_corrected(kind: FactKind, value: int, title: str, told: str) -> None:
    one = corrected(event(title=title, deaths=None, facts={}), kind, value)
    line = subject(build_alert(title=title), [], drill=False, now=NOW, event=one)
    assert told in line if told else "人工更正" not in line


def test_a_letter_tells_the_persons_facts_with_their_mark_and_the_programs_beside_them() -> None:
    one = corrected(event(), FactKind.HARMED, 3)
    one = corrected(one, FactKind.PLACES, (Place("361181", "江西省上饶市德兴市"),))
    letter = write_letter(
        subject="", alert=build_alert(), event=one, clocks=[], documents=[], link="", drill=False, now=NOW
    )
    assert "地点：江西省上饶市德兴市（人工更正）" in letter.summary
    assert "受影响3人（人工更正）" in letter.summary
    assert "30" not in letter.summary
    assert any("系统按稿件汇总为30人" in note for note in letter.notes)


def test_what_is_known_gives_the_source_and_a_draft_that_counts_otherwise_is_told() -> None:
    one = corrected(event(), FactKind.DEATHS, 1)
    one = corrected(one, FactKind.HARMED, 3)
    [harm] = [fact for fact in known_facts(one, []) if fact.label == "伤亡"]
    assert harm.value == "受影响 3 人（人工更正，来源：市局），死亡 1 人（人工更正，来源：市局）"
    assert harm.open == ""
    assert outpaced("事件致2人死亡。", one) == ("文中死亡2人，甲已更正为1人",)
