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
    alert_id,
    decide,
    followed,
    raised,
    set_by_person,
)
from service.domain.alerts.rounds import round_number
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
            held = _first(decision, found, now) if decision.changes else None
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


def _first(decision: Any, found: LevelFinding, now: datetime) -> Alert:
    return raised(event=event(), decision=decision, finding=found, basis=(), publication={}, lead="法规处", now=now)


class TestRaised:
    def test_a_new_alert_carries_why_it_was_raised(self) -> None:
        found = finding(RED, triggers=(DEATH,), score=81.4)
        decision = decide(event=event(), finding=found, alert=None, now=NOW)
        new = raised(
            event=event(),
            decision=decision,
            finding=found,
            basis=({"policy_id": "ADR-05"},),
            publication={"verdict": "check"},
            lead="法规处",
            now=NOW,
        )
        assert (new.level, new.peak_level, new.state, new.reason) == (RED, RED, AlertState.OPEN, "first_raise")
        assert new.triggers == ("热度81分，按分值为红色", "疑似死亡")
        assert new.id == alert_id("E1", ["ADR-05"])

    def test_a_score_that_alone_gives_a_lower_level_is_told_last(self) -> None:
        found = finding(RED, triggers=(FIFTY,), score=44.0)
        assert replace(found, by_score=YELLOW).sentences == ("五十人", "热度44分，只按分值为黄色")
        assert found.sentences == ("热度44分，按分值为红色", "五十人")

    def test_the_id_depends_on_the_event_and_its_basis_and_not_on_their_order(self) -> None:
        assert alert_id("E1", ["B", "A"]) == alert_id("E1", ["A", "B"])
        assert len({alert_id("E1", ["A"]), alert_id("E2", ["A"]), alert_id("E1", ["A", "B"])}) == 3


class TestFollowed:
    def test_an_escalation_asks_for_a_new_acknowledgement_and_keeps_the_owner(self) -> None:
        before = alert(YELLOW, state=AlertState.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="张三", owner="李四")
        found = finding(RED)
        after = followed(
            before,
            event=event(),
            decision=decide(event=event(), finding=found, alert=before, now=NOW),
            finding=found,
            basis=({"policy_id": "X"},),
            publication={"verdict": "check"},
            now=NOW,
        )
        assert (after.state, after.acknowledged_by, after.owner, after.peak_level) == (
            AlertState.OPEN,
            None,
            "李四",
            RED,
        )
        assert (after.reason, after.revision, after.basis) == ("escalated", 2, ({"policy_id": "X"},))

    def test_lowering_keeps_the_peak_and_the_acknowledgement(self) -> None:
        before = alert(RED, state=AlertState.ACKNOWLEDGED, acknowledged_by="张三", extras=WINDOW_SEEN)
        low = event(below_windows=1)
        found = finding(YELLOW)
        after = followed(
            before, event=low, decision=decide(event=low, finding=found, alert=before, now=NOW), finding=found, now=NOW
        )
        assert (after.level, after.peak_level, after.state) == (YELLOW, RED, AlertState.ACKNOWLEDGED)
        assert "window_at" not in after.extras

    def test_a_closed_alert_is_not_touched_by_what_attaches(self) -> None:
        before = alert(YELLOW, state=AlertState.CLOSED)
        found = finding(YELLOW, score=59)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        assert followed(before, event=event(), decision=decision, finding=found, now=NOW) is before

    def test_a_closed_alert_that_wakes_is_open_again(self) -> None:
        before = alert(YELLOW, state=AlertState.CLOSED, closed_at=NOW, closed_by="张三", close_reason="已回应")
        found = finding(RED)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        after = followed(before, event=event(), decision=decision, finding=found, now=NOW)
        assert (after.state, after.closed_at, after.closed_by, after.close_reason) == (
            AlertState.OPEN,
            None,
            None,
            None,
        )
        assert (round_number(after.extras), after.extras["risen_at"]) == (2, NOW.isoformat())

    def test_a_later_report_brings_its_title_reasons_score_and_basis(self) -> None:
        before = alert(YELLOW, basis=({"policy_id": "X"},), publication={"verdict": "check"})
        found = finding(YELLOW, triggers=(FIFTY,), applied=("疫苗类不低于黄色",), score=59.0)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        after = followed(before, event=event(title="新题"), decision=decision, finding=found, now=NOW)
        assert after.triggers == ("热度59分，按分值为黄色", "五十人", "疫苗类不低于黄色")
        assert (after.title, after.score, after.changed_at, after.revision) == ("新题", 59.0, NOW, 2)
        assert (after.basis, after.publication) == (before.basis, before.publication)
        assert (after.reason, after.state) == (before.reason, before.state)

    def test_nothing_new_is_no_new_revision(self) -> None:
        found = finding(YELLOW)
        before = alert(YELLOW, triggers=found.sentences)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        assert followed(before, event=event(), decision=decision, finding=found, now=NOW) is before


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
