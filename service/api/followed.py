"""The part of the JSON interface that tells of watched policies and of matters. Read-only."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from crawlers.personal_data import mask_personal_data
from service.api.identity import MAY_READ, Reader, context_of
from service.api.routes import Limit, Offset, plain
from service.domain.matters.matter import OPEN_STATES, Matter, MatterKind
from service.domain.matters.matter_duty import Duty, standing
from service.domain.topics.topic import Topic
from service.flows.keeping.privacy import note_personal_read
from service.flows.topics.topic_report import SPANS, report_topic

__all__ = ["router"]

router = APIRouter()

_WEEK = 7


@router.get("/api/topics", dependencies=[MAY_READ])
def list_topics(
    request: Request, state: Annotated[str | None, Query(pattern="^(open|closed)$")] = None, limit: Limit = 50
) -> dict[str, Any]:
    """Return watched policies, the last opened first, each with its phases and how many documents it has."""
    with context_of(request).store.read() as work:
        topics = work.topics.listing(state=state, limit=limit)
        totals = work.topics.totals()
    return {"topics": [_topic(topic) | {"documents": totals.get(topic.id, 0)} for topic in topics]}


@router.get("/api/topics/{topic_id}", dependencies=[MAY_READ])
def one_topic(request: Request, topic_id: str, days: Annotated[int, Query(ge=1, le=30)] = _WEEK) -> dict[str, Any]:
    """Return one watched policy with its report, before and after compared over `days`. Raises `NotFound`."""
    context = context_of(request)
    span = min(SPANS, key=lambda known: abs(known - days))
    report = report_topic(context.store, topic_id, now=context.now(), days=span)
    return _topic(report.topic) | {"days": span} | report.as_json()


def _topic(topic: Topic) -> dict[str, Any]:
    names = ("id", "title", "issue_number", "stem", "words", "without", "state", "opened_by", "opened_at", "changed_at")
    phases = [{"kind": one.kind.value, "since": str(one.since), "until": _day(one.until)} for one in topic.phases]
    return {name: plain(getattr(topic, name)) for name in names} | {"phases": phases}


def _day(day: object) -> str | None:
    return None if day is None else str(day)


@router.get("/api/matters")
def list_matters(
    request: Request,
    identity: Reader,
    kind: Annotated[MatterKind | None, Query()] = None,
    state: Annotated[str, Query(pattern="^(open|overdue|all)$")] = "open",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return matters, the soonest due first, with their clocks: masked, without text and without what stands for the applicant.

    That they were shown is written down, as on the page.
    """
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        found = work.matters.listing(
            kind=kind,
            states=() if state == "all" else OPEN_STATES,
            due_before=now if state == "overdue" else None,
            limit=limit,
            offset=offset,
        )
    if found:
        shown = [matter.id for matter in found]
        note_personal_read(context.store, identity.person, "matters:", what="matters", documents=shown, now=now)
    rows = [
        _matter(matter) | {"clocks": [_clock(duty, standing(duty, now).value) for duty in matter.duties]}
        for matter in found
    ]
    return {"matters": rows}


def _matter(matter: Matter) -> dict[str, Any]:
    names = ("id", "kind", "number", "source_id", "received_at", "region", "handler", "state", "state_at", "due_at")
    return {name: plain(getattr(matter, name)) for name in names} | {
        "title": mask_personal_data(matter.title, landlines=True),
        "place": mask_personal_data(matter.place, landlines=True),
    }


def _clock(duty: Duty, stands: str) -> dict[str, Any]:
    names = (
        "rule_id",
        "action",
        "limit",
        "basis",
        "verified",
        "armed",
        "start_at",
        "due_at",
        "met_at",
        "dropped_at",
        "extended_at",
    )
    return {name: plain(getattr(duty, name)) for name in names} | {"standing": stands}
