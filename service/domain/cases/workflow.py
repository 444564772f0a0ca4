"""The work flow of an answer as the shipped data has it: duties, states, steps, time budget. Pure values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.domain.events.event import IncidentGrade

__all__ = ["FINAL_STATES", "REVIEWS", "TEXT_STATES", "BudgetPart", "CaseState", "Duty", "Step", "StepRule", "Workflow"]


class CaseState(StrEnum):
    """Where a case stands. `REVIEWED_1` to `REVIEWED_3` count the reviews passed on the submitted version."""

    DETECTED = "detected"
    TRIAGED = "triaged"
    ASSESSING = "assessing"
    ASSESSED = "assessed"
    REPORTED = "reported"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    REVIEWED_1 = "reviewed-1"
    REVIEWED_2 = "reviewed-2"
    REVIEWED_3 = "reviewed-3"
    APPROVING = "approving"
    APPROVED = "approved"
    PUBLISHED = "published"
    TRACKING = "tracking"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    CLOSED_FP = "closed-fp"
    CLOSED = "closed"


class Step(StrEnum):
    """What moves a case; T01 to T19 are the steps of the work flow, S01 to S05 what holds them together."""

    DETECT = "T01"
    DISMISS = "T02"
    TRIAGE = "T03"
    ASSESS = "T04"
    ASK_FACTS = "T05"
    CONCLUDE = "T06"
    REPORT = "T07"
    RESPOND = "T08"
    FIRST_REVIEW = "T09"
    LEGAL_REVIEW = "T10"
    SECRECY_REVIEW = "T11"
    AUTHORITY = "T12"
    SIGN = "T13"
    PUBLISH = "T14"
    TRACK = "T15"
    FOLLOW_UP = "T16"
    EVALUATE = "T17"
    ARCHIVE = "T18"
    CLOSE = "T19"
    SUBMIT = "S01"
    RETURN = "S02"
    BYPASS = "S03"
    REOPEN = "S04"
    SAVE = "S05"


FINAL_STATES = frozenset({CaseState.ARCHIVED, CaseState.CLOSED_FP, CaseState.CLOSED})
"""The states in which a case is over; the data names them, and may not name others."""

TEXT_STATES = frozenset(
    {
        CaseState.DRAFTING,
        CaseState.SUBMITTED,
        CaseState.REVIEWED_1,
        CaseState.REVIEWED_2,
        CaseState.REVIEWED_3,
        CaseState.APPROVING,
        CaseState.APPROVED,
    }
)
"""The states in which a text is on its way out: the alert is being answered."""

REVIEWS = (Step.FIRST_REVIEW, Step.LEGAL_REVIEW, Step.SECRECY_REVIEW)
"""The three reviews that every public text must pass, each on the same version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A duty 岗位 that people hold in the work flow."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """One step: from which states it may be taken, to which it leads, who may take it and by when.

    The first step has no `states`: the system takes it when it raises the alert.

    With `together` each of the duties must take part. `for_grade` replaces the duties where a person has set that
    grade. No duty at all means anybody who holds one. Taking it meets the running clock of the rule `clock`. `sla` is
    an internal target, not law.
    """

    id: Step
    name: str
    states: frozenset[CaseState]
    to: CaseState
    duties: tuple[str, ...]
    guard: str
    together: bool = False
    for_grade: Mapping[IncidentGrade, str]
    sla: timedelta | None = None
    policies: tuple[str, ...] = ()
    clock: str | None = None

    def duties_at(self, grade: IncidentGrade | None) -> tuple[str, ...]:
        """Return the duties that take this step at a grade."""
        special = self.for_grade.get(grade) if grade is not None else None
        return self.duties if special is None else (special,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPart:
    """One part of the internal time budget, and the states in which its time is used."""

    id: str
    name: str
    planned: timedelta
    states: frozenset[CaseState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """Everything that is data about the work flow. `quiet_days` and `quiet_documents` say when reaction has died down."""

    duties: Mapping[str, Duty]
    states: Mapping[CaseState, str]
    final: frozenset[CaseState]
    steps: Mapping[Step, StepRule]
    four_eyes: frozenset[CaseState]
    limit: timedelta
    target: timedelta
    budget: tuple[BudgetPart, ...]
    quiet_days: int
    quiet_documents: int

    def step_words(self, steps: Iterable[Step]) -> str:
        """Return the names of steps, in the order given."""
        return "、".join(self.steps[step].name for step in steps)

    def duty_words(self, duties: Iterable[str]) -> str:
        """Return the names of duties, in the order given."""
        return "、".join(self.duties[duty].name for duty in duties if duty in self.duties)
