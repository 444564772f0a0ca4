"""A disclosure attribute that was signed by mistake is corrected by signing anew; what is out is public and stays so."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from service.domain.cases.assess import disclose
from service.domain.cases.attribute import correct_disclosure
from service.domain.cases.file import CaseFile, Disclosure
from service.domain.cases.moves import Bar, Barred, NotOnDuty
from service.domain.cases.review import (
    ask_bypass,
    check_authority,
    confirm_bypass,
    missing_checks,
    publish,
    review,
    save_draft,
    sign,
)
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.events.event import IncidentGrade
from tests.unit.service.domain.cases.builders import LOCAL, NOW, applied, case_in, desk, everything, someone, with_draft

WITHHELD = Disclosure.WITHHELD
ALL, REVIEWER = everything("全岗甲"), everything("全岗乙")
DEPUTY, HEAD = someone("分管己", "deputy_head"), someone("主要庚", "head")


def reviewed(attribute: Disclosure | None) -> CaseFile:
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=attribute), "情况说明")
    for step in REVIEWS:
        file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=True))
    return applied(file, check_authority(file, desk(REVIEWER), LOCAL, version=1, outcome="allowed"))


def signed(attribute: Disclosure = Disclosure.WITHHELD) -> CaseFile:
    file = reviewed(attribute)
    return applied(file, sign(file, desk(DEPUTY), version=1, reference="签9"))


def corrected(file: CaseFile, attribute: Disclosure = Disclosure.ACTIVE) -> CaseFile:
    return applied(file, correct_disclosure(file, desk(DEPUTY), attribute, reason=" 误选 ", reference=" 签10 "))


def test_it_is_signed_anew_with_the_attribute_and_what_was_signed_before_stays_beside_it() -> None:
    before = signed()
    with pytest.raises(Barred, match="由签批人在页首“公开属性”中更正"):
        publish(before, desk(ALL), LOCAL, version=1, channel="网站", reference="9")
    after = corrected(before)
    assert (after.case.state, after.case.disclosure, after.case.disclosure_reason) == (
        CaseState.APPROVED,
        Disclosure.ACTIVE,
        "误选",
    )
    assert after.approvals[:-1] == before.approvals
    last = after.approvals[-1]
    assert (last.step, last.outcome, last.by, last.reference) == (Step.SIGN, "signed", "分管己", "签10")
    assert last.remark == "公开属性由“不予公开”更正为“主动公开”：误选"
    assert missing_checks(after, 1) == ()
    out = publish(after, desk(ALL), LOCAL, version=1, channel="网站", reference="9")
    assert out.case.state is CaseState.PUBLISHED


def test_what_was_to_go_out_by_mistake_does_not_go_out_any_more() -> None:
    held = corrected(signed(Disclosure.ACTIVE), Disclosure.ON_REQUEST)
    with pytest.raises(Barred) as refused:
        publish(held, desk(ALL), LOCAL, version=1, channel="网站", reference="9")
    assert refused.value.bar is Bar.NOT_PUBLIC


def test_only_who_signs_at_the_grade_corrects_it_and_nobody_who_wrote_or_reviewed() -> None:
    file = signed()

    def corrects(person: str, *duties: str, grade: IncidentGrade | None = None) -> None:
        at = desk(someone(person, *duties), grade=grade)
        correct_disclosure(file, at, Disclosure.ACTIVE, reason="误选", reference="签10")

    with pytest.raises(NotOnDuty):
        corrects("承办丙", "case_officer")
    with pytest.raises(NotOnDuty):
        corrects("分管己", "deputy_head", grade=IncidentGrade.I)
    corrects("主要庚", "head", grade=IncidentGrade.I)
    for involved in ("承办丁", REVIEWER.name):
        with pytest.raises(Barred) as refused:
            corrects(involved, "deputy_head")
        assert refused.value.bar is Bar.FOUR_EYES


@pytest.mark.parametrize(("reason", "reference"), [(" ", "签10"), ("误选", " ")])
def test_reason_and_number_of_the_new_signature_are_wanted(reason: str, reference: str) -> None:
    with pytest.raises(Barred) as refused:
        correct_disclosure(signed(), desk(DEPUTY), Disclosure.ACTIVE, reason=reason, reference=reference)
    assert refused.value.bar is Bar.EMPTY


def test_the_same_attribute_is_no_correction() -> None:
    with pytest.raises(Barred) as refused:
        corrected(signed(), Disclosure.WITHHELD)
    assert refused.value.bar is Bar.KNOWN


@pytest.mark.parametrize("state", [CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED, CaseState.ARCHIVED])
def test_what_is_out_is_public_whatever_somebody_says_of_it(state: CaseState) -> None:
    file = signed(Disclosure.ACTIVE)
    with pytest.raises(Barred, match="公开属性就是主动公开"):
        corrected(replace(file, case=replace(file.case, state=state)), Disclosure.WITHHELD)


def test_before_the_signature_it_is_simply_set() -> None:
    with pytest.raises(Barred, match="没有已签批而未发布的稿件"):
        corrected(reviewed(Disclosure.WITHHELD))


def past_the_signature(attribute: Disclosure | None) -> CaseFile:
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=attribute), "情况说明")
    file = applied(file, ask_bypass(file, desk(HEAD), version=1, reason="三十分钟内须发布"))
    return applied(file, confirm_bypass(file, desk(DEPUTY), version=1))


def cleared(file: CaseFile) -> CaseFile:
    return applied(file, check_authority(file, desk(REVIEWER), LOCAL, version=1, outcome="allowed"))


@pytest.mark.parametrize("file", [past_the_signature(WITHHELD), cleared(past_the_signature(WITHHELD))])
def test_what_two_names_let_past_its_signature_nobody_opens_but_who_signs_and_had_no_hand_in_it(file: CaseFile) -> None:
    author = desk(someone("承办丁", "case_officer"))
    with pytest.raises(Barred, match="由签批人更正"):
        disclose(file, author, Disclosure.ACTIVE)
    with pytest.raises(NotOnDuty):
        correct_disclosure(file, author, Disclosure.ACTIVE, reason="误选", reference="签10")
    with pytest.raises(Barred) as refused:
        correct_disclosure(file, desk(everything("承办丁")), Disclosure.ACTIVE, reason="误选", reference="签10")
    assert refused.value.bar is Bar.FOUR_EYES
    with pytest.raises(Barred, match="请写明重新签批的签批件编号"):
        correct_disclosure(file, desk(DEPUTY), Disclosure.ACTIVE, reason="误选")
    after = corrected(file)
    assert (after.case.disclosure, after.case.state) == (Disclosure.ACTIVE, file.case.state)
    assert (after.approvals[-1].step, after.approvals[-1].outcome, after.approvals[-1].by) == (
        Step.SIGN,
        "signed",
        "分管己",
    )


def test_two_names_stand_for_an_attribute_too_so_none_is_gone_past_without_one() -> None:
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=None), "情况说明")
    with pytest.raises(Barred, match="请先确定再申请越过") as refused:
        ask_bypass(file, desk(HEAD), version=1, reason="三十分钟内须发布")
    assert refused.value.bar is Bar.NO_DISCLOSURE


def test_the_second_name_stands_for_the_attribute_that_the_first_one_asked_for() -> None:
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=WITHHELD), "情况说明")
    file = applied(file, ask_bypass(file, desk(HEAD), version=1, reason="三十分钟内须发布"))
    file = applied(file, disclose(file, desk(someone("承办丁", "case_officer")), Disclosure.ACTIVE))
    with pytest.raises(Barred, match="申请时为“不予公开”，现为“主动公开”") as refused:
        confirm_bypass(file, desk(DEPUTY), version=1)
    assert refused.value.bar is Bar.MOVED_ON
    again = applied(file, ask_bypass(file, desk(HEAD), version=1, reason="三十分钟内须发布"))
    assert confirm_bypass(again, desk(DEPUTY), version=1).case.disclosure is Disclosure.ACTIVE


def test_a_request_of_an_earlier_build_that_names_no_attribute_is_confirmed_with_the_one_that_is_set() -> None:
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=None), "情况说明")
    asked = {"version": 1, "by": HEAD.name, "reason": "急", "at": NOW.isoformat(), "steps": []}
    file = replace(file, case=replace(file.case, asked=MappingProxyType(asked)))
    with pytest.raises(Barred, match="请先确定再确认越过"):
        confirm_bypass(file, desk(DEPUTY), version=1)
    file = applied(file, disclose(file, desk(ALL), Disclosure.ACTIVE))
    assert confirm_bypass(file, desk(DEPUTY), version=1).case.state is CaseState.REVIEWED_3


@pytest.mark.parametrize("clear", [False, True])
def test_what_an_earlier_build_let_past_without_an_attribute_gets_one_from_who_signs_and_from_no_author(
    clear: bool,
) -> None:
    file = cleared(past_the_signature(WITHHELD)) if clear else past_the_signature(WITHHELD)
    file = replace(file, case=replace(file.case, disclosure=None))
    with pytest.raises(Barred, match="由签批人更正"):
        disclose(file, desk(someone("承办丁", "case_officer")), Disclosure.ACTIVE)
    after = corrected(file)
    assert (after.case.disclosure, after.approvals[-1].by) == (Disclosure.ACTIVE, DEPUTY.name)
    assert after.approvals[-1].remark == "公开属性由“未定”更正为“主动公开”：误选"


def test_a_new_version_after_a_bypass_gets_its_attribute_simply_set() -> None:
    file = past_the_signature(WITHHELD)
    file = applied(file, save_draft(file, desk(someone("承办丁", "case_officer")), "新稿"))
    assert disclose(file, desk(ALL), Disclosure.ACTIVE).case.disclosure is Disclosure.ACTIVE
