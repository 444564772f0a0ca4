"""What becomes of the clocks of an alert whose event was merged into another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.clocks.carrying import carried
from service.domain.clocks.clock import Clock, ClockRole, ClockState

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
RUNS = Clock(
    id="a-C-48H",
    alert_id="a",
    rule_id="C-48H",
    role=ClockRole.OWN,
    action="48小时内回应",
    limit="48h",
    state=ClockState.ARMED,
    start_at=NOW,
    post_at=NOW,
    due_at=NOW + timedelta(hours=48),
    basis="国办发〔2016〕61号",
    verified=True,
    armed_by="乙",
    armed_at=NOW,
)
THERE = replace(RUNS, id="b-C-48H", alert_id="b")
LATER, SOONER = (replace(THERE, due_at=NOW + timedelta(hours=hours)) for hours in (60, 20))


def carry(clock: Clock, held: Clock | None) -> Clock | None:
    return carried(clock, held, clock_id="b-C-48H", alert_id="b")


@pytest.mark.parametrize("held", [None, replace(LATER, state=ClockState.PROPOSED), LATER, replace(THERE, due_at=None)])
def test_what_runs_goes_on_where_nothing_or_something_later_runs(held: Clock | None) -> None:
    assert carry(RUNS, held) == THERE


@pytest.mark.parametrize(
    "held",
    [
        SOONER,
        THERE,
        *(replace(LATER, state=state) for state in (ClockState.MET, ClockState.MET_LATE, ClockState.CANCELLED)),
    ],
)
def test_what_is_due_as_soon_there_or_was_done_or_set_aside_there_stays(held: Clock) -> None:
    assert carry(RUNS, held) is None


@pytest.mark.parametrize("state", [ClockState.PROPOSED, ClockState.MET, ClockState.CANCELLED, ClockState.EXPIRED])
def test_what_does_not_run_is_not_carried(state: ClockState) -> None:
    assert carry(replace(RUNS, state=state), None) is None


def test_a_clock_without_a_due_time_puts_nothing_off() -> None:
    assert carry(replace(RUNS, due_at=None), SOONER) is None
