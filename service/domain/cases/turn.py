"""Whose turn it is, and what has been used of the internal time budget. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.cases.file import CaseFile
from service.domain.cases.review import missing_checks
from service.domain.cases.workflow import REVIEWS, BudgetPart, CaseState, Step, Workflow
from service.domain.events.event import GRAVE_GRADES, IncidentGrade
from service.domain.people.person import Act, Person, may

__all__ = ["UNDER_REVIEW", "BudgetUse", "Turn", "budget_used", "takers", "target_at", "turn_of", "turns"]

UNDER_REVIEW = frozenset({CaseState.SUBMITTED, CaseState.REVIEWED_1, CaseState.REVIEWED_2})
"""The states in which reviews of the submitted version are missing."""

_ONWARD = {
    CaseState.DETECTED: Step.TRIAGE,
    CaseState.TRIAGED: Step.ASSESS,
    CaseState.ASSESSING: Step.CONCLUDE,
    CaseState.REPORTED: Step.RESPOND,
    CaseState.REVIEWED_3: Step.AUTHORITY,
    CaseState.APPROVING: Step.SIGN,
    CaseState.APPROVED: Step.PUBLISH,
    CaseState.PUBLISHED: Step.TRACK,
    CaseState.TRACKING: Step.EVALUATE,
    CaseState.EVALUATED: Step.ARCHIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One step that leads on. `duties` may take it; `waiting` are those of them that nobody has stood for yet.

    Whether a person who holds one of the duties has a hand in the text, and so may not take it, `takers` says.
    """

    step: Step
    name: str
    duties: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetUse:
    """One part of the budget: planned, used so far, and whether it is the part whose time runs now."""

    part: BudgetPart
    used: timedelta
    running: bool

    @property
    def over(self) -> bool:
        """Whether more was used than planned."""
        return self.used > self.part.planned


def turns(file: CaseFile, workflow: Workflow, grade: IncidentGrade | None) -> tuple[Turn, ...]:
    """Return the steps that lead on from here, several where they run beside each other; none where the case is over."""
    case = file.case
    if case.state in workflow.final:
        return ()
    if case.state in UNDER_REVIEW:
        missing = missing_checks(file, case.submitted) if case.submitted is not None else ()
        return tuple(_turn(file, step, workflow, grade) for step in REVIEWS if step in missing)
    if case.state is CaseState.ASSESSED:
        grave = grade in GRAVE_GRADES
        return (_turn(file, Step.REPORT if grave else Step.RESPOND, workflow, grade),)
    if case.state is CaseState.DRAFTING:
        return (_turn(file, Step.SUBMIT if _ready(file) else Step.SAVE, workflow, grade),)
    return (_turn(file, _ONWARD[case.state], workflow, grade),)


def _ready(file: CaseFile) -> bool:
    draft = file.latest
    if draft is None:
        return False
    return all(one.passed for one in file.opinions if one.version == draft.version) and not any(
        one.version == draft.version for one in file.approvals
    )


def _turn(file: CaseFile, step: Step, workflow: Workflow, grade: IncidentGrade | None) -> Turn:
    rule = workflow.steps[step]
    duties = rule.duties_at(grade)
    stood = file.case.half.get("by", {}) if file.case.half.get("step") == step.value else {}
    return Turn(step=step, name=rule.name, duties=duties, waiting=tuple(one for one in duties if one not in stood))


def turn_of(person: Person, file: CaseFile, workflow: Workflow, grade: IncidentGrade | None) -> Turn | None:
    """Return the step that this person should take next, `None` where it is others' turn."""
    return next((turn for turn in turns(file, workflow, grade) if _may_take(person, turn, file, workflow)), None)


def takers(people: Iterable[Person], turn: Turn, file: CaseFile, workflow: Workflow) -> tuple[Person, ...]:
    """Return those who may take a step: they hold its duty, their role handles alerts, and no hand in the text forbids it."""
    able = (one for one in people if not one.disabled and may(one.role, Act.HANDLE_ALERT))
    return tuple(one for one in able if _may_take(one, turn, file, workflow))


def _may_take(person: Person, turn: Turn, file: CaseFile, workflow: Workflow) -> bool:
    wanted = set(turn.waiting) if workflow.steps[turn.step].together else set(turn.duties)
    if not person.duties & wanted if wanted else not person.duties:
        return False
    if workflow.steps[turn.step].to not in workflow.four_eyes:
        return True
    involved = file.authors
    if turn.step is Step.SIGN:
        involved |= {one.by for one in file.passed(file.case.submitted).values()}
    return person.name not in involved


def budget_used(file: CaseFile, workflow: Workflow, *, known_at: datetime, now: datetime) -> tuple[BudgetUse, ...]:
    """Return what each part of the budget has used, from first confirmed knowledge to the first publication, or to now.

    Time counts for the part in whose states it passed, so a text that was sent back uses the time of drafting again.
    """
    end = file.publications[0].at if file.publications else now
    marks: list[tuple[datetime, CaseState]] = [(known_at, CaseState.DETECTED)]
    marks += [(one.at, one.state) for one in file.steps if one.step is not Step.DETECT and one.at <= end]
    spans = zip(marks, [at for at, _ in marks[1:]] + [end], strict=True)
    used: dict[str, timedelta] = {}
    for (at, state), until in spans:
        part = next((one for one in workflow.budget if state in one.states), None)
        if part is not None and until > at:
            used[part.id] = used.get(part.id, timedelta()) + (until - at)
    over = bool(file.publications) or file.case.state in workflow.final
    return tuple(
        BudgetUse(
            part=part,
            used=used.get(part.id, timedelta()),
            running=not over and file.case.state in part.states,
        )
        for part in workflow.budget
    )


def target_at(
    file: CaseFile | None, workflow: Workflow, *, known_at: datetime, start_at: datetime, now: datetime
) -> datetime | None:
    """Return when the internal target ends, `None` once a text was published or the case is over.

    Before a case is opened its time runs with the limit that it is planned for, from `start_at`: what was known for a day
    and then rises has a new limit. A case counts its own time from first confirmed knowledge.
    """
    if file is None:
        return start_at + workflow.target
    used = budget_used(file, workflow, known_at=known_at, now=now)
    if not any(one.running for one in used):
        return None
    return now + workflow.target - sum((one.used for one in used), timedelta())
