"""Who is called to the next step of a case, for which reason, and by when: what is told of it, decided from the case alone. Pure.

A step is called once each time that the case reaches it: the number of the step that led here is in the occasion, so a
text that was sent back and submitted again is called again, and the other reviewers are not while one of them passes
it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.beijing import beijing, duration
from service.domain.cases.bypass import waiting_bypass
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import UNDER_REVIEW, BudgetUse, Turn, takers, turns
from service.domain.cases.workflow import Step, Workflow
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person, Role

__all__ = [
    "LEAD",
    "Call",
    "CallKind",
    "Reader",
    "able",
    "budget_sentence",
    "calls",
    "readers",
    "second_name_calls",
    "second_names",
    "waited_sentence",
]

LEAD = "duty_lead"
"""The duty that is told where a step is overdue."""
_TO_REVIEW = frozenset({Step.SUBMIT, Step.REOPEN})


class CallKind(StrEnum):
    """Why a mail goes out: a step is reached, nobody can take it, or it is overdue."""

    REACHED = "turn"
    UNHELD = "turn_unheld"
    LATE = "turn_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One step that waits since `since`; `number` and `by` are of the step that led here, `allowed` is its internal target.

    `again` counts the requests that were taken back before this one.
    """

    turn: Turn
    since: datetime
    number: int
    by: str
    allowed: timedelta | None
    again: int = 0

    def occasion(self, kind: CallKind) -> str:
        """Return the name that this call has for good, on every machine and after every restart."""
        step = Step.SAVE if self.turn.step is Step.SUBMIT else self.turn.step
        return f"{kind.value}:{step.value}:{self.number}" + (f".{self.again}" if self.again else "")

    def late(self, now: datetime) -> bool:
        """Tell whether the internal target has passed."""
        return self.allowed is not None and now > self.since + self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One person who is to know of a call, on which occasion, and why."""

    person: Person
    occasion: str
    kind: CallKind
    why: str


def calls(file: CaseFile, workflow: Workflow, grade: IncidentGrade | None) -> tuple[Call, ...]:
    """Return what the case waits for now: its next step, reviews side by side, and the second name of a bypass.

    Drafting and submitting are one call.
    """
    found = []
    for turn in turns(file, workflow, grade):
        led = _led_by(file)
        part = next((one for one in workflow.budget if file.case.state in one.states), None)
        allowed = workflow.steps[turn.step].sla or (part.planned if part is not None else None)
        found.append(Call(turn=turn, since=led[0], number=led[1], by=led[2], allowed=allowed))
    return (*found, *second_name_calls(file, workflow))


def second_name_calls(file: CaseFile, workflow: Workflow) -> tuple[Call, ...]:
    """Return the call for the second name of a bypass that somebody asks for; it has no target of its own."""
    asked = waiting_bypass(file)
    if not asked:
        return ()
    since, by, version = datetime.fromisoformat(asked["at"]), str(asked["by"]), int(asked["version"])
    return (_bypass(workflow, since=since, by=by, version=version, again=int(asked.get("dropped", 0))),)


def _bypass(workflow: Workflow, *, since: datetime, by: str, version: int, again: int = 0) -> Call:
    rule = workflow.steps[Step.BYPASS]
    turn = Turn(step=Step.BYPASS, name=f"确认{rule.name}", duties=rule.duties, waiting=rule.duties)
    return Call(turn=turn, since=since, number=version, by=by, allowed=None, again=again)


def second_names(
    file: CaseFile, workflow: Workflow, people: Sequence[Person], *, by: str, now: datetime
) -> tuple[Reader, ...]:
    """Return whom a bypass of the submitted version tells when `by` asks for it, with or without an address."""
    if file.case.submitted is None:
        return ()
    again = int(file.case.asked.get("dropped", 0))
    call = _bypass(workflow, since=now, by=by, version=file.case.submitted, again=again)
    return readers(call, people, file, workflow, now=now)


def _led_by(file: CaseFile) -> tuple[datetime, int, str]:
    """Return when, by which step and by whom the case came to where it waits; reviews that pass lead nowhere new."""
    reviewing = file.case.state in UNDER_REVIEW
    for one in reversed(file.steps):
        if one.step in _TO_REVIEW if reviewing else one.before is not one.state:
            return one.at, one.number, one.by
    return file.case.opened_at, 0, file.case.opened_by


def readers(
    call: Call, people: Sequence[Person], file: CaseFile, workflow: Workflow, *, now: datetime
) -> tuple[Reader, ...]:
    """Return everybody who is to know of a call at `now`, with or without an address.

    Those who may take it are told, save who led the case here and sees it. Where nobody may, or nobody who may has an
    address, the administrators are told. Once it is overdue all of them are, and the duty leads.
    """
    name = call.turn.name
    holders = able(call, people, file, workflow)
    found = [_reader(one, call, CallKind.REACHED, f"轮到您办理“{name}”") for one in holders if one.name != call.by]
    if not any(one.email for one in holders):
        lacking = "没有可以办理的人" if not holders else "可以办理的人都没有邮箱"
        found += [
            _reader(one, call, CallKind.UNHELD, f"系统管理员：“{name}”{lacking}") for one in _administrators(people)
        ]
    if call.late(now):
        found += [_reader(one, call, CallKind.LATE, f"“{name}”已超过内部时限") for one in holders]
        leads = [one for one in people if LEAD in one.duties and not one.disabled] or _administrators(people)
        known = {one.id for one in holders}
        words = f"值班负责人：“{name}”已超过内部时限"
        found += [_reader(one, call, CallKind.LATE, words) for one in leads if one.id not in known]
    return tuple(found)


def able(call: Call, people: Iterable[Person], file: CaseFile, workflow: Workflow) -> tuple[Person, ...]:
    """Return those who may take the step that is called; who asks for a bypass does not confirm it."""
    found = takers(people, call.turn, file, workflow)
    return tuple(one for one in found if one.name != call.by) if call.turn.step is Step.BYPASS else found


def _reader(person: Person, call: Call, kind: CallKind, why: str) -> Reader:
    return Reader(person=person, occasion=call.occasion(kind), kind=kind, why=why)


def _administrators(people: Iterable[Person]) -> list[Person]:
    return [one for one in people if one.role is Role.ADMINISTRATOR and not one.disabled]


def budget_sentence(used: Sequence[BudgetUse], workflow: Workflow) -> str:
    """Say what is left of the internal time budget, empty once it is over."""
    running = next((one for one in used if one.running), None)
    if running is None:
        return ""
    spent = sum((one.used for one in used), timedelta())
    part = running.part
    return (
        f"{part.name}计划{duration(part.planned)}，{_left(part.planned - running.used)}；"
        f"合计已用{duration(spent)}，目标{duration(workflow.target)}，{_left(workflow.target - spent)}"
    )


def _left(rest: timedelta) -> str:
    return f"还剩{duration(rest)}" if rest >= timedelta() else f"已超{duration(-rest)}"


def waited_sentence(call: Call, now: datetime) -> str:
    """Say since when the step waits and until when it is to be taken."""
    since = f"自{beijing(call.since, now)}起等待"
    if call.allowed is None:
        return since
    due = call.since + call.allowed
    end = f"已超过{duration(now - due)}" if now > due else f"应于{beijing(due, now)}前办理"
    return f"{since}，内部时限{duration(call.allowed)}，{end}"
