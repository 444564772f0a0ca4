from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.alerts.alert import (
    WINDOW,
    WINDOWS_BELOW,
    Alert,
    AlertLevel,
    AlertReason,
    AlertState,
    LevelFinding,
    Trigger,
    decide,
    set_by_person,
)
from service.domain.alerts.following import followed, raised
from tests.unit.service.domain.builders import NOW, alert, event, finding

NONE, BLUE, YELLOW, ORANGE, RED = AlertLevel
WINDOW_SEEN = {"window_at": (NOW - WINDOW).isoformat()}
HALF_WINDOW_SEEN = {"window_at": (NOW - WINDOW / 2).isoformat()}
PERSON_ORANGE = {"set_level": {"level": "orange", "by": "张三", "over": 4, "triggers": ["death_suspected"]}}
PERSON_RED = {"set_level": {"level": "red", "by": "张三", "over": 2, "triggers": []}}
DEATH = Trigger(id="death_suspected", level=RED, sentence="疑似死亡")
FIFTY = Trigger(id="cluster_50", level=RED, sentence="五十人")


@dataclass(frozen=True)
class Row:
    rule: str
    found: LevelFinding
    before: Alert | None
    reason: AlertReason
    level: AlertLevel
    notify: bool = False
    windows: int = 0
    below_windows: int = 0
    extras: dict[str, Any] = field(default_factory=dict)


ROWS = [
    Row("Below the lowest level nothing is raised.", finding(NONE), None, AlertReason.BELOW_THRESHOLD, NONE),
    Row("The first blue is raised for the digest, without mail.", finding(BLUE), None, AlertReason.FIRST_RAISE, BLUE),
    Row("The first yellow is raised with mail.", finding(YELLOW), None, AlertReason.FIRST_RAISE, YELLOW, notify=True),
    Row("A higher level escalates at once.", finding(RED), alert(YELLOW), AlertReason.ESCALATED, RED, notify=True),
    Row(
        "More dead than were known are told anew at the same level.",
        finding(RED, death=True, deaths=2),
        alert(RED, state=AlertState.ANSWERED, extras={"deaths": 1}),
        AlertReason.MORE_DEATHS,
        RED,
        notify=True,
    ),
    Row(
        "More dead wake what was closed.",
        finding(RED, death=True, deaths=3),
        alert(RED, state=AlertState.CLOSED, extras={"deaths": 1}),
        AlertReason.MORE_DEATHS,
        RED,
        notify=True,
    ),
    Row(
        "As many dead as were known tell nothing new.",
        finding(RED, death=True, deaths=2),
        alert(RED, extras={"deaths": 2}),
        AlertReason.ATTACHED,
        RED,
    ),
    Row(
        "More dead move what a person had lowered.",
        finding(RED, death=True, deaths=2, triggers=(DEATH,)),
        alert(ORANGE, extras=PERSON_ORANGE | {"deaths": 1}),
        AlertReason.ESCALATED,
        RED,
        notify=True,
    ),
    Row("Blue to yellow is told too.", finding(YELLOW), alert(BLUE), AlertReason.ESCALATED, YELLOW, notify=True),
    Row(
        "An acknowledged alert escalates like an open one.",
        finding(ORANGE),
        alert(YELLOW, state=AlertState.ACKNOWLEDGED),
        AlertReason.ESCALATED,
        ORANGE,
        notify=True,
    ),
    Row("More documents at the same level only attach.", finding(YELLOW), alert(YELLOW), AlertReason.ATTACHED, YELLOW),
    Row(
        "The level back at its height forgets the windows below.",
        finding(ORANGE),
        alert(ORANGE, extras=WINDOW_SEEN),
        AlertReason.ATTACHED,
        ORANGE,
        below_windows=1,
    ),
    Row(
        "The first look below starts one window.",
        finding(BLUE),
        alert(ORANGE),
        AlertReason.BELOW_ONE_WINDOW,
        ORANGE,
        windows=1,
    ),
    Row(
        "Many looks within one window are one window.",
        finding(BLUE),
        alert(ORANGE, extras=HALF_WINDOW_SEEN),
        AlertReason.BELOW_ONE_WINDOW,
        ORANGE,
        windows=1,
        below_windows=1,
    ),
    Row(
        "Two windows below in a row lower the alert, silently.",
        finding(YELLOW),
        alert(RED, extras=WINDOW_SEEN),
        AlertReason.LOWERED,
        YELLOW,
        below_windows=1,
    ),
    Row(
        "A window mark without windows below is an old one.",
        finding(YELLOW),
        alert(RED, extras=WINDOW_SEEN),
        AlertReason.BELOW_ONE_WINDOW,
        RED,
        windows=1,
    ),
    Row(
        "An open alert sinks to blue and no further: a person closes it.",
        finding(NONE),
        alert(YELLOW, extras=WINDOW_SEEN),
        AlertReason.LOWERED,
        BLUE,
        below_windows=1,
    ),
    Row("Blue that is below the line waits for a person.", finding(NONE), alert(BLUE), AlertReason.AT_LOWEST, BLUE),
    Row(
        "While a death is suspected red sinks to orange only.",
        finding(YELLOW, death=True),
        alert(RED, extras=WINDOW_SEEN),
        AlertReason.LOWERED,
        ORANGE,
        below_windows=1,
    ),
    Row(
        "While a death is suspected orange stays.",
        finding(YELLOW, death=True),
        alert(ORANGE, extras=WINDOW_SEEN),
        AlertReason.HELD_FOR_DEATH,
        ORANGE,
        below_windows=1,
    ),
    Row(
        "A person lowered red to orange knowing why: the same reasons do not raise it.",
        finding(RED, triggers=(DEATH,), death=True),
        alert(ORANGE, extras=PERSON_ORANGE),
        AlertReason.HELD_BY_PERSON,
        ORANGE,
    ),
    Row(
        "A new trigger that the person did not know raises it.",
        finding(RED, triggers=(DEATH, FIFTY), death=True),
        alert(ORANGE, extras=PERSON_ORANGE),
        AlertReason.ESCALATED,
        RED,
        notify=True,
    ),
    Row(
        "A new trigger of the level that it has already is no reason to rise.",
        finding(RED, triggers=(DEATH, Trigger(id="cluster_10", level=ORANGE, sentence="十人")), death=True),
        alert(ORANGE, extras=PERSON_ORANGE),
        AlertReason.HELD_BY_PERSON,
        ORANGE,
    ),
    Row(
        "A level above what the person saw raises it.",
        finding(RED),
        alert(YELLOW, extras={"set_level": {"level": "yellow", "over": 3, "triggers": []}}),
        AlertReason.ESCALATED,
        RED,
        notify=True,
    ),
    Row(
        "What a person raised does not sink by itself.",
        finding(BLUE),
        alert(RED, extras=PERSON_RED | WINDOW_SEEN),
        AlertReason.HELD_BY_PERSON,
        RED,
        below_windows=1,
    ),
    Row(
        "What a person only confirmed sinks like any other.",
        finding(BLUE),
        alert(ORANGE, extras={"set_level": {"level": "orange", "over": 3, "triggers": []}} | WINDOW_SEEN),
        AlertReason.LOWERED,
        BLUE,
        below_windows=1,
    ),
    Row(
        "A closed alert stays closed up to the level that it had.",
        finding(ORANGE),
        alert(YELLOW, state=AlertState.CLOSED, peak_level=ORANGE),
        AlertReason.STAYS_CLOSED,
        YELLOW,
    ),
    Row(
        "A closed alert wakes above its peak.",
        finding(RED),
        alert(YELLOW, state=AlertState.CLOSED, peak_level=ORANGE),
        AlertReason.RAISED_AGAIN,
        RED,
        notify=True,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.rule for row in ROWS])
def test_the_decision_follows_the_rule(row: Row) -> None:
    decision = decide(event=event(below_windows=row.below_windows), finding=row.found, alert=row.before, now=NOW)
    assert (decision.reason, decision.level, decision.notify, decision.below_windows) == (
        row.reason,
        row.level,
        row.notify,
        row.windows,
    )


def test_every_reason_has_a_row_and_a_word() -> None:
    assert {row.reason for row in ROWS} == set(AlertReason)
    assert all(reason.word for reason in AlertReason)


def test_the_window_is_measured_with_the_time_given() -> None:
    before = alert(ORANGE, extras={"window_at": NOW.isoformat()})
    almost = decide(
        event=event(below_windows=1), finding=finding(BLUE), alert=before, now=NOW + WINDOW - timedelta(seconds=1)
    )
    then = decide(event=event(below_windows=1), finding=finding(BLUE), alert=before, now=NOW + WINDOW)
    assert (almost.reason, then.reason) == (AlertReason.BELOW_ONE_WINDOW, AlertReason.LOWERED)


def test_more_windows_can_be_asked_for() -> None:
    before = alert(ORANGE, extras={"window_at": NOW.isoformat()})
    later = decide(event=event(below_windows=1), finding=finding(BLUE), alert=before, now=NOW + WINDOW, windows_below=3)
    assert (later.reason, later.below_windows, later.window_at) == (AlertReason.BELOW_ONE_WINDOW, 2, NOW)


STEPS = st.lists(st.tuples(st.sampled_from(AlertLevel), st.booleans(), st.integers(1, 300)), min_size=1, max_size=40)


@given(steps=STEPS)
def test_a_run_of_decisions_never_misses_a_rise_nor_falls_early(steps: list[tuple[AlertLevel, bool, int]]) -> None:
    known, held, now = event(), None, NOW
    below_since: datetime | None = None
    for level, death, minutes in steps:
        now += timedelta(minutes=minutes)
        found = finding(level, death=death)
        decision = decide(event=known, finding=found, alert=held, now=now)
        assert decision.level >= found.level
        assert decision.notify is (
            decision.level > BLUE and decision.reason in {AlertReason.FIRST_RAISE, AlertReason.ESCALATED}
        )
        if held is None:
            held = first_alert(decision, found, now) if decision.changes else None
        else:
            if decision.level < held.level:
                assert below_since is not None
                assert now - below_since >= WINDOW
                assert not (death and decision.level < ORANGE)
            held = followed(held, event=known, decision=decision, finding=found, now=now)
            assert held.peak_level >= held.level == decision.level
        known = replace(known, below_windows=decision.below_windows)
        waits = decision.reason is AlertReason.BELOW_ONE_WINDOW
        below_since = (below_since or now) if waits else None


def first_alert(decision: Any, found: LevelFinding, now: datetime) -> Alert:
    return raised(event=event(), decision=decision, finding=found, basis=(), publication={}, lead="法规处", now=now)


class TestSetByPerson:
    def test_what_the_person_saw_is_kept_until_news_comes(self) -> None:
        found = finding(RED, triggers=(DEATH,), death=True)
        lowered = set_by_person(alert(RED), ORANGE, by="张三", reason="家属说法不一", finding=found, now=NOW)
        assert (lowered.level, lowered.peak_level, lowered.revision) == (ORANGE, RED, 2)
        same = decide(event=event(), finding=found, alert=lowered, now=NOW)
        assert same.reason is AlertReason.HELD_BY_PERSON
        news = replace(found, triggers=(DEATH, FIFTY))
        woken = decide(event=event(), finding=news, alert=lowered, now=NOW)
        after = followed(lowered, event=event(), decision=woken, finding=news, now=NOW)
        assert (after.level, "set_level" in after.extras) == (RED, False)

    def test_what_a_person_raised_stays_up(self) -> None:
        lifted = set_by_person(
            alert(BLUE, extras=WINDOW_SEEN), RED, by="张三", reason="上级要求", finding=finding(BLUE), now=NOW
        )
        later = decide(event=event(below_windows=1), finding=finding(NONE), alert=lifted, now=NOW + 9 * WINDOW)
        assert (later.reason, later.level) == (AlertReason.HELD_BY_PERSON, RED)


def test_a_level_set_by_a_person_keeps_who_why_when_over_what_and_forgets_the_window() -> None:
    before = alert(BLUE, state=AlertState.ACKNOWLEDGED, extras=WINDOW_SEEN | {"round": 2})
    lifted = set_by_person(
        before, ORANGE, by="张三", reason="上级要求", finding=finding(BLUE, triggers=(FIFTY,)), now=NOW
    )
    assert dict(lifted.extras) == {
        "round": 2,
        "set_level": {
            "level": "orange",
            "by": "张三",
            "reason": "上级要求",
            "at": NOW.isoformat(),
            "over": 1,
            "triggers": ["cluster_50"],
        },
    }
    assert (lifted.peak_level, lifted.changed_at) == (ORANGE, NOW)


def test_a_window_is_two_hours_and_two_of_them_lower_an_alert() -> None:
    assert (timedelta(hours=2), 2) == (WINDOW, WINDOWS_BELOW)


def test_levels_have_a_word_a_mark_and_a_key_each() -> None:
    assert [(level.word, level.mark, level.key) for level in (RED, NONE)] == [
        ("红色", "▲", "red"),
        ("未达预警", "—", "none"),
    ]
