"""An answer that was registered on an alert by mistake is taken back: nothing is back-dated, and what was late is late."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest

from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import ClockState, meet
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Role
from service.domain.refusal import Conflict, Forbidden, Refusal
from service.flows.alerts.acts import answer, assign, close
from service.flows.alerts.clocks import meet_clock
from service.flows.alerts.grading import set_grade
from service.flows.alerts.retracting import take_answer_back
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, HOUR, NOW, OFFICE, OFFICER, acts_on, clocks_of, mails, person

WEEK = 7 * 24 * HOUR


def back(store: Store, alert: Alert, *, now: datetime = NOW + 2 * HOUR, seen: str | None = None) -> Alert:
    return take_answer_back(store, OFFICER, alert.id, " 误登，没有发布 ", office=OFFICE, now=now, seen=seen)


def test_the_alert_stands_where_it_stood_and_its_clocks_run_on_due_as_before(store: Store, alert: Alert) -> None:
    before = clocks_of(store, alert)["C-48H"]
    answered = answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
    assert clocks_of(store, alert)["C-48H"].state is ClockState.MET
    after = back(store, alert)
    clock = clocks_of(store, alert)["C-48H"]
    assert (after.state, after.answered_at, "answered_level" in after.extras) == (AlertState.ACKNOWLEDGED, None, False)
    assert (clock.state, clock.due_at, clock.met_at) == (ClockState.ARMED, before.due_at, None)
    assert (answered.acknowledged_at, answered.acknowledged_by) == (after.acknowledged_at, after.acknowledged_by)
    assert acts_on(store, f"clock:{clock.id}")[-1] == (OFFICER.name, "clock.met_taken_back")


def test_what_was_registered_stays_in_the_trail_with_who_took_it_back_and_why(store: Store, alert: Alert) -> None:
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
    back(store, alert)
    with store.read() as work:
        taken, given = work.audit.rows(subject=f"alert:{alert.id}", limit=2)
    assert (given.action, given.detail["reason"]) == ("alert.answered", "官网首次通报")
    assert (taken.action, taken.detail["reason"]) == ("alert.answer_taken_back", "误登，没有发布")
    assert (taken.detail["from"], taken.detail["met_at"]) == ("官网首次通报", (NOW + HOUR).isoformat())


def test_a_clock_that_was_due_meanwhile_is_late_and_an_answer_after_it_is_late_for_good(
    store: Store, alert: Alert
) -> None:
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
    back(store, alert, now=NOW + WEEK)
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + WEEK + HOUR)
    clock = clocks_of(store, alert)["C-48H"]
    assert (clock.state, clock.met_at) == (ClockState.MET_LATE, NOW + WEEK + HOUR)


def test_what_another_act_met_stays_met(store: Store, alert: Alert) -> None:
    set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
    running = clocks_of(store, alert)["C-24H"]
    with store.write() as work:
        met = meet(running, by=OFFICER.name, now=NOW + HOUR, note="发布会已开")
        work.clocks.save(met)
    back(store, alert)
    clocks = clocks_of(store, alert)
    assert clocks["C-24H"] == met
    assert clocks["C-5H"].state is ClockState.ARMED


def test_of_two_answers_the_latest_is_taken_back_and_the_first_stands(store: Store, alert: Alert) -> None:
    first = answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
    with store.write() as work:
        risen = {**first.extras, "risen_at": (NOW + 2 * HOUR).isoformat()}
        work.alerts.save(replace(first, extras=MappingProxyType(risen), state=AlertState.ACKNOWLEDGED))
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 3 * HOUR)
    after = back(store, alert, now=NOW + 4 * HOUR)
    assert (after.state, after.answered_at) == (AlertState.ACKNOWLEDGED, NOW + HOUR)
    assert "again_at" not in after.extras


def test_a_clock_that_was_met_by_hand_and_so_gave_the_answer_runs_on_too(store: Store, alert: Alert) -> None:
    before = clocks_of(store, alert)["C-48H"]
    spoken = NOW + HOUR + timedelta(microseconds=7)
    meet_clock(store, OFFICER, before.id, office=OFFICE, now=spoken, remark="官网首次通报")
    assert back(store, alert).state is AlertState.ACKNOWLEDGED
    clock = clocks_of(store, alert)["C-48H"]
    assert (clock.state, clock.due_at, clock.met_at) == (ClockState.ARMED, before.due_at, None)


def test_of_two_answers_that_are_taken_back_one_after_the_other_each_gives_back_the_clocks_it_met(
    store: Store, alert: Alert
) -> None:
    first = answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR, remark="官网首次通报")
    with store.write() as work:
        risen = {**first.extras, "risen_at": (NOW + 2 * HOUR).isoformat()}
        work.alerts.save(replace(first, extras=MappingProxyType(risen), state=AlertState.ACKNOWLEDGED))
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + 3 * HOUR, remark="发布会")
    back(store, alert, now=NOW + 4 * HOUR)
    assert clocks_of(store, alert)["C-48H"].met_at == NOW + HOUR
    back(store, alert, now=NOW + 5 * HOUR)
    assert clocks_of(store, alert)["C-48H"].state is ClockState.ARMED
    with store.read() as work:
        taken = work.audit.rows(subject=f"alert:{alert.id}", action="alert.answer_taken_back")
    assert [row.detail["from"] for row in taken] == ["官网首次通报", "发布会"]


def test_the_owner_is_told(store: Store, alert: Alert) -> None:
    assign(store, OFFICER, alert.id, "乙", office=OFFICE, now=NOW)
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
    with store.write() as work:
        work.people.save(person("乙", Role.APPROVER, email="approver@office.invalid"))
    mails(store)
    assert back(store, alert).state is AlertState.ASSIGNED
    [mail] = mails(store)
    assert mail.payload["to"] == "approver@office.invalid"
    assert mail.payload["letter"]["receives"] == "您承办的预警已撤销回应登记"


def test_it_is_refused_in_words_where_nothing_can_be_taken_back(store: Store, alert: Alert) -> None:
    with pytest.raises(Conflict, match="没有已登记的回应"):
        back(store, alert)
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
    with pytest.raises(Conflict, match="不是您看到的那一次"):
        back(store, alert, seen=NOW.isoformat())
    with pytest.raises(Refusal, match="撤销回应登记须写明理由"):
        take_answer_back(store, OFFICER, alert.id, " ", office=OFFICE, now=NOW)
    with pytest.raises(Forbidden):
        take_answer_back(store, person("丙", Role.VIEWER), alert.id, "误登", office=OFFICE, now=NOW)
    close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW + HOUR)
    with pytest.raises(Conflict, match="请先重新打开"):
        back(store, alert)
