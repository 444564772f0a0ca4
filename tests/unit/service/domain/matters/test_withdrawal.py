"""A matter that who brought it takes back, or gives up: 投诉举报处理暂行办法 art. 21, 政府信息公开条例 art. 30."""

import pytest

from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.matter import Matter, MatterAct, MatterKind, MatterState, acts_of, perform
from service.domain.matters.matter_clock import exclude, extend, start_unverified
from service.domain.matters.matter_duty import DutyStanding, standing
from service.domain.matters.matter_turn import passed
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import register
from tests.unit.service.domain.matters.test_matter import DAY, RECEIVED, act, received

LATE = RECEIVED + 60 * DAY


def stands(matter: Matter) -> dict[str, DutyStanding]:
    return {duty.rule_id: standing(duty, LATE) for duty in matter.duties}


@pytest.mark.parametrize("kind", [MatterKind.COMPLAINT, MatterKind.PETITION, MatterKind.APPLICATION])
def test_a_withdrawn_matter_is_over_and_its_clock_was_done_by_nobody(kind: MatterKind) -> None:
    matter = act(received(kind), MatterAct.WITHDRAW)
    assert (matter.state, matter.state_by, matter.due_at) == (MatterState.WITHDRAWN, "研判员甲", None)
    assert set(stands(matter).values()) == {DutyStanding.DROPPED}
    assert acts_of(matter) == (MatterAct.REOPEN,)
    assert passed(matter, LATE, {}) == []
    with pytest.raises(Conflict, match="现为“已撤回”"):
        act(matter, MatterAct.ACCEPT)


def test_a_complaint_that_is_withdrawn_after_it_was_accepted_ends_its_mediation_in_time() -> None:
    matter = act(received(MatterKind.COMPLAINT), MatterAct.ACCEPT, MatterAct.HANDLE, MatterAct.WITHDRAW)
    assert stands(matter) == {"C-TS7": DutyStanding.MET, "C-TJ45": DutyStanding.MET}


def test_what_was_late_before_it_was_withdrawn_stays_late() -> None:
    matter = act(received(MatterKind.COMPLAINT), MatterAct.WITHDRAW, now=RECEIVED + 20 * DAY)
    assert stands(matter) == {"C-TS7": DutyStanding.DROPPED_LATE}


def test_an_application_that_is_given_up_while_a_supplement_is_waited_for_is_not_late() -> None:
    waits = exclude(
        received(MatterKind.APPLICATION),
        "C-APP",
        ExclusionKind.SUPPLEMENT,
        by="审批人乙",
        reason="内容不明确",
        now=RECEIVED + DAY,
        register=register(),
    )
    matter = act(waits, MatterAct.WITHDRAW, now=LATE)
    assert stands(matter) == {"C-APP": DutyStanding.DROPPED}
    [duty] = matter.duties
    assert duty.start_at == RECEIVED
    assert duty.excluding is None


def test_a_report_is_checked_whatever_who_told_it_wishes_now() -> None:
    matter = received(MatterKind.REPORT)
    assert MatterAct.WITHDRAW not in acts_of(matter)
    with pytest.raises(Conflict, match="线索须核查"):
        act(matter, MatterAct.WITHDRAW)


def test_a_withdrawal_is_registered_by_name_and_with_its_reason() -> None:
    matter = received(MatterKind.COMPLAINT)
    for by, remark, told in (("", "来电撤回", "具名"), ("研判员甲", " ", "写明理由")):
        with pytest.raises(Conflict, match=told):
            perform(matter, MatterAct.WITHDRAW, by=by, now=RECEIVED + DAY, register=register(), remark=remark)


def test_a_clock_that_was_dropped_is_neither_extended_nor_started() -> None:
    matter = act(received(MatterKind.APPLICATION), MatterAct.WITHDRAW)
    with pytest.raises(Conflict, match="因撤回终止"):
        extend(matter, "C-APP", by="审批人乙", reason="复杂", now=RECEIVED + 2 * DAY, register=register())
    with pytest.raises(Conflict, match="已终止"):
        start_unverified(matter, "C-APP", by="审批人乙")
