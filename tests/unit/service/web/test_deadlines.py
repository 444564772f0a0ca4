from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import Clock, ClockState
from service.domain.events.need import NeedDecision
from service.web.views.deadlines import Deadline, next_deadline, no_deadline
from tests.builders import NOW, build_alert, build_clock
from tests.unit.service.domain.matters.test_matter_turn import DUTY, MATTER

HOUR = timedelta(hours=1)


def alert_due(at: datetime, *, running: bool = True) -> Deadline:
    return Deadline(
        href="/events/e1",
        title="某预警",
        name="5 小时内发布",
        basis="",
        cited="",
        text="",
        due=None,
        start_at=NOW,
        due_at=at,
        running=running,
        overdue=False,
        key="red",
    )


@pytest.mark.parametrize(
    ("alert", "matter_due", "shown"),
    [
        (alert_due(NOW + 5 * HOUR), NOW + 6 * HOUR, "/events/e1"),
        (alert_due(NOW + 5 * HOUR), NOW + 5 * HOUR, "/events/e1"),
        (alert_due(NOW + 5 * HOUR), NOW + 4 * HOUR, "/matters/m1"),
        # What has been overdue for days hides no clock that can still be kept.
        (alert_due(NOW + 5 * HOUR), NOW - 90 * HOUR, "/events/e1"),
        (alert_due(NOW + 5 * HOUR, running=False), NOW + 90 * HOUR, "/matters/m1"),
        (None, NOW - HOUR, "/matters/m1"),
    ],
)
def test_the_soonest_comes_first_and_an_alert_before_a_matter_that_is_due_with_it(
    alert: Deadline | None, matter_due: datetime, shown: str
) -> None:
    matter = replace(MATTER, duties=(replace(DUTY, start_at=NOW - 200 * HOUR, due_at=matter_due),))
    found = next_deadline(alert, [matter], NOW)
    assert found is not None
    assert found.href == shown
    assert "王某" not in found.title


def test_without_anything_that_runs_there_is_no_deadline() -> None:
    assert next_deadline(None, [replace(MATTER, duties=(replace(DUTY, armed=False),))], NOW) is None


@pytest.mark.parametrize(
    ("alert", "clocks", "decided", "said"),
    [
        (None, (), None, ("没有时限", "未达预警条件")),
        (build_alert(), (), None, ("尚无时限", "决定公开回应后，从知悉时起计48小时")),
        (build_alert(), (build_clock(due_at=None),), None, ("没有到期时间", "须立即或及时办理的事项见“处置”")),
        (build_alert(), (), False, ("没有时限", "已决定不公开回应")),
        (build_alert(state=AlertState.CLOSED), (), None, ("没有时限", "预警已关闭")),
        (build_alert(state=AlertState.ANSWERED), (), None, ("没有时限", "回应已登记")),
        (
            build_alert(state=AlertState.ANSWERED),
            (build_clock(due_at=None, state=ClockState.MET),),
            None,
            ("没有时限", "回应已登记"),
        ),
    ],
)
def test_why_an_event_shows_no_deadline_is_said_as_it_is(
    alert: Alert | None, clocks: tuple[Clock, ...], decided: bool | None, said: tuple[str, str]
) -> None:
    decision = None if decided is None else NeedDecision(needed=decided, by="乙", at=NOW, reason="会商")
    assert no_deadline(alert, clocks, decision) == said


def test_a_case_that_decided_to_answer_starts_no_clock_and_the_event_says_what_does() -> None:
    said = "处置中已决定回应；审批人在“是否公开回应”登记决定，才从知悉时起计48小时"
    assert no_deadline(build_alert(), (), None, in_case=True) == ("尚无时限", said)
    refused = NeedDecision(needed=False, by="乙", at=NOW, reason="会商")
    assert no_deadline(build_alert(), (), refused, in_case=True) == ("没有时限", "已决定不公开回应")
