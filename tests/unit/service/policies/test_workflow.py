"""The work flow as shipped, and what an office may and may not make of it."""

from pathlib import Path

import pytest

from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.events.event import IncidentGrade
from service.policies.register import load_register
from service.policies.tables import RegisterError


def own(tmp_path: Path, text: str) -> Path:
    (tmp_path / "workflow.yaml").write_text(text, encoding="utf-8")
    return tmp_path


class TestShipped:
    def test_every_state_and_step_is_there_with_a_chinese_name(self) -> None:
        workflow = load_register().workflow
        assert set(workflow.states) == set(CaseState)
        assert set(workflow.steps) == set(Step)
        assert all(
            not name.isascii() for name in (*workflow.states.values(), *(s.name for s in workflow.steps.values()))
        )

    def test_the_parts_of_the_budget_make_four_of_five_hours(self) -> None:
        workflow = load_register().workflow
        assert (workflow.target.total_seconds(), workflow.limit.total_seconds()) == (4 * 3600, 5 * 3600)
        assert sum(part.planned.total_seconds() for part in workflow.budget) == 4 * 3600

    def test_reviews_run_beside_each_other_and_the_gravest_grades_are_signed_by_the_head(self) -> None:
        workflow = load_register().workflow
        assert len({workflow.steps[step].states for step in REVIEWS}) == 1
        sign = workflow.steps[Step.SIGN]
        assert [sign.duties_at(grade) for grade in (None, IncidentGrade.III, IncidentGrade.II, IncidentGrade.I)] == [
            ("deputy_head",),
            ("deputy_head",),
            ("head",),
            ("head",),
        ]


def test_steps_and_duties_are_named_in_the_order_given_and_one_that_was_taken_out_is_left_out() -> None:
    workflow = load_register().workflow
    assert workflow.step_words([Step.SIGN, Step.PUBLISH]) == "领导签批、发布"
    assert workflow.duty_words(["head", "nobody", "monitor"]) == "主要负责人、监测员"


class TestOfAnOffice:
    def test_names_duties_and_targets_are_the_offices_own(self, tmp_path: Path) -> None:
        text = "states:\n  - {id: closed, name: 已办结}\nsteps:\n  - {id: T10, name: 法制审核, duties: [case_officer], sla_minutes: 45}\nquiet: {days: 2}\n"
        workflow = load_register(own(tmp_path, text)).workflow
        step = workflow.steps[Step.LEGAL_REVIEW]
        assert workflow.states[CaseState.CLOSED] == "已办结"
        assert (step.name, step.duties, step.sla and step.sla.total_seconds()) == ("法制审核", ("case_officer",), 2700)
        assert (workflow.quiet_days, workflow.quiet_documents) == (2, 10)

    @pytest.mark.parametrize(
        ("text", "line", "key", "why"),
        [
            ("four_eyes: [reviewed-1]\n", 1, "four_eyes", "四眼原则不能取消"),
            ("steps:\n  - id: T14\n    from: [drafting, approved]\n", 3, "from", "T14 的起点固定为 approved"),
            ('steps:\n  - id: T11\n    from: ["*"]\n', 3, "from", "T11 的起点固定"),
            ("steps:\n  - id: T13\n    duties: [nobody]\n", 3, "duties", "没有编号为 nobody 的条目"),
            ("steps:\n  - id: T13\n    duties_for_grade: {V: head}\n", 3, "duties_for_grade", "无法识别 V: head"),
            ("steps:\n  - id: T99\n    name: 别的\n", 2, "id", "无法识别 'T99'"),
            ("states:\n  - id: paused\n    name: 暂停\n", 2, "id", "无法识别 'paused'"),
            ("states:\n  - id: drafting\n    final: true\n", 3, "final", "drafting 不是终结状态"),
            ("states:\n  - id: closed\n    final: false\n", 3, "final", "closed 是终结状态"),
            ("budget:\n  target_minutes: 200\n", None, "parts", "各部分合计240分钟，应等于内部目标200分钟"),
            ("budget:\n  limit_minutes: 100\n", None, "target_minutes", "内部目标须小于时限"),
            ("steps:\n  - id: T10\n    colour: red\n", 3, "colour", "不认识的键"),
            ("quiet:\n  days: -1\n", 2, "days", "应为不小于0的数字"),
        ],
    )
    def test_what_would_let_a_text_out_unseen_or_is_wrong_is_refused_by_file_line_and_key(
        self, tmp_path: Path, text: str, line: int | None, key: str, why: str
    ) -> None:
        with pytest.raises(RegisterError) as refused:
            load_register(own(tmp_path, text))
        sentence = str(refused.value)
        assert "workflow.yaml" in sentence
        assert why in sentence
        assert key in sentence
        assert line is None or f"第 {line} 行" in sentence
