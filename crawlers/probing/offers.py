"""What a page offers besides itself: feeds, sitemaps, the content management system behind it, JSON with a list. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from crawlers.urls import resolve_link

__all__ = ["JsonList", "cms_of", "feeds_of", "govcms_address", "hanweb_columns", "json_lists", "page_two_links"]

MAX_OFFERS = 5
MAX_DEPTH = 6
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_FEED_PATHS = re.compile(r"(?:^|/)(?:rss|feed|atom)[\w-]*(?:\.xml|/)?$", re.IGNORECASE)
_COLUMN = re.compile(r"/col/col(\d+)(?:/index\.html)?")
_GOVCMS = re.compile(r"/common/search/[0-9a-f]{32}[^\"'\s<>]*")
_STATIC = re.compile(r"_(\d{1,3})\.(?:s?html?|jsp)$")
_QUERY = re.compile(r"[?&](page|p|pageNum|pageIndex|curPage|pn)=2(?:&|$)", re.IGNORECASE)
_TITLES = ("title", "name", "subject", "headline", "biaoti", "bt")
_LINKS = ("url", "link", "href", "publishUrl", "docpuburl", "weburl")
_TIMES = ("publishTime", "pubTime", "pubDate", "publishedTimeStr", "published", "date", "time", "createTime", "ctime")
_IDS = ("id", "contentId", "docid", "guid", "uuid")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonList:
    """An array of records in a JSON answer: where it is, how many, and which keys hold title, address, id and time."""

    path: str
    count: int
    title: str
    link: str | None
    id: str | None
    published: str | None


def feeds_of(markup: str, *, url: str) -> list[str]:
    """Return the feeds that a page names, those of its head first."""
    selector = Selector(text=markup or "<html></html>", type="html")
    named = [
        link.attrib.get("href", "")
        for link in selector.css("link[rel~=alternate]")
        if link.attrib.get("type", "").lower() in _FEED_TYPES
    ]
    linked = [href for href in selector.css("a::attr(href)").getall() if _FEED_PATHS.search(href.partition("?")[0])]
    found = [address for href in (*named, *linked) if (address := resolve_link(url, href))]
    return list(dict.fromkeys(found))[:MAX_OFFERS]


def cms_of(markup: str, *, url: str) -> str | None:
    """Return the preset of the content management system that a page shows, `None` where it shows none."""
    counted = re.search(r"createPageHTML\(\s*(['\"])?", markup)
    marks = (
        ("hanweb_jpage", "/module/web/jpage/dataproxy.jsp" in markup or "<datastore>" in markup),
        ("gkmlpt", "/gkmlpt" in url or re.search(r"[\"'/]gkmlpt[/\"']", markup)),
        ("govcms_search_json", _GOVCMS.search(markup)),
        ("trs_static_1b", counted is not None and counted[1]),
        ("trs_static", counted or re.search(r"\bcountPage\s*=\s*\d", markup)),
        ("hanweb_jpage", re.search(r"/col/col\d+", markup) and re.search(r"/art/\d{4}/\d{1,2}/\d{1,2}/", markup)),
    )
    return next((preset for preset, shows in marks if shows), None)


def govcms_address(markup: str, *, url: str) -> str | None:
    """Return the address of the list interface that a page of govCMS names."""
    match = _GOVCMS.search(markup)
    if match is None:
        return None
    path = match[0].replace("&amp;", "&").partition("?")[0]
    return urljoin(url, f"{path}?_isAgg=true&_isJson=true&_pageSize=15&_template=index&page=1")


def hanweb_columns(markup: str, *, url: str) -> list[tuple[str, str]]:
    """Return name and address of the columns that a page of Hanweb links to, in its order."""
    found: dict[str, str] = {}
    for link in Selector(text=markup or "<html></html>", type="html").css("a"):
        address = resolve_link(url, link.attrib.get("href", ""))
        name = " ".join("".join(link.css("::text").getall()).split()) or link.attrib.get("title", "")
        if address and name and _COLUMN.search(address):
            found.setdefault(address, name[:40])
    return [(name, address) for address, name in found.items()]


def page_two_links(markup: str, *, url: str) -> list[dict[str, Any]]:
    """Return the `paging` that the links and scripts of a page suggest, the likeliest first."""
    hrefs = Selector(text=markup or "<html></html>", type="html").css("a::attr(href)").getall()
    addresses = [address for href in hrefs if (address := resolve_link(url, href))]
    suggested: list[dict[str, Any]] = []
    folder = url.rpartition("/")[0]
    numbers = {
        int(match[1]) for address in addresses if address.startswith(folder) and (match := _STATIC.search(address))
    }
    if numbers & {1, 2}:
        suggested.append({"style": "static", "base": 0 if 1 in numbers else 1})
    for address in addresses:
        match = _QUERY.search(address)
        if match is not None:
            suggested.append({"style": "query", "param": match[1], "base": 1})
            break
    return suggested


def json_lists(data: Any) -> list[JsonList]:
    """Return the arrays of records in a JSON answer that have titles, the longest first."""
    found = [shape for path, rows in _arrays(data, "", 0) if (shape := _shape(path, rows)) is not None]
    return sorted(found, key=lambda shape: (-bool(shape.link or shape.id), -shape.count))


def _arrays(data: Any, path: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        rows = [row for row in data if isinstance(row, dict)]
        if len(rows) >= 3 and len(rows) == len(data):  # noqa: PLR2004 - fewer are no list
            yield path or "@", rows
    elif isinstance(data, dict):
        for key, value in list(data.items())[:100]:
            if re.fullmatch(r"[A-Za-z_]\w*", str(key)):
                yield from _arrays(value, f"{path}.{key}" if path else str(key), depth + 1)


def _shape(path: str, rows: list[dict[str, Any]]) -> JsonList | None:
    title = _key(rows, _TITLES)
    if title is None:
        return None
    return JsonList(
        path=path,
        count=len(rows),
        title=title,
        link=_key(rows, _LINKS),
        id=_key(rows, _IDS),
        published=_key(rows, _TIMES),
    )


def _key(rows: list[dict[str, Any]], wanted: tuple[str, ...]) -> str | None:
    """Return the key of most records that is called like one of `wanted`, the closer name first."""
    keys: Mapping[str, int] = {
        key: sum(isinstance(row.get(key), str | int) and row.get(key) != "" for row in rows)
        for row in rows[:5]
        for key in row
        if re.fullmatch(r"[A-Za-z_]\w*", key)
    }
    common = [key for key, count in keys.items() if count * 2 > len(rows)]
    for name in wanted:
        exact = next((key for key in common if key.lower() == name.lower()), None)
        if exact is not None:
            return exact
    for name in wanted:
        close = next((key for key in common if key.lower().endswith(name.lower()) and len(name) > 2), None)  # noqa: PLR2004
        if close is not None:
            return close
    return None
