"""A small office and a case in its hands, for the tests of what is decided of cases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.cases.file import (
    Approval,
    Case,
    CaseFile,
    CaseRecord,
    CaseStep,
    Draft,
    Evaluation,
    Liaison,
    Publication,
    PublicationCorrection,
    ReviewOpinion,
    case_id,
)
from service.domain.cases.moves import Desk, Move
from service.domain.cases.review import Authority
from service.domain.cases.turn import Turn, takers
from service.domain.cases.workflow import CaseState, Workflow
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person, Role
from service.domain.policies.policy import Verdict
from service.policies.register import load_register

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
WORKFLOW: Workflow = load_register().workflow
ALERT = Alert(
    id="A1",
    event_id="E1",
    level=AlertLevel.ORANGE,
    peak_level=AlertLevel.ORANGE,
    state=AlertState.ACKNOWLEDGED,
    title="多人输注清云注射液后寒战",
    reason="first_raise",
    triggers=(),
    score=61.0,
    basis=(),
    publication={},
    lead="药品安全监管处",
    raised_at=NOW,
    changed_at=NOW,
)
LOCAL = Authority(verdict=Verdict.ALLOWED_LOCAL, sentence="本局可依法公布。")
RESERVED = Authority(
    verdict=Verdict.RESERVED_NATIONAL, sentence="由国家层面统一公布。", alternative="转报国家药监局；仅发布工作动态"
)
UNCLEAR = Authority(verdict=Verdict.CHECK, sentence="影响是否限于本省尚不清楚。")

_LISTS: dict[type, str] = {
    CaseStep: "steps",
    Draft: "drafts",
    ReviewOpinion: "opinions",
    Approval: "approvals",
    Publication: "publications",
    PublicationCorrection: "corrections",
    Evaluation: "evaluations",
}


def someone(name: str, *duties: str, role: Role = Role.OFFICER) -> Person:
    return Person(id=f"p-{name}", name=name, role=role, password_hash="", duties=frozenset(duties), created_at=NOW)


def everything(name: str) -> Person:
    """Somebody in a small office who holds every duty."""
    return someone(name, *WORKFLOW.duties)


def desk(person: Person, *, now: datetime = NOW, grade: IncidentGrade | None = None) -> Desk:
    return Desk(person=person, now=now, workflow=WORKFLOW, grade=grade)


def applied(file: CaseFile, move: Move) -> CaseFile:
    """Return the case file as the store would give it back after the move."""
    lists: dict[str, tuple[Any, ...]] = {}
    for record in move.records:
        name = "liaisons" if isinstance(record, Liaison) else _LISTS[type(record)]
        held: tuple[Any, ...] = lists.get(name, getattr(file, name))
        if isinstance(record, Liaison):
            held = tuple(one for one in held if one.number != record.number)
        lists[name] = (*held, record)
    return replace(file, case=move.case, **lists)


def case_in(state: CaseState, **changes: Any) -> CaseFile:
    """A case that stands in a state, without a past."""
    case = Case(
        id=case_id(ALERT.id),
        alert_id=ALERT.id,
        event_id=ALERT.event_id,
        title=ALERT.title,
        state=state,
        opened_at=NOW,
        opened_by="监测甲",
        changed_at=NOW,
    )
    return CaseFile(case=replace(case, **changes))


def with_draft(file: CaseFile, *texts: str, by: str = "承办丁") -> CaseFile:
    """The case with these versions, all by one author, the last one submitted where the state asks for it."""
    drafts = tuple(
        Draft(case_id=file.case.id, version=number, round=1, by=by, at=NOW, text=text, hash="")
        for number, text in enumerate(texts, start=1)
    )
    submitted = None if file.case.state is CaseState.DRAFTING else len(drafts)
    return replace(file, drafts=drafts, case=replace(file.case, draft=len(drafts), submitted=submitted))


def records_of(file: CaseFile) -> Iterable[CaseRecord]:
    """Yield everything that is written of a case."""
    for name in (*_LISTS.values(), "liaisons"):
        yield from getattr(file, name)


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def names_of_takers(people: Iterable[Person], turn: Turn, file: CaseFile, workflow: Workflow) -> tuple[str, ...]:
    return tuple(one.name for one in takers(people, turn, file, workflow))
