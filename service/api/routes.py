"""The JSON interface below /api, and the two health checks. Read-only: acts go through the pages' forms."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from crawlers.health import health
from crawlers.ports import SourceProgress
from service.api.context import AppContext
from service.api.identity import MAY_READ, Guard, Identity, Reader, context_of
from service.domain.audit import RECENT
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts
from service.domain.events.need import need_decision, need_signs, propose_need
from service.domain.people.person import Act
from service.domain.refusal import NotFound, Refusal
from service.flows.acts import facts_now
from service.flows.keeping.privacy import note_personal_read, personal_documents
from service.flows.learning.opinion_desk import how_asking_stands
from service.ports.search import SearchQuery, SearchUnavailableError
from service.ports.store import StoreUnavailableError
from service.search.query import QueryError, parse_query
from service.search.refill import rebuilding

__all__ = ["plain", "router"]

router = APIRouter()

_AUDITOR = Depends(Guard(Act.READ_AUDIT))
_OK, _UNAVAILABLE = 200, 503

Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10_000)]
Level = Annotated[str | None, Query(pattern="^(red|orange|yellow|blue)$")]


def plain(value: object) -> Any:
    """Return `value` as JSON types: enums by value, levels by key, times in ISO form."""
    if isinstance(value, Enum):
        return getattr(value, "key", value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@router.get("/api/alerts", dependencies=[MAY_READ])
def list_alerts(
    request: Request,
    state: Annotated[str | None, Query(pattern="^(open|acknowledged|assigned|answering|answered|closed)$")] = None,
    level: Level = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return alerts, newest first, each with its clocks."""
    with context_of(request).store.read() as work:
        alerts = work.alerts.listing(state=state, level=level, limit=limit, offset=offset)
        clocks = work.clocks.of_alerts([alert.id for alert in alerts])
    rows = [_fields(alert) | {"clocks": [_fields(c) for c in clocks.get(alert.id, ())]} for alert in alerts]
    return {"alerts": rows}


def _fields(record: Any, *leave_out: str) -> dict[str, Any]:
    names = (name for name in type(record).__dataclass_fields__ if name not in leave_out)
    return {name: plain(getattr(record, name)) for name in names}


@router.get("/api/alerts/{alert_id}", dependencies=[MAY_READ])
def one_alert(request: Request, alert_id: str) -> dict[str, Any]:
    """Return one alert with its clocks and whether an answer is proposed or decided. Raises `NotFound`."""
    context = context_of(request)
    with context.store.read() as work:
        alert = work.alerts.get(alert_id)
        if alert is None:
            raise NotFound("没有这条预警。")
        clocks = work.clocks.of_alerts([alert.id]).get(alert.id, ())
        event = work.events.get(alert.event_id)
        facts = facts_now(work, event, context.office, context.now()) if event else None
    need = _need(event, facts) if event and facts else None
    return _fields(alert) | {"clocks": [_fields(clock) for clock in clocks], "need": need}


def _need(event: Event, facts: IncidentFacts) -> dict[str, Any]:
    decision = need_decision(event)
    return {
        "proposal": propose_need(event.categories, facts, need_signs(event)).as_json(),
        "decision": decision.as_json() if decision else None,
    }


@router.get("/api/events", dependencies=[MAY_READ])
def list_events(
    request: Request,
    level: Level = None,
    category: Annotated[str | None, Query(pattern=r"^R\d\d$")] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{2,6}$")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Return events, latest activity first; `region` is how the code of one of the places begins."""
    with context_of(request).store.read() as work:
        events = work.events.listing(level_at_least=level, category=category, region=region, limit=limit, offset=offset)
    return {"events": [_fields(event, "sketch") for event in events]}


@router.get("/api/events/{event_id}")
def one_event(request: Request, identity: Reader, event_id: str) -> dict[str, Any]:
    """Return one event with its documents. Raises `NotFound`."""
    context = context_of(request)
    with context.store.read() as work:
        event = work.events.get(event_id)
        if event is None:
            raise NotFound("没有这个事件。")
        documents = work.events.documents(event_id)
    _note_read(context, identity, f"event:{event_id}", personal_documents(documents))
    return _fields(event, "sketch") | {"documents": [_fields(document) for document in documents]}


def _note_read(context: AppContext, identity: Identity, subject: str, personal: list[str]) -> None:
    if personal:
        note_personal_read(
            context.store, identity.person, subject, what="complaints", documents=personal, now=context.now()
        )


@router.get("/api/search")
def search(
    request: Request,
    identity: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
    level: Annotated[int | None, Query(ge=0, le=2)] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{2,6}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=9900)] = 0,
) -> Response:
    """Return found documents; 503 where the search engine does not answer."""
    context = context_of(request)
    within = SearchQuery(level_at_least=level, region=region, limit=limit, offset=offset)
    try:
        result = context.search.find(parse_query(q, context.cut, within=within))
        degraded = result.degraded or rebuilding(context.store, context.search)
    except QueryError as error:
        raise Refusal(str(error)) from error
    except SearchUnavailableError as error:
        return JSONResponse({"status": 503, "sentence": f"检索引擎无法访问：{error}"}, status_code=503)
    _note_read(context, identity, "search:", personal_documents(hit.document for hit in result.hits))
    hits = [_fields(hit.document, "tokens") | {"score": hit.score} for hit in result.hits]
    body = {"total": result.total, "hits": hits, "facets": plain(result.facets), "degraded": degraded}
    return JSONResponse(body)


@router.get("/api/sources", dependencies=[MAY_READ])
def list_sources(request: Request) -> dict[str, Any]:
    """Return every declared source with its switch and health."""
    context = context_of(request)
    with context.store.read() as work:
        progress = work.sources.all_progress()
        switches = work.sources.switches()
    rows = []
    for source in context.catalogue_sources:
        kept = progress.get(source.id, SourceProgress(source_id=source.id))
        found = health(kept, source, context.now())
        enabled = switches.get(source.id, source.enabled)
        rows.append(
            {"id": source.id, "name": source.name, "kind": source.kind, "enabled": enabled, **plain(asdict(found))}
        )
    return {"sources": rows}


@router.get("/api/audit", dependencies=[_AUDITOR])
def list_audit(
    request: Request,
    limit: Limit = 100,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> dict[str, Any]:
    """Return audit rows, newest first, and the first broken row of the chain's recent part."""
    with context_of(request).store.read() as work:
        rows = work.audit.rows(limit=limit, before_seq=before)
        whole = max(0, work.audit.head().seq - RECENT)
        broken = work.audit.verify(after=whole)
    return {"rows": [_fields(row) for row in rows], "broken": broken, "checked_from": whole + 1}


@router.get("/api/health", dependencies=[MAY_READ])
def health_of_service(request: Request) -> dict[str, Any]:
    """Return what readiness says with the queues behind it."""
    context = context_of(request)
    degraded = _degraded(context)
    with context.store.read() as work:
        pending = work.documents.pending_count()
        waiting = dict(work.outbox.waiting())
        asked = None if context.opinions is None else how_asking_stands(work, context.opinions, now=context.now())
    told = {"version": context.version, "degraded": degraded, "pending": pending, "outbox": waiting}
    return told if asked is None else told | {"opinions": asked.counts()}


@router.get("/healthz")
def live(request: Request) -> dict[str, str]:
    """Say that this process answers, and its time, by which an open page that slept sets its clock; touches nothing else."""
    return {"status": "ok", "now": context_of(request).now().isoformat()}


@router.get("/readyz")
def ready(request: Request) -> Response:
    """Say whether the store answers (else 503) and name what works only in part; names no address or version."""
    context = context_of(request)
    degraded = _degraded(context)
    status = _UNAVAILABLE if "store" in degraded else _OK
    return JSONResponse({"status": "ok" if status == _OK else "unavailable", "degraded": degraded}, status_code=status)


def _degraded(context: AppContext) -> list[str]:
    faults = context.readiness.begin({"search": context.search.check, **(context.checks or {})})
    found = [] if _answers(context) else ["store"]
    return found + faults()


def _answers(context: AppContext) -> bool:
    try:
        return context.store.check() is None
    except StoreUnavailableError:
        return False
