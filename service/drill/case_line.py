"""The part of a drill's report that tells of the case: each step with who and when, against the internal time budget. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from service.domain.audit import actor_word
from service.domain.beijing import BEIJING
from service.domain.cases.bypass import state_told
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import budget_used
from service.domain.cases.workflow import Workflow

__all__ = ["BudgetLine", "CaseLine", "StepLine", "case_html", "case_line", "head_row", "to_the_second"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step: what, by whom, when, and so many minutes after first confirmed knowledge."""

    name: str
    by: str
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One part of the budget, planned and used, in minutes."""

    name: str
    planned: int
    used: int

    @property
    def over(self) -> bool:
        """Whether more was used than planned."""
        return self.used > self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case as it went. `used` and `target` are minutes up to the first publication; `refused` are sentences."""

    state: str
    steps: tuple[StepLine, ...]
    budget: tuple[BudgetLine, ...]
    used: int
    target: int
    refused: tuple[str, ...] = ()


def case_line(
    file: CaseFile, workflow: Workflow, *, known_at: datetime, now: datetime, refused: Sequence[str] = ()
) -> CaseLine:
    """Return what the report says of a case."""
    used = budget_used(file, workflow, known_at=known_at, now=now)
    return CaseLine(
        state=state_told(file, workflow),
        steps=tuple(
            StepLine(name=workflow.steps[one.step].name, by=one.by, at=one.at, minutes=_minutes(one.at - known_at))
            for one in file.steps
        ),
        budget=tuple(
            BudgetLine(name=one.part.name, planned=_minutes(one.part.planned), used=_minutes(one.used)) for one in used
        ),
        used=_minutes(sum((one.used for one in used), timedelta())),
        target=_minutes(workflow.target),
        refused=tuple(refused),
    )


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds()) // 60


def to_the_second(moment: datetime) -> str:
    """Return `3月2日 09:02:00`, in Beijing: what a drill measures is seconds."""
    local = moment.astimezone(BEIJING)
    return f"{local.month}月{local.day}日 {local:%H:%M:%S}"


def head_row(*names: str) -> str:
    """Return the heading of a table, each cell as that of its column; where the table is printed it stands on every page."""
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def case_html(line: CaseLine) -> str:
    """Return the section of the report."""
    steps = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{escape(actor_word(one.by))}</td>"
        f"<td>{to_the_second(one.at)}</td><td>{one.minutes} 分</td></tr>"
        for one in line.steps
    )
    budget = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{one.planned} 分</td><td>{one.used} 分</td>"
        f"<td>{'超出计划' if one.over else '在计划内'}</td></tr>"
        for one in line.budget
    )
    refused = "".join(f"<li>{escape(one)}</li>" for one in line.refused)
    verdict = "在内部目标内" if line.used <= line.target else "超出内部目标"
    return (
        f"<h3>处置（{escape(line.state)}）</h3>"
        f"<p>从知悉到发布（未发布的到演练结束）用 {line.used} 分，内部目标 {line.target} 分，{verdict}。</p>"
        f"<table>{head_row('环节', '计划', '实用', '结果')}{budget}</table>"
        f"<table>{head_row('步骤', '办理人', '时刻', '距知悉')}{steps}</table>"
        + (f"<p>未能办理：</p><ul>{refused}</ul>" if refused else "")
    )
