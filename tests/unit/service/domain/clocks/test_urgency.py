from types import MappingProxyType

import pytest

from service.domain.alerts.alert import AlertState
from service.domain.clocks.clock import ClockState
from service.domain.clocks.urgency import asking, next_due, unstarted_before
from service.policies.register import load_register
from tests.builders import NOW, build_alert, build_clock
from tests.unit.service.domain.builders import HOUR

RULES = load_register().clocks


@pytest.mark.parametrize(
    ("state", "rule", "clock", "kept"),
    [
        (AlertState.ANSWERED, "C-5H", ClockState.PROPOSED, False),
        (AlertState.ANSWERED, "C-5H", ClockState.ARMED, True),
        (AlertState.ANSWERED, "C-5H", ClockState.MET, True),
        # A press conference is no answer on a web site: whether there is to be one stays open.
        (AlertState.ANSWERED, "C-24H", ClockState.PROPOSED, True),
        (AlertState.ANSWERED, "no-longer-declared", ClockState.PROPOSED, True),
        (AlertState.ASSIGNED, "C-5H", ClockState.PROPOSED, True),
        (AlertState.OPEN, "C-5H", ClockState.PROPOSED, True),
    ],
)
def test_a_proposal_that_the_answer_of_its_alert_has_met_asks_for_nothing_any_more(
    state: AlertState, rule: str, clock: ClockState, kept: bool
) -> None:
    proposed = build_clock(rule_id=rule, state=clock)
    assert asking(build_alert(state=state), [proposed], RULES) == ([proposed] if kept else [])


def test_what_an_answer_has_met_is_not_the_next_deadline() -> None:
    proposed = build_clock(state=ClockState.PROPOSED)
    assert next_due([proposed]) == proposed
    assert next_due(asking(build_alert(state=AlertState.ANSWERED), [proposed], RULES)) is None


@pytest.mark.parametrize(("hours", "kept"), [(-1, False), (0, False), (1, True)])
def test_a_proposal_made_after_the_last_answer_is_met_by_none(hours: int, kept: bool) -> None:
    first, last = NOW - 9 * HOUR, NOW
    alert = build_alert(
        state=AlertState.ANSWERED, answered_at=first, extras=MappingProxyType({"again_at": last.isoformat()})
    )
    proposed = build_clock(rule_id="C-5H", state=ClockState.PROPOSED, proposed_at=last + hours * HOUR)
    assert asking(alert, [proposed], RULES) == ([proposed] if kept else [])


@pytest.mark.parametrize(
    ("state", "hours", "shown_in", "found"),
    [
        (ClockState.PROPOSED, 5, 48, True),
        (ClockState.PROPOSED, 24, 5, False),
        # What is past is not started any more, and beside what is late every other limit is pressing.
        (ClockState.PROPOSED, -1, 48, False),
        (ClockState.PROPOSED, 24, -1, True),
        (ClockState.ARMED, 5, 48, False),
        (ClockState.EXPIRED, 5, 48, False),
    ],
)
def test_a_running_limit_hides_none_that_waits_to_be_started_and_ends_before(
    state: ClockState, hours: int, shown_in: int, found: bool
) -> None:
    alert = build_alert()
    clock = build_clock(state=state, due_at=NOW + hours * HOUR)
    unstarted = unstarted_before([alert], {alert.id: [clock]}, NOW + shown_in * HOUR, NOW)
    assert unstarted == ((alert, clock) if found else None)
