"""How a case begins and ends: each step refused at its edge, and what is written down of it (GOV-10, GOV-11, EM-03, EM-07, SYS-08)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.cases.assess import (
    answer_liaison,
    assess,
    assign,
    conclude,
    disclose,
    liaise,
    open_case,
    report_up,
    respond,
)
from service.domain.cases.close import archive, close, drop_follow_up, evaluate, follow_up, reopen, track
from service.domain.cases.file import Case, CaseFile, CaseStep, Disclosure, Evaluation, LiaisonKind, Publication
from service.domain.cases.moves import Bar, Barred, Desk, Move, NotOnDuty
from service.domain.cases.review import save_draft
from service.domain.cases.workflow import CaseState, Step
from service.domain.events.event import IncidentGrade
from tests.unit.service.domain.cases.builders import (
    ALERT,
    NOW,
    applied,
    case_in,
    desk,
    everything,
    later,
    someone,
    with_draft,
)

ALL, OUTSIDER = everything("全岗甲"), someone("闲人辛")
DAY = timedelta(days=1)
SIGNED = (CaseState.APPROVED, CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED)


def told(move: Move) -> dict[str, Any]:
    assert move.step is not None
    return dict(move.step.detail)


def published(state: CaseState = CaseState.TRACKING, *evaluations: Evaluation, count: int = 1) -> CaseFile:
    out = tuple(
        Publication(
            case_id="H1",
            number=number,
            version=number,
            round=number,
            channel="网站",
            reference=str(number),
            text="说明",
            hash="",
            by="全岗甲",
            at=NOW + (number - 1) * DAY,
        )
        for number in range(1, count + 1)
    )
    file = case_in(state)
    return CaseFile(case=file.case, publications=out, evaluations=evaluations)


def evaluation(*, days: float = 3, lessons: str = "早备口径") -> Evaluation:
    return Evaluation(
        case_id="H1",
        number=1,
        figures={},
        reach="三家",
        questions="无",
        lessons=lessons,
        by="全岗甲",
        at=NOW + days * DAY,
    )


def evaluated(file: CaseFile, at: Desk, **given: Any) -> Move:
    known = {"daily": [0, 0, 0], "running": [], "figures": {}, "reach": "三家", "questions": "无"}
    return evaluate(file, at, **known | given)


STEPS: dict[str, tuple[CaseFile, Callable[[CaseFile, Desk], Move]]] = {
    "open": (case_in(CaseState.DETECTED), lambda _, at: open_case(ALERT, at, relevant=True)),
    "assess": (case_in(CaseState.TRIAGED), lambda f, at: assess(f, at, level=AlertLevel.YELLOW, severity=1)),
    "ask": (
        case_in(CaseState.ASSESSING),
        lambda f, at: liaise(f, at, kind=LiaisonKind.FACTS, party="卫生院", question="批号"),
    ),
    "conclude": (case_in(CaseState.ASSESSING), lambda f, at: conclude(f, at, summary="属实")),
    "report": (case_in(CaseState.ASSESSED), lambda f, at: report_up(f, at, to="省政府", basis="预案")),
    "respond": (case_in(CaseState.ASSESSED), lambda f, at: respond(f, at, reason="关注度高")),
    "disclose": (case_in(CaseState.DRAFTING), lambda f, at: disclose(f, at, Disclosure.ACTIVE)),
    "track": (published(CaseState.PUBLISHED), lambda f, at: track(f, at, remark="平稳")),
    "follow up": (published(), lambda f, at: follow_up(f, at, reason="新增两例")),
    "evaluate": (published(), evaluated),
    "archive": (published(CaseState.EVALUATED, evaluation()), archive),
    "close": (case_in(CaseState.TRIAGED), lambda f, at: close(f, at, reason="重复")),
    "reopen": (case_in(CaseState.CLOSED), lambda f, at: reopen(f, at, reason="反复")),
}


@pytest.mark.parametrize("name", STEPS)
def test_every_step_is_taken_by_somebody_on_duty_only(name: str) -> None:
    file, act = STEPS[name]
    at = NOW + 9 * DAY
    moved = act(file, desk(ALL, now=at)).case
    assert (moved.changed_at, moved.revision) == (at, 1 if name == "open" else file.case.revision + 1)
    with pytest.raises(NotOnDuty):
        act(file, desk(OUTSIDER, now=at))


class TestOpening:
    def test_the_system_found_it_when_the_alert_was_raised_and_a_person_screened_it(self) -> None:
        move = open_case(ALERT, desk(ALL, now=later(9)), relevant=True, remark=" 属本局职责 ")
        found, screened = (one for one in move.records if isinstance(one, CaseStep))
        assert (found.step, found.by, found.at, found.before, dict(found.detail)) == (
            Step.DETECT,
            "system",
            NOW,
            None,
            {"level": "orange"},
        )
        assert (screened.number, screened.by, screened.at, dict(screened.detail)) == (
            2,
            "全岗甲",
            later(9),
            {"reason": "属本局职责"},
        )
        assert move.case.state is CaseState.TRIAGED

    def test_a_false_positive_has_a_reason_and_is_closed_as_one(self) -> None:
        with pytest.raises(Barred, match="误报理由"):
            open_case(ALERT, desk(ALL), relevant=False, remark=" ")
        assert open_case(ALERT, desk(ALL), relevant=False, remark="同名").case.state is CaseState.CLOSED_FP


@pytest.mark.parametrize(
    ("level", "severity", "begins"),
    [
        (AlertLevel.BLUE, 2, False),
        (AlertLevel.BLUE, 3, True),
        (AlertLevel.YELLOW, 1, True),
        (AlertLevel.NONE, 5, True),
    ],
)
def test_assessing_begins_at_yellow_or_severity_3(level: AlertLevel, severity: int, *, begins: bool) -> None:
    file = case_in(CaseState.TRIAGED)
    if begins:
        assert told(assess(file, desk(ALL), level=level, severity=severity)) == {
            "level": level.key,
            "severity": severity,
        }
        return
    with pytest.raises(Barred) as refused:
        assess(file, desk(ALL), level=level, severity=severity)
    assert refused.value.bar is Bar.NOT_GRAVE


class TestReporting:
    @pytest.mark.parametrize(
        ("grade", "basis", "passes"),
        [
            (IncidentGrade.I, "", True),
            (IncidentGrade.II, "", True),
            (IncidentGrade.III, "", False),
            (IncidentGrade.III, "预案第四条", True),
            (None, "  ", False),
            (None, "预案第四条", True),
        ],
    )
    def test_em_03_grades_1_and_2_always_else_where_the_plan_says_so(
        self, grade: IncidentGrade | None, basis: str, *, passes: bool
    ) -> None:
        file = case_in(CaseState.ASSESSED)
        if passes:
            move = report_up(file, desk(ALL, grade=grade), to=" 省政府 ", basis=basis)
            assert told(move) == {"to": "省政府", "reason": basis}
            return
        with pytest.raises(Barred) as refused:
            report_up(file, desk(ALL, grade=grade), to="省政府", basis=basis)
        assert refused.value.bar is Bar.NOT_GRAVE

    def test_the_basis_is_kept_without_blanks(self) -> None:
        move = report_up(case_in(CaseState.ASSESSED), desk(ALL), to="省政府", basis=" 预案第四条 ")
        assert told(move)["reason"] == "预案第四条"

    def test_it_says_to_whom(self) -> None:
        with pytest.raises(Barred, match="上报对象"):
            report_up(case_in(CaseState.ASSESSED), desk(ALL, grade=IncidentGrade.I), to=" ")


def test_the_conclusion_keeps_the_grade_that_was_proposed_and_by_whom() -> None:
    move = conclude(case_in(CaseState.ASSESSING), desk(ALL), summary=" 属实 ", grade=IncidentGrade.III)
    assert told(move) == {
        "summary": "属实",
        "grade": IncidentGrade.III.value,
        "by": {"analyst": "全岗甲", "duty_lead": "全岗甲"},
    }


def test_deciding_to_answer_anew_asks_for_a_text_of_its_own_and_waits_for_both_duties() -> None:
    """GOV-02: spokesperson and responsible department together; who wrote before the close may have written it too."""
    file = with_draft(case_in(CaseState.DRAFTING), "旧稿")
    file = CaseFile(case=case_in(CaseState.ASSESSED, draft=1).case, drafts=file.drafts)
    half = applied(file, respond(file, desk(someone("发言庚", "spokesperson")), reason=" 关注度高 "))
    assert half.case.state is CaseState.ASSESSED
    whole = applied(half, respond(half, desk(someone("承办丙", "case_officer")), reason=""))
    assert (whole.case.state, whole.case.drafted_from, whole.case.submitted) == (CaseState.DRAFTING, 2, None)
    assert (whole.latest, whole.authors) == (None, frozenset(one.by for one in file.drafts))
    assert whole.steps[-1].detail["reason"] == "关注度高"
    assert whole.steps[-1].detail["by"] == {"spokesperson": "发言庚", "case_officer": "承办丙"}


class TestDisclosure:
    @pytest.mark.parametrize("state", [*SIGNED, CaseState.ARCHIVED, CaseState.CLOSED, CaseState.CLOSED_FP])
    def test_gov_11_the_attribute_stands_fixed_once_the_text_is_signed(self, state: CaseState) -> None:
        with pytest.raises(Barred) as refused:
            disclose(case_in(state), desk(ALL), Disclosure.WITHHELD, "商业秘密")
        assert refused.value.bar is Bar.WRONG_STATE

    @pytest.mark.parametrize("state", [CaseState.DRAFTING, CaseState.SUBMITTED, CaseState.APPROVING])
    def test_until_then_it_is_set_with_its_reason(self, state: CaseState) -> None:
        kept = disclose(case_in(state), desk(ALL), Disclosure.WITHHELD, " 商业秘密 ").case
        assert (kept.disclosure, kept.disclosure_reason, kept.state) == (Disclosure.WITHHELD, "商业秘密", state)
        open_ = disclose(case_in(state), desk(ALL), Disclosure.ACTIVE, " ").case
        assert (open_.disclosure, open_.disclosure_reason) == (Disclosure.ACTIVE, None)
        assert disclose(case_in(state), desk(ALL), Disclosure.ACTIVE, " 民生 ").case.disclosure_reason == "民生"

    def test_under_grade_1_the_head_sets_it_and_the_deputy_does_not(self) -> None:
        file, deputy = case_in(CaseState.APPROVING), someone("分管己", "deputy_head")
        head = someone("主要庚", "head")
        assert disclose(file, desk(deputy), Disclosure.ACTIVE).case.disclosure is Disclosure.ACTIVE
        assert disclose(file, desk(head, grade=IncidentGrade.I), Disclosure.ACTIVE).case.disclosure is Disclosure.ACTIVE
        with pytest.raises(NotOnDuty):
            disclose(file, desk(deputy, grade=IncidentGrade.I), Disclosure.ACTIVE)


class TestLiaison:
    def asked(self, file: CaseFile, party: str) -> CaseFile:
        return applied(file, liaise(file, desk(ALL), kind=LiaisonKind.NATIONAL, party=party, question="转报"))

    def test_questions_are_numbered_and_each_is_answered_once_by_its_number(self) -> None:
        file = self.asked(self.asked(case_in(CaseState.TRACKING), "国家药监局"), "省委宣传部")
        assert [(one.number, one.party) for one in file.liaisons] == [(1, "国家药监局"), (2, "省委宣传部")]
        file = applied(file, answer_liaison(file, desk(ALL, now=later(5)), 2, " 已阅 "))
        second = next(one for one in file.liaisons if one.number == 2)
        assert (second.party, second.answer, second.answered_by, second.answered_at) == (
            "省委宣传部",
            "已阅",
            "全岗甲",
            later(5),
        )
        with pytest.raises(Barred, match="全岗甲已登记答复") as refused:
            answer_liaison(file, desk(ALL), 2, "再答")
        assert refused.value.bar is Bar.KNOWN
        with pytest.raises(Barred) as refused:
            answer_liaison(file, desk(ALL), 3, "x")
        assert refused.value.bar is Bar.MOVED_ON

    def test_what_is_asked_while_assessing_is_told_in_the_step(self) -> None:
        move = liaise(
            case_in(CaseState.ASSESSING), desk(ALL), kind=LiaisonKind.FACTS, party=" 卫生院 ", question=" 批号 "
        )
        assert told(move) == {"party": "卫生院", "question": "批号"}

    def test_what_is_no_question_for_facts_is_a_note_while_assessing_too(self) -> None:
        at = desk(someone("联络癸", "spokesperson"))
        move = liaise(case_in(CaseState.ASSESSING), at, kind=LiaisonKind.NATIONAL, party="国家药监局", question="转报")
        assert move.step is None

    @pytest.mark.parametrize("state", [CaseState.ARCHIVED, CaseState.CLOSED, CaseState.CLOSED_FP])
    def test_of_an_ended_case_nobody_is_asked(self, state: CaseState) -> None:
        with pytest.raises(Barred) as refused:
            self.asked(case_in(state), "国家药监局")
        assert refused.value.bar is Bar.WRONG_STATE


@pytest.mark.parametrize(
    ("case", "bar"),
    [
        (case_in(CaseState.TRIAGED, owner="全岗甲").case, Bar.KNOWN),
        (case_in(CaseState.ARCHIVED).case, Bar.WRONG_STATE),
    ],
)
def test_a_case_is_not_given_to_who_has_it_nor_after_its_end(case: Case, bar: Bar) -> None:
    with pytest.raises(Barred) as refused:
        assign(case, desk(ALL), ALL)
    assert refused.value.bar is bar


class TestEnding:
    @pytest.mark.parametrize(
        ("days", "daily", "passes"),
        [
            (3, [9, 9, 9], True),
            (3, [99, 9, 9, 9], True),
            (3, [10, 0, 0], False),
            (3, [0, 0, 10], False),
            (2.99, [0, 0, 0], False),
        ],
    )
    def test_gov_10_an_answer_is_evaluated_after_three_quiet_days(
        self, days: float, daily: list[int], *, passes: bool
    ) -> None:
        at = desk(ALL, now=NOW + days * DAY)
        if passes:
            assert evaluated(published(), at, daily=daily).case.state is CaseState.EVALUATED
            return
        with pytest.raises(Barred) as refused:
            evaluated(published(), at, daily=daily)
        assert refused.value.bar is Bar.NOT_QUIET

    def test_the_three_days_run_from_the_last_publication(self) -> None:
        with pytest.raises(Barred) as refused:
            evaluated(published(count=2), desk(ALL, now=NOW + 3 * DAY))
        assert refused.value.bar is Bar.NOT_QUIET
        assert evaluated(published(count=2), desk(ALL, now=NOW + 4 * DAY)).case.state is CaseState.EVALUATED

    @pytest.mark.parametrize("lacking", ["reach", "questions"])
    def test_em_07_reach_and_questions_are_stated_unless_the_effect_was_measured(self, lacking: str) -> None:
        at = desk(ALL, now=NOW + 3 * DAY)
        with pytest.raises(Barred) as refused:
            evaluated(published(), at, **{lacking: " "})
        assert refused.value.bar is Bar.EMPTY
        measured = evaluated(published(), at, figures={"effect": {"n": 1}, "before": 9, "after": 1}, **{lacking: " "})
        assert told(measured) == {"before": 9, "after": 1}

    def test_em_07_an_archive_has_lessons_said_now_or_in_the_evaluation(self) -> None:
        known = published(CaseState.EVALUATED, evaluation())
        assert told(archive(known, desk(ALL)))["lessons"] == "早备口径"
        assert told(archive(known, desk(ALL), lessons=" 先备口径 "))["lessons"] == "先备口径"
        with pytest.raises(Barred) as refused:
            archive(published(CaseState.EVALUATED, evaluation(lessons="")), desk(ALL), lessons=" ")
        assert refused.value.bar is Bar.EMPTY

    def test_gov_10_what_was_published_is_closed_after_the_evaluation_of_its_last_publication(self) -> None:
        for file in (published(), published(CaseState.TRACKING, evaluation(days=0.5), count=2)):
            with pytest.raises(Barred) as refused:
                close(file, desk(ALL), reason="重复")
            assert refused.value.bar is Bar.NO_EVALUATION
        ended = close(published(CaseState.TRACKING, evaluation(days=1), count=2), desk(ALL), reason=" 重复 ")
        assert (ended.case.state, told(ended)) == (CaseState.CLOSED, {"reason": "重复"})

    def test_what_people_add_to_measured_figures_is_kept_without_blanks_around_it(self) -> None:
        move = evaluated(
            published(),
            desk(ALL, now=NOW + 4 * DAY),
            figures={"effect": {"x": 1}},
            reach=" 三家 ",
            questions=" 无 ",
            lessons=" 早备口径 ",
        )
        kept = next(one for one in move.records if isinstance(one, Evaluation))
        assert (kept.reach, kept.questions, kept.lessons) == ("三家", "无", "早备口径")

    def test_evaluations_of_one_case_are_numbered(self) -> None:
        files = (published(), published(CaseState.TRACKING, evaluation()))
        moves = [evaluated(file, desk(ALL, now=NOW + 9 * DAY)) for file in files]
        assert [one.number for move in moves for one in move.records if isinstance(one, Evaluation)] == [1, 2]

    def test_a_follow_up_is_a_round_of_its_own(self) -> None:
        file = with_draft(case_in(CaseState.TRACKING), "说明")
        move = follow_up(file, desk(ALL), reason=" 新增两例 ")
        assert told(move) == {"reason": "新增两例", "round": 2}
        again = applied(file, move)
        assert (again.case.round, again.case.drafted_from, again.case.submitted) == (2, 2, None)
        assert (again.case.state, again.authors) == (CaseState.DRAFTING, frozenset())

    def test_who_wrote_in_a_further_round_that_was_taken_back_may_review_the_next_one(self) -> None:
        file = published(CaseState.TRACKING)
        writer = everything("承办戊")
        mistaken = applied(file, follow_up(file, desk(ALL, now=later(10)), reason="误点"))
        written = applied(mistaken, save_draft(mistaken, desk(writer, now=later(11)), "误写的续报"))
        assert written.authors == {writer.name}
        back = applied(written, drop_follow_up(written, desk(ALL, now=later(12)), reason="误点"))
        begun = applied(back, follow_up(back, desk(ALL, now=later(20)), reason="新增两例"))
        anew = applied(begun, save_draft(begun, desk(ALL, now=later(21)), "续报"))
        assert (anew.case.round, anew.authors) == (written.case.round, frozenset({ALL.name}))
