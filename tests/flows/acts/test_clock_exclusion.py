"""Time that the text leaves out of a clock under an alert: it rests, is never late meanwhile, and is due later by what was left out."""

from datetime import timedelta

import pytest

from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import Clock, ClockState, Stage, warning
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.refusal import Conflict, Forbidden, Refusal
from service.flows.alerts.clocks import arm_clock, cancel_clock, exclude_time, meet_clock, resume_time, start_clock
from service.ports.store import Store
from service.web.views.alert_rows import due_of
from tests.flows.acts.scene import APPROVER, NOW, OFFICE, OFFICER, acts_on, clocks_of

DAY = timedelta(days=1)
CONSULT, SUPPLEMENT = ExclusionKind.CONSULT, ExclusionKind.SUPPLEMENT
WHY = "向企业发函征求意见"


@pytest.fixture
def begun(store: Store, alert: Alert) -> Clock:
    """The reply to an application that came on a Wednesday, nine working days ago."""
    return start_clock(store, APPROVER, alert.id, "C-APP", office=OFFICE, now=NOW, since=NOW - 13 * DAY)


def test_the_due_day_moves_by_the_working_days_that_others_took(store: Store, alert: Alert, begun: Clock) -> None:
    assert begun.due_at is not None
    resting = exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    assert resting.state is ClockState.PAUSED
    assert resting.reason == f"{APPROVER.name}：征求第三方或其他机关意见，{WHY}"
    # From Wednesday to the next Wednesday: five working days, and the due day moves over a weekend too.
    back = resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW + 8 * DAY, received_at=NOW + 7 * DAY)
    assert back.state is ClockState.ARMED
    assert back.due_at == begun.due_at + 7 * DAY
    assert back.start_at == begun.start_at
    assert back.reason == f"{APPROVER.name}：意见收回，扣除5个工作日"
    assert clocks_of(store, alert)["C-APP"] == back
    [kept] = back.exclusions
    assert (kept.by, kept.days, kept.due_before) == (APPROVER.name, 5, begun.due_at)
    assert acts_on(store, f"clock:{begun.id}")[-2:] == [
        (APPROVER.name, "clock.excluded"),
        (APPROVER.name, "clock.resumed"),
    ]


def test_after_a_supplement_the_limit_begins_anew_and_it_is_asked_for_once(store: Store, begun: Clock) -> None:
    exclude_time(store, APPROVER, begun.id, SUPPLEMENT, "申请内容不明确", office=OFFICE, now=NOW)
    back = resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW + 2 * DAY)
    assert (back.start_at, back.warned) == (NOW + 2 * DAY, 0)
    assert back.due_at is not None
    assert begun.due_at is not None
    assert back.due_at > begun.due_at
    with pytest.raises(Conflict, match="补正须一次性告知"):
        exclude_time(store, APPROVER, begun.id, SUPPLEMENT, "仍不明确", office=OFFICE, now=NOW + 3 * DAY)


def test_a_clock_that_rests_is_never_late_and_warns_of_nothing(store: Store, begun: Clock) -> None:
    resting = exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    later = NOW + 90 * DAY
    assert warning(resting, later) is Stage.QUIET
    shown = due_of(resting, later)
    assert (shown.text, shown.overdue, shown.running) == ("暂不计时", False, False)


def test_shares_of_the_time_are_told_of_what_counted_and_each_stage_again(store: Store, begun: Clock) -> None:
    exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    back = resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW + 14 * DAY)
    assert back.counted_from == begun.start_at + 14 * DAY
    assert warning(back, NOW + 14 * DAY) is warning(begun, NOW)
    assert back.occasion(Stage.FIRST) != begun.occasion(Stage.FIRST)


def test_it_runs_on_only_once_what_was_waited_for_is_entered(store: Store, begun: Clock) -> None:
    exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    with pytest.raises(Conflict, match="请登记意见收回，到期时间随之顺延"):
        arm_clock(store, APPROVER, begun.id, office=OFFICE, now=NOW + DAY)
    with pytest.raises(Conflict, match="收到时间不能晚于现在"):
        resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW, received_at=NOW + DAY)
    with pytest.raises(Conflict, match="不能早于"):
        resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW, received_at=NOW - DAY)


def test_what_is_done_or_cancelled_meanwhile_is_judged_by_what_was_counted(store: Store, begun: Clock) -> None:
    exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    met = meet_clock(store, OFFICER, begun.id, office=OFFICE, now=NOW + 21 * DAY, remark="已答复")
    assert met.state is ClockState.MET


def test_one_that_is_cancelled_while_it_rests_can_be_started_again_and_rests_again(store: Store, begun: Clock) -> None:
    exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    gone = cancel_clock(store, APPROVER, begun.id, "申请人撤回", office=OFFICE, now=NOW + 21 * DAY)
    assert gone.reason == f"{APPROVER.name}：申请人撤回"
    again = arm_clock(store, APPROVER, begun.id, office=OFFICE, now=NOW + 21 * DAY)
    assert again.state is ClockState.ARMED
    exclude_time(store, APPROVER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW + 21 * DAY)


def test_no_time_is_left_out_where_the_text_says_nothing_or_without_name_and_reason(
    store: Store, alert: Alert, begun: Clock
) -> None:
    with pytest.raises(Conflict, match="没有可以扣除"):
        exclude_time(store, APPROVER, f"{alert.id}-C-48H", CONSULT, WHY, office=OFFICE, now=NOW)
    with pytest.raises(Refusal, match="扣除时间"):
        exclude_time(store, APPROVER, begun.id, CONSULT, " ", office=OFFICE, now=NOW)
    with pytest.raises(Forbidden):
        exclude_time(store, OFFICER, begun.id, CONSULT, WHY, office=OFFICE, now=NOW)
    with pytest.raises(Conflict, match="没有可以结束的扣除"):
        resume_time(store, APPROVER, begun.id, office=OFFICE, now=NOW)
