from dataclasses import replace

import pytest

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockState
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.acts import advance
from service.flows.alerts.acts import acknowledge, answer, assign, close, reopen
from service.flows.alerts.consider import consider
from service.flows.alerts.grading import set_grade, set_level
from service.ports.store import Store
from tests.flows.acts.scene import (
    APPROVER,
    EVENT,
    HOUR,
    NOW,
    OFFICE,
    OFFICER,
    acts_on,
    clocks_of,
    happens,
    mails,
    person,
)


class TestAcknowledge:
    def test_it_names_who_and_when_and_is_written_down(self, store: Store, alert: Alert) -> None:
        seen = acknowledge(store, OFFICER, alert.id, now=NOW)
        assert (seen.state, seen.acknowledged_by, seen.acknowledged_at) == (AlertState.ACKNOWLEDGED, "甲", NOW)
        assert seen.revision == alert.revision + 1
        with store.read() as work:
            assert work.alerts.get(alert.id) == seen
            assert work.audit.verify() is None
        assert acts_on(store, f"alert:{alert.id}")[-1] == ("甲", "alert.acknowledged")

    def test_a_second_person_is_told_who_was_first(self, store: Store, alert: Alert) -> None:
        acknowledge(store, OFFICER, alert.id, now=NOW)
        with pytest.raises(Conflict, match="甲已于11月25日 14:32确认"):
            acknowledge(store, APPROVER, alert.id, now=NOW + HOUR)

    def test_a_closed_alert_is_not_acknowledged(self, store: Store) -> None:
        closed = close(
            store,
            APPROVER,
            happens(store, replace(EVENT, harmed=1, facts={}, severity=3)).id,
            "误报",
            office=OFFICE,
            now=NOW,
        )
        with pytest.raises(Conflict, match="已关闭"):
            acknowledge(store, OFFICER, closed.id, now=NOW)


class TestAssign:
    def test_the_owner_is_mailed_once_whatever_their_threshold(self, store: Store, alert: Alert) -> None:
        mails(store)
        given = assign(store, APPROVER, alert.id, " 甲 ", office=OFFICE, now=NOW)
        assert given.owner == "甲"
        [mail] = mails(store)
        assert mail.payload["to"] == "officer@office.invalid"
        assert mail.payload["letter"]["subject"].startswith("[橙色·已指派]")

    def test_who_takes_it_themselves_needs_no_mail(self, store: Store, alert: Alert) -> None:
        mails(store)
        assert assign(store, OFFICER, alert.id, "甲", office=OFFICE, now=NOW).owner == "甲"
        assert mails(store) == []
        with pytest.raises(Conflict, match="已由甲承办"):
            assign(store, APPROVER, alert.id, "甲", office=OFFICE, now=NOW)

    @pytest.mark.parametrize(("owner", "refusal"), [("无此人", NotFound), ("丁", NotFound), ("丙", Conflict)])
    def test_only_somebody_who_may_handle_it_is_given_it(
        self, store: Store, alert: Alert, owner: str, refusal: type[Refusal]
    ) -> None:
        with pytest.raises(refusal):
            assign(store, APPROVER, alert.id, owner, office=OFFICE, now=NOW)

    def test_an_owner_without_an_address_is_still_the_owner(self, store: Store, alert: Alert) -> None:
        with store.write() as work:
            work.people.save(person("戊", Role.OFFICER))
        mails(store)
        assert assign(store, APPROVER, alert.id, "戊", office=OFFICE, now=NOW).owner == "戊"
        assert mails(store) == []


class TestAnswer:
    def test_a_statement_meets_what_asks_for_one_and_not_the_conference(self, store: Store, alert: Alert) -> None:
        set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
        answered = answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
        clocks = clocks_of(store, alert)
        assert answered.answered_at == NOW + HOUR
        assert clocks["C-5H"].state is ClockState.MET
        assert clocks["C-24H"].state is ClockState.ARMED
        with pytest.raises(Conflict, match="已于"):
            answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)


class TestRisen:
    """An answer to orange answers no red: what was answered is asked for anew from the rise on."""

    def rises(self, store: Store, alert: Alert, hours: float) -> Alert:
        with store.write() as work:
            consider(work, replace(EVENT, harmed=60, last_at=NOW + hours * HOUR), office=OFFICE, now=NOW + hours * HOUR)
            found = work.alerts.get(alert.id)
        assert found is not None
        return found

    def rounds(self, store: Store, alert: Alert) -> dict[str, Clock]:
        with store.read() as work:
            clocks = work.clocks.of_alerts([alert.id])[alert.id]
        return {one.id.removeprefix(f"{alert.id}-"): one for one in clocks if one.rule_id == "C-48H"}

    def test_an_answered_alert_that_rises_to_red_asks_runs_and_is_answered_anew(
        self, store: Store, alert: Alert
    ) -> None:
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
        assert set(self.rounds(store, alert)) == {"C-48H"}
        red = self.rises(store, alert, 5)
        assert (red.level, red.state) == (AlertLevel.RED, AlertState.OPEN)
        again = self.rounds(store, alert)["C-48H~2"]
        assert (again.state, again.start_at, again.due_at) == (ClockState.ARMED, NOW + 5 * HOUR, NOW + 53 * HOUR)
        assert self.rounds(store, alert)["C-48H"].state is ClockState.MET
        assert acknowledge(store, OFFICER, alert.id, now=NOW + 6 * HOUR).state is AlertState.ACKNOWLEDGED
        with pytest.raises(Conflict, match="“回应社会关切”仍在计时"):
            close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW + 6 * HOUR)
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 7 * HOUR)
        assert self.rounds(store, alert)["C-48H~2"].state is ClockState.MET
        self.rises(store, alert, 8)
        assert set(self.rounds(store, alert)) == {"C-48H", "C-48H~2"}

    def test_what_rose_before_it_was_answered_is_asked_once(self, store: Store, alert: Alert) -> None:
        self.rises(store, alert, 1)
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 2 * HOUR)
        self.rises(store, alert, 3)
        assert set(self.rounds(store, alert)) == {"C-48H"}


class TestAdvance:
    def test_a_step_taken_twice_is_one_change_and_one_row(self, store: Store, alert: Alert) -> None:
        with store.write() as work:
            first = advance(work, "甲", alert.id, AlertState.ANSWERING, now=NOW, detail={"case": "K1"})
            again = advance(work, "甲", alert.id, AlertState.ANSWERING, now=NOW + HOUR)
        assert first == again
        assert (first.state, first.acknowledged_by, first.revision) == (AlertState.ANSWERING, "甲", alert.revision + 1)
        assert [act for _, act in acts_on(store, f"alert:{alert.id}")].count("alert.answering") == 1

    def test_from_first_notice_to_close_each_step_is_written_down(self, store: Store, alert: Alert) -> None:
        acknowledge(store, OFFICER, alert.id, now=NOW)
        assign(store, APPROVER, alert.id, "甲", office=OFFICE, now=NOW)
        with store.write() as work:
            advance(work, "甲", alert.id, AlertState.ANSWERING, now=NOW + HOUR)
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 2 * HOUR)
        close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW + 3 * HOUR)
        assert [act for _, act in acts_on(store, f"alert:{alert.id}")][-5:] == [
            "alert.acknowledged",
            "alert.assigned",
            "alert.answering",
            "alert.answered",
            "alert.closed",
        ]

    def test_a_closed_alert_does_not_move_and_says_what_to_do(self, store: Store) -> None:
        closed = happens(store, replace(EVENT, harmed=1, facts={}, severity=3))
        close(store, APPROVER, closed.id, "误报", office=OFFICE, now=NOW)
        with store.write() as work, pytest.raises(Conflict, match="已关闭，改为“回应中”须由审批人办理"):
            advance(work, "甲", closed.id, AlertState.ANSWERING, now=NOW)


class TestClose:
    def test_a_running_clock_of_the_office_keeps_it_open(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Conflict, match="“回应社会关切”仍在计时"):
            close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW)

    def test_closing_ends_the_proposals_and_says_who_and_why(self, store: Store, alert: Alert) -> None:
        answer(store, OFFICER, alert.id, office=OFFICE, now=NOW)
        ended = close(store, APPROVER, alert.id, " 已回应 ", office=OFFICE, now=NOW + HOUR)
        assert (ended.state, ended.closed_by, ended.close_reason) == (AlertState.CLOSED, "乙", "已回应")
        assert {clock.state for clock in clocks_of(store, alert).values()} == {ClockState.MET, ClockState.CANCELLED}
        with pytest.raises(Conflict, match="已关闭"):
            close(store, APPROVER, alert.id, "再次", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            assign(store, APPROVER, alert.id, "甲", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            answer(store, OFFICER, alert.id, office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="已关闭"):
            set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="核实", office=OFFICE, now=NOW)

    def test_only_an_approver_closes_and_reopens(self, store: Store, alert: Alert) -> None:
        with pytest.raises(Forbidden):
            close(store, OFFICER, alert.id, "误报", office=OFFICE, now=NOW)
        with pytest.raises(Forbidden):
            reopen(store, OFFICER, alert.id, office=OFFICE, now=NOW)

    @pytest.mark.parametrize("state", [state for state in AlertState if state is not AlertState.CLOSED])
    def test_reopened_it_is_as_before(self, store: Store, state: AlertState) -> None:
        alert = happens(store, replace(EVENT, harmed=1, facts={}, severity=3))
        with pytest.raises(Conflict, match="没有关闭"):
            reopen(store, APPROVER, alert.id, office=OFFICE, now=NOW)
        if state is AlertState.ASSIGNED:
            assign(store, OFFICER, alert.id, "甲", office=OFFICE, now=NOW)
        elif state is not AlertState.OPEN:
            with store.write() as work:
                advance(work, "甲", alert.id, state, now=NOW)
        close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW)
        opened = reopen(store, APPROVER, alert.id, "出现新情况", office=OFFICE, now=NOW + HOUR)
        assert (opened.state, opened.closed_at, opened.close_reason) == (state, None, None)
        assert acts_on(store, f"alert:{alert.id}")[-1] == ("乙", "alert.reopened")

    def test_what_rises_after_closing_starts_the_clock_whose_proposal_ended_with_the_closing(
        self, store: Store
    ) -> None:
        yellow = happens(store, replace(EVENT, harmed=None, severity=3, facts={"jiangxi": True, "cluster": True}))
        assert clocks_of(store, yellow)["C-48H"].state is ClockState.PROPOSED
        close(store, APPROVER, yellow.id, "单条投诉", office=OFFICE, now=NOW)
        assert clocks_of(store, yellow)["C-48H"].state is ClockState.CANCELLED
        risen = happens(store, replace(EVENT, harmed=60))
        clock = clocks_of(store, risen)["C-48H"]
        assert (risen.id, risen.state, clock.state) == (yellow.id, AlertState.OPEN, ClockState.ARMED)
        assert clock.due_at == EVENT.known_at + 48 * HOUR
