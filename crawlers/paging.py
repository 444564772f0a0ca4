"""The request of the next list page, computed from the declaration and the page at hand. Pure."""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawlers.catalogue.declaration import Declaration, Paging
from crawlers.presets.hanweb import next_proxy_page

__all__ = ["PageRequest", "next_page"]

_INDEX = re.compile(r"(?P<stem>[^/]*?)(?P<extension>\.(?:s?html?|jsp|aspx?))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Where the next page is and how to ask for it; `form` is sent as a POST."""

    url: str
    form: dict[str, str] = field(default_factory=dict)


def next_page(declaration: Declaration, *, url: str, number: int, text: str, seen_records: int) -> PageRequest | None:
    """Return the request for page `number` (2 is the page after the first), `None` when there is none.

    `url` and `text` are those of the first page as it was answered, redirects followed; the text holds page counts and
    proxy parameters. `seen_records` is how many records the pages before gave.
    """
    paging = declaration.paging
    if number > paging.max_pages:
        return None
    match paging.style:
        case "none":
            return None
        case "static":
            return (
                None if number > _page_count(paging, text) else PageRequest(url=static_page(url, paging.base, number))
            )
        case "query":
            return PageRequest(url=_with_query(url, paging.param or "page", number - 1 + paging.base))
        case "hanweb_proxy":
            proxy = next_proxy_page(text, url=url, params=declaration.params, seen_records=seen_records)
            return None if proxy is None else PageRequest(url=proxy[0], form=proxy[1])


def static_page(url: str, base: int, number: int) -> str:
    """Return page `number` (from 1) of a static list: `index_1.html` is page 2 when `base` is 0, `index_2.html` when 1.

    The off-by-one between the two families is the commonest silent loss: the wrong base repeats or skips a page.
    """
    if number == 1:
        return url
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    match = _INDEX.match(name)
    stem = (match["stem"] if match else "") or "index"
    extension = (match["extension"] if match else None) or ".html"
    return urlunsplit(parts._replace(path=f"{folder}/{stem}_{number - 1 + base}{extension}"))


def _page_count(paging: Paging, text: str) -> int:
    if paging.count_pattern is None:
        return paging.max_pages
    match = re.search(paging.count_pattern, text)
    counts = [group for group in match.groups() if group] if match else []
    return int(counts[0]) if counts else 1


def _with_query(url: str, param: str, value: int) -> str:
    parts = urlsplit(url)
    query = [(key, held) for key, held in parse_qsl(parts.query, keep_blank_values=True) if key != param]
    return urlunsplit(parts._replace(query=urlencode([*query, (param, str(value))])))
