from dataclasses import replace

import pytest

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import ClockState
from service.domain.clocks.urgency import asking, next_due
from service.domain.events.event import IncidentGrade
from service.domain.refusal import Conflict, Refusal
from service.flows.alerts.acts import answer, close
from service.flows.alerts.clocks import cancel_clock
from service.flows.alerts.consider import consider
from service.flows.alerts.grading import set_grade, set_level
from service.flows.alerts.need import decide_need
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, EVENT, HOUR, NOW, OFFICE, OFFICER, acts_on, clocks_of, happens, mails


class TestGrade:
    def test_grade_two_starts_five_and_twenty_four_hours_in_the_confirmer_s_name(
        self, store: Store, alert: Alert
    ) -> None:
        mails(store)
        graded = set_grade(
            store, APPROVER, alert.id, IncidentGrade.II, reason="县局确认32人", office=OFFICE, now=NOW + HOUR
        )
        clocks = clocks_of(store, alert)
        for rule, hours in (("C-5H", 5), ("C-24H", 24)):
            assert clocks[rule].state is ClockState.ARMED
            assert clocks[rule].armed_by == "乙"
            # From first confirmed knowledge, not from the confirmation: being slow to confirm wins no time.
            assert clocks[rule].due_at == EVENT.known_at + hours * HOUR
        assert clocks["C-48H"].state is ClockState.CANCELLED
        assert clocks["C-48H"].reason == "乙：事件登记为Ⅱ级，改按5小时和24小时时限"
        assert "GOV-06" in {entry["policy_id"] for entry in graded.basis}
        with store.read() as work:
            event = work.events.get("e1")
        assert event is not None
        assert (event.grade, event.grade_by) == (IncidentGrade.II, "乙")
        [mail] = mails(store)
        assert "5小时时限" in mail.payload["letter"]["subject"]
        assert ("乙", "event.graded") in acts_on(store, "event:e1")
        assert acts_on(store, f"clock:{alert.id}-C-5H") == [("乙", "clock.armed")]

    def test_a_lower_grade_later_brings_48_hours_back_and_stops_nothing(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="初报", office=OFFICE, now=NOW)
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核减", office=OFFICE, now=NOW + HOUR)
        clocks = clocks_of(store, alert)
        assert clocks["C-48H"].state is ClockState.ARMED
        assert clocks["C-48H"].due_at == EVENT.known_at + 48 * HOUR
        assert clocks["C-5H"].state is ClockState.ARMED

    def test_a_lower_grade_does_not_undo_that_nothing_is_answered(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="初报", office=OFFICE, now=NOW)
        decide_need(store, APPROVER, alert.id, needed=False, reason="不属本局", office=OFFICE, now=NOW + HOUR)
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核减", office=OFFICE, now=NOW + 2 * HOUR)
        assert clocks_of(store, alert)["C-48H"].state is ClockState.CANCELLED

    def test_a_grade_does_not_start_again_what_a_person_cancelled(self, store: Store, alert: Alert) -> None:
        cancel_clock(store, APPROVER, f"{alert.id}-C-48H", "属外省事项", office=OFFICE, now=NOW)
        for hours, grade in enumerate((IncidentGrade.IV, IncidentGrade.II, IncidentGrade.III)):
            set_grade(store, APPROVER, alert.id, grade, reason="核实", office=OFFICE, now=NOW + hours * HOUR)
        ended = clocks_of(store, alert)["C-48H"]
        assert (ended.state, ended.reason) == (ClockState.CANCELLED, "乙：属外省事项")

    def test_from_one_grave_grade_to_the_other_nothing_starts_twice(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="初报", office=OFFICE, now=NOW)
        before = clocks_of(store, alert)
        set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="新增", office=OFFICE, now=NOW + HOUR)
        assert clocks_of(store, alert) == before

    def test_the_same_grade_and_a_closed_alert_are_refused(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已由乙登记为Ⅲ级"):
            set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核实", office=OFFICE, now=NOW)
        cancel_clock(store, APPROVER, f"{alert.id}-C-48H", "不需要回应", office=OFFICE, now=NOW)
        close(store, APPROVER, alert.id, "误报", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="重新打开"):
            set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason="核实", office=OFFICE, now=NOW)

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 1001])
    def test_a_reason_is_needed_and_bounded(self, store: Store, alert: Alert, reason: str) -> None:
        with pytest.raises(Refusal):
            set_grade(store, APPROVER, alert.id, IncidentGrade.I, reason=reason, office=OFFICE, now=NOW)


class TestLevel:
    def test_a_person_lowers_red_to_orange_and_the_system_leaves_it_there(self, store: Store) -> None:
        dead = replace(EVENT, deaths=1)
        red = happens(store, dead)
        assert red.level is AlertLevel.RED
        with pytest.raises(Conflict, match="最低只能调整为橙色"):
            set_level(store, APPROVER, red.id, AlertLevel.YELLOW, reason="家属说法不一", office=OFFICE, now=NOW)
        set_level(store, APPROVER, red.id, AlertLevel.ORANGE, reason="家属说法不一", office=OFFICE, now=NOW)
        with store.write() as work:
            again = work.events.get("e1")
            assert again is not None
            consider(work, again, office=OFFICE, now=NOW + 9 * HOUR)
            held = work.alerts.get(red.id)
        assert held is not None
        assert held.level is AlertLevel.ORANGE

    def test_once_refuted_it_may_go_further(self, store: Store) -> None:
        red = happens(store, replace(EVENT, deaths=1))
        lowered = set_level(
            store, APPROVER, red.id, AlertLevel.YELLOW, reason="已核实无死亡", office=OFFICE, now=NOW, refuted=True
        )
        assert lowered.level is AlertLevel.YELLOW
        with store.read() as work:
            event = work.events.get("e1")
        assert event is not None
        assert (event.level, event.facts["death_refuted"]) == ("yellow", True)

    def test_raising_tells_people_and_lowering_does_not(self, store: Store, alert: Alert) -> None:
        mails(store)
        set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="上级要求", office=OFFICE, now=NOW)
        assert len(mails(store)) == 1
        set_level(store, APPROVER, alert.id, AlertLevel.YELLOW, reason="已核减", office=OFFICE, now=NOW)
        assert mails(store) == []
        assert [act for _, act in acts_on(store, f"alert:{alert.id}")][-2:] == ["alert.level_set", "alert.level_set"]

    def test_what_is_proposed_by_a_rise_after_the_answer_is_the_next_deadline_of_the_alert(
        self, store: Store, alert: Alert
    ) -> None:
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
        risen = set_level(
            store, APPROVER, alert.id, AlertLevel.RED, reason="上级要求", office=OFFICE, now=NOW + 2 * HOUR
        )
        assert risen.state is AlertState.ANSWERED
        asked = asking(risen, [*clocks_of(store, alert).values()], OFFICE.register.clocks)
        first = next_due(asked)
        assert first is not None
        assert (first.rule_id, first.state) == ("C-5H", ClockState.PROPOSED)

    def test_the_mail_on_a_rise_names_the_clock_that_the_rise_starts(self, store: Store) -> None:
        mild = replace(EVENT, harmed=0, severity=3, facts={"jiangxi": True}, categories=("R09",))
        blue = happens(store, mild)
        assert blue.level is AlertLevel.BLUE
        mails(store)
        assert "C-48H" not in clocks_of(store, blue)
        set_level(store, APPROVER, blue.id, AlertLevel.ORANGE, reason="上级关注", office=OFFICE, now=NOW + HOUR)
        clock = clocks_of(store, blue)["C-48H"]
        assert (clock.state, clock.due_at) == (ClockState.ARMED, EVENT.known_at + 48 * HOUR)
        assert acts_on(store, f"clock:{clock.id}") == [("system", "clock.armed")]
        [mail] = mails(store)
        assert "48小时" in mail.payload["letter"]["subject"]
        assert mail.payload["letter"]["reasons"][0] == "乙人工调为橙色：上级关注"
        with store.write() as work:
            event = work.events.get(mild.id)
            assert event is not None
            consider(work, event, office=OFFICE, now=NOW + HOUR)
        assert clocks_of(store, blue)["C-48H"] == clock
        assert mails(store) == []

    @pytest.mark.parametrize(("level", "sentence"), [(AlertLevel.NONE, "请关闭预警"), (AlertLevel.ORANGE, "已是橙色")])
    def test_a_level_that_is_none_or_the_same_is_refused(
        self, store: Store, alert: Alert, level: AlertLevel, sentence: str
    ) -> None:
        with pytest.raises(Conflict, match=sentence):
            set_level(store, APPROVER, alert.id, level, reason="核实", office=OFFICE, now=NOW)
