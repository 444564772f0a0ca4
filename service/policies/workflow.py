"""Reads the work flow of an answer from `workflow.yaml` and refuses one that would let a text out unseen."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Protocol, TypeVar

from service.domain.cases.workflow import FINAL_STATES, REVIEWS, BudgetPart, CaseState, Duty, Step, StepRule, Workflow
from service.domain.clocks.clock import ClockRule
from service.domain.events.event import IncidentGrade
from service.domain.policies.policy import PolicyFact
from service.policies.tables import RegisterError, Row

__all__ = ["WORKFLOW_FILE", "Sections", "read_workflow"]

T = TypeVar("T")

WORKFLOW_FILE = "workflow.yaml"

_MINUTES_A_DAY = 24 * 60
_SEEN_BY_TWO = frozenset({CaseState.REVIEWED_1, CaseState.REVIEWED_2, CaseState.REVIEWED_3, CaseState.APPROVED})
# From where each of these may be taken is fixed: the office names duties and targets, not a way past a review.
_FIXED = MappingProxyType(
    {
        **dict.fromkeys(REVIEWS, frozenset({CaseState.SUBMITTED, CaseState.REVIEWED_1, CaseState.REVIEWED_2})),
        Step.AUTHORITY: frozenset({CaseState.REVIEWED_3}),
        Step.SIGN: frozenset({CaseState.APPROVING}),
        Step.PUBLISH: frozenset({CaseState.APPROVED}),
        Step.EVALUATE: frozenset({CaseState.TRACKING}),
        Step.ARCHIVE: frozenset({CaseState.EVALUATED}),
    }
)


class Sections(Protocol):
    """The sections of the policy files, the office's own laid over the shipped ones."""

    def section(self, file: str, key: str, read: Callable[[Row], T]) -> Mapping[str, T]:
        """Return the entries of a list section by id, each read and closed."""
        ...

    def single(self, file: str, key: str) -> Row:
        """Return a mapping section."""
        ...

    def top(self, file: str, key: str) -> Row:
        """Return the file that has the last word on a single key."""
        ...


def read_workflow(tables: Sections, facts: Mapping[str, PolicyFact], clocks: Mapping[str, ClockRule]) -> Workflow:
    """Return the work flow.

    Raises:
        RegisterError: A file, line and key is wrong, a state or step is missing, the parts of the budget do not add up to
            the target, or the four-eyes rule, the order around the reviews or which states end a case is touched.
    """
    duties = tables.section(WORKFLOW_FILE, "duties", lambda row: Duty(id=row.text("id"), name=row.text("name")))
    named = tables.section(WORKFLOW_FILE, "states", _state)
    states = MappingProxyType({state: name for state, name, _ in named.values()})
    steps = tables.section(WORKFLOW_FILE, "steps", lambda row: _step(row, duties, facts, clocks))
    _complete(states, steps)
    limit, target, parts = _budget(tables)
    quiet = tables.single(WORKFLOW_FILE, "quiet")
    days, documents = quiet.whole("days"), quiet.whole("documents_a_day")
    quiet.close()
    return Workflow(
        duties=duties,
        states=states,
        final=frozenset(state for state, _, final in named.values() if final),
        steps=MappingProxyType({rule.id: rule for rule in steps.values()}),
        four_eyes=_four_eyes(tables.top(WORKFLOW_FILE, "four_eyes")),
        limit=limit,
        target=target,
        budget=parts,
        quiet_days=days,
        quiet_documents=documents,
    )


def _state(row: Row) -> tuple[CaseState, str, bool]:
    state, final = row.parsed("id", CaseState), row.flag("final", default=False)
    # The store lists cases by these states, and every other one has a next step.
    if final != (state in FINAL_STATES):
        raise row.fail("final", f"{state.value} {'是' if state in FINAL_STATES else '不是'}终结状态，不能改动")
    return state, row.text("name"), final


def _step(
    row: Row, duties: Mapping[str, Duty], facts: Mapping[str, PolicyFact], clocks: Mapping[str, ClockRule]
) -> StepRule:
    step = row.parsed("id", Step)
    states = _states(row, "from")
    fixed = _FIXED.get(step)
    if fixed is not None and states != fixed:
        raise row.fail("from", f"{step.value} 的起点固定为 {'、'.join(sorted(fixed))}，不能改动")
    return StepRule(
        id=step,
        name=row.text("name"),
        states=states,
        to=row.parsed("to", CaseState),
        duties=tuple(duty.id for duty in row.all_known("duties", duties)),
        guard=row.text("guard"),
        together=row.flag("together", default=False),
        for_grade=_for_grade(row, duties),
        sla=timedelta(minutes=row.whole("sla_minutes")) if row.has("sla_minutes") else None,
        policies=tuple(fact.id for fact in row.all_known("policies", facts)),
        clock=row.known("clock", clocks).id if row.has("clock") else None,
    )


def _states(row: Row, key: str) -> frozenset[CaseState]:
    names = row.texts(key)
    if names == ("*",):
        return frozenset(CaseState)
    try:
        return frozenset(CaseState(name) for name in names)
    except ValueError as error:
        raise row.fail(key, f"不认识的状态（{error}），可用的是 {'、'.join(CaseState)}") from None


def _for_grade(row: Row, duties: Mapping[str, Duty]) -> Mapping[IncidentGrade, str]:
    found: dict[IncidentGrade, str] = {}
    for name, duty in row.mapping("duties_for_grade").items():
        if name not in IncidentGrade.__members__ or duty not in duties:
            raise row.fail("duties_for_grade", f"无法识别 {name}: {duty}，应为 I/II/III/IV: 岗位编号")
        found[IncidentGrade(name)] = str(duty)
    return MappingProxyType(found)


def _complete(states: Mapping[CaseState, str], steps: Mapping[str, StepRule]) -> None:
    missing = [state.value for state in CaseState if state not in states]
    missing += [step.value for step in Step if step.value not in steps]
    if missing:
        raise RegisterError(f"{WORKFLOW_FILE}：缺少状态或步骤 {'、'.join(missing)}")


def _four_eyes(row: Row) -> frozenset[CaseState]:
    states = _states(row, "four_eyes")
    if not states >= _SEEN_BY_TWO:
        raise row.fail("four_eyes", f"四眼原则不能取消，至少应含 {'、'.join(sorted(_SEEN_BY_TWO))}")
    return states


def _budget(tables: Sections) -> tuple[timedelta, timedelta, tuple[BudgetPart, ...]]:
    row = tables.single(WORKFLOW_FILE, "budget")
    limit, target = row.whole("limit_minutes"), row.whole("target_minutes")
    parts = tuple(_part(inner) for inner in row.rows("parts"))
    row.close()
    planned = sum((part.planned for part in parts), timedelta())
    if not 0 < target < limit <= _MINUTES_A_DAY:
        raise row.fail("target_minutes", "内部目标须小于时限，且都在一日之内")
    if planned != timedelta(minutes=target):
        minutes = int(planned.total_seconds()) // 60
        raise row.fail("parts", f"各部分合计{minutes}分钟，应等于内部目标{target}分钟")
    if len({state for part in parts for state in part.states}) != sum(len(part.states) for part in parts):
        raise row.fail("parts", "一个状态只能计入一个部分")
    return timedelta(minutes=limit), timedelta(minutes=target), parts


def _part(row: Row) -> BudgetPart:
    part = BudgetPart(
        id=row.text("id"),
        name=row.text("name"),
        planned=timedelta(minutes=row.whole("minutes")),
        states=_states(row, "states"),
    )
    row.close()
    return part
