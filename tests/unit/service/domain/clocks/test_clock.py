from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from service.domain.clocks.calendar import CalendarYearMissingError, WorkingCalendar
from service.domain.clocks.clock import (
    BEGUN_STATES,
    MET_STATES,
    SYSTEM,
    Clock,
    ClockRole,
    ClockRule,
    ClockState,
    Stage,
    arm,
    cancel,
    due_at,
    earliest_due,
    expire,
    limit_words,
    meet,
    pause,
    warning,
)
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import HOUR, NOW, clock

CALENDAR = WorkingCalendar()
BEIJING = ZoneInfo("Asia/Shanghai")
_FROM, _TO = (datetime.fromisoformat(day) for day in ("2024-01-01", "2026-09-01"))
STARTS = st.datetimes(_FROM, _TO, timezones=st.just(UTC))


def end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=BEIJING)


class TestDueAt:
    @given(start=STARTS, hours=st.integers(1, 999))
    def test_hours_run_through_nights_and_holidays(self, start: datetime, hours: int) -> None:
        due = due_at(f"{hours}h", start, CALENDAR)
        assert due is not None
        assert due - start == timedelta(hours=hours)

    @given(start=STARTS, days=st.integers(1, 90))
    def test_calendar_days_end_at_midnight_in_beijing_and_the_first_does_not_count(
        self, start: datetime, days: int
    ) -> None:
        day = start.astimezone(BEIJING).date()
        assert due_at(f"{days}d", start, CALENDAR) == end_of(date.fromordinal(day.toordinal() + days))

    @given(start=STARTS, days=st.integers(1, 30))
    def test_working_days_are_counted_one_by_one(self, start: datetime, days: int) -> None:
        # The reference knows nothing but the published tables: every day after the first, kept if somebody works on it.
        first = start.astimezone(BEIJING).date()
        later = [first + timedelta(days=n) for n in range(1, 120)]
        worked = [day for day in later if day in workdays or (day.weekday() < 5 and day not in holidays)]
        assert due_at(f"{days}wd", start, CALENDAR) == end_of(worked[days - 1])

    @pytest.mark.parametrize(
        ("_rule", "limit", "start", "due"),
        [
            ("the National Day week is skipped", "1wd", date(2025, 9, 30), date(2025, 10, 9)),
            ("a make-up Sunday is a working day", "1wd", date(2025, 9, 27), date(2025, 9, 28)),
            ("a make-up Saturday after the holiday counts", "3wd", date(2025, 9, 30), date(2025, 10, 11)),
            ("twenty working days over the Spring Festival", "20wd", date(2025, 1, 20), date(2025, 2, 21)),
            ("fifteen days take holidays as they come", "15d", date(2025, 9, 25), date(2025, 10, 10)),
        ],
    )
    def test_days_of_a_real_year(self, _rule: str, limit: str, start: date, due: date) -> None:
        assert due_at(limit, datetime.combine(start, time(15), tzinfo=BEIJING), CALENDAR) == end_of(due)

    def test_an_hour_before_midnight_in_utc_is_already_tomorrow_in_beijing(self) -> None:
        assert due_at("1d", datetime(2026, 11, 24, 23, tzinfo=UTC), CALENDAR) == end_of(date(2026, 11, 26))

    @pytest.mark.parametrize("limit", ["immediate", "prompt"])
    def test_a_text_without_a_number_has_no_due_time(self, limit: str) -> None:
        assert due_at(limit, NOW, CALENDAR) is None

    def test_a_year_whose_holidays_nobody_knows_is_refused_by_name(self) -> None:
        with pytest.raises(CalendarYearMissingError, match="2027年"):
            due_at("20wd", datetime(2026, 12, 20, tzinfo=UTC), CALENDAR)

    @pytest.mark.parametrize("limit", ["", "5", "h", "0h", "-1h", "5 h", "5w", "1.5h", "99999h", "五小时"])
    def test_what_is_no_limit_is_refused(self, limit: str) -> None:
        with pytest.raises(ValueError, match="no limit"):
            due_at(limit, NOW, CALENDAR)


@pytest.mark.parametrize(
    ("limit", "words"),
    [("5h", "5小时"), ("15d", "15日"), ("20wd", "20个工作日"), ("immediate", "立即"), ("prompt", "及时")],
)
def test_limits_read_as_people_write_them(limit: str, words: str) -> None:
    assert limit_words(limit) == words


class TestArm:
    def test_starting_late_wins_no_time(self) -> None:
        started = arm(clock(), by="张三", now=NOW + 4 * HOUR)
        assert (started.state, started.armed_by, started.armed_at) == (ClockState.ARMED, "张三", NOW + 4 * HOUR)
        assert (started.start_at, started.due_at) == (NOW, NOW + 5 * HOUR)

    def test_the_system_starts_a_verified_proposal(self) -> None:
        assert arm(clock(), by=SYSTEM, now=NOW).armed_by == SYSTEM

    @pytest.mark.parametrize(
        "held",
        [clock(verified=False), clock(state=ClockState.CANCELLED), clock(state=ClockState.PAUSED)],
        ids=["unverified", "cancelled by a person", "paused by a person"],
    )
    def test_only_a_person_starts_what_is_unverified_or_was_decided_on(self, held: Clock) -> None:
        with pytest.raises(Conflict, match="具名人员"):
            arm(held, by=SYSTEM, now=NOW)
        assert arm(held, by="张三", now=NOW).state is ClockState.ARMED

    @pytest.mark.parametrize("state", [ClockState.ARMED, ClockState.MET, ClockState.MET_LATE])
    def test_what_runs_or_is_finished_is_not_started(self, state: ClockState) -> None:
        with pytest.raises(Conflict, match="不能再次启动"):
            arm(clock(state=state), by="张三", now=NOW)

    def test_nobody_is_no_name(self) -> None:
        with pytest.raises(Conflict, match="具名"):
            arm(clock(), by="  ", now=NOW)


class TestCancelAndPause:
    @pytest.mark.parametrize("by", ["", " "])
    def test_nobody_resumes_what_rests(self, by: str) -> None:
        held = pause(clock(state=ClockState.ARMED, armed_by="张三"), by="张三", reason="等待")
        with pytest.raises(Conflict, match="具名"):
            arm(held, by=by, now=NOW)

    def test_who_lets_it_run_on_does_not_take_the_place_of_who_started_it(self) -> None:
        started = arm(clock(), by="张三", now=NOW)
        again = arm(pause(started, by="李四", reason="等待"), by="王五", now=NOW + HOUR)
        assert (again.state, again.armed_by, again.armed_at) == (ClockState.ARMED, "张三", NOW)

    @pytest.mark.parametrize("state", [ClockState.PAUSED, ClockState.CANCELLED, ClockState.EXPIRED])
    def test_what_runs_again_no_longer_says_why_it_rested(self, state: ClockState) -> None:
        rests = clock(state=state, armed_by="张三", reason="李四：等待")
        assert arm(rests, by="王五", now=NOW).reason is None
        assert arm(rests, by="王五", now=NOW, reason="重新核实").reason == "重新核实"

    def test_aefi_05_a_duty_at_once_without_an_hour_is_cancelled_as_others_are(self) -> None:
        held = clock(state=ClockState.ARMED, limit="immediate", due_at=None)
        ended = cancel(held, by="张三", reason="误报", now=NOW + 90 * HOUR)
        assert (ended.state, ended.reason) == (ClockState.CANCELLED, "张三：误报")

    def test_a_person_cancels_with_a_reason(self) -> None:
        ended = cancel(clock(), by="张三", reason=" 重复 ", now=NOW)
        assert (ended.state, ended.reason) == (ClockState.CANCELLED, "张三：重复")

    @pytest.mark.parametrize("state", [ClockState.ARMED, ClockState.PAUSED])
    def test_what_is_cancelled_late_says_that_it_was_late(self, state: ClockState) -> None:
        ended = cancel(clock(state=state), by="张三", reason="误报", now=NOW + 6 * HOUR)
        assert ended.reason == "张三：误报（取消时已超过到期时间）"
        assert cancel(clock(state=state), by="张三", reason="误报", now=NOW + 5 * HOUR).reason == "张三：误报"
        assert cancel(clock(), by="张三", reason="误报", now=NOW + 6 * HOUR).reason == "张三：误报"

    def test_a_person_pauses_and_the_due_time_stays(self) -> None:
        held = pause(clock(state=ClockState.ARMED), by="张三", reason="等待第三方意见")
        assert (held.state, held.due_at, held.reason) == (ClockState.PAUSED, NOW + 5 * HOUR, "张三：等待第三方意见")

    @pytest.mark.parametrize(("by", "reason"), [("", "重复"), (SYSTEM, "重复"), ("张三", " ")])
    def test_without_a_person_or_a_reason_nothing_ends_or_rests(self, by: str, reason: str) -> None:
        with pytest.raises(Conflict):
            cancel(clock(), by=by, reason=reason, now=NOW)
        with pytest.raises(Conflict):
            pause(clock(state=ClockState.ARMED), by=by, reason=reason)

    @pytest.mark.parametrize("state", [ClockState.MET, ClockState.MET_LATE, ClockState.CANCELLED])
    def test_what_is_finished_is_not_cancelled(self, state: ClockState) -> None:
        with pytest.raises(Conflict, match="不能取消"):
            cancel(clock(state=state), by="张三", reason="重复", now=NOW)

    def test_only_what_runs_is_paused(self) -> None:
        with pytest.raises(Conflict, match="不能暂停"):
            pause(clock(), by="张三", reason="等待")


class TestMeet:
    @pytest.mark.parametrize(
        ("late", "state"), [(timedelta(0), ClockState.MET), (timedelta(microseconds=1), ClockState.MET_LATE)]
    )
    def test_the_due_moment_itself_is_in_time(self, late: timedelta, state: ClockState) -> None:
        done = meet(clock(state=ClockState.ARMED), by="张三", now=NOW + 5 * HOUR + late)
        assert (done.state, done.met_at) == (state, NOW + 5 * HOUR + late)

    def test_a_duty_without_a_due_time_is_met_in_time(self) -> None:
        held = clock(due_at=None, state=ClockState.ARMED)
        done = meet(held, by="张三", now=NOW + 999 * HOUR, note="已发布")
        assert (done.state, done.reason) == (ClockState.MET, "已发布")

    def test_late_stays_late(self) -> None:
        late = meet(clock(state=ClockState.ARMED), by="张三", now=NOW + 6 * HOUR)
        with pytest.raises(Conflict):
            meet(late, by="张三", now=NOW)
        with pytest.raises(Conflict):
            cancel(late, by="张三", reason="误报", now=NOW)
        with pytest.raises(Conflict):
            arm(late, by="张三", now=NOW)

    def test_what_was_cancelled_is_not_met(self) -> None:
        with pytest.raises(Conflict, match="已取消，不能登记完成"):
            meet(clock(state=ClockState.CANCELLED), by="张三", now=NOW)

    @pytest.mark.parametrize("state", [ClockState.PROPOSED, ClockState.EXPIRED])
    def test_what_nobody_started_is_not_met_and_the_refusal_says_who_starts_it(self, state: ClockState) -> None:
        with pytest.raises(Conflict, match="不能登记完成，请先由审批人启动再登记"):
            meet(clock(state=state), by="张三", now=NOW)

    def test_the_system_meets_nothing(self) -> None:
        with pytest.raises(Conflict, match="具名"):
            meet(clock(state=ClockState.ARMED), by=SYSTEM, now=NOW)


RULE = ClockRule(id="C-5H", role=ClockRole.OWN, limit="5h", action="发布权威信息", policies=(), expires_after=2 * HOUR)


class TestExpire:
    def test_a_proposal_that_nobody_took_up_ends_after_its_time(self) -> None:
        assert expire(clock(), RULE, NOW + 2 * HOUR - timedelta(seconds=1)) is None
        ended = expire(clock(), RULE, NOW + 2 * HOUR)
        assert ended is not None
        assert (ended.state, ended.reason) == (ClockState.EXPIRED, "建议未被采纳，已自动失效")
        assert arm(ended, by="张三", now=NOW + 3 * HOUR).due_at == NOW + 5 * HOUR

    def test_time_runs_from_the_proposal_and_not_from_the_event(self) -> None:
        later = clock(proposed_at=NOW + 3 * HOUR)
        assert expire(later, RULE, NOW + 4 * HOUR) is None

    @pytest.mark.parametrize(
        ("held", "rule"),
        [
            (clock(state=ClockState.ARMED), RULE),
            (clock(), replace(RULE, expires_after=None)),
            (clock(proposed_at=None), RULE),
        ],
        ids=["running", "checklist", "time unknown"],
    )
    def test_nothing_else_expires(self, held: Clock, rule: ClockRule) -> None:
        assert expire(held, rule, NOW + 999 * HOUR) is None


class TestWarning:
    @pytest.mark.parametrize(
        ("share", "stage"),
        [
            (0, Stage.QUIET),
            (59.9, Stage.QUIET),
            (60, Stage.FIRST),
            (84.9, Stage.FIRST),
            (85, Stage.SECOND),
            (100, Stage.SECOND),
            (100.1, Stage.OVERDUE),
        ],
    )
    def test_people_are_told_at_60_and_85_per_cent_and_when_overdue(self, share: float, stage: Stage) -> None:
        assert warning(clock(state=ClockState.ARMED), NOW + 5 * HOUR * (share / 100)) is stage

    def test_what_does_not_run_or_has_no_due_time_is_quiet(self) -> None:
        assert warning(clock(), NOW + 99 * HOUR) is Stage.QUIET
        assert warning(clock(state=ClockState.ARMED, due_at=None), NOW + 99 * HOUR) is Stage.QUIET

    def test_the_shares_are_the_rule_s(self) -> None:
        assert warning(clock(state=ClockState.ARMED), NOW + HOUR, warn_at=(10, 20)) is Stage.SECOND


def test_notices_keep_their_names_over_updates_so_that_nothing_is_mailed_twice() -> None:
    """Stored mails and clocks hold these words and numbers."""
    assert [int(stage) for stage in Stage] == [0, 1, 2, 3]
    assert clock().occasion(Stage.FIRST) == "clock:C-5H:1"
    assert clock(extended_at=NOW).occasion(Stage.SECOND) == "clock:C-5H+:2"
    assert clock(id="A1-C-UPD~2", rule_id="C-UPD").occasion(Stage.OVERDUE) == "clock:C-UPD~2:3"
    assert clock(id="A1-C-UPD~2", rule_id="C-UPD", extended_at=NOW).occasion(Stage.FIRST) == "clock:C-UPD~2+:1"


def test_a_duty_that_was_done_late_is_done() -> None:
    assert {ClockState.MET, ClockState.MET_LATE} == MET_STATES
    assert {ClockState.ARMED, ClockState.PAUSED} == BEGUN_STATES


def test_a_limit_by_recall_class_is_unknown_until_the_class_is_known() -> None:
    rule = replace(RULE, limit={1: "1d", 2: "3d"})
    assert [rule.limit_for(one) for one in (None, 1, 2, 3)] == [None, "1d", "3d", None]
    assert RULE.limit_for(None) == "5h"


class TestCalendar:
    def test_the_office_s_own_corrections_have_the_last_word(self) -> None:
        friday = date(2026, 11, 27)
        assert not WorkingCalendar({friday: False}).is_working(friday)
        assert WorkingCalendar({friday + timedelta(days=1): True}).is_working(friday + timedelta(days=1))

    def test_a_year_entered_by_hand_follows_the_week_outside_its_corrections(self) -> None:
        known = WorkingCalendar({date(2027, 1, 1): False}, years=(2027,))
        assert [known.is_working(date(2027, 1, day)) for day in (1, 2, 4)] == [False, False, True]
        assert known.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)

    def test_a_correction_alone_does_not_make_a_year_known(self) -> None:
        partly = WorkingCalendar({date(2027, 1, 1): False})
        assert not partly.is_working(date(2027, 1, 1))
        with pytest.raises(CalendarYearMissingError) as caught:
            partly.is_working(date(2027, 1, 4))
        assert caught.value.year == 2027

    @pytest.mark.parametrize(
        ("today", "missing"),
        [(date(2026, 10, 31), None), (date(2026, 11, 1), "2027年"), (date(2026, 12, 31), "2027年")],
    )
    def test_the_next_year_is_asked_for_from_november_on(self, today: date, missing: str | None) -> None:
        notice = CALENDAR.notice(today)
        assert (notice is not None) == (missing is not None)
        assert missing is None or (notice is not None and notice.startswith(f"{missing}的节假日安排尚未收录"))
        assert WorkingCalendar(years=(2027,)).notice(today) is None

    @pytest.mark.parametrize("month", [1, 10, 12])
    def test_the_year_that_runs_is_asked_for_at_any_time(self, month: int) -> None:
        notice = CALENDAR.notice(date(2027, month, 1))
        assert notice is not None
        assert "calendar-2027.yaml" in notice


class TestEarliestDue:
    @pytest.mark.parametrize("year", range(2009, 2027))
    def test_a_limit_into_a_year_that_nobody_knows_yet_is_never_due_before_its_provisional_day(
        self, year: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        starts = [datetime(year, 1, 1, 8, tzinfo=BEIJING) + timedelta(days=day) for day in range(-80, 1, 3)]
        limits = ["5wd", "7wd", "15wd", "20wd", "45wd"]
        known = {(start, limit): due_at(limit, start, CALENDAR) for start in starts for limit in limits}

        def told(day: date) -> bool:
            if day.year >= year:
                raise NotImplementedError
            return bool(chinese_calendar.is_workday(day))

        blind = SimpleNamespace(is_workday=told)
        monkeypatch.setattr("service.domain.clocks.calendar.chinese_calendar", blind)
        for (start, limit), due in known.items():
            provisional = earliest_due(limit, start, CALENDAR)
            assert due is not None
            assert provisional is not None
            assert due - timedelta(days=16) <= provisional <= due

    def test_a_due_time_that_can_be_told_is_not_provisional(self) -> None:
        start = datetime(2026, 9, 25, 15, tzinfo=BEIJING)
        assert earliest_due("20wd", start, CALENDAR) == due_at("20wd", start, CALENDAR)
        assert earliest_due("prompt", start, CALENDAR) is None
