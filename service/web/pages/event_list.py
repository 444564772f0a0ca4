"""事件: the list."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from analysis.assessment import CATEGORY_NAMES
from service.api.identity import Reader, context_of
from service.domain.places import CITIES
from service.web.render import page
from service.web.views.paging import LAST_PAGE, pager

router = APIRouter(default_response_class=HTMLResponse)

_PAGE = 50


class EventFilters(BaseModel):
    """The filters of the list as they stand in the address."""

    level: str = Field(default="", pattern="^(|red|orange|yellow|blue)$")
    category: str = Field(default="", pattern=r"^(|R\d\d)$")
    region: str = Field(default="", pattern=r"^(|\d{2,6})$")


@router.get("/events")
def events(
    request: Request,
    identity: Reader,
    filters: Annotated[EventFilters, Depends()],
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """List events, latest activity first."""
    with context_of(request).store.read() as work:
        found = work.events.listing(
            level_at_least=filters.level or None,
            category=filters.category or None,
            region=filters.region or None,
            limit=_PAGE + 1,
            offset=(page_number - 1) * _PAGE,
        )
    given = {name: value for name, value in filters.model_dump().items() if value}
    earlier, later = pager("/events", given, page_number, more=len(found) > _PAGE)
    return page(
        request,
        "events.html",
        identity=identity,
        key="events",
        title="事件",
        events=found[:_PAGE],
        filters=filters,
        filtered=bool(given),
        categories=CATEGORY_NAMES.items(),
        cities=CITIES.items(),
        earlier=earlier,
        later=later,
    )
