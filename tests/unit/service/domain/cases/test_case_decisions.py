"""What is refused, by which name; the rules are those of the work flow (GOV-10, GOV-11, GOV-13, INF-01, AEFI-06, SYS-04)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

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
from service.domain.cases.close import archive, close, evaluate, reopen, track
from service.domain.cases.file import CaseFile, Disclosure, LiaisonKind, case_id
from service.domain.cases.moves import Bar, Barred, Desk, Move, NotOnDuty, checked
from service.domain.cases.review import ask_bypass, check_authority, publish, review, save_draft, sign, submit
from service.domain.cases.turn import budget_used, turn_of, turns
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.events.event import IncidentGrade
from service.domain.refusal import Conflict, Forbidden
from tests.unit.service.domain.cases.builders import (
    ALERT,
    LOCAL,
    NOW,
    RESERVED,
    WORKFLOW,
    applied,
    case_in,
    desk,
    everything,
    later,
    names_of_takers,
    someone,
    with_draft,
)

ALL = everything("全岗甲")
AUTHOR = everything("承办丁")
REVIEWER = everything("法规戊")

Act = Callable[[CaseFile, Desk], Move]


def reviewing(*passed: Step, text: str = "说明") -> CaseFile:
    """A submitted text of 承办丁 that passed these reviews by 法规戊."""
    file = with_draft(case_in(CaseState.SUBMITTED), text)
    for step in passed:
        file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=True))
    return file


def approving() -> CaseFile:
    file = reviewing(*REVIEWS)
    return applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))


def signed(attribute: Disclosure = Disclosure.ACTIVE) -> CaseFile:
    file = approving()
    file = applied(file, disclose(file, desk(ALL), attribute, "商业秘密"))
    return applied(file, sign(file, desk(ALL), version=1, reference="签9"))


def tracking() -> CaseFile:
    file = signed()
    file = applied(file, publish(file, desk(ALL), LOCAL, version=1, channel="网站", reference="9"))
    return applied(file, track(file, desk(ALL), remark="平稳"))


def evaluated_with(daily: list[int], running: list[str] | None = None, reach: str = "三家") -> Act:
    return lambda file, at: evaluate(
        file, at, daily=daily, running=running or [], figures={}, reach=reach, questions="无"
    )


REFUSED: list[tuple[str, CaseFile, Act, Bar]] = [
    ("T04 blue and mild", case_in(CaseState.TRIAGED), lambda f, at: assess(f, at, level=AlertLevel.BLUE, severity=2), Bar.NOT_GRAVE),
    ("T06 without a finding", case_in(CaseState.ASSESSING), lambda f, at: conclude(f, at, summary=" "), Bar.EMPTY),
    ("T07 grade III, no plan named", case_in(CaseState.ASSESSED), lambda f, at: report_up(f, at, to="省政府"), Bar.NOT_GRAVE),
    ("T08 without a reason", case_in(CaseState.ASSESSED), lambda f, at: respond(f, at, reason=""), Bar.EMPTY),
    ("T08 from screening", case_in(CaseState.TRIAGED), lambda f, at: respond(f, at, reason="x"), Bar.WRONG_STATE),
    ("an empty text", case_in(CaseState.DRAFTING), lambda f, at: save_draft(f, at, " \n "), Bar.EMPTY),
    ("an endless text", case_in(CaseState.DRAFTING), lambda f, at: save_draft(f, at, "长" * 20_001), Bar.TOO_LONG),
    ("the same text", with_draft(case_in(CaseState.DRAFTING), "说明"), lambda f, at: save_draft(f, at, "说明\r\n"), Bar.KNOWN),
    ("nothing to submit", case_in(CaseState.DRAFTING), submit, Bar.NO_DRAFT),
    ("an old version", reviewing(), lambda f, at: review(f, Step.LEGAL_REVIEW, at, version=9, passed=True), Bar.MOVED_ON),
    ("given already", reviewing(Step.LEGAL_REVIEW), lambda f, at: review(f, Step.LEGAL_REVIEW, at, version=1, passed=True), Bar.KNOWN),
    ("returned without a word", reviewing(), lambda f, at: review(f, Step.LEGAL_REVIEW, at, version=1, passed=False), Bar.EMPTY),
    ("SYS-04 marked secret", reviewing(), lambda f, at: review(f, Step.SECRECY_REVIEW, at, version=1, passed=True, blocking=("密级",)), Bar.BLOCKED_TEXT),
    ("T12 with two reviews", reviewing(*REVIEWS[:2]), lambda f, at: check_authority(f, at, LOCAL, version=1, outcome="allowed"), Bar.WRONG_STATE),
    ("AEFI-06 reserved", reviewing(*REVIEWS), lambda f, at: check_authority(f, at, RESERVED, version=1, outcome="allowed"), Bar.NO_AUTHORITY),
    ("authorised by nobody", reviewing(*REVIEWS), lambda f, at: check_authority(f, at, RESERVED, version=1, outcome="authorised"), Bar.NO_AUTHORITY),
    ("work only, not passed on", reviewing(*REVIEWS), lambda f, at: check_authority(f, at, RESERVED, version=1, outcome="work_update"), Bar.NO_AUTHORITY),
    ("GOV-11 no attribute", approving(), lambda f, at: sign(f, at, version=1, reference="签9"), Bar.NO_DISCLOSURE),
    ("withheld without a reason", approving(), lambda f, at: disclose(f, at, Disclosure.WITHHELD), Bar.EMPTY),
    ("the attribute after the signature", signed(), lambda f, at: disclose(f, at, Disclosure.WITHHELD, "x"), Bar.WRONG_STATE),
    ("withheld is not published", signed(Disclosure.WITHHELD), lambda f, at: publish(f, at, LOCAL, version=1, channel="a", reference="b"), Bar.NOT_PUBLIC),
    ("no channel", signed(), lambda f, at: publish(f, at, LOCAL, version=1, channel="", reference="b"), Bar.EMPTY),
    ("authority lost", signed(), lambda f, at: publish(f, at, RESERVED, version=1, channel="a", reference="b"), Bar.NO_AUTHORITY),
    ("nothing left to bypass", signed(), lambda f, at: ask_bypass(f, at, version=1, reason="x"), Bar.WRONG_STATE),
    ("GOV-10 a clock runs", tracking(), evaluated_with([0, 0, 0], ["发布权威信息"]), Bar.CLOCK_RUNS),
    ("too soon", tracking(), evaluated_with([0, 0, 0]), Bar.NOT_QUIET),
    ("closed without evaluation", tracking(), lambda f, at: close(f, at, reason="完了"), Bar.NO_EVALUATION),
    ("archived without evaluation", case_in(CaseState.EVALUATED), lambda f, at: archive(f, at, lessons="有"), Bar.NO_EVALUATION),
    ("closed without a reason", case_in(CaseState.DRAFTING), lambda f, at: close(f, at, reason=" "), Bar.EMPTY),
    ("closed twice", case_in(CaseState.CLOSED), lambda f, at: close(f, at, reason="x"), Bar.WRONG_STATE),
    ("reopened while open", case_in(CaseState.DRAFTING), lambda f, at: reopen(f, at, reason="x"), Bar.WRONG_STATE),
    ("a question to nobody", case_in(CaseState.TRIAGED), lambda f, at: liaise(f, at, kind=LiaisonKind.NATIONAL, party="", question="x"), Bar.EMPTY),
    ("an answer to no question", case_in(CaseState.TRIAGED), lambda f, at: answer_liaison(f, at, 1, "x"), Bar.MOVED_ON),
]  # fmt: skip


@pytest.mark.parametrize(("file", "act", "bar"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_in_order_is_refused_by_name_with_a_sentence(file: CaseFile, act: Act, bar: Bar) -> None:
    with pytest.raises(Barred) as refused:
        act(file, desk(ALL))
    assert refused.value.bar is bar
    assert len(refused.value.sentence) > 5
    assert isinstance(refused.value, Conflict)


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.DETECT])
def test_nobody_without_its_duty_takes_a_step_and_they_are_told_whose_it_is(step: Step) -> None:
    rule = WORKFLOW.steps[step]
    others = set(WORKFLOW.duties) - set(rule.duties)
    people = [someone("闲人辛"), *([someone("他岗壬", *others)] if rule.duties else [])]
    for state in rule.states - (WORKFLOW.final if step is not Step.REOPEN else frozenset()):
        for person in people:
            with pytest.raises(NotOnDuty, match=f"“{rule.name}”由.+办理") as refused:
                checked(case_in(state).case, step, desk(person))
            assert isinstance(refused.value, Forbidden)


def test_two_duties_that_must_act_together_may_be_two_people_in_either_order_or_one() -> None:
    file = case_in(CaseState.ASSESSING)
    lead, analyst = someone("值班丙", "duty_lead"), someone("分析乙", "analyst")
    for first, second in ((lead, analyst), (analyst, lead)):
        half = applied(file, conclude(file, desk(first), summary="属实", grade=IncidentGrade.III))
        assert half.case.state is CaseState.ASSESSING
        assert turn_of(first, half, WORKFLOW, None) is None
        whole = applied(half, conclude(half, desk(second), summary=""))
        assert whole.case.state is CaseState.ASSESSED
        assert whole.steps[-1].detail["summary"] == "属实"
        assert whole.steps[-1].detail["by"] == {"analyst": "分析乙", "duty_lead": "值班丙"}
        assert whole.case.half == {}
    assert conclude(file, desk(ALL), summary="属实").case.state is CaseState.ASSESSED


def test_the_three_reviews_wait_beside_each_other_and_authors_are_not_among_those_who_may() -> None:
    people = [AUTHOR, REVIEWER, someone("保密己", "secrecy_reviewer")]
    waiting = turns(reviewing(Step.LEGAL_REVIEW), WORKFLOW, None)
    assert [turn.step for turn in waiting] == [Step.FIRST_REVIEW, Step.SECRECY_REVIEW]
    assert [names_of_takers(people, turn, reviewing(), WORKFLOW) for turn in waiting] == [
        ("法规戊",),
        ("法规戊", "保密己"),
    ]


@pytest.mark.parametrize(
    ("grade", "step"), [(None, Step.RESPOND), (IncidentGrade.III, Step.RESPOND), (IncidentGrade.I, Step.REPORT)]
)
def test_grave_events_are_reported_upwards_before_anything_is_said(grade: IncidentGrade | None, step: Step) -> None:
    assert [turn.step for turn in turns(case_in(CaseState.ASSESSED), WORKFLOW, grade)] == [step]


def test_asking_for_facts_is_a_step_of_assessing_and_a_note_at_other_times() -> None:
    asked = liaise(case_in(CaseState.ASSESSING), desk(ALL), kind=LiaisonKind.FACTS, party="卫生院", question="批号")
    assert asked.step is not None
    assert asked.step.step is Step.ASK_FACTS
    noted = liaise(case_in(CaseState.TRACKING), desk(ALL), kind=LiaisonKind.FACTS, party="卫生院", question="批号")
    assert noted.step is None


def test_a_matter_that_was_passed_on_may_be_told_as_work_without_conclusions() -> None:
    file = reviewing(*REVIEWS)
    file = applied(file, liaise(file, desk(ALL), kind=LiaisonKind.NATIONAL, party="国家药监局", question="转报"))
    told = check_authority(file, desk(ALL), RESERVED, version=1, outcome="work_update")
    assert told.case.state is CaseState.APPROVING


def test_a_case_is_given_to_somebody_who_holds_a_duty() -> None:
    case = case_in(CaseState.TRIAGED).case
    assert assign(case, desk(ALL), AUTHOR).case.owner == "承办丁"
    for given, owner in ((case, someone("闲人辛")), (replace(case, state=CaseState.CLOSED), AUTHOR)):
        with pytest.raises(Barred):
            assign(given, desk(ALL), owner)


def test_a_quiet_answer_is_evaluated_and_a_loud_one_is_not() -> None:
    at = desk(ALL, now=NOW + timedelta(days=3))
    assert evaluated_with([9, 9, 9])(tracking(), at).case.state is CaseState.EVALUATED
    with pytest.raises(Barred, match="最近3日中有1日的稿件不少于10篇（最多40篇）"):
        evaluated_with([0, 40, 0])(tracking(), at)


def test_reopening_an_archived_answer_tracks_it_on_and_a_closed_case_is_screened_again() -> None:
    assert reopen(case_in(CaseState.ARCHIVED), desk(ALL), reason="反复").case.state is CaseState.TRACKING
    for state in (CaseState.CLOSED, CaseState.CLOSED_FP):
        assert reopen(case_in(state), desk(ALL), reason="并非误报").case.state is CaseState.TRIAGED


def test_time_counts_for_the_part_in_whose_states_it_passed_and_a_return_uses_drafting_again() -> None:
    file = CaseFile(case=case_in(CaseState.DETECTED).case)
    move = open_case(ALERT, desk(ALL, now=later(10)), relevant=True)
    file = applied(replace(file, case=replace(move.case, revision=0)), move)
    at = [20, 30, 60, 75, 90, 100, 110]
    file = applied(file, assess(file, desk(ALL, now=later(at[0])), level=AlertLevel.RED, severity=4))
    file = applied(file, conclude(file, desk(ALL, now=later(at[1])), summary="属实"))
    file = applied(file, respond(file, desk(ALL, now=later(at[2])), reason="须回应"))
    file = applied(file, save_draft(file, desk(AUTHOR, now=later(at[3])), "说明"))
    file = applied(file, submit(file, desk(AUTHOR, now=later(at[4]))))
    back = desk(REVIEWER, now=later(at[5]))
    file = applied(file, review(file, Step.LEGAL_REVIEW, back, version=1, passed=False, remark="改"))
    used = budget_used(file, WORKFLOW, known_at=NOW, now=later(at[6]))
    assert {one.part.id: one.used // timedelta(minutes=1) for one in used} == {
        "triage": 10,
        "assess": 50,
        "draft": 40,
        "review": 10,
        "sign": 0,
        "publish": 0,
    }
    assert [one.part.id for one in used if one.running] == ["draft"]


def test_one_alert_has_one_case_on_every_machine() -> None:
    assert case_id("A-20261125-03") == "H977752dd3acfa9d1"
    assert case_id("A1") != case_id("A2")
