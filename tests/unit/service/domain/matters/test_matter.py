"""Clocks of matters: C-TS7 (CMP-02), C-TJ45 (CMP-03), C-JB15 (CMP-04), C-XF15 and C-XF60 (XF-01, XF-02), C-APP (GOV-17)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.matters.matter import (
    OPEN_STATES,
    Matter,
    MatterAct,
    MatterKind,
    MatterState,
    acts_of,
    begin,
    dated,
    kind_of,
    open_matter,
    perform,
)
from service.domain.matters.matter_clock import extend, start_unverified
from service.domain.matters.matter_duty import DutyStanding, standing
from service.domain.policies.checks import Check, CheckVerdict
from service.domain.policies.policy import Verification
from service.domain.refusal import Conflict
from service.domain.rules.register import Register
from service.domain.rules.verification import checked_register, fingerprint
from tests.unit.service.domain.builders import register

# A Tuesday noon in Beijing: the next working days are plain ones until the weekend.
RECEIVED = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def received(kind: MatterKind, *, rules: Register | None = None, **given: Any) -> Matter:
    made = Matter(
        id="m1",
        kind=kind,
        number="TS-1",
        source_id="drop-12345",
        title="反映药店售出过期药",
        received_at=RECEIVED,
        taken_at=RECEIVED,
        state_at=RECEIVED,
    )
    return open_matter(replace(made, **given), rules or register())


def act(matter: Matter, *acts: MatterAct, now: datetime = RECEIVED + DAY) -> Matter:
    for one in acts:
        matter = perform(matter, one, by="研判员甲", now=now, register=register(), remark="已核对")
    return matter


@pytest.mark.parametrize(
    ("kind", "rule", "due"),
    [
        # 7, 15 and 20 working days after the day of receipt; 15 days by the calendar.
        (MatterKind.COMPLAINT, "C-TS7", "2026-12-03"),
        (MatterKind.REPORT, "C-JB15", "2026-12-15"),
        (MatterKind.PETITION, "C-XF15", "2026-12-09"),
        (MatterKind.APPLICATION, "C-APP", "2026-12-22"),
    ],
)
def test_the_clock_of_each_kind_begins_at_receipt(kind: MatterKind, rule: str, due: str) -> None:
    [duty] = received(kind).duties
    assert (duty.rule_id, duty.start_at, duty.armed, duty.verified) == (rule, RECEIVED, True, True)
    assert duty.due_at is not None
    assert duty.due_at.isoformat() == f"{due}T15:59:59+00:00"
    assert duty.basis


def test_sixty_days_begin_when_a_petition_is_accepted() -> None:
    accepted = act(received(MatterKind.PETITION), MatterAct.ACCEPT)
    told, finish = accepted.duties
    assert (told.rule_id, told.met_at) == ("C-XF15", RECEIVED + DAY)
    assert finish.due_at == datetime(2027, 1, 24, 15, 59, 59, tzinfo=UTC)
    assert accepted.due_at == finish.due_at


def test_forty_five_working_days_to_mediate_begin_when_a_complaint_is_accepted_and_end_with_its_answer() -> None:
    early = datetime(2026, 8, 3, 4, 0, tzinfo=UTC)
    accepted = act(received(MatterKind.COMPLAINT, received_at=early), MatterAct.ACCEPT, now=early + DAY)
    told, mediate = accepted.duties
    assert told.met_at == early + DAY
    assert (mediate.rule_id, mediate.start_at, mediate.armed) == ("C-TJ45", early + DAY, True)
    # 19 in August, 22 in September with its make-up Sunday less Mid-Autumn, then the 8th, 9th, 10th (made up) and 12th.
    assert mediate.due_at == datetime(2026, 10, 12, 15, 59, 59, tzinfo=UTC)
    answered = act(accepted, MatterAct.ANSWER, now=early + 2 * DAY)
    assert (answered.duties[1].met_at, answered.due_at) == (early + 2 * DAY, None)


def test_mediation_whose_fact_is_not_verified_waits_for_a_person() -> None:
    known = register()
    doubted = replace(known.policies["CMP-03"], verification=Verification.UNVERIFIED)
    rules = replace(known, policies=MappingProxyType({**known.policies, "CMP-03": doubted}))
    accepted = perform(
        received(MatterKind.COMPLAINT, rules=rules), MatterAct.ACCEPT, by="研判员甲", now=RECEIVED + DAY, register=rules
    )
    mediate = accepted.duties[1]
    assert (mediate.verified, mediate.armed, standing(mediate, RECEIVED + DAY)) == (
        False,
        False,
        DutyStanding.UNVERIFIED,
    )


@pytest.mark.parametrize(
    ("kind", "acts", "met"),
    [
        (MatterKind.COMPLAINT, [MatterAct.REFUSE], True),
        (MatterKind.REPORT, [MatterAct.ACCEPT, MatterAct.HANDLE], False),
        (MatterKind.REPORT, [MatterAct.ACCEPT, MatterAct.ANSWER], True),
        (MatterKind.REPORT, [MatterAct.REFUSE], True),
        (MatterKind.APPLICATION, [MatterAct.ACCEPT], False),
        (MatterKind.APPLICATION, [MatterAct.ACCEPT, MatterAct.ANSWER], True),
    ],
)
def test_a_clock_is_met_by_the_act_that_its_rule_asks_for(
    kind: MatterKind, acts: list[MatterAct], *, met: bool
) -> None:
    matter = act(received(kind), *acts)
    assert (matter.duties[0].met_at is not None) is met
    assert (matter.due_at is None) is met


@pytest.mark.parametrize(
    ("kind", "rule", "due"),
    [
        (MatterKind.REPORT, "C-JB15", "2027-01-06"),
        (MatterKind.APPLICATION, "C-APP", "2027-01-20"),
    ],
)
def test_an_extension_adds_the_same_again_from_the_due_day(kind: MatterKind, rule: str, due: str) -> None:
    # New Year's Day 2027 is a holiday of the published calendar.
    rules = _with_2027()
    matter = received(kind, rules=rules)
    later = extend(matter, rule, by="审批人乙", reason="案情复杂", now=RECEIVED + DAY, register=rules)
    [duty] = later.duties
    assert duty.due_at is not None
    assert duty.due_at.isoformat() == f"{due}T15:59:59+00:00"
    assert (duty.first_due_at, duty.extended_by, duty.extended_why) == (matter.due_at, "审批人乙", "案情复杂")


def _with_2027() -> Register:
    known = register()
    calendar = replace(
        known.calendar,
        years=(*known.calendar.years, 2027),
        corrections=MappingProxyType(
            dict(known.calendar.corrections) | {datetime(2027, 1, 1, tzinfo=UTC).date(): False}
        ),
    )
    return replace(known, calendar=calendar)


def test_the_same_clock_is_not_extended_twice() -> None:
    rules = _with_2027()
    matter = received(MatterKind.APPLICATION, rules=rules)
    once = extend(matter, "C-APP", by="审批人乙", reason="第三方意见", now=RECEIVED, register=rules)
    with pytest.raises(Conflict, match="已由审批人乙延期一次"):
        extend(once, "C-APP", by="审批人丁", reason="再延", now=RECEIVED, register=rules)


@pytest.mark.parametrize(
    ("matter", "rule", "now", "told"),
    [
        (received(MatterKind.COMPLAINT), "C-TS7", RECEIVED, "没有可以延长的规定"),
        (received(MatterKind.REPORT), "C-JB15", RECEIVED + 60 * DAY, "已经逾期"),
        (act(received(MatterKind.REPORT), MatterAct.REFUSE), "C-JB15", RECEIVED + 2 * DAY, "已登记完成"),
        (received(MatterKind.REPORT), "C-APP", RECEIVED, "没有这项时限"),
    ],
)
def test_what_cannot_be_extended_is_refused_in_a_sentence(matter: Matter, rule: str, now: datetime, told: str) -> None:
    with pytest.raises(Conflict, match=told):
        extend(matter, rule, by="审批人乙", reason="理由", now=now, register=register())


@pytest.mark.parametrize(("by", "reason"), [("", "理由"), ("审批人乙", " ")])
def test_an_extension_needs_a_name_and_a_reason(by: str, reason: str) -> None:
    with pytest.raises(Conflict, match="具名人员写明理由"):
        extend(received(MatterKind.REPORT), "C-JB15", by=by, reason=reason, now=RECEIVED, register=register())


def test_an_extension_into_a_year_whose_holidays_nobody_knows_is_refused_by_name() -> None:
    matter = received(MatterKind.APPLICATION, received_at=datetime(2026, 12, 1, 4, tzinfo=UTC))
    if 2027 in register().calendar.years:
        pytest.skip("the calendar of 2027 is shipped")
    with pytest.raises(Conflict, match="2027年的节假日安排尚未收录"):
        extend(matter, "C-APP", by="审批人乙", reason="复杂", now=matter.received_at, register=register())


@pytest.mark.parametrize(
    ("rule_id", "verdict", "armed"),
    [("C-TS7", CheckVerdict.DOUBTED, False), ("C-TJ45", CheckVerdict.CONFIRMED, True)],
)
def test_what_the_office_found_of_a_clock_decides_whether_it_starts(
    rule_id: str, verdict: CheckVerdict, *, armed: bool
) -> None:
    known = register()
    unread = replace(known.policies["CMP-03"], verification=Verification.UNVERIFIED)
    known = replace(known, policies=MappingProxyType({**known.policies, "CMP-03": unread}))
    found = Check(
        subject=f"clock:{rule_id}",
        verdict=verdict,
        person="管理丁",
        at=RECEIVED,
        note="与公布文本比对",
        fingerprint=fingerprint(known.clocks[rule_id]),
    )
    duty = begin(rule_id, checked_register(known, {found.subject: found}), start_at=RECEIVED)
    assert (duty.verified, duty.armed) == (armed, armed)


def test_a_clock_whose_limit_is_not_verified_waits_for_a_person() -> None:
    known = register()
    doubted = replace(known.clocks["C-TS7"], verified=False)
    rules = replace(known, clocks=MappingProxyType({**known.clocks, "C-TS7": doubted}))
    matter = received(MatterKind.COMPLAINT, rules=rules)
    [duty] = matter.duties
    assert (duty.armed, matter.due_at, standing(duty, RECEIVED)) == (False, None, DutyStanding.UNVERIFIED)
    started = start_unverified(matter, "C-TS7", by="审批人乙")
    assert (started.due_at, started.revision) == (duty.due_at, matter.revision + 1)
    assert started.duties[0].armed_by == "审批人乙"
    with pytest.raises(Conflict, match="具名人员"):
        start_unverified(matter, "C-TS7", by=" ")
    with pytest.raises(Conflict, match="已在计时"):
        start_unverified(started, "C-TS7", by="审批人乙")


@pytest.mark.parametrize(
    ("hours", "stands"),
    [(1, DutyStanding.RUNNING), (24 * 8.5, DutyStanding.NEAR), (24 * 9 + 12, DutyStanding.OVERDUE)],
)
def test_near_begins_at_85_per_cent_and_overdue_after_the_last_second(hours: float, stands: DutyStanding) -> None:
    [duty] = received(MatterKind.COMPLAINT).duties
    assert standing(duty, RECEIVED + timedelta(hours=hours)) is stands


def test_the_due_second_itself_is_in_time_and_the_one_after_it_is_late() -> None:
    [duty] = received(MatterKind.COMPLAINT).duties
    assert duty.due_at is not None
    stands = [standing(replace(duty, met_at=duty.due_at + timedelta(seconds=late)), RECEIVED) for late in (0, 1)]
    assert stands == [DutyStanding.MET, DutyStanding.MET_LATE]
    assert standing(duty, duty.due_at) is DutyStanding.NEAR


def test_em_03_what_an_answer_fulfilled_in_time_is_not_made_late_by_closing_the_matter() -> None:
    answered = act(received(MatterKind.REPORT), MatterAct.ACCEPT, MatterAct.ANSWER)
    closed = act(answered, MatterAct.CLOSE, now=RECEIVED + 90 * DAY)
    assert (closed.state, closed.state_at) == (MatterState.CLOSED, RECEIVED + 90 * DAY)
    assert closed.duties[0].met_at == RECEIVED + DAY
    assert not closed.duties[0].late


def test_of_several_clocks_the_soonest_that_runs_and_can_be_told_is_due() -> None:
    matter = received(MatterKind.COMPLAINT)
    [duty] = matter.duties
    assert duty.due_at is not None
    later = replace(duty, rule_id="C-TJ45", due_at=duty.due_at + DAY)
    others = [
        replace(later, due_at=None),
        replace(later, armed=False, due_at=RECEIVED),
        replace(later, met_at=RECEIVED, due_at=RECEIVED),
    ]
    assert dated(replace(matter, duties=(later, duty, *others))).due_at == duty.due_at
    assert dated(replace(matter, duties=tuple(others))).due_at is None


@pytest.mark.parametrize(
    ("acts", "onward"),
    [
        ([], {MatterAct.ACCEPT, MatterAct.REFUSE, MatterAct.WITHDRAW}),
        ([MatterAct.REFUSE], {MatterAct.REOPEN}),
        ([MatterAct.ACCEPT], {MatterAct.HANDLE, MatterAct.ANSWER, MatterAct.WITHDRAW}),
        ([MatterAct.ACCEPT, MatterAct.HANDLE], {MatterAct.HANDLE, MatterAct.ANSWER, MatterAct.WITHDRAW}),
        ([MatterAct.WITHDRAW], {MatterAct.REOPEN}),
        (
            [MatterAct.ACCEPT, MatterAct.HANDLE, MatterAct.HANDLE, MatterAct.ANSWER],
            {MatterAct.CLOSE, MatterAct.RETRACT},
        ),
        ([MatterAct.ACCEPT, MatterAct.ANSWER, MatterAct.CLOSE], {MatterAct.REOPEN}),
    ],
)
def test_what_can_be_done_follows_from_what_was_done(acts: list[MatterAct], onward: set[MatterAct]) -> None:
    matter = act(received(MatterKind.PETITION), *acts)
    assert set(acts_of(matter)) == onward
    assert matter.state.over is (onward == {MatterAct.REOPEN})
    assert (matter.state in OPEN_STATES) is not matter.state.over
    assert matter.revision == 1 + len(acts)


def test_every_kind_state_act_and_standing_has_a_word_of_its_own() -> None:
    for some in (MatterKind, MatterState, MatterAct, DutyStanding):
        assert len({one.word for one in some}) == len(some)


def test_what_is_due_at_once_without_a_number_is_met_and_never_late() -> None:
    [duty] = received(MatterKind.COMPLAINT).duties
    open_end = replace(duty, due_at=None)
    assert standing(open_end, RECEIVED + 90 * DAY) is DutyStanding.UNKNOWN
    assert standing(replace(open_end, met_at=RECEIVED + 90 * DAY), RECEIVED + 90 * DAY) is DutyStanding.MET


def test_a_refusal_needs_a_reason_and_no_act_jumps() -> None:
    matter = received(MatterKind.COMPLAINT)
    with pytest.raises(Conflict, match="不予受理须写明理由"):
        perform(matter, MatterAct.REFUSE, by="研判员甲", now=RECEIVED, register=register(), remark=" ")
    with pytest.raises(Conflict, match="现为“收到”，不能“办结”"):
        perform(matter, MatterAct.CLOSE, by="研判员甲", now=RECEIVED, register=register())
    assert acts_of(act(matter, MatterAct.REFUSE)) == (MatterAct.REOPEN,)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("投诉", MatterKind.COMPLAINT),
        ("举报（线索）", MatterKind.REPORT),
        ("网上信访", MatterKind.PETITION),
        ("政府信息公开申请", MatterKind.APPLICATION),
        ("咨询", None),
        ("投诉举报", None),
        ("", None),
    ],
)
def test_the_kind_is_read_from_a_cell(cell: str, kind: MatterKind | None) -> None:
    assert kind_of(cell) is kind


STEPS = st.lists(
    st.tuples(st.sampled_from(["extend", *MatterAct]), st.integers(0, 40 * 24), st.sampled_from(["研判员甲", " "])),
    max_size=12,
)


@given(kind=st.sampled_from(list(MatterKind)), steps=STEPS)
def test_whatever_is_done_late_stays_late_and_nothing_is_back_dated(
    kind: MatterKind, steps: list[tuple[str, int, str]]
) -> None:
    rules = _with_2027()
    matter = received(kind, rules=rules)
    now = RECEIVED
    for name, hours, by in steps:
        now += timedelta(hours=hours)
        before = matter
        try:
            if name == "extend":
                matter = extend(before, before.duties[0].rule_id, by=by, reason="复杂", now=now, register=rules)
            else:
                matter = perform(before, MatterAct(name), by=by, now=now, register=rules, remark="理由")
        except Conflict:
            continue
        assert by == "研判员甲"
        assert matter.revision == before.revision + 1
        reopened = name == MatterAct.REOPEN
        for was, duty in zip(before.duties, matter.duties, strict=False):
            assert duty.start_at == was.start_at
            assert was.met_at is None or duty.met_at == was.met_at or (reopened and duty.met_at is None)
            assert not was.late or duty.late or (reopened and standing(duty, now) is DutyStanding.OVERDUE)
            if was.extended_at is not None:
                assert (duty.due_at, duty.extended_at) == (was.due_at, was.extended_at)
            if duty.extended_at is not None and was.extended_at is None:
                assert was.due_at is not None
                assert duty.due_at is not None
                assert now <= was.due_at < duty.due_at
            if was.due_at is not None and now > was.due_at:
                assert duty.due_at == was.due_at
        open_dues = [duty.due_at for duty in matter.duties if not duty.over and duty.armed and duty.due_at]
        assert matter.due_at == min(open_dues, default=None)
        assert matter.state is not MatterState.RECEIVED or name == "extend" or reopened
