"""Whatever is done to a clock, in whatever order: nothing is back-dated, late stays late, and only people decide."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.clocks.clock import (
    SYSTEM,
    Clock,
    ClockRole,
    ClockRule,
    ClockState,
    arm,
    cancel,
    expire,
    meet,
    pause,
)
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import HOUR, NOW, clock

RULE = ClockRule(id="C-5H", role=ClockRole.OWN, limit="5h", action="", policies=(), expires_after=2 * HOUR)
ACTS: dict[str, Callable[[Clock, str, datetime], Clock]] = {
    "arm": lambda held, by, now: arm(held, by=by, now=now),
    "cancel": lambda held, by, now: cancel(held, by=by, reason="不适用", now=now),
    "pause": lambda held, by, _: pause(held, by=by, reason="等待"),
    "meet": lambda held, by, now: meet(held, by=by, now=now),
    "expire": lambda held, _, now: expire(held, RULE, now) or held,
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(["张三", SYSTEM, " "]), st.integers(0, 240)), max_size=15
)
DONE = {ClockState.MET, ClockState.MET_LATE}


@given(steps=STEPS, verified=st.booleans())
def test_the_life_of_a_clock(steps: list[tuple[str, str, int]], *, verified: bool) -> None:
    first = held = clock(verified=verified)
    now = NOW
    for name, by, minutes in steps:
        now += timedelta(minutes=minutes)
        before = held
        try:
            held = ACTS[name](before, by, now)
        except Conflict:
            continue
        assert (held.start_at, held.due_at, held.post_at) == (first.start_at, first.due_at, first.post_at)
        if held is before:
            continue
        assert before.state not in DONE
        if by != "张三":
            assert name == "expire" or (name == "arm" and by == SYSTEM and verified)
        if name == "arm":
            assert (held.armed_by, held.armed_at) == (by, now)
        if name == "meet":
            assert (held.state is ClockState.MET_LATE) is (now > NOW + 5 * HOUR)
