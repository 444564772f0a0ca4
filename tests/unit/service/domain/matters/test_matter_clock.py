"""Time that the text leaves out of an application's clock C-APP: GOV-17 (art. 33), GOV-18 (art. 30), GOV-19 (art. 32, 34)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.beijing import BEIJING
from service.domain.clocks.clock import Stage
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.matter import Matter, MatterAct, MatterKind, open_matter, perform
from service.domain.matters.matter_clock import exclude, extend, may_exclude, resume
from service.domain.matters.matter_duty import Duty, DutyStanding, standing
from service.domain.matters.matter_turn import passed, settled, stage_of
from service.domain.refusal import Conflict
from service.domain.rules.register import Register
from tests.unit.service.domain.builders import register

# A Monday noon in Beijing; the four weeks after it have no holiday.
RECEIVED = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CONSULT, SUPPLEMENT = ExclusionKind.CONSULT, ExclusionKind.SUPPLEMENT


def applied(kind: MatterKind = MatterKind.APPLICATION, received_at: datetime = RECEIVED) -> Matter:
    matter = Matter(
        id="m1",
        kind=kind,
        number="SQ-1",
        source_id="hotline",
        title="申请公开检查结果",
        received_at=received_at,
        taken_at=received_at,
        state_at=received_at,
    )
    return open_matter(matter, register())


def asked(matter: Matter, kind: ExclusionKind, now: datetime) -> Matter:
    return exclude(matter, "C-APP", kind, by="审批人乙", reason="已发函", now=now, register=register())


def came(matter: Matter, now: datetime, *, rules: Register | None = None, at: datetime | None = None) -> Matter:
    return resume(matter, "C-APP", by="审批人丁", remark="", now=now, register=rules or register(), received_at=at)


def clock(matter: Matter) -> Duty:
    [duty] = matter.duties
    return duty


def due_day(matter: Matter) -> str:
    due = clock(matter).due_at
    assert due is not None
    return str(due.astimezone(BEIJING).date())


def test_asking_a_third_party_moves_the_due_day_by_the_working_days_that_it_took() -> None:
    matter = applied()
    assert due_day(matter) == "2026-11-30"
    waiting = asked(matter, CONSULT, RECEIVED + 2 * DAY)
    # From Wednesday the 4th to Wednesday the 11th: five working days, the weekend between is none.
    back = came(waiting, RECEIVED + 9 * DAY)
    assert due_day(back) == "2026-12-07"
    [one] = clock(back).exclusions
    assert (one.by, one.reason, one.ended_by, one.days) == ("审批人乙", "已发函", "审批人丁", 5)
    assert (one.due_before, one.verified) == (clock(matter).due_at, True)
    assert "第三十三条" in one.basis


def test_what_is_waited_for_is_no_deadline_and_reminds_nobody() -> None:
    waiting = asked(applied(), CONSULT, RECEIVED + 25 * DAY)
    later = RECEIVED + 60 * DAY
    assert waiting.due_at is None
    assert standing(clock(waiting), later) is DutyStanding.EXCLUDED
    assert stage_of(clock(waiting), later) is Stage.QUIET
    assert passed(waiting, later, {}) == []


def test_shares_of_the_time_leave_out_what_did_not_count() -> None:
    waiting = asked(applied(), CONSULT, RECEIVED + DAY)
    back = came(waiting, RECEIVED + 22 * DAY)
    assert stage_of(clock(back), RECEIVED + 23 * DAY) is Stage.QUIET
    assert standing(clock(back), RECEIVED + 23 * DAY) is DutyStanding.RUNNING


def test_after_a_supplement_the_time_begins_anew_and_it_is_asked_for_once() -> None:
    waiting = asked(applied(), SUPPLEMENT, RECEIVED + 2 * DAY)
    back = came(waiting, RECEIVED + 7 * DAY)
    assert due_day(back) == "2026-12-07"
    assert clock(back).start_at == RECEIVED + 7 * DAY
    with pytest.raises(Conflict, match="补正须一次性告知，已由审批人乙于11月4日 12:00登记告知"):
        asked(back, SUPPLEMENT, RECEIVED + 8 * DAY)
    assert may_exclude(back, clock(back), RECEIVED + 8 * DAY) == (CONSULT,)


def test_a_supplement_asked_for_after_seven_working_days_says_so() -> None:
    [one] = clock(asked(applied(), SUPPLEMENT, RECEIVED + 10 * DAY)).exclusions
    assert one.reason == "已发函（告知补正时已超过收到申请后7个工作日）"
    [early] = clock(asked(applied(), SUPPLEMENT, RECEIVED + 9 * DAY)).exclusions
    assert early.reason == "已发函"


def test_an_answer_that_was_received_earlier_counts_from_then_and_none_from_before_it_was_asked() -> None:
    waiting = asked(applied(), CONSULT, RECEIVED + 2 * DAY)
    assert due_day(came(waiting, RECEIVED + 9 * DAY, at=RECEIVED + 3 * DAY)) == "2026-12-01"
    with pytest.raises(Conflict, match="不能早于"):
        came(waiting, RECEIVED + 9 * DAY, at=RECEIVED + DAY)
    with pytest.raises(Conflict, match="不能晚于现在"):
        came(waiting, RECEIVED + 9 * DAY, at=RECEIVED + 10 * DAY)
    with pytest.raises(Conflict, match="没有可以结束的扣除"):
        came(applied(), RECEIVED + DAY)


def test_time_is_left_out_of_no_clock_whose_text_does_not_say_so_nor_of_one_that_is_late_or_waits() -> None:
    with pytest.raises(Conflict, match="没有可以扣除"):
        exclude(applied(MatterKind.REPORT), "C-JB15", CONSULT, by="乙", reason="因", now=RECEIVED, register=register())
    with pytest.raises(Conflict, match="逾期后不能扣除时间"):
        asked(applied(), CONSULT, RECEIVED + 40 * DAY)
    waiting = asked(applied(), CONSULT, RECEIVED)
    with pytest.raises(Conflict, match="暂不计时，恢复计时后才能扣除时间"):
        asked(waiting, SUPPLEMENT, RECEIVED + DAY)
    with pytest.raises(Conflict, match="恢复计时后才能延期"):
        extend(waiting, "C-APP", by="乙", reason="复杂", now=RECEIVED + DAY, register=register())
    with pytest.raises(Conflict, match="具名人员写明理由"):
        exclude(applied(), "C-APP", CONSULT, by="乙", reason=" ", now=RECEIVED, register=register())


def test_an_application_that_is_answered_while_others_are_asked_is_late_only_by_what_counted() -> None:
    taken = perform(applied(), MatterAct.ACCEPT, by="甲", now=RECEIVED, register=register())
    waiting = asked(taken, CONSULT, RECEIVED + 20 * DAY)
    done = perform(waiting, MatterAct.ANSWER, by="甲", now=RECEIVED + 38 * DAY, register=register())
    assert (clock(done).late, clock(done).excluding) == (False, None)
    assert standing(clock(done), RECEIVED + 39 * DAY) is DutyStanding.MET


def test_an_applicant_who_never_supplements_makes_nothing_late() -> None:
    waiting = asked(applied(), SUPPLEMENT, RECEIVED + DAY)
    over = perform(
        waiting, MatterAct.REFUSE, by="甲", now=RECEIVED + 90 * DAY, register=register(), remark="逾期不补正"
    )
    assert not clock(over).late


def test_a_due_day_in_a_year_whose_holidays_are_missing_is_told_once_they_are_known_with_what_was_left_out() -> None:
    if 2027 in register().calendar.years:
        pytest.skip("the calendar of 2027 is shipped")
    matter = applied(received_at=datetime(2026, 12, 1, 4, tzinfo=UTC))
    waiting = asked(matter, CONSULT, matter.received_at + DAY)
    back = came(waiting, matter.received_at + 13 * DAY)
    assert clock(back).due_at is None
    assert "2027年的节假日安排尚未收录" in clock(back).note
    known = replace(register().calendar, years=(*register().calendar.years, 2027))
    told = settled(back, known)
    assert told is not None
    # Due on 29 December before; eight working days on, New Year's Day being plain in this calendar.
    assert due_day(told) == "2027-01-08"
