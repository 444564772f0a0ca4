"""A due time that becomes known, an extension that is refused in words, and a next round."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

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
    meet,
    pause,
)
from service.domain.matters.clock_changes import extend, next_round, settled
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import HOUR, NOW, clock

SECOND = timedelta(seconds=1)
CALENDAR = WorkingCalendar(years=(2027,))
RULE = ClockRule(id="C-APP", role=ClockRole.OWN, limit="20wd", action="答复", policies=("GOV-17",), extend="20wd")
UNKNOWN = clock(limit="20wd", due_at=None, start_at=datetime(2026, 12, 20, tzinfo=UTC))


class TestADueTimeThatBecomesKnown:
    @pytest.mark.parametrize("state", [ClockState.PROPOSED, ClockState.ARMED, ClockState.PAUSED])
    def test_every_clock_that_is_not_over_gets_it(self, state: ClockState) -> None:
        told = settled(replace(UNKNOWN, state=state), CALENDAR)
        assert told is not None
        assert told.due_at is not None
        assert told.due_at.date() == date(2027, 1, 15)
        assert (told.state, told.start_at) == (state, UNKNOWN.start_at)

    @pytest.mark.parametrize(
        "state", [ClockState.MET, ClockState.MET_LATE, ClockState.CANCELLED, ClockState.EXPIRED], ids=str
    )
    def test_what_is_over_is_not_touched(self, state: ClockState) -> None:
        assert settled(replace(UNKNOWN, state=state), CALENDAR) is None

    def test_the_reason_of_a_pause_stays_and_that_of_the_missing_year_goes(self) -> None:
        paused = settled(replace(UNKNOWN, state=ClockState.PAUSED, reason="张三：等待"), CALENDAR)
        running = settled(replace(UNKNOWN, state=ClockState.ARMED, reason="2027年的节假日安排尚未收录"), CALENDAR)
        assert paused is not None
        assert running is not None
        assert (paused.reason, running.reason) == ("张三：等待", None)

    def test_nothing_changes_while_the_year_is_missing_or_where_no_working_days_are_counted(self) -> None:
        assert settled(replace(UNKNOWN, state=ClockState.ARMED), WorkingCalendar()) is None
        assert settled(clock(limit="prompt", due_at=None), CALENDAR) is None


class TestARecallWhoseClassBecomesKnown:
    RULE = ClockRule(id="W-RC", role=ClockRole.WATCH, limit={1: "1d", 2: "3d", 3: "7d"}, action="通知召回", policies=())
    WAITING = clock(rule_id="W-RC", limit="prompt", due_at=None, reason="召回级别待核实，级别确定前按及时办理")

    @pytest.mark.parametrize("state", [ClockState.PROPOSED, ClockState.ARMED])
    def test_gives_its_clock_limit_and_due_time_from_the_first_knowledge(self, state: ClockState) -> None:
        told = settled(replace(self.WAITING, state=state), CALENDAR, self.RULE, 1)
        assert told is not None
        assert (told.limit, told.state, told.reason) == ("1d", state, None)
        assert told.due_at == due_at("1d", NOW, CALENDAR)

    def test_changes_nothing_while_it_is_unknown_or_where_one_limit_holds_for_all(self) -> None:
        waiting = replace(self.WAITING, state=ClockState.ARMED)
        assert settled(waiting, CALENDAR, self.RULE, None) is None
        assert settled(waiting, CALENDAR, replace(self.RULE, limit="prompt"), 1) is None


class TestAnExtension:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (ClockState.PROPOSED, "尚未启动"),
            (ClockState.PAUSED, "已暂停，请先恢复"),
            (ClockState.MET, "已完成"),
            (ClockState.MET_LATE, "已逾期完成"),
            (ClockState.CANCELLED, "已取消"),
            (ClockState.EXPIRED, "建议已失效"),
        ],
    )
    def test_of_what_does_not_run_is_refused_with_what_it_is(self, state: ClockState, words: str) -> None:
        with pytest.raises(Conflict, match=f"“发布权威信息”{words}，不能延长"):
            extend(clock(state=state), RULE, by="张三", reason="案情复杂", now=NOW, calendar=CALENDAR)

    @pytest.mark.parametrize(
        ("by", "reason", "words"),
        [
            ("", "案情复杂", "具名人员"),
            ("  ", "案情复杂", "具名人员"),
            (SYSTEM, "案情复杂", "具名人员"),
            ("张三", " ", "写明理由"),
        ],
    )
    def test_needs_a_person_and_a_reason(self, by: str, reason: str, words: str) -> None:
        with pytest.raises(Conflict, match=words):
            extend(clock(state=ClockState.ARMED), RULE, by=by, reason=reason, now=NOW, calendar=CALENDAR)

    @pytest.mark.parametrize(
        ("given", "rule"),
        [({}, None), ({}, replace(RULE, extend=None)), ({"due_at": None}, RULE)],
        ids=["no rule", "the text allows none", "the text gives no number"],
    )
    def test_is_only_what_the_text_allows(self, given: dict[str, None], rule: ClockRule | None) -> None:
        with pytest.raises(Conflict, match="没有规定可以延长"):
            extend(
                clock(state=ClockState.ARMED, **given), rule, by="张三", reason="案情复杂", now=NOW, calendar=CALENDAR
            )

    def test_comes_once_and_never_after_the_due_time(self) -> None:
        held = clock(state=ClockState.ARMED)
        due = NOW + 5 * HOUR
        once = extend(held, RULE, by="张三", reason="案情复杂", now=due, calendar=CALENDAR)
        with pytest.raises(Conflict, match="已由张三延长过"):
            extend(once, RULE, by="李四", reason="案情复杂", now=due, calendar=CALENDAR)
        with pytest.raises(Conflict, match="已超过到期时间"):
            extend(held, RULE, by="张三", reason="案情复杂", now=due + SECOND, calendar=CALENDAR)

    def test_tells_people_anew_of_the_new_due_time(self) -> None:
        held = clock(state=ClockState.ARMED, warned=2)
        later = extend(held, RULE, by=" 张三 ", reason=" 案情复杂 ", now=NOW, calendar=CALENDAR)
        assert (later.warned, later.first_due_at, later.extended_at) == (0, held.due_at, NOW)
        assert (later.extended_by, later.reason) == ("张三", "张三：延长20个工作日，案情复杂")


def test_a_next_round_starts_with_nothing_of_the_round_before() -> None:
    rule = replace(RULE, repeat=True)
    extended = extend(
        clock(state=ClockState.ARMED, warned=2), rule, by="张三", reason="案情复杂", now=NOW, calendar=CALENDAR
    )
    met = replace(meet(extended, by="张三", now=NOW + HOUR, note="已发布"), warned=3)
    after = next_round(met, rule, by="李四", now=NOW + 2 * HOUR)
    assert after is not None
    assert (after.id, after.state, after.start_at) == (f"{extended.id}~2", ClockState.ARMED, NOW + HOUR)
    assert (after.armed_by, after.armed_at) == ("李四", NOW + 2 * HOUR)
    assert (after.met_at, after.reason, after.warned) == (None, None, 0)
    assert (after.first_due_at, after.extended_at, after.extended_by) == (None, None, None)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, None),
        ({}, RULE),
        ({"role": ClockRole.WATCH}, replace(RULE, repeat=True)),
        ({"met_at": None}, replace(RULE, repeat=True)),
    ],
    ids=["no rule", "told once", "another party's duty", "not met"],
)
def test_only_an_own_repeated_duty_that_was_met_begins_again(given: dict[str, object], rule: ClockRule | None) -> None:
    met = clock(**{"state": ClockState.MET, "met_at": NOW} | given)
    assert next_round(met, rule, by="张三", now=NOW) is None


@pytest.mark.parametrize("state", list(ClockState))
@pytest.mark.parametrize(
    "act",
    [
        lambda held: arm(held, by="张三", now=NOW),
        lambda held: cancel(held, by="张三", reason="误报", now=NOW),
        lambda held: pause(held, by="张三", reason="等待"),
        lambda held: meet(held, by="张三", now=NOW),
    ],
    ids=["arm", "cancel", "pause", "meet"],
)
def test_every_act_in_every_state_is_done_or_refused_with_the_state_in_words(
    state: ClockState, act: Callable[[Clock], Clock]
) -> None:
    words = {
        ClockState.PROPOSED: "尚未启动",
        ClockState.ARMED: "正在计时",
        ClockState.PAUSED: "已暂停",
        ClockState.MET: "已完成",
        ClockState.MET_LATE: "已逾期完成",
        ClockState.CANCELLED: "已取消",
        ClockState.EXPIRED: "建议已失效",
    }
    held = clock(state=state)
    try:
        done = act(held)
    except Conflict as refused:
        assert f"时限“发布权威信息”{words[state]}，不能" in str(refused)  # noqa: PT017 - either end is right
    else:
        assert done.state is not state or (state is ClockState.CANCELLED and done.reason != held.reason)
