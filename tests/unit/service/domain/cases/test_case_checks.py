"""Four eyes, two names, one version: each check of a text alone, with what is written down of it (GOV-11, GOV-13, SYS-04, INF-01)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.domain.cases.file import CaseFile, Disclosure, text_hash
from service.domain.cases.moves import Bar, Barred, Desk, Move, NotOnDuty, stated
from service.domain.cases.review import (
    Authority,
    ask_bypass,
    check_authority,
    confirm_bypass,
    missing_checks,
    publish,
    return_draft,
    review,
    save_draft,
    sign,
    submit,
)
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.policies.policy import Verdict
from tests.unit.service.domain.cases.builders import (
    LOCAL,
    NOW,
    RESERVED,
    UNCLEAR,
    WORKFLOW,
    applied,
    case_in,
    desk,
    everything,
    someone,
    with_draft,
)

ALL, ASKER, SECOND = everything("全岗甲"), everything("值班丙"), everything("分管己")
AUTHOR, REVIEWER, OUTSIDER = everything("承办丁"), everything("法规戊"), someone("闲人辛")
OTHER_BODY = Authority(verdict=Verdict.OTHER_BODY, sentence="由卫生健康部门公布。", alternative="转请发布")
CHECKS = (*REVIEWS, Step.AUTHORITY, Step.SIGN)


def submitted(*passed: Step) -> CaseFile:
    """A submitted text of 承办丁 that passed these reviews by 法规戊."""
    file = with_draft(case_in(CaseState.SUBMITTED, disclosure=Disclosure.ACTIVE), "说明")
    for step in passed:
        file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=True))
    return file


def approving() -> CaseFile:
    file = submitted(*REVIEWS)
    return applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))


def signed() -> CaseFile:
    file = approving()
    return applied(file, sign(file, desk(ALL), version=1, reference="签9"))


def asked(file: CaseFile) -> CaseFile:
    return applied(file, ask_bypass(file, desk(ASKER), version=1, reason=" 三十分钟内须发布 "))


def bypassed(file: CaseFile) -> CaseFile:
    return applied(file, confirm_bypass(file, desk(SECOND), version=1))


def told(move: Move) -> dict[str, Any]:
    assert move.step is not None
    return dict(move.step.detail)


ACTS: dict[str, tuple[CaseFile, Callable[[CaseFile, Desk, int], Move]]] = {
    "review": (submitted(), lambda f, at, v: review(f, Step.FIRST_REVIEW, at, version=v, passed=True)),
    "return": (submitted(), lambda f, at, v: return_draft(f, at, step=Step.FIRST_REVIEW, version=v, remark="改")),
    "authority": (submitted(*REVIEWS), lambda f, at, v: check_authority(f, at, LOCAL, version=v, outcome="allowed")),
    "sign": (approving(), lambda f, at, v: sign(f, at, version=v, reference="签9")),
    "ask": (submitted(), lambda f, at, v: ask_bypass(f, at, version=v, reason="急")),
    "confirm": (asked(submitted()), lambda f, at, v: confirm_bypass(f, at, version=v)),
    "publish": (signed(), lambda f, at, v: publish(f, at, LOCAL, version=v, channel="网站", reference="9")),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_act_is_on_the_version_that_is_under_review_and_by_somebody_on_duty(name: str) -> None:
    file, act = ACTS[name]
    assert act(file, desk(ALL), 1).case.revision == file.case.revision + 1
    with pytest.raises(Barred) as refused:
        act(file, desk(ALL), 2)
    assert refused.value.bar is Bar.MOVED_ON
    with pytest.raises(NotOnDuty):
        act(file, desk(OUTSIDER), 1)


@pytest.mark.parametrize("act", [lambda f, at: save_draft(f, at, "新稿"), submit], ids=["save", "submit"])
def test_who_holds_no_duty_neither_writes_nor_submits(act: Callable[[CaseFile, Desk], Move]) -> None:
    file = with_draft(case_in(CaseState.DRAFTING), "说明")
    assert act(file, desk(ALL)).records
    with pytest.raises(NotOnDuty):
        act(file, desk(OUTSIDER))


class TestFourEyes:
    @pytest.mark.parametrize("step", REVIEWS)
    def test_an_author_gives_no_review_and_another_does(self, step: Step) -> None:
        with pytest.raises(Barred, match="四眼原则") as refused:
            review(submitted(), step, desk(AUTHOR), version=1, passed=True)
        assert refused.value.bar is Bar.FOUR_EYES
        assert review(submitted(), step, desk(REVIEWER), version=1, passed=True).case.state is CaseState.REVIEWED_1

    def test_an_author_may_send_their_own_text_back(self) -> None:
        back = review(submitted(), Step.FIRST_REVIEW, desk(AUTHOR), version=1, passed=False, remark="数字有误")
        assert back.case.state is CaseState.DRAFTING

    @pytest.mark.parametrize("person", [AUTHOR, REVIEWER], ids=["author", "reviewer"])
    def test_who_wrote_or_reviewed_does_not_sign(self, person: Any) -> None:
        with pytest.raises(Barred, match="四眼原则") as refused:
            sign(approving(), desk(person), version=1, reference="签9")
        assert refused.value.bar is Bar.FOUR_EYES


class TestBypass:
    def test_it_needs_two_names_and_the_second_is_no_author(self) -> None:
        file = asked(submitted())
        assert file.case.state is CaseState.SUBMITTED
        for person, bar in ((ASKER, Bar.ASKED_BY_SAME), (AUTHOR, Bar.FOUR_EYES)):
            with pytest.raises(Barred) as refused:
                confirm_bypass(file, desk(person), version=1)
            assert refused.value.bar is bar

    def test_without_somebody_who_asked_there_is_nothing_to_confirm(self) -> None:
        with pytest.raises(Barred) as refused:
            confirm_bypass(submitted(), desk(SECOND), version=1)
        assert refused.value.bar is Bar.MOVED_ON

    def test_a_reason_is_needed_and_a_blocked_text_is_never_gone_past(self) -> None:
        with pytest.raises(Barred) as refused:
            ask_bypass(submitted(), desk(ASKER), version=1, reason=" ")
        assert refused.value.bar is Bar.EMPTY
        with pytest.raises(Barred, match="不能越过保密审查：有密级标志。") as refused:
            confirm_bypass(asked(submitted()), desk(SECOND), version=1, blocking=("有密级标志。",))
        assert refused.value.bar is Bar.BLOCKED_TEXT

    def test_it_stands_for_what_was_missing_and_keeps_both_names_the_reason_and_the_steps(self) -> None:
        move = confirm_bypass(asked(submitted(Step.LEGAL_REVIEW)), desk(SECOND), version=1)
        steps = [step.value for step in (Step.FIRST_REVIEW, Step.SECRECY_REVIEW, Step.SIGN)]
        assert told(move) == {"version": 1, "reason": "三十分钟内须发布", "asked_by": "值班丙", "steps": steps}
        [kept] = [one for one in move.records if one is not move.step]
        assert (kept.by, kept.second, kept.remark) == ("值班丙", "分管己", "三十分钟内须发布")  # type: ignore[union-attr] # an approval
        assert dict(move.case.asked) == {}

    def test_authority_is_checked_all_the_same_before_and_after_it(self) -> None:
        file = bypassed(asked(submitted()))
        assert file.case.state is CaseState.REVIEWED_3
        assert missing_checks(file, 1) == (Step.AUTHORITY,)
        with pytest.raises(Barred) as refused:
            check_authority(file, desk(ALL), RESERVED, version=1, outcome="allowed")
        assert refused.value.bar is Bar.NO_AUTHORITY
        cleared = check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed")
        assert cleared.case.state is CaseState.APPROVED
        assert bypassed(asked(approving())).case.state is CaseState.APPROVED

    def test_it_is_not_asked_for_again_where_nothing_is_missing_that_it_could_stand_for(self) -> None:
        with pytest.raises(Barred) as refused:
            ask_bypass(bypassed(asked(submitted())), desk(ASKER), version=1, reason="急")
        assert refused.value.bar is Bar.KNOWN

    @pytest.mark.parametrize(
        "change",
        [
            lambda f: return_draft(f, desk(REVIEWER), step=Step.LEGAL_REVIEW, version=1, remark="改"),
            lambda f: save_draft(f, desk(AUTHOR), "新稿"),
        ],
        ids=["returned", "written anew"],
    )
    def test_what_was_asked_is_forgotten_with_the_version(self, change: Callable[[CaseFile], Move]) -> None:
        assert dict(change(asked(submitted())).case.asked) == {}


class TestAuthority:
    @pytest.mark.parametrize(
        ("authority", "outcome", "reference", "remark", "passes"),
        [
            (LOCAL, "allowed", "", "", True),
            (UNCLEAR, "allowed", "", "", False),
            (UNCLEAR, "allowed", "", "  ", False),
            (UNCLEAR, "allowed", "", "只在本省销售", True),
            (RESERVED, "allowed", "", "只在本省销售", False),
            (OTHER_BODY, "allowed", "", "只在本省销售", False),
            (RESERVED, "authorised", "国药监函9号", "", True),
            (OTHER_BODY, "authorised", "卫健函9号", "", True),
            (RESERVED, "authorised", "  ", "", False),
            (LOCAL, "work_update", "", "", False),
            (LOCAL, "whatever", "签9", "有", False),
        ],
    )
    def test_inf_01_and_aefi_06_what_is_reserved_needs_the_paper_and_what_is_unclear_the_basis(
        self, authority: Authority, outcome: str, reference: str, remark: str, *, passes: bool
    ) -> None:
        def find() -> Move:
            return check_authority(
                submitted(*REVIEWS),
                desk(ALL),
                authority,
                version=1,
                outcome=outcome,
                reference=reference,
                remark=remark,
            )

        if passes:
            assert told(find()) == {
                "version": 1,
                "outcome": outcome,
                "reference": reference,
                "verdict": authority.verdict.value,
            }
            return
        with pytest.raises(Barred) as refused:
            find()
        assert refused.value.bar is Bar.NO_AUTHORITY


def test_what_is_missing_is_counted_check_by_check() -> None:
    assert missing_checks(submitted(), 1) == CHECKS
    assert missing_checks(submitted(*REVIEWS), 1) == (Step.AUTHORITY, Step.SIGN)
    assert missing_checks(approving(), 1) == (Step.SIGN,)
    assert missing_checks(signed(), 1) == ()
    assert missing_checks(signed(), 2) == CHECKS
    without = replace(signed(), opinions=())
    assert missing_checks(without, 1) == REVIEWS


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (replace(signed(), opinions=()), "初审、合法性审核、保密审查"),
        (replace(signed(), approvals=()), "发布权限检查、领导签批"),
        (replace(signed(), drafts=()), "稿件"),
    ],
    ids=["reviews", "approvals", "text"],
)
def test_a_signed_state_alone_publishes_nothing(file: CaseFile, name: str) -> None:
    with pytest.raises(Barred, match=f"第1版还缺{name}，不能发布") as refused:
        publish(file, desk(ALL), LOCAL, version=1, channel="网站", reference="9")
    assert refused.value.bar is Bar.NOT_REVIEWED


@pytest.mark.parametrize("step", [Step.AUTHORITY, Step.SIGN])
def test_what_was_returned_counts_as_missing(step: Step) -> None:
    file = submitted(*REVIEWS) if step is Step.AUTHORITY else approving()
    back = applied(file, return_draft(file, desk(ALL), step=step, version=1, remark=" 改数字 "))
    assert step in missing_checks(back, 1)
    assert back.approvals[-1].remark == "改数字"
    with pytest.raises(Barred, match="第1版已被退回") as refused:
        submit(back, desk(AUTHOR))
    assert refused.value.bar is Bar.NO_DRAFT


def test_a_returned_review_is_an_opinion_against_and_no_approval() -> None:
    file = submitted()
    back = applied(file, return_draft(file, desk(REVIEWER), step=Step.LEGAL_REVIEW, version=1, remark="依据有误"))
    assert [(one.step, one.passed, one.remark) for one in back.opinions] == [(Step.LEGAL_REVIEW, False, "依据有误")]
    assert back.approvals == ()
    with pytest.raises(Barred, match="第1版已被退回"):
        submit(back, desk(AUTHOR))


def test_what_is_written_down_of_a_step_says_what_was_decided() -> None:
    """SYS-08: the audit row of each step holds the version and what was said."""
    saved = save_draft(submitted(), desk(AUTHOR), "新稿")
    assert told(saved) == {"version": 2, "sha256": text_hash("新稿"), "voided": 1}
    back = return_draft(submitted(), desk(REVIEWER), step=Step.LEGAL_REVIEW, version=1, remark="依据有误")
    assert told(back) == {"version": 1, "from": "合法性审核", "reason": "依据有误"}
    passed = review(submitted(), Step.LEGAL_REVIEW, desk(REVIEWER), version=1, passed=True, remark=" 可 ")
    assert told(passed) == {"version": 1, "remark": "可"}
    ready = sign(approving(), desk(ALL), version=1, reference=" 签9 ")
    assert told(ready) == {"version": 1, "reference": "签9", "disclosure": "active"}
    out = publish(signed(), desk(ALL), LOCAL, version=1, channel=" 网站 ", reference=" 9 ")
    assert told(out) == {"version": 1, "channel": "网站", "reference": "9", "sha256": signed().drafts[0].hash}


@pytest.mark.parametrize(("count", "behind"), [(1, "情形1。请"), (3, "情形3。请"), (4, "情形3。等4项。请")])
def test_of_what_blocks_a_text_three_are_told_and_the_others_counted(count: int, behind: str) -> None:
    found = tuple(f"情形{number}。" for number in range(1, count + 1))
    with pytest.raises(Barred) as refused:
        review(submitted(), Step.SECRECY_REVIEW, desk(REVIEWER), version=1, passed=True, blocking=found)
    assert behind in refused.value.sentence


def test_what_blocks_the_confidentiality_review_blocks_no_other() -> None:
    passed = review(submitted(), Step.LEGAL_REVIEW, desk(REVIEWER), version=1, passed=True, blocking=("有密级标志",))
    assert passed.case.state is CaseState.REVIEWED_1


def test_a_remark_is_stated_without_blanks_and_no_longer_than_2000_characters() -> None:
    assert stated(" 可 ", "意见") == "可"
    assert len(stated("长" * 2000, "意见")) == 2000
    with pytest.raises(Barred, match="请控制在2000字以内，现为2001字") as refused:
        stated("长" * 2001, "意见")
    assert refused.value.bar is Bar.TOO_LONG


def test_a_text_of_20000_characters_is_saved() -> None:
    file = case_in(CaseState.DRAFTING, changed_at=NOW)
    assert save_draft(file, desk(AUTHOR), "长" * 20_000).case.draft == 1
    assert WORKFLOW.four_eyes >= {CaseState.REVIEWED_1, CaseState.REVIEWED_2, CaseState.REVIEWED_3, CaseState.APPROVED}


def test_a_new_version_is_submitted_whatever_became_of_the_one_before() -> None:
    file = submitted(Step.FIRST_REVIEW)
    file = applied(file, return_draft(file, desk(REVIEWER), step=Step.LEGAL_REVIEW, version=1, remark="依据有误"))
    file = applied(file, save_draft(file, desk(AUTHOR), "新稿"))
    assert submit(file, desk(AUTHOR)).case.submitted == 2
    withdrawn = replace(submitted(*REVIEWS), case=replace(submitted().case, state=CaseState.DRAFTING, submitted=None))
    assert submit(withdrawn, desk(AUTHOR)).case.submitted == 1


def test_opinions_approvals_and_publications_are_numbered_in_order() -> None:
    file = signed()
    assert [one.number for one in file.opinions] == [1, 2, 3]
    assert [one.number for one in file.approvals] == [1, 2]
    assert [one.reference for one in file.approvals] == ["", "签9"]
    out = applied(file, publish(file, desk(ALL), LOCAL, version=1, channel="网站", reference="9"))
    assert [one.number for one in out.publications] == [1]
    held = check_authority(
        submitted(*REVIEWS), desk(ALL), RESERVED, version=1, outcome="authorised", reference=" 函9 ", remark=" 可 "
    )
    [kept] = [one for one in held.records if one is not held.step]
    assert (kept.reference, kept.remark) == ("函9", "可")  # type: ignore[union-attr] # an approval


def test_what_is_asked_past_the_reviews_is_kept_with_who_when_why_and_what() -> None:
    assert dict(asked(submitted(Step.LEGAL_REVIEW)).case.asked) == {
        "version": 1,
        "by": "值班丙",
        "reason": "三十分钟内须发布",
        "at": NOW.isoformat(),
        "steps": [step.value for step in (Step.FIRST_REVIEW, Step.SECRECY_REVIEW, Step.SIGN)],
        "disclosure": "active",
    }


def test_a_refusal_says_which_version_is_under_review_and_what_is_lawful_instead() -> None:
    with pytest.raises(Barred, match="送审的是第1版，您看到的是第2版"):
        sign(approving(), desk(ALL), version=2, reference="签9")
    with pytest.raises(Barred, match="没有送审的稿件，您看到的是第1版"):
        sign(replace(approving(), case=replace(approving().case, submitted=None)), desk(ALL), version=1, reference="9")
    with pytest.raises(Barred, match="由国家层面统一公布。依法可以：转报国家药监局"):
        check_authority(submitted(*REVIEWS), desk(ALL), RESERVED, version=1, outcome="allowed")
    plain = replace(RESERVED, alternative="")
    with pytest.raises(Barred, match=r"由国家层面统一公布。$"):
        check_authority(submitted(*REVIEWS), desk(ALL), plain, version=1, outcome="allowed")
