"""检索: what the public says about X, by the search engine; by the store where the engine does not answer."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import AfterValidator, BaseModel, Field

from analysis.assessment import CATEGORY_NAMES
from crawlers.records import SourceClass
from service.api.context import AppContext
from service.api.identity import Reader, context_of
from service.domain.beijing import BEIJING
from service.domain.places import CITIES, CITY_DIGITS, PROVINCE, region_name, region_prefix
from service.flows.keeping.privacy import note_personal_read, personal_documents
from service.flows.telling.deliver import search_behind
from service.ports.search import SearchQuery, SearchResult, SearchUnavailableError
from service.search.query import QueryError, parse_query, terms_of
from service.search.refill import rebuilding
from service.web.named import events_numbered
from service.web.render import page
from service.web.views.hits import Hit, from_search, from_store
from service.web.views.nothing_found import why_nothing
from service.web.views.paging import LAST_PAGE, pager
from service.web.views.wording import category_word, moment, word

router = APIRouter(default_response_class=HTMLResponse)

_PAGE = 20
_SCAN = 2000
_NARROW = frozenset({"since", "until"})


def _is_an_hour(text: str) -> str:
    _hour(text)
    return text


def _hour(text: str) -> datetime | None:
    """Return the Beijing hour that stands in the address as `2026-11-25T14`. Raises `ValueError`."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING) if text else None


_Hour = Annotated[str, Field(pattern=r"^(|\d{4}-\d\d-\d\dT\d\d)$"), AfterValidator(_is_an_hour)]


class SearchFilters(BaseModel):
    """The filters as they stand in the address."""

    level: str = Field(default="", pattern="^(|0|1|2)$")
    category: str = Field(default="", pattern=r"^(|R\d\d)$")
    source_class: str = Field(default="", pattern="^[a-z_]{0,20}$")
    region: str = Field(default="", pattern=r"^(|\d{2,12})$")
    days: str = Field(default="", pattern="^(|1|3|7|30)$")
    since: _Hour = ""
    until: _Hour = ""
    tone: str = Field(default="", pattern="^(|neg|neu|pos)$")
    sort: str = Field(default="newest", pattern="^(newest|relevance)$")

    @property
    def hours(self) -> tuple[datetime | None, datetime | None]:
        """The hours that the address names; none where days are chosen, which the person did later."""
        return (None, None) if self.days else (_hour(self.since), _hour(self.until))


@router.get("/search")
def search(
    request: Request,
    identity: Reader,
    filters: Annotated[SearchFilters, Depends()],
    q: Annotated[str, Query(max_length=200)] = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """Find documents."""
    context = context_of(request)
    view: dict[str, Any] = {
        "hits": [],
        "facets": [],
        "degraded": None,
        "fault": None,
        "why": "",
        "scope": _scope(filters, None, context.now()),
    }
    more = False
    try:
        query = parse_query(q, context.cut, within=_within(filters, page_number, context))
    except QueryError as fault:
        view["fault"] = str(fault)
    else:
        found, more = _find(context, query, q, filters)
        view |= found
        if not found["hits"] and not found["degraded"]:
            view["why"] = _why_nothing(context, query, q, narrowed=bool(filters.model_dump(exclude_defaults=True)))
        personal = personal_documents(view["hits"])
        if personal:
            note_personal_read(
                context.store, identity.person, "search:", what="complaints", documents=personal, now=context.now()
            )
    view["numbered"] = events_numbered(context.store, q)
    view |= _asked(q, filters, page_number, more=more)
    return page(request, "search.html", identity=identity, key="search", title="检索", **view)


def _asked(q: str, filters: SearchFilters, number: int, *, more: bool) -> dict[str, Any]:
    """Return what was asked for, how to ask for the pages beside it or for more, and what can be chosen."""
    given = {"q": q} | {name: value for name, value in filters.model_dump().items() if value and value != "newest"}
    if filters.days:
        given = {name: value for name, value in given.items() if name not in _NARROW}
    earlier, later = pager("/search", given, number, more=more)
    return {
        "q": q,
        "filters": filters,
        "hours": any(filters.hours),
        "asked": bool(q.strip()) or bool(given.keys() - {"q", "sort"}),
        "wider": urlencode({name: value for name, value in given.items() if name not in _NARROW}),
        "earlier": earlier,
        "later": later,
        "categories": CATEGORY_NAMES.items(),
        "regions": _regions(filters.region),
        "source_classes": [kind.value for kind in SourceClass],
    }


def _regions(asked: str) -> list[tuple[str, str]]:
    """Return what can be chosen of places: the province, its cities, and what the address asks for besides."""
    known = [(PROVINCE, "江西（涉赣）"), *CITIES.items()]
    return known if not asked or asked in dict(known) else [*known, (asked, f"{region_name(asked)} {asked}")]


# A long sentence typed as a query is not explained word by word.
_EXPLAINED = 8


def _why_nothing(context: AppContext, query: SearchQuery, text: str, *, narrowed: bool) -> str:
    """Return which terms of a query no document has, or that none has them together."""
    bare = replace(query, tokens=(), begun=(), phrases=(), excluded=(), limit=0, offset=0)
    counts = []
    for term in terms_of(text)[:_EXPLAINED]:
        with suppress(QueryError, SearchUnavailableError):
            asked = parse_query(term, context.cut, within=bare)
            counts.append((term, context.search.find(asked).total))
    return why_nothing(counts, narrowed=narrowed, excludes=bool(query.excluded))


def _within(filters: SearchFilters, number: int, context: AppContext) -> SearchQuery:
    since, until = filters.hours
    return SearchQuery(
        since=context.now() - timedelta(days=int(filters.days)) if filters.days else since,
        until=until,
        level_at_least=int(filters.level) if filters.level in {"1", "2"} else None,
        level_at_most=0 if filters.level == "0" else None,
        categories=(filters.category,) if filters.category else (),
        region=filters.region or None,
        source_class=filters.source_class or None,
        tone=filters.tone or None,
        sort="score" if filters.sort == "relevance" else "newest",
        limit=_PAGE,
        offset=(number - 1) * _PAGE,
    )


def _find(context: AppContext, query: SearchQuery, text: str, filters: SearchFilters) -> tuple[dict[str, Any], bool]:
    names = context.source_names
    try:
        result = context.search.find(query)
        cities = _city_counts(context, query, result)
    except SearchUnavailableError as error:
        hits = _scan(context, query, names)
        sentence = f"检索引擎无法访问（{error}）。下面是数据库最近 {_SCAN} 篇中包含全部检索词的稿件，可能不全。"
        return {"hits": hits[:_PAGE], "degraded": sentence, "scope": _scope(filters, None, context.now())}, False
    hits = [from_search(hit.document, query, names) for hit in result.hits]
    view = {
        "hits": hits,
        "facets": _facets(result, text, filters, cities),
        "degraded": result.degraded or _rebuilding(context) or _behind(context),
        "scope": _scope(filters, result.total, context.now()),
    }
    return view, query.offset + len(hits) < min(result.total, 10_000)


def _rebuilding(context: AppContext) -> str | None:
    sentence = rebuilding(context.store, context.search)
    return sentence and f"{sentence}。“预警”“事件”不受影响。"


def _behind(context: AppContext) -> str | None:
    with context.store.read() as work:
        behind = search_behind(work, now=context.now(), pace=context.pace)
    return behind and f"{behind}。它们在“预警”“事件”里看得到；请通知系统管理员。"


def _scan(context: AppContext, query: SearchQuery, names: Mapping[str, str]) -> list[Hit]:
    with context.store.read() as work:
        rows = work.documents.listing(
            since=query.since,
            until=query.until,
            category=query.categories[0] if query.categories else None,
            limit=_SCAN,
        )
        if query.region is not None:
            # Places stand in the judgement alone; the projection's record of a document is made from it.
            begin = region_prefix(query.region)
            there = {
                one.document_id
                for one in work.documents.search_documents_of([row.document_id for _, row in rows])
                if any(code.startswith(begin) for code in one.regions)
            }
            rows = [(seq, row) for seq, row in rows if row.document_id in there]
    kept = (from_store(row, query, names) for _, row in rows)
    return [hit for hit in kept if hit is not None]


def _scope(filters: SearchFilters, total: int | None, now: datetime) -> str:
    span = {"": "全部时间", "1": "近 24 小时", "3": "近 3 天", "7": "近 7 天", "30": "近 30 天"}[filters.days]
    since, until = filters.hours
    if since or until:
        span = f"{moment(since, now) if since else ''}–{moment(until, now) if until else ''}"
    if filters.tone:
        span += f" · {word('tone', filters.tone)}"
    return f"{span} · {total:,} 篇" if total is not None else span


# Counting a city anew asks the engine once more; among more hits than this the largest of its codes stands, as a lower bound.
_COUNTED = 5000
_AT_LEAST = "至少 "


def _city_counts(context: AppContext, query: SearchQuery, result: SearchResult) -> dict[str, str]:
    """Return how many hits are of each city that goes by several codes: a county's hits count under the county alone."""
    counts = result.facets.get("region", {})
    several = [
        city for city, number in Counter(code[:CITY_DIGITS] for code in counts).items() if number > 1 and city in CITIES
    ]
    if query.region is not None:
        return {query.region[:CITY_DIGITS]: str(result.total)}
    if result.total > _COUNTED:
        return {
            city: f"{_AT_LEAST}{max(n for code, n in counts.items() if code[:CITY_DIGITS] == city)}" for city in several
        }
    return {city: str(context.search.find(replace(query, region=city, limit=0, offset=0)).total) for city in several}


def _facets(
    result: SearchResult, text: str, filters: SearchFilters, cities: Mapping[str, str]
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    words = (
        ("level", "研判", lambda code: word("judged", code) + ("及以上" if code == "1" else ""), "level"),
        ("categories", "类别", category_word, "category"),
        ("source_class", "信源类别", lambda code: word("source_class", code), "source_class"),
        ("region", "地区", region_name, "region"),
    )
    kept = {"q": text} | {name: value for name, value in filters.model_dump().items() if value}
    shown = []
    for field, title, name_of, parameter in words:
        counts = dict(result.facets.get(field, {}))
        if field == "level" and "1" in counts:
            # Its link opens the risks as well.
            counts["1"] += counts.get("2", 0)
        # A document of Ganzhou counts under 3607, 360700 or its county: one name, one row, and the link of the city.
        named: dict[str, tuple[str, str]] = {}
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            if code:
                value = code[:CITY_DIGITS] if field == "region" and code[:CITY_DIGITS] in CITIES else code
                link = f"/search?{urlencode(kept | {parameter: value})}"
                named.setdefault(
                    name_of(code), (cities.get(value, str(count)) if field == "region" else str(count), link)
                )
        # What a city has altogether may be more than its most frequent code had, by which it came here.
        rows = sorted(
            ((name, *row) for name, row in named.items()), key=lambda row: -int(row[1].removeprefix(_AT_LEAST))
        )[:8]
        if rows:
            shown.append((title, rows))
    return shown
