"""A slow model of clocks beside the real ones: days are walked one by one, acts are replayed from a diary, states are read off it.

The model shares nothing with the program but the published table of days off. It keeps a diary of what people did and answers
every question by reading the diary from its beginning.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.clock import (
    SYSTEM,
    Clock,
    ClockRole,
    ClockRule,
    ClockState,
    arm,
    cancel,
    due_at,
    expire,
    meet,
    pause,
    warning,
)
from service.domain.matters.clock_changes import extend, next_round, settled
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import clock

BEIJING = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar()
_FROM = datetime(2024, 1, 1, tzinfo=UTC)
STARTS = st.integers(0, 800 * 24 * 60).map(lambda minutes: _FROM + timedelta(minutes=minutes))
LIMITS = st.one_of(
    st.integers(1, 100).map(lambda number: f"{number}h"),
    st.integers(1, 60).map(lambda number: f"{number}d"),
    st.integers(1, 20).map(lambda number: f"{number}wd"),
)
WHO = st.sampled_from(["甲", "甲", "甲", "乙", SYSTEM, "", "  "])
WHY = st.sampled_from(["有依据", "有依据", "", " "])


@cache
def walked(limit: str, start: datetime) -> datetime:
    """When a limit ends, found by walking minute by minute or day by day."""
    number, unit = int(limit.rstrip("hdw")), limit.lstrip("0123456789")
    if unit == "h":
        at = start
        for _ in range(number * 60):
            at += timedelta(minutes=1)
        return at
    day: date = start.astimezone(BEIJING).date()
    while number:
        day += timedelta(days=1)
        works = day in workdays or (day.weekday() < 5 and day not in holidays)
        number -= 1 if unit == "d" or works else 0
    return datetime.combine(day, time(23, 59, 59), tzinfo=BEIJING)


@dataclass
class Diary:
    """What was done to one duty, in order: `(at, act, by)`."""

    start: datetime
    limit: str
    extend: str | None
    verified: bool
    expires: timedelta | None
    entries: list[tuple[datetime, str, str]] = field(default_factory=list)

    def due(self) -> datetime:
        first = walked(self.limit, self.start)
        return walked(self.extend or "", first) if self.did("extend") else first

    def did(self, act: str) -> bool:
        return any(entry[1] == act for entry in self.entries)

    def state(self) -> str:
        """Read the state off the diary from its beginning."""
        state = "proposed"
        for at, act, _ in self.entries:
            if act == "meet":
                return "met_late" if at > self._due_then(at) else "met"
            state = {"arm": "armed", "pause": "paused", "cancel": "cancelled", "expire": "expired", "extend": state}[
                act
            ]
        return state

    def _due_then(self, at: datetime) -> datetime:
        extended = any(entry[1] == "extend" and entry[0] <= at for entry in self.entries)
        first = walked(self.limit, self.start)
        return walked(self.extend or "", first) if extended else first

    def allowed(self, act: str, by: str, why: str, now: datetime) -> bool:  # noqa: PLR0911 - one sentence a rule
        """Say whether the rules let `by` do this now."""
        state, person = self.state(), by.strip() not in {"", SYSTEM}
        if state in {"met", "met_late"}:
            return False
        match act:
            case "arm":
                if state == "armed" or not by.strip():
                    return False
                return person or (self.verified and state in {"proposed", "expired"})
            case "cancel":
                return person and bool(why.strip()) and state != "cancelled"
            case "pause":
                return person and bool(why.strip()) and state == "armed"
            case "meet":
                return person and state in {"armed", "paused"}
            case _:
                once = not self.did("extend")
                in_time = now <= self.due()
                return (
                    person and bool(why.strip()) and self.extend is not None and state == "armed" and once and in_time
                )

    def stage(self, now: datetime) -> int:
        if self.state() != "armed":
            return 0
        due = self.due()
        if now > due:
            return 3
        share = (now - self.start) / (due - self.start)
        return 2 if share >= 0.85 else 1 if share >= 0.6 else 0


class ClockLife(RuleBasedStateMachine):
    """Anything done to a clock by anybody at any time ends as the diary says."""

    @initialize(
        start=STARTS, limit=LIMITS, longer=st.one_of(st.none(), LIMITS), verified=st.booleans(), lapses=st.booleans()
    )
    def begin(self, *, start: datetime, limit: str, longer: str | None, verified: bool, lapses: bool) -> None:
        self.now = start
        expires = timedelta(hours=2) if lapses else None
        self.rule = ClockRule(
            id="C", role=ClockRole.OWN, limit=limit, action="演示", policies=(), extend=longer, expires_after=expires
        )
        self.diary = Diary(start, limit, longer, verified, expires)
        due = due_at(limit, start, CALENDAR)
        self.held = clock(
            id="A-C",
            limit=limit,
            start_at=start,
            post_at=start - timedelta(hours=3),
            due_at=due,
            verified=verified,
            proposed_at=start,
        )
        self.first = self.held

    @rule(minutes=st.one_of(st.integers(0, 600), st.integers(600, 40_000)))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def wait_for_the_due_time(self) -> None:
        self.now = max(self.now, self.diary.due())

    @rule(by=WHO)
    def arm(self, by: str) -> None:
        self._do("arm", by, "有依据", lambda: arm(self.held, by=by, now=self.now))

    @rule(by=WHO, why=WHY)
    def cancel(self, by: str, why: str) -> None:
        self._do("cancel", by, why, lambda: cancel(self.held, by=by, reason=why, now=self.now))

    @rule(by=WHO, why=WHY)
    def pause(self, by: str, why: str) -> None:
        self._do("pause", by, why, lambda: pause(self.held, by=by, reason=why))

    @rule(by=WHO, why=WHY)
    def extend_it(self, by: str, why: str) -> None:
        self._extend(by, why)

    def _extend(self, by: str, why: str) -> None:
        self._do(
            "extend", by, why, lambda: extend(self.held, self.rule, by=by, reason=why, now=self.now, calendar=CALENDAR)
        )

    @precondition(lambda self: self.diary.state() == "armed")
    @rule()
    def extend_too_late(self) -> None:
        self.now = max(self.now, self.diary.due() + timedelta(minutes=1))
        self._extend("甲", "有依据")

    @rule(by=WHO)
    def meet(self, by: str) -> None:
        self._do("meet", by, "有依据", lambda: meet(self.held, by=by, now=self.now))

    @precondition(lambda self: self.diary.state() == "proposed")
    @rule()
    def look_again(self) -> None:
        lapsed = expire(self.held, self.rule, self.now)
        due = self.diary.expires is not None and self.now >= self.diary.start + self.diary.expires
        assert (lapsed is not None) is due
        if lapsed is not None:
            self.held = lapsed
            self.diary.entries.append((self.now, "expire", SYSTEM))

    def _do(self, act: str, by: str, why: str, do: object) -> None:
        before, may = self.held, self.diary.allowed(act, by, why, self.now)
        assert callable(do)
        if not may:
            with pytest.raises(Conflict):
                do()
            assert self.held == before
            return
        self.held = do()
        self.diary.entries.append((self.now, act, by))

    @invariant()
    def it_is_as_the_diary_says(self) -> None:
        if not hasattr(self, "held"):
            return
        diary, held = self.diary, self.held
        assert held.state.value == diary.state()
        assert held.due_at == diary.due()
        assert int(warning(held, self.now)) == diary.stage(self.now)
        assert (held.start_at, held.post_at) == (self.first.start_at, self.first.post_at)
        assert held.first_due_at == (walked(diary.limit, diary.start) if diary.did("extend") else None)
        met = [at for at, act, _ in diary.entries if act == "meet"]
        assert held.met_at == (met[0] if met else None)
        armed = [(at, by) for at, act, by in diary.entries if act == "arm"]
        assert (held.armed_at is not None) is bool(armed)
        assert held.armed_at is None or held.armed_at >= diary.start


def test_whatever_is_done_to_a_clock_it_ends_as_its_diary_says() -> None:
    run_state_machine_as_test(ClockLife, settings=settings(max_examples=60, stateful_step_count=25, deadline=None))


class TestExtension:
    RULE = ClockRule(id="C-APP", role=ClockRole.OWN, limit="20wd", action="答复公开申请", policies=(), extend="20wd")
    START = datetime(2025, 1, 20, 7, tzinfo=UTC)

    def running(self) -> Clock:
        due = due_at("20wd", self.START, CALENDAR)
        return clock(
            id="A1-C-APP", rule_id="C-APP", limit="20wd", start_at=self.START, due_at=due, state=ClockState.ARMED
        )

    def test_it_counts_on_from_the_first_due_day(self) -> None:
        longer = extend(self.running(), self.RULE, by="甲", reason="案情复杂", now=self.START, calendar=CALENDAR)
        assert longer.first_due_at == datetime.combine(date(2025, 2, 21), time(23, 59, 59), tzinfo=BEIJING)
        assert longer.due_at == datetime.combine(date(2025, 3, 21), time(23, 59, 59), tzinfo=BEIJING)
        assert (longer.extended_by, longer.extended_at) == ("甲", self.START)
        assert longer.reason == "甲：延长20个工作日，案情复杂"

    def test_notices_of_the_new_due_time_are_other_ones(self) -> None:
        before = self.running()
        longer = extend(before, self.RULE, by="甲", reason="案情复杂", now=self.START, calendar=CALENDAR)
        stage = warning(before, before.due_at or self.START)
        assert longer.warned == 0
        assert before.occasion(stage) == "clock:C-APP:2"
        assert longer.occasion(stage) == "clock:C-APP+:2"

    def test_into_a_year_that_nobody_knows_it_is_refused_with_what_to_do(self) -> None:
        start = datetime(2026, 11, 20, tzinfo=UTC)
        held = clock(limit="20wd", start_at=start, due_at=due_at("20wd", start, CALENDAR), state=ClockState.ARMED)
        with pytest.raises(Conflict, match="calendar-2027"):
            extend(held, self.RULE, by="甲", reason="复杂", now=start, calendar=CALENDAR)


class TestRounds:
    RULE = ClockRule(id="C-UPD", role=ClockRole.OWN, limit="24h", action="持续发布进展", policies=(), repeat=True)

    def test_a_repeated_duty_runs_anew_from_when_it_was_met(self) -> None:
        first = clock(id="A1-C-UPD", rule_id="C-UPD", limit="24h", due_at=None, state=ClockState.ARMED)
        first = settled_by_hours(first)
        met = meet(first, by="甲", now=first.start_at + timedelta(hours=20))
        second = next_round(met, self.RULE, by="甲", now=first.start_at + timedelta(hours=20))
        assert second is not None
        assert (second.id, second.state, second.armed_by) == ("A1-C-UPD~2", ClockState.ARMED, "甲")
        assert second.due_at == first.start_at + timedelta(hours=44)
        third = next_round(meet(second, by="乙", now=second.start_at), self.RULE, by="乙", now=second.start_at)
        assert third is not None
        assert third.id == "A1-C-UPD~3"
        stage = warning(third, third.start_at + timedelta(hours=23))
        assert len({one.occasion(stage) for one in (first, second, third)}) == 3

    @pytest.mark.parametrize(
        "rule_", [None, ClockRule(id="C", role=ClockRole.OWN, limit="24h", action="", policies=())]
    )
    def test_nothing_else_runs_anew(self, rule_: ClockRule | None) -> None:
        met = meet(clock(state=ClockState.ARMED), by="甲", now=clock().start_at)
        assert next_round(met, rule_, by="甲", now=met.start_at) is None


def settled_by_hours(held: Clock) -> Clock:
    return replace(held, due_at=due_at(held.limit, held.start_at, CALENDAR))


class TestSettled:
    def test_a_due_time_is_filled_in_from_the_old_start(self) -> None:
        start = datetime(2026, 12, 20, tzinfo=UTC)
        held = clock(limit="5wd", start_at=start, due_at=None, state=ClockState.ARMED, reason="尚未收录")
        assert settled(held, CALENDAR) is not None
        far = clock(limit="20wd", start_at=start, due_at=None, state=ClockState.ARMED, reason="尚未收录")
        assert settled(far, CALENDAR) is None
        known = settled(far, WorkingCalendar({date(2027, 1, 1): False}, years=(2027,)))
        assert known is not None
        assert (known.start_at, known.reason) == (start, None)
        assert known.due_at == datetime.combine(date(2027, 1, 18), time(23, 59, 59), tzinfo=BEIJING)

    @pytest.mark.parametrize(
        "held",
        [
            clock(due_at=None, limit="prompt", state=ClockState.ARMED),
            clock(due_at=None, limit="5wd", state=ClockState.MET),
            clock(limit="5wd", state=ClockState.ARMED),
        ],
        ids=["no number", "met", "known"],
    )
    def test_nothing_else_is_touched(self, held: Clock) -> None:
        assert settled(held, CALENDAR) is None
