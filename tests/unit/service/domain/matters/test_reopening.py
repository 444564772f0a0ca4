"""A matter that was ended by mistake is opened again: it stands where it stood, and its clocks go on as they stood."""

from dataclasses import replace

import pytest

from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.matter import Matter, MatterAct, MatterKind, MatterState, acts_of, perform
from service.domain.matters.matter_clock import exclude, resume
from service.domain.matters.matter_duty import DutyStanding, standing
from service.domain.matters.registered import as_registered
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import register
from tests.unit.service.domain.matters.test_matter import DAY, RECEIVED, act, received

LATE = RECEIVED + 60 * DAY


def reopened(matter: Matter, *, back: MatterState | None = None, remark: str = "误点，已电话核实") -> Matter:
    return perform(matter, MatterAct.REOPEN, by="研判员甲", now=LATE, register=register(), remark=remark, back=back)


@pytest.mark.parametrize("state", [MatterState.REFUSED, MatterState.CLOSED, MatterState.WITHDRAWN])
def test_whatever_is_over_can_be_opened_again_and_nothing_else_can(state: MatterState) -> None:
    ended = replace(received(MatterKind.COMPLAINT), state=state)
    assert acts_of(ended) == (MatterAct.REOPEN,)
    with pytest.raises(Conflict, match="不能“重新打开”"):
        reopened(received(MatterKind.COMPLAINT))


def test_one_refused_by_mistake_is_to_be_accepted_or_refused_by_its_first_limit() -> None:
    before = received(MatterKind.COMPLAINT)
    again = reopened(act(before, MatterAct.REFUSE, now=RECEIVED + DAY))
    assert (again.state, again.state_by, again.remark) == (MatterState.RECEIVED, "研判员甲", "误点，已电话核实")
    assert (again.duties, again.due_at) == (before.duties, before.due_at)
    assert [standing(duty, LATE) for duty in again.duties] == [DutyStanding.OVERDUE]
    accepted = act(again, MatterAct.ACCEPT, now=LATE)
    assert standing(accepted.duties[0], LATE) is DutyStanding.MET_LATE


def test_what_was_done_before_the_end_stays_done_as_it_was() -> None:
    accepted = act(received(MatterKind.PETITION), MatterAct.ACCEPT, now=RECEIVED + DAY)
    answered = act(act(accepted, MatterAct.HANDLE, now=RECEIVED + DAY), MatterAct.ANSWER, now=RECEIVED + 2 * DAY)
    closed = act(answered, MatterAct.CLOSE, now=RECEIVED + 3 * DAY)
    again = reopened(closed, back=MatterState.ANSWERED)
    assert (again.state, again.duties) == (MatterState.ANSWERED, answered.duties)


def test_it_stands_where_it_stood_when_it_was_withdrawn() -> None:
    handled = act(
        act(received(MatterKind.APPLICATION), MatterAct.ACCEPT, now=RECEIVED + DAY),
        MatterAct.HANDLE,
        now=RECEIVED + DAY,
    )
    withdrawn = act(handled, MatterAct.WITHDRAW, now=RECEIVED + 2 * DAY)
    again = reopened(withdrawn, back=MatterState.HANDLING)
    assert (again.state, again.duties) == (MatterState.HANDLING, handled.duties)


def test_what_was_waited_for_when_it_was_withdrawn_is_waited_for_again() -> None:
    waits = exclude(
        received(MatterKind.APPLICATION),
        "C-APP",
        ExclusionKind.SUPPLEMENT,
        by="审批人乙",
        reason="内容不明确",
        now=RECEIVED + DAY,
        register=register(),
    )
    again = reopened(act(waits, MatterAct.WITHDRAW, now=RECEIVED + 2 * DAY))
    assert again.duties == waits.duties


def test_one_that_came_as_done_begins_the_clocks_of_its_receipt_from_its_receipt() -> None:
    whole = received(MatterKind.REPORT)
    came = replace(whole, state=MatterState.CLOSED, duties=())
    assert reopened(came, back=MatterState.RECEIVED).duties == whole.duties


def test_it_is_opened_again_with_a_reason() -> None:
    with pytest.raises(Conflict, match="重新打开须写明理由"):
        reopened(act(received(MatterKind.COMPLAINT), MatterAct.REFUSE), remark=" ")


def test_the_clock_of_an_answer_that_is_taken_back_runs_on_due_as_before_and_is_late_where_it_was_late() -> None:
    handled = act(
        act(received(MatterKind.APPLICATION), MatterAct.ACCEPT, now=RECEIVED + DAY),
        MatterAct.HANDLE,
        now=RECEIVED + DAY,
    )
    answered = act(handled, MatterAct.ANSWER, now=RECEIVED + 2 * DAY)
    assert MatterAct.RETRACT in acts_of(answered)
    with pytest.raises(Conflict, match="撤销答复登记须写明理由"):
        perform(answered, MatterAct.RETRACT, by="研判员甲", now=LATE, register=register(), back=MatterState.HANDLING)
    back = perform(
        answered,
        MatterAct.RETRACT,
        by="研判员甲",
        now=LATE,
        register=register(),
        remark="答复没有发出",
        back=MatterState.HANDLING,
    )
    assert (back.state, back.duties, back.due_at) == (MatterState.HANDLING, handled.duties, handled.due_at)
    assert [standing(duty, LATE) for duty in back.duties] == [DutyStanding.OVERDUE]
    [late] = act(back, MatterAct.ANSWER, now=LATE).duties
    assert standing(late, LATE) is DutyStanding.MET_LATE


def test_only_an_answer_is_taken_back_and_it_meets_no_other_clock() -> None:
    accepted = act(received(MatterKind.PETITION), MatterAct.ACCEPT, now=RECEIVED + DAY)
    answered = act(act(accepted, MatterAct.HANDLE, now=RECEIVED + DAY), MatterAct.ANSWER, now=RECEIVED + 2 * DAY)
    back = perform(
        answered,
        MatterAct.RETRACT,
        by="研判员甲",
        now=LATE,
        register=register(),
        remark="误登",
        back=MatterState.HANDLING,
    )
    assert back.duties == answered.duties
    with pytest.raises(Conflict, match="不能“撤销答复登记”"):
        perform(back, MatterAct.RETRACT, by="研判员甲", now=LATE, register=register(), remark="误登")


def retracted(matter: Matter, back: MatterState) -> Matter:
    return perform(
        matter, MatterAct.RETRACT, by="研判员甲", now=LATE, register=register(), remark="答复没有发出", back=back
    )


def told_answered(matter: Matter, *, new: bool) -> Matter:
    """The matter as a register of the second day tells it: answered."""
    answered = as_registered(
        matter,
        MatterState.ANSWERED,
        done=RECEIVED + 2 * DAY,
        by="登记表",
        now=RECEIVED + 3 * DAY,
        register=register(),
        remark="",
        new=new,
    )
    assert answered is not None
    return answered


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("kind", list(MatterKind))
def test_every_limit_of_the_receipt_runs_on_where_only_a_register_told_of_the_answer(
    kind: MatterKind, new: bool
) -> None:
    before = received(kind)
    answered = told_answered(before, new=new)
    assert {duty.met_at for duty in answered.duties} == {RECEIVED + 2 * DAY}
    back = retracted(answered, MatterState.RECEIVED)
    assert (back.state, back.duties, back.due_at) == (MatterState.RECEIVED, before.duties, before.due_at)


def test_what_a_registers_answer_met_of_an_accepted_matter_runs_on_and_its_acceptance_stays_in_time() -> None:
    accepted = act(received(MatterKind.PETITION), MatterAct.ACCEPT, now=RECEIVED + DAY)
    answered = told_answered(accepted, new=False)
    assert all(duty.met_at for duty in answered.duties)
    assert retracted(answered, MatterState.ACCEPTED).duties == accepted.duties


def test_an_acceptance_at_the_moment_of_the_answer_stays() -> None:
    accepted = act(received(MatterKind.COMPLAINT), MatterAct.ACCEPT)
    answered = act(accepted, MatterAct.HANDLE, MatterAct.ANSWER)
    assert retracted(answered, MatterState.HANDLING).duties == accepted.duties


def waiting(matter: Matter, kind: ExclusionKind, *, days: int) -> Matter:
    return exclude(matter, "C-APP", kind, by="审批人乙", reason="须等", now=RECEIVED + days * DAY, register=register())


@pytest.mark.parametrize("kind", list(ExclusionKind))
def test_what_was_waited_for_when_an_answer_was_registered_is_waited_for_again(kind: ExclusionKind) -> None:
    accepted = act(received(MatterKind.APPLICATION), MatterAct.ACCEPT, MatterAct.HANDLE, now=RECEIVED)
    waits = waiting(accepted, kind, days=1)
    answered = act(waits, MatterAct.ANSWER, now=RECEIVED + 5 * DAY)
    assert answered.duties[0].excluding is None
    back = retracted(answered, MatterState.HANDLING)
    assert (back.duties, back.due_at) == (waits.duties, None)
    assert standing(back.duties[0], LATE) is DutyStanding.EXCLUDED
    came = resume(back, "C-APP", by="审批人乙", remark="", now=RECEIVED + 8 * DAY, register=register())
    whole = resume(waits, "C-APP", by="审批人乙", remark="", now=RECEIVED + 8 * DAY, register=register())
    assert came.duties == whole.duties


def test_a_time_that_begun_anew_with_what_came_counts_from_there_also_after_a_second_wait() -> None:
    waits = waiting(received(MatterKind.APPLICATION), ExclusionKind.SUPPLEMENT, days=1)
    came = resume(waits, "C-APP", by="审批人乙", remark="已办理", now=RECEIVED + 3 * DAY, register=register())
    again = waiting(came, ExclusionKind.CONSULT, days=4)
    back = reopened(act(again, MatterAct.REFUSE, now=RECEIVED + 6 * DAY))
    assert back.duties == again.duties
    assert back.duties[0].start_at == RECEIVED + 3 * DAY


def test_a_wait_whose_due_day_was_not_known_is_taken_up_with_the_day_that_is_known_now() -> None:
    waits = waiting(received(MatterKind.APPLICATION), ExclusionKind.SUPPLEMENT, days=1)
    [duty] = waits.duties
    unknown = replace(duty, due_at=None, exclusions=(replace(duty.exclusions[0], due_before=None),))
    answered = told_answered(replace(waits, duties=(unknown,)), new=False)
    [back] = retracted(answered, MatterState.RECEIVED).duties
    assert (back.due_at, back.start_at, back.note) == (duty.due_at, RECEIVED, "")
