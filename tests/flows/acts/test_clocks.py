from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import Clock, ClockState
from service.domain.events.event import IncidentGrade
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.alerts.clocks import arm_clock, cancel_clock, extend_clock, meet_clock, pause_clock, start_clock
from service.flows.alerts.grading import set_grade
from service.flows.alerts.need import decide_need
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, EVENT, HOUR, NOW, OFFICE, OFFICER, acts_on, clocks_of, happens


class TestClocks:
    def test_five_hours_start_only_with_a_grave_grade(self, store: Store) -> None:
        red = happens(store, replace(EVENT, harmed=60))
        assert clocks_of(store, red)["C-5H"].state is ClockState.PROPOSED
        with pytest.raises(Conflict, match="先由审批人登记事件等级"):
            arm_clock(store, APPROVER, f"{red.id}-C-5H", office=OFFICE, now=NOW)

    def test_what_was_cancelled_by_mistake_runs_again_with_its_old_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        cancel_clock(store, APPROVER, before.id, "误点", office=OFFICE, now=NOW)
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

    def test_what_a_grade_or_a_decision_ended_is_not_started_beside_it(self, store: Store, alert: Alert) -> None:
        answer = f"{alert.id}-C-48H"
        decide_need(store, APPROVER, alert.id, needed=False, reason="属单个诉求", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="乙已决定不公开回应，请先改变这一决定"):
            arm_clock(store, APPROVER, answer, office=OFFICE, now=NOW)
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="已核实", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="按5小时和24小时时限办理"):
            arm_clock(store, APPROVER, answer, office=OFFICE, now=NOW)

    def test_paused_and_resumed_keeps_its_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        assert pause_clock(store, APPROVER, before.id, "等待会商", now=NOW).state is ClockState.PAUSED
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

    def test_five_hours_that_were_paused_run_on_though_the_grade_fell(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="初报", office=OFFICE, now=NOW)
        before = clocks_of(store, alert)["C-5H"]
        pause_clock(store, APPROVER, before.id, "等待检验结果", now=NOW)
        set_grade(store, APPROVER, alert.id, IncidentGrade.III, reason="核减", office=OFFICE, now=NOW)
        resumed = arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR)
        assert (resumed.state, resumed.due_at) == (ClockState.ARMED, before.due_at)

    def test_an_application_runs_from_the_day_it_came(self, store: Store, alert: Alert) -> None:
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=NOW - timedelta(days=2))
        assert begun.start_at == NOW - timedelta(days=2)
        assert begun.armed_at == NOW
        with pytest.raises(Conflict, match="已在本预警下"):
            start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW)

    def test_only_clocks_for_people_are_started_and_not_from_the_future(self, store: Store, alert: Alert) -> None:
        for rule in ("C-5H", "none"):
            with pytest.raises(NotFound):
                start_clock(store, APPROVER, alert.id, rule, office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="不能晚于现在"):
            start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=NOW + HOUR)

    def test_meeting_the_response_late_stays_late_and_marks_the_alert_answered(
        self, store: Store, alert: Alert
    ) -> None:
        late = EVENT.known_at + 49 * HOUR
        done = meet_clock(store, OFFICER, f"{alert.id}-C-48H", office=OFFICE, now=late, remark=" 官网发布 ")
        assert (done.state, done.met_at, done.reason) == (ClockState.MET_LATE, late, "官网发布")
        with store.read() as work:
            answered = work.alerts.get(alert.id)
        assert answered is not None
        assert answered.answered_at == late

    def test_meeting_another_duty_is_no_answer(self, store: Store, alert: Alert) -> None:
        arm_clock(store, APPROVER, f"{alert.id}-W-GRP7", office=OFFICE, now=NOW)
        meet_clock(store, OFFICER, f"{alert.id}-W-GRP7", office=OFFICE, now=NOW)
        with store.read() as work:
            held = work.alerts.get(alert.id)
        assert held is not None
        assert held.answered_at is None


class TestExtending:
    def test_a_person_extends_once_with_a_reason_and_the_first_due_time_stays_on_record(
        self, store: Store, alert: Alert
    ) -> None:
        since = NOW - timedelta(days=20)
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=since)
        longer = extend_clock(store, APPROVER, begun.id, "案情复杂", office=OFFICE, now=NOW)
        assert longer.due_at is not None
        assert begun.due_at is not None
        assert longer.due_at > begun.due_at
        assert (longer.first_due_at, longer.extended_by, longer.extended_at) == (begun.due_at, "乙", NOW)
        assert clocks_of(store, alert)["C-APP"] == longer
        assert acts_on(store, f"clock:{begun.id}")[-1] == ("乙", "clock.extended")
        with pytest.raises(Conflict, match="只能延长一次"):
            extend_clock(store, APPROVER, begun.id, "仍复杂", office=OFFICE, now=NOW)

    def test_what_the_text_does_not_allow_or_is_late_is_not_extended(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Conflict, match="没有规定可以延长"):
            extend_clock(store, APPROVER, f"{alert.id}-C-48H", "来不及", office=OFFICE, now=NOW)
        since = NOW - timedelta(days=60)
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=since)
        with pytest.raises(Conflict, match="逾期记录保留"):
            extend_clock(store, APPROVER, begun.id, "来不及", office=OFFICE, now=NOW)
        with pytest.raises(Refusal, match="写明理由"):
            extend_clock(store, APPROVER, begun.id, " ", office=OFFICE, now=NOW)
        with pytest.raises(Forbidden):
            extend_clock(store, OFFICER, begun.id, "来不及", office=OFFICE, now=NOW)


class TestRepeating:
    def test_a_progress_report_that_is_made_asks_for_the_next_one(self, store: Store) -> None:
        red = happens(store, replace(EVENT, harmed=60))
        first = arm_clock(store, APPROVER, f"{red.id}-C-UPD", office=OFFICE, now=NOW)
        meet_clock(store, OFFICER, first.id, office=OFFICE, now=NOW + HOUR, remark="第一次进展")
        second = arm_state(store, red, "C-UPD")
        assert [(one.id, one.state) for one in second] == [
            (first.id, ClockState.MET),
            (f"{first.id}~2", ClockState.ARMED),
        ]
        assert second[1].due_at == NOW + 25 * HOUR
        assert second[1].armed_by == OFFICER.name
        # Looked at again, the event proposes no third one.
        happens(store, replace(EVENT, harmed=60))
        assert len(arm_state(store, red, "C-UPD")) == 2


class TestEvidence:
    def test_a_clock_keeps_which_rules_it_was_started_by(self, store: Store, alert: Alert) -> None:
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW)
        assert begun.policy_version == OFFICE.register.version
        assert (begun.post_at, begun.start_at) == (EVENT.first_at, NOW)

    def test_who_started_it_stays_when_another_lets_it_run_on(self, store: Store, alert: Alert) -> None:
        begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW)
        other = replace(APPROVER, id="p-戊", name="戊")
        pause_clock(store, other, begun.id, "等待第三方意见", now=NOW + HOUR)
        again = arm_clock(store, other, begun.id, office=OFFICE, now=NOW + 2 * HOUR)
        assert (again.armed_by, again.armed_at) == (APPROVER.name, NOW)
        assert acts_on(store, f"clock:{begun.id}")[-1] == ("戊", "clock.armed")


def arm_state(store: Store, alert: Alert, rule: str) -> list[Clock]:
    with store.read() as work:
        held = work.clocks.of_alerts([alert.id])[alert.id]
    return sorted((clock for clock in held if clock.rule_id == rule), key=lambda clock: clock.id)
