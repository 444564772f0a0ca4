"""What every step of a case has in common: may this person take it now, and what the case is afterwards. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from service.domain.cases.file import Case, CaseFile, CaseRecord, CaseStep
from service.domain.cases.workflow import CaseState, Step, StepRule, Workflow
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person
from service.domain.refusal import Conflict, Forbidden

__all__ = ["Bar", "Barred", "Desk", "Move", "NotOnDuty", "checked", "joined", "noted", "on_duty", "stated", "stepped"]

_LONGEST_REMARK = 2000


class Bar(StrEnum):
    """Why a step of a case is refused; each name goes with a Chinese sentence that says what to do."""

    ASKED_BY_SAME = "asked_by_same"
    BLOCKED_TEXT = "blocked_text"
    CLOCK_RUNS = "clock_runs"
    EMPTY = "empty"
    FOUR_EYES = "four_eyes"
    IMPOSSIBLE_TIME = "impossible_time"
    KNOWN = "known"
    MOVED_ON = "moved_on"
    NO_AUTHORITY = "no_authority"
    NO_DISCLOSURE = "no_disclosure"
    NO_DRAFT = "no_draft"
    NO_EVALUATION = "no_evaluation"
    NOT_GRAVE = "not_grave"
    NOT_PUBLIC = "not_public"
    NOT_QUIET = "not_quiet"
    NOT_REVIEWED = "not_reviewed"
    OFF_DUTY = "off_duty"
    TOO_LONG = "too_long"
    WRONG_STATE = "wrong_state"


class Barred(Conflict):
    """A step of a case is refused; `bar` names why."""

    def __init__(self, bar: Bar, sentence: str) -> None:
        """Keep the name beside the sentence."""
        super().__init__(sentence)
        self.bar = bar


class NotOnDuty(Forbidden):
    """The person holds no duty that takes this step; the sentence says which does."""

    bar = Bar.OFF_DUTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who acts when, under which work flow, and the grade that a person set for the event."""

    person: Person
    now: datetime
    workflow: Workflow
    grade: IncidentGrade | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a step makes of a case: its next value and what is written down with it."""

    case: Case
    records: tuple[CaseRecord, ...] = ()

    @property
    def step(self) -> CaseStep | None:
        """The step that was taken, `None` where only something was noted."""
        return next((one for one in self.records if isinstance(one, CaseStep)), None)


def checked(case: Case, step: Step, desk: Desk) -> StepRule:
    """Return the rule of a step that this person may take now.

    Raises:
        Barred: The case stands in a state from which the step does not go.
        NotOnDuty: The person holds none of its duties.
    """
    rule = desk.workflow.steps[step]
    final = case.state in desk.workflow.final
    if case.state not in rule.states or (final and step is not Step.REOPEN):
        raise Barred(
            Bar.WRONG_STATE,
            f"处置现为“{desk.workflow.states[case.state]}”，不能办理“{rule.name}”，请刷新页面查看下一步",
        )
    on_duty(rule.duties_at(desk.grade), desk, rule.name)
    return rule


def on_duty(duties: Sequence[str], desk: Desk, act: str) -> None:
    """Pass where the person holds one of the duties; without any named, where they hold one at all.

    Raises:
        NotOnDuty: They do not; the sentence says who does.
    """
    if not desk.person.duties or (duties and not desk.person.duties & set(duties)):
        words = desk.workflow.duty_words(duties) or "有处置岗位的人员"
        raise NotOnDuty(f"“{act}”由{words}办理，{desk.person.name}不在此岗位；岗位由系统管理员在“系统→用户”中设置")


def stated(text: str, what: str) -> str:
    """Return a text without blanks around it.

    Raises:
        Barred: It is empty or longer than 2,000 characters.
    """
    words = text.strip()
    if not words:
        raise Barred(Bar.EMPTY, f"请写明{what}")
    if len(words) > _LONGEST_REMARK:
        raise Barred(Bar.TOO_LONG, f"{what}请控制在{_LONGEST_REMARK}字以内，现为{len(words)}字")
    return words


def stepped(
    file: CaseFile,
    step: Step,
    desk: Desk,
    *,
    to: CaseState | None = None,
    detail: Mapping[str, Any] | None = None,
    records: tuple[CaseRecord, ...] = (),
    **changes: Any,
) -> Move:
    """Return the move of a step that has been checked: the case in its next state, one step, and other records."""
    case, rule = file.case, desk.workflow.steps[step]
    state = rule.to if to is None else to
    number = file.steps[-1].number + 1 if file.steps else 1
    told = CaseStep(
        case_id=case.id,
        number=number,
        step=step,
        before=case.state,
        state=state,
        by=desk.person.name,
        at=desk.now,
        detail=MappingProxyType(dict(detail or {})),
    )
    return Move(case=_next(case, desk, state=state, **changes), records=(told, *records))


def noted(case: Case, desk: Desk, *records: CaseRecord, **changes: Any) -> Move:
    """Return a move that takes no step: something is written down, the state stays."""
    return Move(case=_next(case, desk, **changes), records=records)


def joined(
    file: CaseFile, rule: StepRule, desk: Desk, *, field: str, text: str, what: str, **detail: Any
) -> tuple[bool, Mapping[str, Any]]:
    """Return whether every duty of a joint step has now taken part, and who stood for what with what was said.

    Who holds several of the duties stands for all that nobody stands for yet. `text` is what the person says under the
    name `field`; who comes later may say nothing, and what they say stands beside what was said before, with names. In
    `detail` the last word counts.

    Raises:
        Barred: Others stand for all that the person could stand for, nobody has said anything yet, or it is too long.
    """
    half = file.case.half if file.case.half.get("step") == rule.id.value else {}
    me, before = desk.person.name, dict(half.get("by", {}))
    own = {duty: me for duty in rule.duties if duty in desk.person.duties and before.get(duty, me) == me}
    if not own:
        names = "、".join(dict.fromkeys(before.values()))
        left = desk.workflow.duty_words([duty for duty in rule.duties if duty not in before])
        raise Barred(Bar.KNOWN, f"{names}已办理“{rule.name}”，现等{left}办理")
    voices = _voices(half, field)
    words = text.strip()
    if words or not voices:
        words = stated(words, what)
        if words not in voices.values():
            voices[me] = words
    told = {**half.get("detail", {}), **{name: value for name, value in detail.items() if value not in ("", None)}}
    told[field] = _spoken(voices)
    by = {**before, **own}
    found = {"step": rule.id.value, "by": by, "detail": told, "voices": voices}
    return set(by) >= set(rule.duties), MappingProxyType(found)


def _voices(half: Mapping[str, Any], field: str) -> dict[str, str]:
    """Return who said what; a half that was stored before names were kept has one text of all who stand for it."""
    known = half.get("detail", {}).get(field)
    everybody = "、".join(dict.fromkeys(half.get("by", {}).values()))
    return dict(half.get("voices") or ({everybody: known} if known else {}))


def _spoken(voices: Mapping[str, str]) -> str:
    if len(voices) == 1:
        return next(iter(voices.values()))
    return "；".join(f"{who}：{words.rstrip('。')}" for who, words in voices.items())


def _next(case: Case, desk: Desk, **changes: Any) -> Case:
    if case.state is not changes.get("state", case.state):
        changes.setdefault("half", MappingProxyType({}))
    return replace(case, **changes, changed_at=desk.now, revision=case.revision + 1)
