from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.alert import Alert
from service.domain.clock import ClockState
from service.domain.refusal import Conflict, NotFound
from service.flows.alerts import arm_clock, cancel_clock, meet_clock, pause_clock, start_clock
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, EVENT, HOUR, NOW, OFFICE, OFFICER, clocks_of, happens


class TestClocks:
    def test_five_hours_start_only_with_a_grave_grade(self, store: Store) -> None:
        red = happens(store, replace(EVENT, harmed=60))
        assert clocks_of(store, red)["C-5H"].state is ClockState.PROPOSED
        with pytest.raises(Conflict, match="先由审批人登记事件等级"):
            arm_clock(store, APPROVER, f"{red.id}-C-5H", office=OFFICE, now=NOW)

    def test_what_was_cancelled_by_mistake_runs_again_with_its_old_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        cancel_clock(store, APPROVER, before.id, "误点", now=NOW)
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

    def test_paused_and_resumed_keeps_its_due_time(self, store: Store, alert: Alert) -> None:
        before = clocks_of(store, alert)["C-48H"]
        assert pause_clock(store, APPROVER, before.id, "等待会商", now=NOW).state is ClockState.PAUSED
        assert arm_clock(store, APPROVER, before.id, office=OFFICE, now=NOW + HOUR).due_at == before.due_at

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
        meet_clock(store, OFFICER, f"{alert.id}-W-GRP7", office=OFFICE, now=NOW)
        with store.read() as work:
            held = work.alerts.get(alert.id)
        assert held is not None
        assert held.answered_at is None
