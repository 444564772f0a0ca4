"""Cases as JSON: what the pages of cases show, read-only."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from service.api.identity import MAY_READ, context_of
from service.api.routes import Limit, Offset, plain
from service.domain.cases.call import able, calls
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import budget_used
from service.domain.cases.workflow import Workflow
from service.domain.events.event import Event
from service.domain.people.person import Person
from service.domain.refusal import NotFound

__all__ = ["router"]

router = APIRouter()


@router.get("/api/cases", dependencies=[MAY_READ])
def list_cases(
    request: Request, *, over: Annotated[bool, Query()] = False, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """Return running cases (with `over`, ended ones), latest change first, each with what it waits for."""
    context = context_of(request)
    workflow = context.office.register.workflow
    with context.store.read() as work:
        found = work.cases.listing(over=over, limit=limit, offset=offset)
        files = work.cases.files([case.id for case in found])
        events = work.events.get_all([case.event_id for case in found])
        people = work.people.listing()
    rows = []
    for case in found:
        waiting = _waiting(files[case.id], events.get(case.event_id), people, workflow)
        rows.append(_record(case) | {"waiting": waiting})
    return {"cases": rows}


@router.get("/api/cases/{case_id}", dependencies=[MAY_READ])
def one_case(request: Request, case_id: str) -> dict[str, Any]:
    """Return one case with everything in it, what it waits for and what is used of the budget in seconds. Raises `NotFound`."""
    context = context_of(request)
    workflow = context.office.register.workflow
    with context.store.read() as work:
        file = work.cases.file(case_id)
        event = work.events.get(file.case.event_id) if file else None
        people = work.people.listing()
    if file is None or event is None:
        raise NotFound("没有这个处置。")
    used = budget_used(file, workflow, known_at=event.known_at, now=context.now())
    budget = [
        {
            "id": one.part.id,
            "name": one.part.name,
            "planned": int(one.part.planned.total_seconds()),
            "used": int(one.used.total_seconds()),
            "running": one.running,
        }
        for one in used
    ]
    parts = {one.name: _records(getattr(file, one.name)) for one in fields(file) if one.name != "case"}
    parts["published"] = _records(file.published)
    waiting = _waiting(file, event, people, workflow)
    return _record(file.case) | parts | {"waiting": waiting, "budget": budget}


def _waiting(
    file: CaseFile, event: Event | None, people: Sequence[Person], workflow: Workflow
) -> list[Mapping[str, Any]]:
    return [
        {
            "step": call.turn.step.value,
            "name": call.turn.name,
            "duties": list(call.turn.waiting),
            "people": [one.name for one in able(call, people, file, workflow)],
            "since": call.since.isoformat(),
            "due_at": (call.since + call.allowed).isoformat() if call.allowed else None,
        }
        for call in calls(file, workflow, event.grade if event else None)
    ]


def _records(found: Sequence[object]) -> list[dict[str, Any]]:
    return [_record(one) for one in found]


def _record(one: object) -> dict[str, Any]:
    assert is_dataclass(one)
    return {field.name: plain(getattr(one, field.name)) for field in fields(one)}
