"""Whose turn a case is, and what of the four hours was used: who is asked, and who is never asked (GOV-06, GOV-13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.cases.assess import conclude
from service.domain.cases.file import CaseFile, CaseStep, Publication
from service.domain.cases.review import check_authority, review, save_draft, submit
from service.domain.cases.turn import UNDER_REVIEW, BudgetUse, budget_used, target_at, turn_of, turns
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Role
from tests.unit.service.domain.cases.builders import (
    LOCAL,
    NOW,
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

ALL, AUTHOR, REVIEWER = everything("全岗甲"), everything("承办丁"), everything("法规戊")


def submitted() -> CaseFile:
    return with_draft(case_in(CaseState.SUBMITTED), "说明")


def reviewed(*steps: Step, passed: bool = True) -> CaseFile:
    file = submitted()
    for step in steps:
        file = applied(file, review(file, step, desk(REVIEWER), version=1, passed=passed, remark="改"))
    return file


def approving() -> CaseFile:
    file = reviewed(*REVIEWS)
    return applied(file, check_authority(file, desk(ALL), LOCAL, version=1, outcome="allowed"))


def steps_of(file: CaseFile) -> list[Step]:
    return [turn.step for turn in turns(file, WORKFLOW, None)]


@pytest.mark.parametrize(
    ("state", "grade", "steps"),
    [
        (CaseState.DETECTED, None, [Step.TRIAGE]),
        (CaseState.TRIAGED, None, [Step.ASSESS]),
        (CaseState.ASSESSING, None, [Step.CONCLUDE]),
        (CaseState.ASSESSED, IncidentGrade.I, [Step.REPORT]),
        (CaseState.ASSESSED, IncidentGrade.II, [Step.REPORT]),
        (CaseState.ASSESSED, IncidentGrade.III, [Step.RESPOND]),
        (CaseState.ASSESSED, None, [Step.RESPOND]),
        (CaseState.REPORTED, None, [Step.RESPOND]),
        (CaseState.REVIEWED_3, None, [Step.AUTHORITY]),
        (CaseState.APPROVING, None, [Step.SIGN]),
        (CaseState.APPROVED, None, [Step.PUBLISH]),
        (CaseState.PUBLISHED, None, [Step.TRACK]),
        (CaseState.TRACKING, None, [Step.EVALUATE]),
        (CaseState.EVALUATED, None, [Step.ARCHIVE]),
        (CaseState.ARCHIVED, None, []),
        (CaseState.CLOSED, None, []),
        (CaseState.CLOSED_FP, None, []),
    ],
)
def test_the_next_step_is_that_of_the_work_flow(
    state: CaseState, grade: IncidentGrade | None, steps: list[Step]
) -> None:
    """T02 to T18 of the work flow; EM-03: a grave event is reported upwards before it is answered."""
    assert [turn.step for turn in turns(case_in(state), WORKFLOW, grade)] == steps


def test_every_state_between_the_submission_and_the_third_review_waits_for_what_is_missing() -> None:
    assert {CaseState.SUBMITTED, CaseState.REVIEWED_1, CaseState.REVIEWED_2} == UNDER_REVIEW
    assert [steps_of(reviewed(*REVIEWS[:count])) for count in range(4)] == [
        [*REVIEWS],
        [*REVIEWS[1:]],
        [*REVIEWS[2:]],
        [Step.AUTHORITY],
    ]


class TestDrafting:
    def test_without_a_text_one_is_written_and_a_new_text_is_submitted(self) -> None:
        empty = case_in(CaseState.DRAFTING)
        assert steps_of(empty) == [Step.SAVE]
        assert steps_of(applied(empty, save_draft(empty, desk(AUTHOR), "说明"))) == [Step.SUBMIT]

    def test_what_a_reviewer_returned_is_written_anew_however_many_passed_it(self) -> None:
        once = reviewed(Step.FIRST_REVIEW)
        back = applied(once, review(once, Step.LEGAL_REVIEW, desk(REVIEWER), version=1, passed=False, remark="改"))
        assert (back.case.state, steps_of(back)) == (CaseState.DRAFTING, [Step.SAVE])
        again = applied(back, save_draft(back, desk(AUTHOR), "说明二"))
        assert steps_of(again) == [Step.SUBMIT]

    def test_what_came_back_after_its_authority_was_checked_is_written_anew_though_no_review_objected(self) -> None:
        file = approving()
        back = replace(file, case=replace(file.case, state=CaseState.DRAFTING, submitted=None))
        assert steps_of(back) == [Step.SAVE]
        again = applied(back, save_draft(back, desk(AUTHOR), "说明二"))
        assert steps_of(again) == [Step.SUBMIT]


class TestWho:
    def test_whoever_holds_the_duty_takes_a_step_that_checks_no_text(self) -> None:
        file = case_in(CaseState.TRIAGED)
        turn = turn_of(someone("分析乙", "analyst"), file, WORKFLOW, None)
        assert turn is not None
        assert turn.step is Step.ASSESS
        assert turn_of(someone("值班丙", "duty_lead"), file, WORKFLOW, None) is None

    def test_gov_13_nobody_signs_what_they_wrote_or_reviewed(self) -> None:
        file = approving()
        [turn] = turns(file, WORKFLOW, None)
        people = [AUTHOR, REVIEWER, someone("分管己", "deputy_head")]
        assert (turn.step, names_of_takers(people, turn, file, WORKFLOW)) == (Step.SIGN, ("分管己",))

    def test_who_is_switched_off_and_whose_role_handles_nothing_are_not_asked_whatever_duty_they_hold(self) -> None:
        file = case_in(CaseState.TRIAGED)
        [turn] = turns(file, WORKFLOW, None)
        asked = [someone("分析乙", "analyst"), someone("审批丑", "analyst", role=Role.APPROVER)]
        others = [replace(someone("停用子", "analyst"), disabled=True), someone("只读寅", "analyst", role=Role.VIEWER)]
        assert names_of_takers([*others, *asked], turn, file, WORKFLOW) == ("分析乙", "审批丑")

    def test_a_step_that_two_duties_take_together_waits_for_the_other_one(self) -> None:
        file = case_in(CaseState.ASSESSING)
        half = applied(file, conclude(file, desk(someone("分析乙", "analyst")), summary="属实"))
        [turn] = turns(half, WORKFLOW, None)
        assert (turn.duties, turn.waiting) == (("analyst", "duty_lead"), ("duty_lead",))
        assert names_of_takers(
            [someone("分析乙", "analyst"), someone("值班丙", "duty_lead")], turn, half, WORKFLOW
        ) == ("值班丙",)


def taken(number: int, step: Step, state: CaseState, minute: int) -> CaseStep:
    return CaseStep(case_id="H1", number=number, step=step, before=None, state=state, by="全岗甲", at=later(minute))


def used(file: CaseFile, *, known: int = 0, now: int) -> dict[str, int]:
    found = budget_used(file, WORKFLOW, known_at=later(known), now=later(now))
    return {one.part.id: one.used // timedelta(minutes=1) for one in found if one.used}


class TestBudget:
    FILE = replace(
        case_in(CaseState.ASSESSING),
        steps=(
            taken(1, Step.DETECT, CaseState.DETECTED, 5),
            taken(2, Step.TRIAGE, CaseState.TRIAGED, 10),
            taken(3, Step.ASSESS, CaseState.ASSESSING, 30),
        ),
    )

    def test_it_runs_from_first_confirmed_knowledge_to_now(self) -> None:
        assert used(self.FILE, now=40) == {"triage": 10, "assess": 30}
        parts = budget_used(self.FILE, WORKFLOW, known_at=NOW, now=later(40))
        assert [one.part.id for one in parts if one.running] == ["assess"]

    def test_detection_begins_nothing_that_the_knowledge_did_not(self) -> None:
        late = replace(self.FILE, steps=(taken(1, Step.DETECT, CaseState.DETECTED, 50), *self.FILE.steps[1:]))
        assert used(late, now=40) == {"triage": 10, "assess": 30}

    def test_a_machine_clock_that_was_set_back_gives_no_part_its_time_back(self) -> None:
        assert used(self.FILE, known=20, now=40) == {"assess": 30}

    def test_gov_06_it_ends_with_the_first_publication_whatever_follows(self) -> None:
        out = Publication(
            case_id="H1",
            number=1,
            version=1,
            round=1,
            channel="网站",
            reference="1",
            text="说明",
            hash="",
            by="全岗甲",
            at=later(35),
        )
        steps = (*self.FILE.steps, taken(4, Step.FOLLOW_UP, CaseState.DRAFTING, 60))
        again = replace(self.FILE, publications=(out,), steps=steps)
        assert used(again, now=500) == {"triage": 10, "assess": 25}
        assert not any(one.running for one in budget_used(again, WORKFLOW, known_at=NOW, now=later(500)))

    def test_the_internal_target_of_a_case_ends_four_hours_after_the_knowledge(self) -> None:
        for now in (40, 500):
            end = target_at(self.FILE, WORKFLOW, known_at=NOW, start_at=later(30), now=later(now))
            assert end == NOW + WORKFLOW.target

    def test_without_a_case_the_internal_target_runs_with_the_limit_it_is_planned_for(self) -> None:
        risen = later(26 * 60)
        end = target_at(None, WORKFLOW, known_at=NOW, start_at=risen, now=later(27 * 60))
        assert end == risen + WORKFLOW.target

    @pytest.mark.parametrize("state", [CaseState.PUBLISHED, CaseState.CLOSED])
    def test_there_is_no_internal_target_once_it_was_published_or_the_case_is_over(self, state: CaseState) -> None:
        file = case_in(state)
        assert target_at(file, WORKFLOW, known_at=NOW, start_at=NOW, now=later(500)) is None

    @pytest.mark.parametrize(("minutes", "over"), [(-1, False), (0, False), (1, True)])
    def test_a_part_is_over_once_more_was_used_than_planned(self, minutes: int, *, over: bool) -> None:
        part = WORKFLOW.budget[0]
        one = BudgetUse(part=part, used=part.planned + timedelta(minutes=minutes), running=True)
        assert one.over is over


def test_a_text_that_is_submitted_is_no_longer_the_authors_turn() -> None:
    file = with_draft(case_in(CaseState.DRAFTING), "说明")
    sent = applied(file, submit(file, desk(AUTHOR)))
    assert turn_of(AUTHOR, sent, WORKFLOW, None) is None
    assert turn_of(REVIEWER, sent, WORKFLOW, None) is not None
