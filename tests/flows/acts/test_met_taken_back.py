"""A duty that was registered as done by mistake is owed again: due as before, and what was late is late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.clocks.clock import Clock, ClockState, Stage
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Role
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.flows.alerts.acts import answer, assign, close, reopen
from service.flows.alerts.clocks import arm_clock, exclude_time, meet_clock, pause_clock, resume_time, start_clock
from service.flows.alerts.grading import set_grade, set_level
from service.flows.alerts.retracting import take_met_back
from service.flows.watch import watch
from service.ports.store import Store
from tests.flows.acts.scene import APPROVER, HOUR, NOW, OFFICE, OFFICER, acts_on, clocks_of, mails, person

DAY = 24 * HOUR


def back(store: Store, clock: Clock, *, after: timedelta = 2 * HOUR, seen: str | None = None) -> Clock:
    return take_met_back(store, OFFICER, clock.id, " 误点，会还没有开 ", office=OFFICE, now=NOW + after, seen=seen)


def conference(store: Store, alert: Alert) -> Clock:
    """The press conference of grade Ⅱ, registered as held after an hour."""
    set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
    clock = clocks_of(store, alert)["C-24H"]
    return meet_clock(store, OFFICER, clock.id, office=OFFICE, now=NOW + HOUR, remark="发布会")


def test_the_clock_runs_on_due_as_before_and_the_trail_has_both(store: Store, alert: Alert) -> None:
    met = conference(store, alert)
    running = back(store, met)
    assert (running.state, running.due_at, running.met_at) == (ClockState.ARMED, met.due_at, None)
    assert (running.start_at, running.armed_by, running.reason) == (
        met.start_at,
        APPROVER.name,
        "甲撤销完成登记：误点，会还没有开",
    )
    assert acts_on(store, f"clock:{met.id}")[-2:] == [
        (OFFICER.name, "clock.met"),
        (OFFICER.name, "clock.met_taken_back"),
    ]
    with store.read() as work:
        [row] = work.audit.rows(subject=f"clock:{met.id}", action="clock.met_taken_back")
    assert (row.detail["reason"], row.detail["from"], row.detail["met_at"]) == (
        "误点，会还没有开",
        "发布会",
        (NOW + HOUR).isoformat(),
    )


def test_people_are_told_of_its_deadline_again_and_done_after_it_is_late(store: Store, alert: Alert) -> None:
    with store.write() as work:
        work.people.save(APPROVER)
    met = conference(store, alert)
    mails(store)
    watch(store, office=OFFICE, now=lambda: NOW + 23 * HOUR)
    assert not any(":C-24H:" in mail.key for mail in mails(store))
    back(store, met, after=23 * HOUR + HOUR / 2)
    watch(store, office=OFFICE, now=lambda: NOW + 25 * HOUR)
    assert clocks_of(store, alert)["C-24H"].warned == Stage.OVERDUE
    assert any(":C-24H!1:3:" in mail.key for mail in mails(store))
    late = meet_clock(store, OFFICER, met.id, office=OFFICE, now=NOW + 26 * HOUR)
    assert late.state is ClockState.MET_LATE


def test_what_was_told_as_overdue_before_it_was_registered_is_told_again_once(store: Store, alert: Alert) -> None:
    with store.write() as work:
        work.people.save(APPROVER)
    set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
    watch(store, office=OFFICE, now=lambda: NOW + 25 * HOUR)
    met = meet_clock(store, OFFICER, clocks_of(store, alert)["C-24H"].id, office=OFFICE, now=NOW + 26 * HOUR)
    back(store, met, after=27 * HOUR)
    mails(store)
    watch(store, office=OFFICE, now=lambda: NOW + 28 * HOUR)
    assert [mail.payload["to"] for mail in mails(store) if ":C-24H!1:3:" in mail.key] == [APPROVER.email]
    watch(store, office=OFFICE, now=lambda: NOW + 29 * HOUR)
    assert not any(":C-24H" in mail.key for mail in mails(store))


def test_the_owner_of_the_alert_is_told(store: Store, alert: Alert) -> None:
    met = conference(store, alert)
    with store.write() as work:
        work.people.save(APPROVER)
    assign(store, OFFICER, alert.id, APPROVER.name, office=OFFICE, now=NOW + HOUR)
    mails(store)
    back(store, met)
    [mail] = mails(store)
    assert mail.payload["to"] == APPROVER.email
    assert mail.payload["letter"]["receives"] == "您承办的预警有一项时限已撤销完成登记"


def test_what_an_approver_had_paused_is_paused_again_with_the_reason_each_time(store: Store, alert: Alert) -> None:
    set_grade(store, APPROVER, alert.id, IncidentGrade.II, reason="确认", office=OFFICE, now=NOW)
    clock = clocks_of(store, alert)["C-24H"]
    pause_clock(store, APPROVER, clock.id, "等待卫健部门通报", now=NOW + HOUR)
    for hour in (2, 4):
        met = meet_clock(store, OFFICER, clock.id, office=OFFICE, now=NOW + hour * HOUR, remark="发布会")
        paused = back(store, met, after=(hour + 1) * HOUR)
        assert (paused.state, paused.reason) == (ClockState.PAUSED, "乙：等待卫健部门通报")
    arm_clock(store, APPROVER, clock.id, office=OFFICE, now=NOW + 6 * HOUR)
    met = meet_clock(store, OFFICER, clock.id, office=OFFICE, now=NOW + 7 * HOUR)
    assert back(store, met, after=8 * HOUR).state is ClockState.ARMED


def test_what_nobody_had_started_is_a_proposal_again(store: Store, alert: Alert) -> None:
    """Versions before let a proposal be registered as done: it must not run without anybody's name."""
    set_level(store, APPROVER, alert.id, AlertLevel.RED, reason="上级要求", office=OFFICE, now=NOW)
    proposed = clocks_of(store, alert)["C-24H"]
    with pytest.raises(Conflict, match="请先由审批人启动"):
        meet_clock(store, OFFICER, proposed.id, office=OFFICE, now=NOW + HOUR)
    met = replace(proposed, state=ClockState.MET, met_at=NOW + HOUR)
    with store.write() as work:
        work.clocks.save(met)
    again = back(store, met)
    assert (again.state, again.armed_by) == (ClockState.PROPOSED, None)


def test_where_a_rise_asked_for_the_duty_anew_the_round_before_stays_met(store: Store, alert: Alert) -> None:
    met = conference(store, alert)
    with store.write() as work:
        work.clocks.save(replace(met, id=f"{met.id}~2", state=ClockState.PROPOSED, met_at=None))
    with pytest.raises(Conflict, match="事件升级后已重新计时"):
        back(store, met)


@pytest.mark.parametrize("kind", list(ExclusionKind))
def test_what_was_waited_for_when_it_was_registered_is_waited_for_again(
    store: Store, alert: Alert, kind: ExclusionKind
) -> None:
    begun = start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW)
    exclude_time(store, APPROVER, begun.id, kind, "材料不全", office=OFFICE, now=NOW + DAY)
    met = meet_clock(store, OFFICER, begun.id, office=OFFICE, now=NOW + 9 * DAY)
    assert met.due_at != begun.due_at
    waiting = back(store, met, after=10 * DAY)
    assert (waiting.state, waiting.due_at, waiting.met_at) == (ClockState.PAUSED, begun.due_at, None)
    assert waiting.excluding is not None
    assert (waiting.excluding.kind, waiting.excluding.since, waiting.excluding.until) == (kind, NOW + DAY, None)
    going_on = resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW + 9 * DAY)
    assert (going_on.start_at, going_on.due_at) == (met.start_at, met.due_at)


def test_what_an_answer_met_is_taken_back_with_the_answer_and_not_alone(store: Store, alert: Alert) -> None:
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR)
    with pytest.raises(Conflict, match="请用“撤销回应登记”"):
        back(store, clocks_of(store, alert)["C-48H"])


def test_a_repeated_duty_goes_on_with_its_next_round(store: Store, alert: Alert) -> None:
    """Two rounds of one duty would run at once."""
    [repeated] = [rule for rule in OFFICE.register.clocks.values() if rule.repeat]
    with store.write() as work:
        work.clocks.save(replace(clocks_of(store, alert)["C-48H"], id="r", rule_id=repeated.id, action=repeated.action))
    met = meet_clock(store, OFFICER, "r", office=OFFICE, now=NOW + HOUR)
    with pytest.raises(Conflict, match="下一期已经开始计时"):
        back(store, met)


def test_it_is_refused_in_words_where_there_is_nothing_to_take_back(store: Store, alert: Alert) -> None:
    met = conference(store, alert)
    with pytest.raises(Refusal, match="撤销完成登记须写明理由"):
        take_met_back(store, OFFICER, met.id, " ", office=OFFICE, now=NOW)
    with pytest.raises(Forbidden):
        take_met_back(store, person("丙", Role.VIEWER), met.id, "误点", office=OFFICE, now=NOW)
    with pytest.raises(NotFound):
        take_met_back(store, OFFICER, "没有", "误点", office=OFFICE, now=NOW)
    with pytest.raises(Conflict, match="不是您看到的那一次"):
        back(store, met, seen=NOW.isoformat())
    back(store, met, seen=(NOW + HOUR).isoformat())
    with pytest.raises(Conflict, match="没有登记完成，可能已被撤销"):
        back(store, met)


def test_of_a_closed_alert_it_waits_until_that_is_open_again(store: Store, alert: Alert) -> None:
    met = conference(store, alert)
    answer(store, OFFICER, alert.id, office=OFFICE, now=NOW + HOUR + HOUR / 2)
    close(store, APPROVER, alert.id, "已回应", office=OFFICE, now=NOW + 2 * HOUR)
    with pytest.raises(Conflict, match="请先重新打开"):
        back(store, met)
    reopen(store, APPROVER, alert.id, "误关", office=OFFICE, now=NOW + 3 * HOUR)
    assert back(store, met, after=4 * HOUR).state is ClockState.ARMED
