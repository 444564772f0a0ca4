"""预警: everything open, filterable by address, and taken in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from analysis.assessment import CATEGORY_NAMES
from service.api.context import AppContext
from service.api.identity import Identity, Reader, context_of
from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import Clock
from service.domain.clocks.urgency import by_urgency
from service.domain.people.person import Act, Person, may
from service.domain.places import CITIES
from service.domain.telling.silence import silencing
from service.flows.alerts.bulk import MOST_AT_ONCE, UNDO
from service.flows.reports.mornings import coming_gaps
from service.flows.telling.tell import labels_of
from service.ports.alerts import NOBODY, AlertsAmong
from service.ports.store import Work
from service.web.pages.overview import rows_of
from service.web.refused import NOT_REFUSED, Refused, first
from service.web.render import desk_of, page
from service.web.views.paging import LAST_PAGE, pager
from service.web.views.wording import moment, word

__all__ = ["Listed", "router", "show_refused"]

router = APIRouter(default_response_class=HTMLResponse)

Row = tuple[Alert, Clock | None]
_PAGE = 30
_CLOSED = AlertState.CLOSED.value
PageNumber = Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)]

_CHOICES: Mapping[str, Any] = {
    "states": [("unclosed", "未关闭"), *((state.value, word("alert", state.value)) for state in AlertState)],
    "categories": CATEGORY_NAMES.items(),
    "cities": CITIES.items(),
}
_NUMBER = TypeAdapter(Annotated[int, Field(ge=1, le=LAST_PAGE)])


class AlertFilters(BaseModel):
    """The filters of the list as they stand in the address."""

    state: str = Field(default="unclosed", pattern="^(unclosed|open|acknowledged|assigned|answering|answered|closed)$")
    level: str = Field(default="", pattern="^(|red|orange|yellow|blue)$")
    category: str = Field(default="", pattern=r"^(|R\d\d)$")
    region: str = Field(default="", pattern=r"^(|\d{2,6})$")
    owner: str = Field(default="", max_length=32)


@router.get("/alerts")
def alerts(
    request: Request,
    identity: Reader,
    filters: Annotated[AlertFilters, Depends()],
    page_number: PageNumber = 1,
    batch: Annotated[str, Query(max_length=32)] = "",
) -> HTMLResponse:
    """List alerts by deadline and level; after an act on several, what became of it and how to take it back."""
    return _show(request, identity, Listed(filters, page_number), batch=batch)


@dataclass(frozen=True, slots=True)
class Listed:
    """Which part of the list is shown, as its forms carry it along."""

    filters: AlertFilters
    page_number: int = 1

    @classmethod
    def of(cls, query: str) -> "Listed":
        """Return what `query` said; the whole list where that was written by no form."""
        given = dict(parse_qsl(query))
        try:
            return cls(AlertFilters(**given), _NUMBER.validate_python(given.get("page", "1")))
        except ValidationError:
            return cls(AlertFilters())

    @property
    def given(self) -> dict[str, str]:
        """The filters that differ from those of the whole list."""
        return {name: value for name, value in self.filters.model_dump().items() if value not in {"", "unclosed"}}

    @property
    def end(self) -> int:
        """How many alerts stand before the next page."""
        return self.page_number * _PAGE

    @property
    def query(self) -> str:
        """The list as `of` reads it."""
        return urlencode(self.given | {"page": str(self.page_number)})


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one page, how many there are in all, whose they are; `ordered` are those that were looked through for them."""

    rows: Sequence[Row]
    total: int
    owners: Sequence[str]
    ordered: Sequence[Row] = ()


def show_refused(request: Request, identity: Identity, refused: Refused, causes: Mapping[str, str]) -> HTMLResponse:
    """Show the list from which an act on several alerts was sent, with the same ones picked; `causes` says of each at fault why.

    Those that the list no longer shows, as somebody closed or took them meanwhile, stand before it.
    """
    listed = Listed.of(first(refused.typed, "list"))
    return _show(request, identity, listed, refused=refused, causes=causes)


def _show(
    request: Request,
    identity: Identity,
    listed: Listed,
    *,
    batch: str = "",
    refused: Refused = NOT_REFUSED,
    causes: Mapping[str, str] = MappingProxyType({}),
) -> HTMLResponse:
    context, filters = context_of(request), listed.filters
    picked = list(dict.fromkeys(refused.typed.get("alert", ())))[:MOST_AT_ONCE]
    with context.store.read() as work:
        part = _closed(work, listed) if filters.state == "closed" else _unclosed(request, work, listed, context)
        shown = [*_gone(work, picked, part), *part.rows]
        rows = rows_of(work, shown, context)
        silenced = _silenced(work, [alert for alert, _ in shown], context)
        extras = _beside_the_list(work, identity.person, batch, context)
    earlier, later = pager("/alerts", listed.given, listed.page_number, more=part.total > listed.end)
    view: dict[str, Any] = {
        "rows": rows,
        "total": part.total,
        "scope": "未关闭" if filters.state == "unclosed" else "",
        "filters": filters,
        "filtered": bool(listed.given),
        "list": listed.query,
        "picked": picked,
        "causes": causes,
        "owners": part.owners,
        **_CHOICES,
        "earlier": earlier,
        "later": later,
        "part": "alerts",
        "silenced": silenced,
        **extras,
    }
    return page(request, "alerts.html", identity=identity, key="alerts", title="预警", refused=refused, **view)


def _gone(work: Work, picked: Sequence[str], part: _Part) -> list[Row]:
    """Return the picked alerts that are not shown any more, in the order in which they were picked."""
    there = {alert.id for alert, _ in part.rows}
    clocks = {alert.id: clock for alert, clock in part.ordered}
    found = [work.alerts.get(alert_id) for alert_id in picked if alert_id not in there]
    return [(alert, clocks.get(alert.id)) for alert in found if alert is not None]


def _silenced(work: Work, alerts_: Sequence[Alert], context: AppContext) -> dict[str, str]:
    """Return of each silenced alert until when its mails are held back."""
    now = context.now()
    silences = work.silences.active(now)
    if not silences:
        return {}
    events = work.events.get_all([alert.event_id for alert in alerts_])
    found = {}
    for alert in alerts_:
        event = events.get(alert.event_id)
        held = silencing(silences, labels_of(alert, event, context.office.register), now) if event else None
        if held is not None:
            found[alert.id] = f"静默至 {moment(held.ends_at, now)}"
    return found


def _beside_the_list(work: Work, person: Person, batch_id: str, context: AppContext) -> dict[str, Any]:
    """Return who may be given alerts, and the bulk act that may still be undone."""
    now = context.now()
    batch = work.batches.get(batch_id) if batch_id else None
    own = batch is not None and batch.person_id == person.id and batch.undone_at is None
    items = batch.items if batch is not None and own else ()
    gap = coming_gaps(work, since=now, until=now + timedelta(hours=24))
    return {
        "handlers": [one.name for one in work.people.listing() if not one.disabled and may(one.role, Act.HANDLE_ALERT)],
        "batch": batch if own and batch is not None and now <= batch.at + UNDO else None,
        "undo_until": batch.at + UNDO if batch is not None else None,
        "bulk_done": sum("alert" in item for item in items),
        "bulk_left": [str(item["refused"]) for item in items if "refused" in item],
        "gap": gap[0].sentence(now) if gap else None,
    }


def _closed(work: Work, listed: Listed) -> _Part:
    """Return a page of what is closed, the latest raised first: there are years of it, so the store leafs and counts."""
    filters = listed.filters
    level = filters.level or None
    meant = AlertsAmong(owner=filters.owner or None, category=filters.category or None, region=filters.region or None)
    found = work.alerts.listing(state=_CLOSED, level=level, meant=meant, limit=_PAGE, offset=listed.end - _PAGE)
    total = work.alerts.count(state=_CLOSED, level=level, meant=meant)
    return _Part([(alert, None) for alert in found], total, work.alerts.owners(state=_CLOSED))


def _unclosed(request: Request, work: Work, listed: Listed, context: AppContext) -> _Part:
    opened = desk_of(request).open_alerts(work, context.now(), context.office.register.clocks)
    wanted = None if listed.filters.state == "unclosed" else AlertState(listed.filters.state)
    alerts_ = [alert for alert in opened.alerts if wanted is None or alert.state is wanted]
    ordered = by_urgency(alerts_, opened.clocks, context.now())
    found = _matching(work, ordered, listed.filters)
    owners = sorted({alert.owner for alert, _ in ordered if alert.owner})
    return _Part(found[listed.end - _PAGE : listed.end], len(found), owners, ordered)


def _matching(work: Work, ordered: Sequence[Row], filters: AlertFilters) -> list[Row]:
    kept = [
        (alert, clock)
        for alert, clock in ordered
        if (not filters.level or alert.level.key == filters.level)
        and (not filters.owner or (alert.owner or NOBODY) == filters.owner)
    ]
    if not filters.category and not filters.region:
        return kept
    # One query for the events of all alerts; an alert keeps its event's categories nowhere else.
    events = work.events.get_all([alert.event_id for alert, _ in kept])
    found = []
    for alert, clock in kept:
        event = events.get(alert.event_id)
        if event is None:
            continue
        in_category = not filters.category or filters.category in event.categories
        in_region = not filters.region or any(code.startswith(filters.region) for code in event.regions)
        if in_category and in_region:
            found.append((alert, clock))
    return found
