"""What a decision makes of an alert: a new one, a risen one, one that is told anew."""

from dataclasses import replace

import pytest

from service.domain.alerts.alert import AlertLevel, AlertReason, AlertState, decide
from service.domain.alerts.following import alert_id, followed, raised
from service.domain.alerts.rounds import round_number
from tests.unit.service.domain.alerts.test_alert import DEATH, FIFTY, WINDOW_SEEN
from tests.unit.service.domain.builders import NOW, alert, event, finding

NONE, BLUE, YELLOW, ORANGE, RED = AlertLevel


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
        assert after.extras["risen_why"] == after.extras["round_why"] == after.reason

    def test_a_later_report_brings_its_title_reasons_score_and_basis(self) -> None:
        before = alert(YELLOW, basis=({"policy_id": "X"},), publication={"verdict": "check"})
        found = finding(YELLOW, triggers=(FIFTY,), applied=("疫苗类不低于黄色",), score=59.0)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        after = followed(before, event=event(title="新题"), decision=decision, finding=found, now=NOW)
        assert after.triggers == ("热度59分，按分值为黄色", "五十人", "疫苗类不低于黄色")
        assert (after.title, after.score, after.changed_at, after.revision) == ("新题", 59.0, NOW, 2)
        assert (after.basis, after.publication) == (before.basis, before.publication)
        assert (after.reason, after.state) == (before.reason, before.state)

    @pytest.mark.parametrize("state", [AlertState.ACKNOWLEDGED, AlertState.ANSWERED, AlertState.CLOSED])
    def test_more_dead_ask_anew_whatever_was_done_and_only_once(self, state: AlertState) -> None:
        extras = {"deaths": 1, "answered_level": "red"}
        before = alert(RED, state=state, acknowledged_at=NOW, acknowledged_by="张三", closed_by="李四", extras=extras)
        found = finding(RED, death=True, deaths=2)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        after = followed(before, event=event(), decision=decision, finding=found, now=NOW)
        assert (after.state, after.reason, after.acknowledged_at, after.closed_by) == (
            AlertState.OPEN, "more_deaths", None, None,
        )  # fmt: skip
        assert (after.extras["deaths"], after.extras["answered_level"], round_number(after.extras)) == (2, "none", 2)
        assert decide(event=event(), finding=found, alert=after, now=NOW).reason is AlertReason.ATTACHED

    def test_who_is_no_longer_suspected_dead_is_told_anew_only_beyond_the_most_that_was_told(self) -> None:
        held = alert(RED, extras={"deaths": 3})
        for deaths in (0, 2, 3):
            found = finding(RED, deaths=deaths)
            decision = decide(event=event(), finding=found, alert=held, now=NOW)
            assert decision.reason is AlertReason.ATTACHED
            held = followed(held, event=event(), decision=decision, finding=found, now=NOW)
        assert held.extras["deaths"] == 3

    def test_nothing_new_is_no_new_revision(self) -> None:
        found = finding(YELLOW)
        before = alert(YELLOW, triggers=found.sentences)
        decision = decide(event=event(), finding=found, alert=before, now=NOW)
        assert followed(before, event=event(), decision=decision, finding=found, now=NOW) is before
