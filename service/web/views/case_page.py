"""The case page: the line of steps, the budget, whose turn it is, what was said. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.domain.cases.call import able, second_name_calls
from service.domain.cases.file import OUTCOMES, Approval, CaseFile, CaseStep, Publication, PublicationCorrection
from service.domain.cases.turn import BudgetUse, Turn, takers
from service.domain.cases.workflow import REVIEWS, CaseState, Step, Workflow
from service.domain.people.person import Person
from service.web.views.wording import local, word

__all__ = [
    "BudgetView",
    "LineStep",
    "RegisteredView",
    "ReviewView",
    "TurnView",
    "budget_view",
    "line_of_steps",
    "minutes",
    "published_figures",
    "registered_views",
    "review_views",
    "said",
    "second_name_views",
    "sent_back",
    "step_names",
    "tab_for",
    "turn_views",
]

_LINE = (
    ("初筛", (Step.TRIAGE, Step.DISMISS)),
    ("研判", (Step.CONCLUDE,)),
    ("决定回应", (Step.RESPOND,)),
    ("送审", (Step.SUBMIT,)),
    ("三项审核", REVIEWS),
    ("权限检查", (Step.AUTHORITY,)),
    ("签批", (Step.SIGN,)),
    ("发布", (Step.PUBLISH,)),
    ("评估", (Step.EVALUATE,)),
    ("归档", (Step.ARCHIVE,)),
)
_CHECKS = frozenset({"三项审核", "权限检查", "签批"})
_LATER = {state: number for number, state in enumerate(CaseState)}
# Up to which state a step of the line counts as done, in the order of the states.
_REACHED = {
    "初筛": CaseState.TRIAGED,
    "研判": CaseState.ASSESSED,
    "决定回应": CaseState.DRAFTING,
    "送审": CaseState.SUBMITTED,
    "三项审核": CaseState.REVIEWED_3,
    "权限检查": CaseState.APPROVING,
    "签批": CaseState.APPROVED,
    "发布": CaseState.PUBLISHED,
    "评估": CaseState.EVALUATED,
    "归档": CaseState.ARCHIVED,
}
_TABS = {
    Step.SAVE: "draft",
    Step.SUBMIT: "draft",
    **dict.fromkeys((*REVIEWS, Step.AUTHORITY, Step.SIGN, Step.PUBLISH), "review"),
    Step.EVALUATE: "evaluation",
    Step.ARCHIVE: "evaluation",
}


@dataclass(frozen=True, slots=True)
class LineStep:
    """One step of the line: done by whom and when, the one that waits now, or one that comes later."""

    name: str
    state: str
    at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class TurnView:
    """One step that waits: who may take it, by name; `duties` in words where nobody does, and who was told of that.

    `deaf` says that nobody who may take it has an address.
    """

    name: str
    duties: str
    people: tuple[str, ...]
    mine: bool
    deaf: bool = False
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One of the three reviews of the version under review."""

    name: str
    state: str
    by: str
    at: datetime | None
    remark: str


@dataclass(frozen=True, slots=True)
class BudgetView:
    """One part of the budget: minutes planned and used, the used share (at most 1), and how it stands."""

    name: str
    planned: int
    used: int
    share: float
    over: bool
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredView:
    """One publication as it is told and as it was registered, what persons corrected, the latest first; `out_at` is for a form."""

    told: Publication
    first: Publication
    corrections: Sequence[PublicationCorrection]
    out_at: str


def line_of_steps(file: CaseFile, waiting: Sequence[Turn]) -> list[LineStep]:
    """Return the line; of a further round only what was done in it counts, of the checks only those of the version sent last.

    Of a round that was taken back nothing counts any more.
    """
    rounds = (one for one in reversed(file.steps) if one.step is Step.FOLLOW_UP)
    since = next((one.number for one in rounds if one.detail.get("round", file.case.round) == file.case.round), 0)
    sent = next((one.number for one in reversed(file.steps) if one.step is Step.SUBMIT and _stands(file, one)), 0)
    now = {turn.step for turn in waiting}
    if Step.SAVE in now:
        now.add(Step.SUBMIT)
    if Step.ASSESS in now:
        now.add(Step.CONCLUDE)
    if Step.REPORT in now:
        now.add(Step.RESPOND)
    if Step.TRACK in now:
        now.add(Step.EVALUATE)
    return [_line_step(file, name, steps, max(since, sent) if name in _CHECKS else since, now) for name, steps in _LINE]


def _line_step(file: CaseFile, name: str, steps: tuple[Step, ...], since: int, now: set[Step]) -> LineStep:
    reached = _ended(file) or _LATER[file.case.state] >= _LATER[_REACHED[name]]
    early = name in {"初筛", "研判", "决定回应"}
    taken = [one for one in file.steps if one.step in steps and (one.number > since or early) and _stands(file, one)]
    if taken and reached and not now & set(steps):
        names = dict.fromkeys(name for one in taken[-len(steps) :] for name in step_names(one))
        rest = "，其余越过" if _gone_past(file) & set(steps) else ""
        return LineStep(name, "done", taken[-1].at, "、".join(names) + rest)
    if reached and not taken and not now & set(steps) and not _ended(file):
        return LineStep(name, "done", None, "越过" if name in {"三项审核", "签批"} else "")
    return LineStep(name, "now" if now & set(steps) else "", None, "")


def _stands(file: CaseFile, step: CaseStep) -> bool:
    """Tell whether a step is of the version that is under review or out, where one is and the step names any."""
    version = file.case.submitted
    return version is None or step.detail.get("version", version) == version


def _gone_past(file: CaseFile) -> frozenset[Step]:
    """Return the checks that a bypass stands for on the version that is under review or went out last."""
    out = file.publications[-1].version if file.publications else None
    return file.bypassed(file.case.submitted or out)


def step_names(step: CaseStep) -> list[str]:
    """Return who took the step, all of those who took it together."""
    by = step.detail.get("by")
    return list(dict.fromkeys(by.values())) if isinstance(by, Mapping) else [step.by]


def _ended(file: CaseFile) -> bool:
    return file.case.state in {CaseState.CLOSED, CaseState.CLOSED_FP}


def turn_views(
    file: CaseFile,
    waiting: Sequence[Turn],
    people: Sequence[Person],
    me: Person,
    workflow: Workflow,
    told: Mapping[Step, tuple[str, ...]] = MappingProxyType({}),
) -> list[TurnView]:
    """Return the steps that wait, each with the names of those who may take it; `told` are the administrators who know."""
    found = []
    for turn in waiting:
        able = takers(people, turn, file, workflow)
        names = tuple(one.name for one in able)
        duties = workflow.duty_words(turn.waiting)
        deaf = bool(able) and not any(one.email for one in able)
        found.append(TurnView(turn.name, duties, names, me.name in names, deaf, told.get(turn.step, ())))
    return found


def second_name_views(file: CaseFile, people: Sequence[Person], me: Person, workflow: Workflow) -> list[TurnView]:
    """Return the second name of a bypass that waits as one more step, with the names of those who may give it."""
    found = []
    for call in second_name_calls(file, workflow):
        names = tuple(one.name for one in able(call, people, file, workflow))
        found.append(TurnView(call.turn.name, workflow.duty_words(call.turn.duties), names, me.name in names))
    return found


def tab_for(turn: Turn | None, file: CaseFile) -> str:
    """Return the tab on which a person does what is theirs to do; the overview where nothing is."""
    if turn is not None:
        return _TABS.get(turn.step, "overview")
    return "review" if file.case.submitted is not None and not file.publications else "overview"


def review_views(file: CaseFile, workflow: Workflow) -> list[ReviewView]:
    """Return the three reviews of the version under review, or of the one that was last."""
    version = file.case.submitted or file.case.draft
    latest = {one.step: one for one in file.opinions if one.version == version}
    bypassed = file.bypassed(version)
    found = []
    for step in REVIEWS:
        one = latest.get(step)
        name = workflow.steps[step].name
        if one is not None:
            found.append(ReviewView(name, "通过" if one.passed else "退回", one.by, one.at, one.remark))
        else:
            found.append(ReviewView(name, "越过" if step in bypassed else "待办", "", None, ""))
    return found


def budget_view(used: Sequence[BudgetUse]) -> list[BudgetView]:
    """Return the parts of the budget in whole minutes."""
    return [
        BudgetView(
            name=one.part.name,
            planned=minutes(one.part.planned),
            used=minutes(one.used),
            share=min(1.0, one.used / one.part.planned),
            over=one.over,
            running=one.running,
        )
        for one in used
    ]


def minutes(span: timedelta) -> int:
    """Return whole minutes."""
    return int(span.total_seconds()) // 60


def sent_back(file: CaseFile) -> CaseStep | None:
    """Return the step that sent the text back, with its reason, while it was not submitted again; `None` where none did."""
    last = next((one for one in reversed(file.steps) if one.step in {Step.SUBMIT, Step.RETURN}), None)
    drafted = file.case.state is CaseState.DRAFTING
    # What was returned in a further round that was taken back is not the text of the next.
    stands = last is not None and last.step is Step.RETURN and last.detail["version"] >= file.case.drafted_from
    return last if drafted and stands else None


_SAID = (
    ("reason", "理由"),
    ("again", "继续办理"),
    ("summary", "结论"),
    ("grade", "拟定等级"),
    ("party", "对象"),
    ("question", "事项"),
    ("to", "报送"),
    ("version", "版本"),
    ("voided", "作废送审版"),
    ("remark", "意见"),
    ("outcome", "结论"),
    ("reference", "编号"),
    ("channel", "渠道"),
    ("asked_by", "申请人"),
    ("lessons", "经验教训"),
    ("round", "轮次"),
)


def said(step: CaseStep) -> str:
    """Return what was said with a step, as `名称：值`."""
    shown = [(name, _value(key, step.detail[key])) for key, name in _SAID if step.detail.get(key) not in (None, "")]
    return "；".join(f"{name}：{value}" for name, value in shown)


def _value(key: str, value: Any) -> str:
    if key in {"version", "voided"}:
        return f"第{value}版"
    if key == "grade":
        return word("grade", value)
    return OUTCOMES.get(str(value), str(value)) if key == "outcome" else str(value)


def approval_words(approval: Approval, workflow: Workflow) -> str:
    """Return an approval's outcome in words; a bypass names what it stands for."""
    if approval.step is not Step.BYPASS:
        return OUTCOMES.get(approval.outcome, approval.outcome)
    names = "、".join(workflow.steps[Step(one)].name for one in approval.outcome.split(","))
    return f"越过{names}"


def registered_views(file: CaseFile) -> list[RegisteredView]:
    """Return what is told of each publication beside what was registered of it."""
    return [
        RegisteredView(
            told=told,
            first=first,
            corrections=[one for one in reversed(file.corrections) if one.publication == first.number],
            out_at=f"{local(told.at):%Y-%m-%dT%H:%M}",
        )
        for told, first in zip(file.published, file.publications, strict=True)
    ]


def published_figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the counted figures of an evaluation with their window and scope."""
    rows = [("全部稿件", figures.get("items")), ("独立信源", figures.get("independent_sources"))]
    rows += [("阅读量", figures.get("views")), ("转发量", figures.get("reposts"))]
    if "before" in figures:
        hours, after_hours = figures.get("window_hours"), figures.get("after_hours")
        # An evaluation of an earlier build counted whole hours, and had none yet.
        after = "尚无整点" if figures.get("after") is None else figures["after"]
        rows += [
            (f"发布前{hours}小时", figures["before"]),
            (f"发布后{after_hours}小时" if after_hours else "发布后不足1小时", after),
        ]
    return [(name, "平台未提供" if value is None else f"{value}") for name, value in rows]
