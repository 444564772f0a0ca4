"""What two people do together: the names and words of both stay, and a request of one stands only while that one may make it."""

from dataclasses import replace

import pytest

from service.domain.cases.assess import conclude, disclose, respond
from service.domain.cases.bypass import drop_bypass, may_ask, state_told, waiting_bypass
from service.domain.cases.call import CallKind, calls
from service.domain.cases.file import CaseFile, Disclosure
from service.domain.cases.moves import Bar, Barred, NotOnDuty
from service.domain.cases.review import ask_bypass, check_authority, confirm_bypass, publish, review, sign
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.people.person import Person, Role
from service.web.views.case_page import step_names
from tests.unit.service.domain.cases.builders import (
    LOCAL,
    WORKFLOW,
    applied,
    case_in,
    desk,
    everything,
    later,
    someone,
    with_draft,
)

ALL, ASKER, SECOND, REVIEWER = everything("全岗甲"), everything("值班丙"), everything("分管己"), everything("法规戊")
ANALYST, LEAD = someone("分析乙", "analyst"), someone("值班丙", "duty_lead")


def submitted() -> CaseFile:
    return with_draft(case_in(CaseState.SUBMITTED, disclosure=Disclosure.ACTIVE), "说明")


def asked(file: CaseFile) -> CaseFile:
    return applied(file, ask_bypass(file, desk(ASKER), version=1, reason="三十分钟内须发布"))


class TestJointSteps:
    def test_what_the_first_found_is_not_replaced_by_a_word_of_assent(self) -> None:
        file = case_in(CaseState.ASSESSING)
        half = applied(file, conclude(file, desk(ANALYST), summary="同批号四人寒战，属实。"))
        whole = applied(half, conclude(half, desk(LEAD), summary="同意"))
        assert whole.steps[-1].detail["summary"] == "分析乙：同批号四人寒战，属实；值班丙：同意"

    def test_who_says_the_same_again_is_not_written_twice_and_who_corrects_themselves_is_corrected(self) -> None:
        file = case_in(CaseState.ASSESSING)
        half = applied(file, conclude(file, desk(ANALYST), summary="属时"))
        half = applied(half, conclude(half, desk(ANALYST), summary="属实"))
        assert half.case.half["detail"]["summary"] == "属实"
        whole = applied(half, conclude(half, desk(LEAD), summary=" 属实 "))
        assert whole.steps[-1].detail["summary"] == "属实"

    def test_who_holds_both_duties_takes_none_from_who_came_first(self) -> None:
        file = case_in(CaseState.ASSESSED)
        half = applied(file, respond(file, desk(someone("承办丁", "case_officer")), reason="关注度高"))
        whole = applied(half, respond(half, desk(someone("发言庚", "spokesperson", "case_officer")), reason=""))
        assert whole.steps[-1].detail["by"] == {"case_officer": "承办丁", "spokesperson": "发言庚"}
        assert step_names(whole.steps[-1]) == ["承办丁", "发言庚"]

    def test_one_person_who_stands_for_both_is_named_once(self) -> None:
        file = case_in(CaseState.ASSESSED)
        whole = applied(file, respond(file, desk(ALL), reason="关注度高"))
        assert step_names(whole.steps[-1]) == ["全岗甲"]

    def test_a_colleague_of_the_same_duty_is_told_who_was_first_and_what_is_waited_for(self) -> None:
        file = case_in(CaseState.ASSESSING)
        half = applied(file, conclude(file, desk(ANALYST), summary="属实"))
        with pytest.raises(Barred, match="分析乙已办理“研判结论”，现等值班负责人办理") as refused:
            conclude(half, desk(someone("分析丑", "analyst")), summary="不属实")
        assert refused.value.bar is Bar.KNOWN

    def test_half_a_step_of_before_names_were_kept_is_finished_with_both_texts(self) -> None:
        half = {"step": "T06", "by": {"analyst": "分析乙"}, "detail": {"summary": "属实"}}
        file = case_in(CaseState.ASSESSING, half=half)
        whole = applied(file, conclude(file, desk(LEAD), summary="同意"))
        assert whole.steps[-1].detail["summary"] == "分析乙：属实；值班丙：同意"


class TestARequestForABypass:
    def test_it_falls_with_who_made_it(self) -> None:
        with pytest.raises(Barred, match="申请人值班丙已停用或不再有此岗位"):
            confirm_bypass(asked(submitted()), desk(SECOND), version=1, asker_left=True)

    @pytest.mark.parametrize(
        ("person", "stands"),
        [
            (LEAD, True),
            (replace(LEAD, disabled=True), False),
            (replace(LEAD, duties=frozenset({"monitor"})), False),
            (replace(LEAD, role=Role.VIEWER), False),
            (None, False),
        ],
    )
    def test_only_who_is_active_and_on_such_a_duty_may_ask(self, person: Person | None, stands: bool) -> None:
        assert may_ask(person, WORKFLOW) is stands

    def test_it_waits_no_longer_once_the_reviews_and_the_signature_are_there(self) -> None:
        file = asked(submitted())
        for step in REVIEWS:
            file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=True))
        file = applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))
        file = applied(file, disclose(file, desk(ALL), Disclosure.ACTIVE))
        assert waiting_bypass(file)["by"] == "值班丙"
        file = applied(file, sign(file, desk(ALL), version=1, reference="签9"))
        assert waiting_bypass(file) == {}
        assert Step.BYPASS not in {call.turn.step for call in calls(file, WORKFLOW, None)}

    def test_what_it_went_past_is_not_told_as_passed_or_signed(self) -> None:
        file = asked(submitted())
        file = applied(file, confirm_bypass(file, desk(SECOND), version=1))
        assert (file.case.state, state_told(file, WORKFLOW)) == (CaseState.REVIEWED_3, "已越过审核")
        file = applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))
        assert (file.case.state, state_told(file, WORKFLOW)) == (CaseState.APPROVED, "已越过签批")

    def test_reviews_that_were_given_and_a_signature_alone_gone_past_are_told_as_they_were(self) -> None:
        file = submitted()
        for step in REVIEWS:
            file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=True))
        assert state_told(file, WORKFLOW) == "三审通过"
        file = asked(file)
        file = applied(file, confirm_bypass(file, desk(SECOND), version=1))
        assert state_told(file, WORKFLOW) == "三审通过"

    def test_who_made_it_takes_it_back_without_a_reason(self) -> None:
        file = applied(asked(submitted()), drop_bypass(asked(submitted()), desk(ASKER), version=1, reason=""))
        assert waiting_bypass(file) == {}
        with pytest.raises(Barred, match="没有人就这一版申请越过"):
            confirm_bypass(file, desk(SECOND), version=1)

    def test_who_could_confirm_it_refuses_it_with_a_reason_only(self) -> None:
        file = asked(submitted())
        with pytest.raises(Barred, match="不同意越过的理由"):
            drop_bypass(file, desk(SECOND), version=1, reason=" ")
        assert waiting_bypass(applied(file, drop_bypass(file, desk(SECOND), version=1, reason="审核来得及"))) == {}

    def test_who_holds_no_such_duty_drops_nothing_and_what_is_not_there_is_not_dropped(self) -> None:
        with pytest.raises(NotOnDuty):
            drop_bypass(asked(submitted()), desk(someone("法规戊", "legal_reviewer")), version=1, reason="不急")
        for file, version in ((submitted(), 1), (asked(submitted()), 2)):
            with pytest.raises(Barred) as refused:
                drop_bypass(file, desk(ASKER), version=version, reason="不急")
            assert refused.value.bar is Bar.MOVED_ON

    def test_asked_once_more_it_calls_the_second_name_once_more(self) -> None:
        file = asked(submitted())
        first = calls(file, WORKFLOW, None)[-1]
        file = asked(applied(file, drop_bypass(file, desk(ASKER), version=1, reason="")))
        second = calls(file, WORKFLOW, None)[-1]
        assert first.turn.step is second.turn.step is Step.BYPASS
        assert first.occasion(CallKind.REACHED) != second.occasion(CallKind.REACHED)


def test_a_text_that_two_names_let_past_its_signature_goes_out_with_the_attribute_that_they_let_past() -> None:
    file = asked(submitted())
    file = applied(file, confirm_bypass(file, desk(SECOND), version=1))
    file = applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))
    assert file.case.state is CaseState.APPROVED
    with pytest.raises(Barred, match="签批之后公开属性由签批人更正"):
        disclose(file, desk(ALL), Disclosure.WITHHELD, "尚在调查")
    sent = publish(file, desk(ALL), LOCAL, version=1, channel="省局网站", reference="1号")
    assert sent.case.state is CaseState.PUBLISHED


class TestTheRequestThatWasSeen:
    def replaced(self) -> tuple[str, CaseFile]:
        """A request that was seen, and the case once it was taken back and another one made in its place."""
        first = asked(submitted())
        gone = applied(first, drop_bypass(first, desk(ASKER), version=1, reason=""))
        again = ask_bypass(gone, desk(SECOND, now=later(5)), version=1, reason="另有传言")
        return str(first.case.asked["at"]), applied(gone, again)

    def test_it_is_confirmed_and_no_other_that_came_in_its_place(self) -> None:
        seen, file = self.replaced()
        with pytest.raises(Barred, match=f"{SECOND.name}已于.*另有传言.*不是您看到的那一条申请") as refused:
            confirm_bypass(file, desk(ASKER), version=1, request=seen)
        assert refused.value.bar is Bar.MOVED_ON
        done = confirm_bypass(file, desk(ASKER), version=1, request=str(file.case.asked["at"]))
        assert done.case.state is CaseState.REVIEWED_3

    def test_nor_is_another_refused_or_taken_back_in_its_place(self) -> None:
        seen, file = self.replaced()
        with pytest.raises(Barred, match="不是您看到的那一条申请"):
            drop_bypass(file, desk(ASKER), version=1, reason="不急", request=seen)

    def test_one_that_waits_is_not_written_over_by_another_person_unless_its_author_left(self) -> None:
        file = asked(submitted())
        with pytest.raises(Barred, match="没有另行申请") as refused:
            ask_bypass(file, desk(SECOND), version=1, reason="另有传言")
        assert refused.value.bar is Bar.KNOWN
        instead = ask_bypass(file, desk(SECOND), version=1, reason="另有传言", asker_left=True)
        assert instead.case.asked["by"] == SECOND.name
